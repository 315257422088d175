//! Channels: renamed, archived, deleted. How they are made and listed, `catalogue_lists` tests.

mod many;

use axum::http::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::support::{Answer, Client, TestApp, app::TENANT, factory};

const CHANNELS: &str = "/api/v1/channels";
const CONTACTS: &str = "/api/v1/contacts";

/// A channel of a new tenant, or a new one.
async fn channel(client: &Client, name: &str) -> Value {
    let made = client.post(CHANNELS, json!({"name": name})).await;
    if made.status == 201 {
        return made.json()["data"].take();
    }
    client.get(&format!("{CHANNELS}?keyword={name}")).await.expect(200)["data"][0].take()
}

/// The path of a channel.
fn path(channel: &Value) -> String {
    format!("{CHANNELS}/{}", channel["id"].as_str().unwrap())
}

/// The names of a listing.
async fn names(client: &Client, query: &str) -> Vec<String> {
    let listing = client.get(&format!("{CHANNELS}{query}")).await.expect(200);
    let data = listing["data"].as_array().unwrap();
    assert_eq!(listing["total"], data.len());
    data.iter().map(|channel| channel["name"].as_str().unwrap().to_owned()).collect()
}

/// The options of the field `channel`.
async fn options(client: &Client) -> Vec<String> {
    let listing = client.get(&format!("{CONTACTS}/fields?keyword=channel")).await.expect(200);
    let options = listing["data"][0]["options"].as_array().unwrap();
    options.iter().map(|option| option["value"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_channel_is_read_by_its_id_and_found_by_keyword_and_by_being_archived() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let made = admin.post(CHANNELS, json!({"name": "Größe SMS"})).await;
    let sms = made.expect(201)["data"].take();
    assert_eq!(sms, json!({"id": sms["id"], "name": "Größe SMS", "is_archived": false}));
    assert_eq!(made.header("location"), Some(path(&sms).as_str()));
    let read = app.reader().get(&path(&sms)).await.expect(200);
    assert_eq!(read, json!({"status": "success", "message": "channel", "data": sms}));
    admin.patch(&path(&channel(&admin, "line").await), json!({"is_archived": true})).await.expect(200);
    for (query, expected) in [
        ("?keyword=grosse", &["Größe SMS"][..]),
        ("?keyword=E+SMS", &["Größe SMS"]),
        ("?keyword=M", &["email", "messenger", "telegram", "instagram", "Größe SMS"]),
        ("?archived=true", &["line"]),
        ("?archived=true&keyword=viber", &[]),
        ("?archived=false&keyword=in", &["instagram"]),
        ("?archived=&keyword=in", &["line", "instagram"]),
    ] {
        assert_eq!(names(&admin, query).await, expected, "{query}");
    }
    assert_eq!(names(&admin, "").await.len(), 10);
    let listing = admin.get(&format!("{CHANNELS}?keyword=m&page=2&pageSize=2")).await.expect(200);
    assert_eq!((&listing["total"], &listing["lastPage"]), (&json!(5), &json!(3)));
    let answer = admin.get(&format!("{CHANNELS}?archived=maybe&page=0")).await;
    assert_eq!(answer.expect_invalid(), ["page:out_of_range", "archived:not_an_option"]);
    app.finish().await;
}

#[tokio::test]
async fn a_new_name_shows_at_once_in_contacts_and_in_their_social_ids() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let viber = channel(&admin, "viber").await;
    let platforms = json!([{"channel": "viber", "socialPlatformId": "U1"}]);
    let came = factory::contact(&admin, json!({"channel": "viber"})).await;
    let wrote = factory::contact(&admin, json!({"channel": "phone", "platformContacts": platforms})).await;
    let answer = admin.patch(&path(&viber), json!({"name": "Rakuten Viber"})).await.expect(200);
    let data = json!({"id": viber["id"], "name": "Rakuten Viber", "is_archived": false});
    assert_eq!(answer, json!({"status": "success", "message": "updating channel", "data": data}));
    let came = factory::read(&admin, &came).await;
    assert_eq!(came["channel"], "Rakuten Viber");
    let wrote = factory::read(&admin, &wrote).await;
    assert_eq!(wrote["platformContacts"], json!([{"channel": "Rakuten Viber", "socialPlatformId": "U1"}]));
    let listed = admin.get(&format!("{CONTACTS}?channel=rakuten+viber")).await.expect(200);
    assert_eq!(listed["data"], json!([came]));
    let found = admin.get(&format!("{CONTACTS}?socialPlatformId=U1")).await.expect(200);
    assert_eq!(found["data"], json!([wrote]));
    assert_eq!(options(&admin).await[2], "Rakuten Viber");
    let refused = admin.post(CONTACTS, factory::body(json!({"channel": "viber"}))).await;
    assert_eq!(refused.expect_invalid(), ["channel:unknown_channel"]);

    // As a form, another spelling of the same name, and what GET returned.
    let form = admin.form(Method::PATCH, &path(&viber), "name=RAKUTEN+viber&is_archived=false").await;
    let read = form.expect(200)["data"].take();
    assert_eq!(read["name"], "RAKUTEN viber");
    assert_eq!(admin.patch(&path(&viber), read.clone()).await.expect(200)["data"], read);
    app.finish().await;
}

#[tokio::test]
async fn a_name_that_is_taken_or_no_good_is_refused() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let (viber, phone) = (channel(&admin, "viber").await, channel(&admin, "phone").await);
    let answer = admin.patch(&path(&viber), json!({"name": "PHONE"})).await;
    assert_eq!(answer.expect_error(409, "conflict"), [("name".into(), "taken".into())]);
    assert_eq!(answer.json()["error"]["details"][0]["conflictingId"], phone["id"]);
    for (body, problems) in [
        (json!({"name": null}), &["name:required"][..]),
        (json!({"name": " ", "is_archived": 1}), &["name:blank", "is_archived:wrong_type"]),
        (json!({"name": "x".repeat(101)}), &["name:too_long"]),
        (json!({"position": 1}), &["position:unknown_field"]),
    ] {
        assert_eq!(admin.patch(&path(&viber), body.clone()).await.expect_invalid(), problems, "{body}");
    }
    assert_eq!(admin.get(&path(&viber)).await.expect(200)["data"], viber);
    app.finish().await;
}

