//! `PUT /contacts/by/{key}/{value}?revive=true`: the contact comes back from the trash.

use axum::http::Method;
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{BULK, by_filter, history, rows, total};
use crate::{
    contacts::{CONTACTS, NOON, admin_at, clock, encoded, full_contact, id, list, set_options, sql, texts},
    support::{Client, Setup, TestApp, factory},
};

fn by(key: &str, value: &str) -> String {
    format!("{CONTACTS}/by/{key}/{}", encoded(value))
}

fn reviving(key: &str, value: &str) -> String {
    by(key, value) + "?revive=true"
}

async fn delete(client: &Client, contact: &Value) {
    client.delete(&factory::path(contact)).await.expect(200);
}

/// What was done to a contact, in order.
async fn actions(app: &TestApp, contact: &Value) -> Vec<String> {
    history(app, contact).await.into_iter().map(|(action, ..)| action).collect()
}

#[tokio::test]
async fn it_comes_back_by_each_key_and_is_updated() {
    let app = TestApp::with(Setup { clock: clock(NOON), ..Setup::default() }).await;
    let mut contact = full_contact(&app).await;
    let later = admin_at(&app, "2026-01-08T12:30:00.000001Z");
    for (number, (key, value)) in [
        ("email", "FRANK@example.COM"),
        ("email", "f@example.org"),
        ("phone", "+95 9 797 877 765"),
        ("phone", "1 (800) 759 3000"),
        ("socialPlatformId", "U1234"),
        ("cf_sector", "fINANCE"),
        ("cf_size", "12.50"),
        ("cf_vip", "false"),
        ("cf_colours", "blue"),
    ]
    .into_iter()
    .enumerate()
    {
        delete(&app.writer(), &contact).await;
        let notes = format!("back {number}");
        let answer = later.put(&reviving(key, value), json!({"notes": notes})).await;
        let revived = answer.expect(200);
        contact["notes"] = json!(notes);
        contact["updatedAt"] = json!("2026-01-08T12:30:00.000001Z");
        assert_eq!(revived, contact, "{key}: with its id, createdAt and everything else");
        assert_eq!(answer.header("location"), None);
        let read = app.reader().get(&factory::path(&contact)).await;
        assert_eq!(read.expect(200)["data"], contact);
        assert_eq!(read.header("etag"), answer.header("etag"));
        assert_eq!((total(&later, "").await, rows(&app, "contact_trash").await), (1, 0), "{key}");
        for query in ["keyword=callister", "keyword=U1234", "tag=platinum", "cf_sector=Finance"] {
            assert_eq!(list(&later, query).await["total"], 1, "{query}");
        }
        let actions = actions(&app, &contact).await;
        assert_eq!(actions[actions.len() - 3..], ["deleted", "restored", "updated"]);
    }
    let last = history(&app, &contact).await.pop().unwrap();
    assert_eq!(last.2, ["notes"], "what the update changed");
    app.finish().await;
}

#[tokio::test]
async fn a_body_that_changes_nothing_restores_only_and_what_it_was_found_by_stays() {
    let app = TestApp::new().await;
    let contact = full_contact(&app).await;
    delete(&app.writer(), &contact).await;
    let mut revived = app.writer().put(&reviving("email", "f@example.org"), json!({})).await.expect(200);
    revived["updatedAt"] = contact["updatedAt"].clone();
    assert_eq!(revived, contact);
    assert_eq!(actions(&app, &contact).await, ["created", "deleted", "restored"]);
    assert_eq!(total(&app.reader(), "").await, 1);

    delete(&app.writer(), &contact).await;
    let body = json!({"email": [{"email": "new@example.com"}], "phone": [], "tags": ["vip"]});
    let revived = app.writer().put(&reviving("email", "f@example.org"), body).await.expect(200);
    assert_eq!(texts(&revived["email"], "email"), ["new@example.com", "f@example.org"]);
    assert_eq!((&revived["phone"], &texts(&revived["tags"], "name")), (&json!([]), &vec!["vip".to_owned()]));
    app.finish().await;
}

