//! What belongs to contacts and is listed on its own: tags, groups, fields, channels; and new channels.

use std::fmt::Write;

use axum::http::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{
    Client, TestApp,
    app::TENANT,
    factory::{self, FieldSetup},
};

const CHANNELS: [&str; 9] =
    ["phone", "email", "viber", "messenger", "line", "telegram", "whatsapp", "instagram", "webchat"];

/// The keys of an object, in the order in which they are answered.
fn keys(text: &str, object: &Value) -> Vec<String> {
    let mut keys: Vec<String> = object.as_object().unwrap().keys().cloned().collect();
    keys.sort_by_key(|key| text.find(&format!("\"{key}\":")).unwrap());
    keys
}

/// One column of a listing.
async fn column(client: &Client, path: &str, key: &str) -> Vec<Value> {
    let listing = client.get(&format!("/api/v1/{path}")).await.expect(200);
    listing["data"].as_array().unwrap().iter().map(|item| item[key].clone()).collect()
}

#[tokio::test]
async fn every_listing_has_the_documented_envelope() {
    let app = TestApp::new().await;
    for (path, total, last_page) in
        [("tags", 0, 1), ("channels", 9, 1), ("contacts/groups", 4, 1), ("contacts/fields", 11, 2)]
    {
        let answer = app.reader().get(&format!("/api/v1/{path}")).await;
        let listing = answer.expect(200);
        assert_eq!(
            keys(&answer.text(), &listing),
            ["total", "page", "pageSize", "lastPage", "data"],
            "{path}"
        );
        assert_eq!((&listing["total"], &listing["page"]), (&json!(total), &json!(1)), "{path}");
        assert_eq!((&listing["pageSize"], &listing["lastPage"]), (&json!(10), &json!(last_page)), "{path}");
        assert_eq!(listing["data"].as_array().unwrap().len(), total.min(10), "{path}");
        assert_eq!(answer.header("content-type"), Some("application/json"), "{path}");
        for item in listing["data"].as_array().unwrap() {
            assert!(Uuid::try_parse(item["id"].as_str().unwrap()).is_ok(), "{path}: {item}");
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn pages_of_every_listing_make_up_the_whole_in_order() {
    let app = TestApp::new().await;
    let tags: Vec<String> = (0..23).map(|number| format!("tag {number:02}")).collect();
    factory::contact(&app.writer(), json!({"tags": tags})).await;
    let reader = app.reader();
    for (path, total) in [("tags", 23), ("channels", 9), ("contacts/groups", 4), ("contacts/fields", 11)] {
        let whole = column(&reader, &format!("{path}?pageSize=100"), "id").await;
        assert_eq!(whole.len(), total, "{path}");
        for size in [1, 2, 7, 10] {
            let last_page = total.div_ceil(size);
            let mut pages = Vec::new();
            for page in 1..=last_page + 1 {
                let url = format!("/api/v1/{path}?page={page}&pageSize={size}");
                let listing = reader.get(&url).await.expect(200);
                assert_eq!(listing["total"], total, "{url}");
                assert_eq!(listing["lastPage"], last_page, "{url}");
                assert_eq!((&listing["page"], &listing["pageSize"]), (&json!(page), &json!(size)), "{url}");
                let data = listing["data"].as_array().unwrap();
                assert!(data.len() <= size && (page <= last_page || data.is_empty()), "{url}");
                pages.extend(data.iter().map(|item| item["id"].clone()));
            }
            assert_eq!(pages, whole, "{path} by {size}");
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn tags_are_listed_by_name_without_regard_to_case() {
    let app = TestApp::new().await;
    let contact =
        factory::contact(&app.writer(), json!({"tags": ["vip", "Platinum", "apple", "Zebra"]})).await;
    let answer = app.reader().get("/api/v1/tags").await;
    let listing = answer.expect(200);
    let item = &listing["data"][0];
    assert_eq!(keys(&answer.text(), item), ["id", "name", "colour", "contacts", "createdAt", "updatedAt"]);
    assert_eq!(item["id"], contact["tags"][2]["id"], "the tag is the one that the contact has");
    assert_eq!(column(&app.reader(), "tags", "name").await, ["apple", "Platinum", "vip", "Zebra"]);
    app.finish().await;
}

#[tokio::test]
async fn groups_are_the_new_tenants_own_in_order() {
    let app = TestApp::new().await;
    let answer = app.reader().get("/api/v1/contacts/groups").await;
    let listing = answer.expect(200);
    let item = &listing["data"][0];
    assert_eq!(keys(&answer.text(), item), ["id", "value", "label", "is_default"]);
    assert_eq!((&item["label"], &item["is_default"]), (&json!("new"), &json!(false)));
    assert_eq!(
        column(&app.reader(), "contacts/groups", "value").await,
        ["new", "lead", "customer", "partner"]
    );
    // Its ids are what a contact takes.
    let contact = factory::contact(&app.writer(), json!({"contact_groups": [item["id"]]})).await;
    assert_eq!(contact["contact_groups"], json!([item]));
    app.finish().await;
}

#[tokio::test]
async fn fields_are_the_default_ones_in_order_and_then_the_custom_ones() {
    let app = TestApp::new().await;
    let options = FieldSetup { options: &["gold", "silver"], ..FieldSetup::default() };
    factory::custom_field(&app, "cf_level", "select", options).await;
    let archived =
        FieldSetup { is_archived: true, is_required: true, is_unique: true, ..FieldSetup::default() };
    factory::custom_field(&app, "cf_a_first_by_name", "number", archived).await;
    let answer = app.reader().get("/api/v1/contacts/fields?pageSize=100").await;
    let listing = answer.expect(200);
    let data = listing["data"].as_array().unwrap();
    assert_eq!(
        keys(&answer.text(), &data[0]),
        [
            "id",
            "system_name",
            "display_name",
            "type",
            "is_default",
            "is_archived",
            "is_required",
            "is_unique",
            "options"
        ]
    );
    let mut shown = String::new();
    for field in data {
        let text = |key: &str| field[key].as_str().unwrap().to_owned();
        let flags: Vec<&str> = ["is_default", "is_archived", "is_required", "is_unique"]
            .into_iter()
            .filter(|key| field[key].as_bool().unwrap())
            .map(|key| &key[3..])
            .collect();
        let options = field["options"].as_array().unwrap().len();
        let _ = writeln!(
            shown,
            "{} `{}` {} ({}) {options}",
            text("system_name"),
            text("display_name"),
            text("type"),
            flags.join(" ")
        );
    }
    insta::assert_snapshot!(shown, @r"
    name `Name` text (default required) 0
    username `Username` text (default) 0
    phone `Phone` phone (default) 0
    email `Email` email (default) 0
    company `Company` text (default) 0
    address `Address` text (default) 0
    channel `Channel` select (default) 9
    notes `Notes` textarea (default) 0
    avatar_url `Avatar URL` url (default) 0
    tags `Tags` multi_select (default) 0
    contact_groups `Groups` multi_select (default) 0
    cf_level `cf_level` select () 2
    cf_a_first_by_name `cf_a_first_by_name` number (archived required unique) 0
    ");
    assert_eq!(
        data[11]["options"],
        json!([{"value": "gold", "label": "gold", "is_default": false},
               {"value": "silver", "label": "silver", "is_default": false}])
    );
    app.finish().await;
}

#[tokio::test]
async fn the_options_of_the_field_channel_are_the_channels() {
    let app = TestApp::new().await;
    app.admin().post("/api/v1/channels", json!({"name": "ဖုန်း"})).await.expect(201);
    let channels = column(&app.reader(), "channels", "name").await;
    let fields = app.reader().get("/api/v1/contacts/fields?pageSize=100").await.expect(200);
    let with_options: Vec<&Value> =
        fields["data"].as_array().unwrap().iter().filter(|field| field["options"] != json!([])).collect();
    let [channel] = with_options[..] else { panic!("only the field channel has options: {with_options:?}") };
    assert_eq!(channel["system_name"], "channel");
    let options = channel["options"].as_array().unwrap();
    assert_eq!(options.iter().map(|option| option["value"].clone()).collect::<Vec<_>>(), channels);
    assert_eq!(options[0], json!({"value": "phone", "label": "Phone", "is_default": true}));
    assert_eq!(options[2], json!({"value": "viber", "label": "Viber", "is_default": false}));
    assert_eq!(options[9], json!({"value": "ဖုန်း", "label": "ဖုန်း", "is_default": false}));
    app.finish().await;
}

#[tokio::test]
async fn channels_are_listed_in_order_the_default_first() {
    let app = TestApp::new().await;
    let answer = app.reader().get("/api/v1/channels").await;
    assert_eq!(keys(&answer.text(), &answer.expect(200)["data"][0]), ["id", "name", "is_archived"]);
    assert_eq!(column(&app.reader(), "channels", "name").await, CHANNELS);
    app.finish().await;
}

#[tokio::test]
async fn a_new_channel_is_the_last_and_contacts_can_come_from_it() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let answer = admin.post("/api/v1/channels", json!({"name": "Sms Gateway"})).await;
    let body = answer.expect(201);
    assert_eq!(keys(&answer.text(), &body), ["status", "message", "data"]);
    assert_eq!((&body["status"], &body["message"]), (&json!("success"), &json!("creating channel")));
    assert_eq!(body["data"]["name"], "Sms Gateway");
    let listed = admin.get("/api/v1/channels").await.expect(200);
    assert_eq!(listed["data"][9], body["data"]);
    assert_eq!(listed["total"], 10);

    // Matched without case, and shown as it was made.
    let contact = factory::contact(&admin, json!({"channel": "sms GATEWAY"})).await;
    assert_eq!(contact["channel"], "Sms Gateway");
    let social = json!({"platformContacts": [{"channel": "SMS gateway", "socialPlatformId": "1"}]});
    admin.patch(&factory::path(&contact), social).await.expect(200);
    let platform = factory::read(&admin, &contact).await["platformContacts"][0].clone();
    assert_eq!(platform, json!({"channel": "Sms Gateway", "socialPlatformId": "1"}));
    app.finish().await;
}

#[tokio::test]
async fn a_channels_name_is_unique_without_regard_to_case() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let first = admin.post("/api/v1/channels", json!({"name": "Straße"})).await.expect(201);
    let phone = column(&admin, "channels", "id").await[0].clone();
    for (name, holder) in [
        ("Straße", &first["data"]["id"]),
        ("STRAßE", &first["data"]["id"]),
        ("phone", &phone),
        ("PHONE", &phone),
        ("Phone", &phone),
    ] {
        let answer = admin.post("/api/v1/channels", json!({"name": name})).await;
        assert_eq!(answer.expect_error(409, "conflict"), [("name".into(), "taken".into())], "{name}");
        assert_eq!(answer.json()["error"]["details"][0]["conflictingId"], *holder, "{name}");
    }
    assert_eq!(column(&admin, "channels", "name").await.len(), 10);
    app.finish().await;
}

#[tokio::test]
async fn a_channel_without_a_good_name_is_refused() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let too_long = "x".repeat(101);
    for (body, problems) in [
        (json!({}), &["name:required"][..]),
        (json!({"name": null}), &["name:required"]),
        (json!({"name": ""}), &["name:blank"]),
        (json!({"name": " \t\u{200b}"}), &["name:blank"]),
        (json!({"name": 5}), &["name:wrong_type"]),
        (json!({"name": ["sms"]}), &["name:wrong_type"]),
        (json!({"name": "a\0"}), &["name:contains_nul"]),
        (json!({"name": too_long}), &["name:too_long"]),
        (json!({"name": "sms", "id": 1, "colour": "red"}), &["colour:unknown_field", "id:unknown_field"]),
        (json!({"colour": "red"}), &["name:required", "colour:unknown_field"]),
    ] {
        assert_eq!(admin.post("/api/v1/channels", body.clone()).await.expect_invalid(), problems, "{body}");
    }
    assert_eq!(column(&admin, "channels", "name").await, CHANNELS);
    // The longest there can be, and as a form.
    admin.post("/api/v1/channels", json!({"name": "က".repeat(100)})).await.expect(201);
    admin.form(Method::POST, "/api/v1/channels", "name=sms").await.expect(201);
    app.finish().await;
}

#[tokio::test]
async fn to_make_a_channel_is_to_change_settings() {
    let app = TestApp::new().await;
    let body = json!({"name": "sms"});
    let answer = app.writer().post("/api/v1/channels", body.clone()).await;
    answer.expect_error(403, "forbidden");
    assert!(answer.json()["message"].as_str().unwrap().contains("settings:write"));
    app.client(TENANT, "settings:write").post("/api/v1/channels", body).await.expect(201);
    app.finish().await;
}