#[tokio::test]
async fn an_archived_channel_takes_no_new_contacts_and_stays_with_those_that_have_it() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let viber = channel(&admin, "viber").await;
    let platforms = json!([{"channel": "viber", "socialPlatformId": "U1"}]);
    let fields = json!({"channel": "viber", "platformContacts": platforms});
    let contact = factory::contact(&admin, fields.clone()).await;
    let other = factory::contact(&admin, json!({"channel": "phone"})).await;
    let answer = admin.patch(&path(&viber), json!({"is_archived": true})).await.expect(200);
    assert_eq!(answer["data"]["is_archived"], true);

    assert!(!options(&admin).await.contains(&"viber".to_owned()));
    assert_eq!(options(&admin).await.len(), 8);
    let refused = admin.post(CONTACTS, factory::body(fields.clone())).await;
    let problems = ["channel:unknown_channel", "platformContacts[0].channel:unknown_channel"];
    assert_eq!(refused.expect_invalid(), problems);
    assert!(!refused.text().contains("viber"), "it is none of the names to choose from");
    assert_eq!(admin.patch(&factory::path(&other), fields).await.expect_invalid(), problems);

    assert_eq!(factory::read(&admin, &contact).await, contact);
    let mut body = contact.clone();
    body["specific_update_fields"] = json!([]);
    body["notes"] = json!("what GET returns, PUT takes");
    admin.put(&factory::path(&contact), body).await.expect(200);
    let read = factory::read(&admin, &contact).await;
    assert_eq!(
        (&read["channel"], &read["platformContacts"]),
        (&contact["channel"], &contact["platformContacts"])
    );

    // The first one in use is the default.
    admin.patch(&path(&channel(&admin, "phone").await), json!({"is_archived": true})).await.expect(200);
    let listing = admin.get(&format!("{CONTACTS}/fields?keyword=channel")).await.expect(200);
    let first = &listing["data"][0]["options"][0];
    assert_eq!(*first, json!({"value": "email", "label": "Email", "is_default": true}));

    admin.patch(&path(&viber), json!({"is_archived": false})).await.expect(200);
    factory::contact(&admin, json!({"channel": "Viber"})).await;
    assert_eq!(options(&admin).await[1], "viber");
    app.finish().await;
}