#[tokio::test]
async fn without_being_asked_a_new_one_is_made_and_the_trashed_one_stays() {
    let app = TestApp::new().await;
    let client = app.writer();
    let first = factory::contact(&client, json!({"email": [{"email": "frank@example.com"}]})).await;
    delete(&client, &first).await;
    let path = by("email", "frank@example.com");
    let second = client.put(&format!("{path}?revive="), json!({"name": "Frank"})).await.expect(201);
    assert_ne!(second["id"], first["id"]);
    client.put(&format!("{path}?revive=false"), json!({"name": "Frank"})).await.expect(200);
    assert_eq!((total(&client, "").await, rows(&app, "contact_trash").await), (1, 1));

    // Where a live one has it, that is the one, asked or not.
    let path = reviving("email", "frank@example.com");
    let updated = client.put(&path, json!({"notes": "x"})).await.expect(200);
    assert_eq!(updated["id"], second["id"]);
    assert_eq!(rows(&app, "contact_trash").await, 1);
    client.get(&factory::path(&first)).await.expect_error(404, "not_found");

    // Where nobody has it, one is made.
    let made = client.put(&reviving("email", "may@example.com"), json!({"name": "May"})).await.expect(201);
    assert_eq!(texts(&made["email"], "email"), ["may@example.com"]);
    app.finish().await;
}

#[tokio::test]
async fn operations_on_many_contacts_revive_nothing() {
    let app = TestApp::new().await;
    let client = app.writer();
    let trashed = factory::contact(&client, json!({"email": [{"email": "frank@example.com"}]})).await;
    delete(&client, &trashed).await;
    let mut operation = json!({
        "action": "upsert", "by": "email", "value": "frank@example.com", "contact": {"name": "Frank"},
    });
    let path = format!("{BULK}?revive=true");
    let refused = client.post(&path, json!({"operations": [operation]})).await;
    assert_eq!(refused.expect_invalid(), ["revive:unknown_parameter"]);
    let body = client.post(BULK, json!({"operations": [operation]})).await.expect(200);
    assert_eq!(body["data"]["results"][0]["status"], 201);
    assert_eq!(rows(&app, "contact_trash").await, 1);
    operation["revive"] = json!(true);
    let results = super::bulk(&client, json!([operation])).await;
    assert_eq!(super::refusal(&results[0]).1, ["revive:unknown_field"]);
    app.finish().await;
}

#[tokio::test]
async fn it_is_found_as_live_ones_are_with_the_catalogue_as_it_is_by_now() {
    let app = TestApp::new().await;
    let client = app.admin();
    client.post("/api/v1/channels", json!({"name": "fax"})).await.expect(201);
    let contact = full_contact(&app).await;
    let change = json!({"platformContacts": [
        {"channel": "viber", "socialPlatformId": "V\"\u{212a}/É"}, {"channel": "fax", "socialPlatformId": "F"},
    ], "email": [{"email": "Fran\u{212a}@example.com"}, {"email": "\"a\\\"b\"@example.com"}, {"email": "É@example.com"}]});
    client.patch(&factory::path(&contact), change).await.expect(200);
    delete(&client, &contact).await;
    for statement in [
        "delete from channels where tenant_id = $1 and name = 'fax'",
        "update fields set is_archived = true where tenant_id = $1 and system_name = 'cf_size'",
        "update tenant_counters set catalogue = catalogue + 1 where tenant_id = $1",
    ] {
        assert_eq!(sql(&app, statement).await, 1, "{statement}");
    }
    let options = json!([{"value": "red"}, {"value": "green"}, {"value": "navy", "previousValue": "blue"}]);
    set_options(&app, "cf_colours", options).await;
    // It would not have it if it were restored.
    let made = client.put(&reviving("socialPlatformId", "F"), json!({"name": "F", "channel": "viber"})).await;
    assert_ne!(made.expect(201)["id"], contact["id"]);
    client
        .put(&reviving("socialPlatformId", "v"), json!({"name": "v", "channel": "viber"}))
        .await
        .expect(201);
    for (key, value) in [
        ("cf_colours", "navy"),
        ("email", "frank@EXAMPLE.com"),
        ("email", "\"A\\\"B\"@example.com"),
        ("email", "é@example.com"),
        ("socialPlatformId", "V\"\u{212a}/É"),
    ] {
        let revived = client.put(&reviving(key, value), json!({"notes": value})).await.expect(200);
        assert_eq!(revived["id"], contact["id"], "{key} {value}");
        delete(&client, &contact).await;
    }
    let body = json!({"customFields": {"cf_vip": true}});
    client.put(&reviving("cf_sector", "finance"), body).await.expect(200);
    // The value of the archived field came back too.
    let sizes = "update field_values set position = position where tenant_id = $1 and value = '12.5'";
    assert_eq!(sql(&app, sizes).await, 1);
    app.finish().await;
}

