//! Upserts that are refused, and change nothing.

use serde_json::{Value, json};

use super::total;
use crate::{
    contacts::{CONTACTS, changes, encoded, id},
    support::{Client, TestApp, factory},
};

async fn refused(client: &Client, key: &str, value: &str, body: Value) -> Vec<String> {
    let path = format!("{CONTACTS}/by/{key}/{}", encoded(value));
    let mut details = client.put(&path, body).await.expect_invalid();
    details.sort();
    details
}

#[tokio::test]
async fn two_contacts_that_match_are_a_conflict_that_names_both() {
    let app = TestApp::new().await;
    let client = app.writer();
    let fields = json!({"email": [{"email": "Frank@example.com"}, {"email": "frank@example.com"}]});
    let mut ids =
        [id(&factory::contact(&client, fields.clone()).await), id(&factory::contact(&client, fields).await)];
    ids.sort();
    let before = changes(&app).await;
    let answer = client.put(&format!("{CONTACTS}/by/email/frank@example.com"), json!({"notes": "x"})).await;
    let details = answer.expect_error(409, "conflict");
    assert_eq!(details, [("value".into(), "ambiguous".into()), ("value".into(), "ambiguous".into())]);
    let named: Vec<String> = answer.json()["error"]["details"]
        .as_array()
        .unwrap()
        .iter()
        .map(|detail| detail["conflictingId"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(named, ids.iter().map(ToString::to_string).collect::<Vec<_>>());
    assert_eq!(changes(&app).await, before);

    for _ in 0..25 {
        factory::contact(&client, json!({"phone": [{"phone": "09797877765"}]})).await;
    }
    let answer = client.put(&format!("{CONTACTS}/by/phone/09797877765"), json!({"notes": "x"})).await;
    assert_eq!(answer.expect_error(409, "conflict").len(), 20, "the first 20 are named");
    app.finish().await;
}

#[tokio::test]
async fn what_is_wrong_is_named_all_at_once() {
    let app = TestApp::new().await;
    let client = app.writer();
    let archived = factory::FieldSetup { is_archived: true, ..Default::default() };
    factory::custom_field(&app, "cf_old", "text", archived).await;
    factory::custom_field(&app, "cf_ref", "text", factory::FieldSetup::default()).await;
    let setup = factory::FieldSetup { options: &["red"], ..Default::default() };
    factory::custom_field(&app, "cf_colour", "select", setup).await;

    let named = json!({"name": "Frank"});
    assert_eq!(refused(&client, "name", "Frank", named.clone()).await, ["key:not_an_option"]);
    assert_eq!(refused(&client, "cf_none", "x", named.clone()).await, ["key:unknown_field"]);
    assert_eq!(refused(&client, "cf_old", "x", named.clone()).await, ["key:unknown_field"]);
    assert_eq!(refused(&client, "email", "frank", named.clone()).await, ["value:invalid_format"]);
    assert_eq!(refused(&client, "cf_ref", " ", named.clone()).await, ["value:blank"]);
    assert_eq!(refused(&client, "cf_colour", "blue", named.clone()).await, ["value:not_an_option"]);
    let body = json!({"notes": 1, "foo": 1, "specific_update_fields": []});
    assert_eq!(
        refused(&client, "email", "frank", body.clone()).await,
        [
            "foo:unknown_field",
            "notes:wrong_type",
            "specific_update_fields:unknown_field",
            "value:invalid_format"
        ]
    );
    assert_eq!(
        refused(&client, "email", "a@example.com", json!({"notes": 1, "contact_groups": ["x"]})).await,
        ["contact_groups[0]:invalid_format", "notes:wrong_type", "username:required"]
    );
    client.put(&format!("{CONTACTS}/by/email/"), named).await.expect_error(404, "not_found");
    assert_eq!(total(&client, "").await, 0);
    app.finish().await;
}

#[tokio::test]
async fn a_new_contact_needs_a_name_and_where_a_social_id_is_from() {
    let app = TestApp::new().await;
    let client = app.writer();
    assert_eq!(
        refused(&client, "email", "frank@example.com", json!({"notes": "x"})).await,
        ["username:required"]
    );
    assert_eq!(
        refused(&client, "socialPlatformId", "U1", json!({"name": "x"})).await,
        ["platformContacts:required"]
    );
    let unknown = json!({"name": "x", "channel": "pigeon"});
    assert_eq!(
        refused(&client, "socialPlatformId", "U1", unknown).await,
        ["channel:unknown_channel", "platformContacts[0].channel:unknown_channel"]
    );
    // An existing one needs neither.
    let fields = json!({"platformContacts": [{"channel": "line", "socialPlatformId": "U1"}]});
    factory::contact(&client, fields).await;
    client.put(&format!("{CONTACTS}/by/socialPlatformId/U1"), json!({"notes": "x"})).await.expect(200);
    app.finish().await;
}

#[tokio::test]
async fn a_body_that_contradicts_the_value_is_refused() {
    let app = TestApp::new().await;
    let client = app.writer();
    factory::custom_field(&app, "cf_ref", "text", factory::FieldSetup::default()).await;
    let contradicts = ["customFields.cf_ref:contradiction"];
    let body = json!({"name": "x", "customFields": {"cf_ref": "B2"}});
    assert_eq!(refused(&client, "cf_ref", "A1", body.clone()).await, contradicts);
    client.put(&format!("{CONTACTS}/by/cf_ref/A1"), json!({"name": "x"})).await.expect(201);
    assert_eq!(refused(&client, "cf_ref", "A1", body).await, contradicts);
    assert_eq!(
        refused(&client, "cf_ref", "A1", json!({"customFields": {"cf_ref": null}})).await,
        contradicts
    );
    app.finish().await;
}

#[tokio::test]
async fn a_list_has_no_room_for_the_value() {
    let app = TestApp::new().await;
    let client = app.writer();
    let emails: Vec<Value> =
        (0..50).map(|number| json!({"email": format!("m{number}@example.com")})).collect();
    let body = json!({"name": "x", "email": emails});
    assert_eq!(refused(&client, "email", "a@example.com", body.clone()).await, ["email:too_many"]);
    client.put(&format!("{CONTACTS}/by/email/m7@example.com"), body.clone()).await.expect(201);
    client.put(&format!("{CONTACTS}/by/email/b@example.com"), json!({"name": "y"})).await.expect(201);
    assert_eq!(refused(&client, "email", "b@example.com", body).await, ["email:too_many"]);
    app.finish().await;
}

#[tokio::test]
async fn a_unique_value_of_another_contact_is_a_conflict() {
    let app = TestApp::new().await;
    let client = app.writer();
    factory::set_default_field(&app, "username", "is_unique").await;
    let frank = factory::contact(&client, json!({"username": "frank"})).await;
    let path = format!("{CONTACTS}/by/email/a@example.com");
    let answer = client.put(&path, json!({"username": "FRANK"})).await;
    assert_eq!(answer.expect_error(409, "conflict"), [("username".to_owned(), "taken".to_owned())]);
    assert_eq!(answer.json()["error"]["details"][0]["conflictingId"], frank["id"]);
    client.put(&path, json!({"username": "may"})).await.expect(201);
    client.put(&path, json!({"username": "frank"})).await.expect_error(409, "conflict");
    assert_eq!(total(&client, "").await, 2);
    app.finish().await;
}