#[tokio::test]
async fn a_channel_in_use_cannot_be_deleted_and_the_answer_says_how_many_use_it() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let viber = channel(&admin, "viber").await;
    let platforms = json!([{"channel": "viber", "socialPlatformId": "U1"}]);
    let both =
        factory::contact(&admin, json!({"channel": "viber", "platformContacts": platforms.clone()})).await;
    let wrote = factory::contact(&admin, json!({"channel": "phone", "platformContacts": platforms})).await;
    let answer = admin.delete(&path(&viber)).await;
    assert_eq!(answer.expect_error(409, "conflict"), [("name".into(), "in_use".into())]);
    assert!(answer.json()["message"].as_str().unwrap().starts_with("2 contacts have"), "{}", answer.text());
    admin.delete(&factory::path(&both)).await.expect(200);
    let answer = admin.delete(&path(&viber)).await;
    answer.expect_error(409, "conflict");
    assert!(answer.json()["message"].as_str().unwrap().starts_with("1 contact has"), "{}", answer.text());
    admin.patch(&factory::path(&wrote), json!({"platformContacts": []})).await.expect(200);
    let answer = admin.delete(&path(&viber)).await.expect(200);
    assert_eq!(answer, json!({"status": "success", "message": "deleting channel", "data": null}));
    admin.get(&path(&viber)).await.expect_error(404, "not_found");
    admin.delete(&path(&viber)).await.expect_error(404, "not_found");
    assert_eq!(names(&admin, "").await.len(), 8);
    let again = admin.post(CHANNELS, json!({"name": "viber"})).await.expect(201);
    assert_ne!(again["data"]["id"], viber["id"]);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_channel_is_deleted_or_has_contacts_whoever_is_faster() {
    let app = TestApp::new().await;
    let client = app.admin();
    for round in 0..6 {
        let made = channel(&client, &format!("channel {round}")).await;
        let mut calls: JoinSet<Answer> = (0..8)
            .map(|_| {
                let (client, name) = (client.clone(), made["name"].clone());
                async move { client.post(CONTACTS, factory::body(json!({"channel": name}))).await }
            })
            .collect();
        let (deleter, path) = (client.clone(), path(&made));
        calls.spawn(async move { deleter.delete(&path).await });
        let mut statuses: Vec<u16> = Vec::new();
        for answer in calls.join_all().await {
            assert!([200, 201, 409, 422].contains(&answer.status.as_u16()), "{}", answer.text());
            statuses.push(answer.status.as_u16());
        }
        let is_deleted = statuses.contains(&200);
        assert_eq!(statuses.contains(&201), !is_deleted, "{statuses:?}");
        assert_eq!(statuses.contains(&422), is_deleted, "{statuses:?}");
    }
    app.finish().await;
}

#[tokio::test]
async fn to_change_channels_is_to_change_settings_of_ones_own() {
    let app = TestApp::new().await;
    let viber = channel(&app.admin(), "viber").await;
    let body = json!({"is_archived": true});
    app.writer().patch(&path(&viber), body.clone()).await.expect_error(403, "forbidden");
    app.writer().delete(&path(&viber)).await.expect_error(403, "forbidden");
    for id in [viber["id"].as_str().unwrap(), "0198c0de-0000-7000-8000-000000000000", "viber"] {
        let path = format!("{CHANNELS}/{id}");
        app.stranger().get(&path).await.expect_error(404, "not_found");
        app.stranger().patch(&path, body.clone()).await.expect_error(404, "not_found");
        app.stranger().delete(&path).await.expect_error(404, "not_found");
    }
    app.client(TENANT, "settings:write").patch(&path(&viber), body).await.expect(200);
    app.finish().await;
}