#[tokio::test]
async fn it_is_found_in_a_trash_of_many() {
    let app = TestApp::new().await;
    let client = app.writer();
    let phone = |number: u32| format!("09797{number:06}");
    let operations: Vec<Value> =
        (0..999).map(|number| super::create(json!({"phone": [{"phone": phone(number)}]}))).collect();
    super::bulk(&client, json!(operations)).await;
    let page = list(&client, &format!("phone={}", phone(998))).await;
    let last = page["data"][0].clone();
    by_filter(&client, json!({"all": true, "action": "delete"})).await;
    assert_eq!(rows(&app, "contact_trash").await, 999);
    let revived = client.put(&reviving("phone", &phone(998)), json!({"notes": "x"})).await.expect(200);
    assert_eq!(revived["id"], last["id"]);
    client.put(&reviving("phone", "09797999999"), json!({"name": "x"})).await.expect(201);
    app.finish().await;
}

#[tokio::test]
async fn a_form_does_the_same_and_another_tenant_has_a_trash_of_its_own() {
    let app = TestApp::new().await;
    let client = app.writer();
    let contact = factory::contact(&client, json!({"email": [{"email": "frank@example.com"}]})).await;
    delete(&client, &contact).await;
    let path = reviving("email", "frank@example.com");
    let theirs = app.stranger().put(&path, json!({"name": "Theirs"})).await.expect(201);
    assert_ne!(theirs["id"], contact["id"]);
    let revived = client.form(Method::PUT, &path, "notes=x&tags[]=vip").await.expect(200);
    assert_eq!((&revived["id"], &revived["notes"]), (&contact["id"], &json!("x")));
    app.finish().await;
}

#[tokio::test]
async fn a_repeated_request_is_answered_as_it_was() {
    let app = TestApp::new().await;
    let client = app.writer();
    let contact = factory::contact(&client, json!({"email": [{"email": "frank@example.com"}]})).await;
    delete(&client, &contact).await;
    let path = reviving("email", "frank@example.com");
    let headers = [("content-type", "application/json"), ("idempotency-key", "one")];
    let first = client.send(Method::PUT, &path, &headers, r#"{"notes":"x"}"#).await;
    assert_eq!(first.expect(200)["id"], contact["id"]);
    delete(&client, &contact).await;
    let again = client.send(Method::PUT, &path, &headers, r#"{"notes":"x"}"#).await;
    assert_eq!(again.expect(200), first.json());
    assert_eq!(again.header("etag"), first.header("etag"));
    assert_eq!(rows(&app, "contact_trash").await, 1, "it is not revived again");
    let other = by("email", "frank@example.com");
    client
        .send(Method::PUT, &other, &headers, r#"{"notes":"x"}"#)
        .await
        .expect_error(422, "validation_failed");
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn upserts_at_once_revive_one_contact() {
    let app = TestApp::new().await;
    let client = app.writer();
    let contact = full_contact(&app).await;
    for _ in 0..3 {
        delete(&client, &contact).await;
        let calls = (0..8).map(async |number| {
            let body = json!({"notes": format!("n{number}")});
            client.put(&reviving("email", "frank@example.com"), body).await.expect(200)
        });
        assert!(join_all(calls).await.iter().all(|answer| answer["id"] == contact["id"]));
        assert_eq!((total(&client, "").await, rows(&app, "contact_trash").await), (1, 0));
    }
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn upserts_by_several_values_and_a_restoration_at_once_leave_one_contact() {
    let app = TestApp::new().await;
    let client = app.writer();
    let contact = full_contact(&app).await;
    for _ in 0..5 {
        delete(&client, &contact).await;
        let calls = (0..8).map(async |number| match number % 4 {
            0 => {
                let path = format!("{}/restore", factory::path(&contact));
                let answer = client.send(Method::POST, &path, &[], "").await;
                assert!([200, 409].contains(&answer.status.as_u16()), "{}", answer.text());
            }
            kind => {
                let keys = [("email", "f@example.org"), ("phone", "09797877765"), ("cf_sector", "finance")];
                let (key, value) = keys[kind - 1];
                let body = json!({"notes": format!("n{number}")});
                let answer = client.put(&reviving(key, value), body).await.expect(200);
                assert_eq!(id(&answer), id(&contact));
            }
        });
        join_all(calls).await;
        assert_eq!((total(&client, "").await, rows(&app, "contact_trash").await), (1, 0));
        assert_eq!(app.differences().await, Vec::<String>::new());
    }
    app.finish().await;
}
