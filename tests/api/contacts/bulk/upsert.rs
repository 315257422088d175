//! `PUT /contacts/by/{key}/{value}`: one contact for one value.

use axum::http::Method;
use serde_json::{Value, json};

use super::{rows, total};
use crate::{
    contacts::{CONTACTS, encoded, id},
    support::{Client, TestApp, factory},
};

fn by(key: &str, value: &str) -> String {
    format!("{CONTACTS}/by/{key}/{}", encoded(value))
}

/// The value is added to the new contact; then the same contact is found, by another writing of the value.
async fn makes_one(client: &Client, key: &str, value: &str, same: &str, body: Value) -> Value {
    let answer = client.put(&by(key, value), body).await;
    let made = answer.expect(201);
    assert_eq!(answer.header("location"), Some(factory::path(&made).as_str()));
    assert_eq!(factory::read(client, &made).await, made);
    let read = client.get(&factory::path(&made)).await;
    assert_eq!(answer.header("etag"), read.header("etag"));

    let answer = client.put(&by(key, same), json!({"notes": "again"})).await;
    let updated = answer.expect(200);
    assert_eq!(answer.header("location"), None);
    assert_eq!((&updated["id"], &updated["notes"]), (&made["id"], &json!("again")));
    assert_eq!(factory::read(client, &made).await, updated);
    let unchanged = client.put(&by(key, same), json!({"notes": "again"})).await.expect(200);
    assert_eq!(unchanged, updated, "it was so already");
    made
}

#[tokio::test]
async fn a_contact_is_created_and_then_updated_by_each_key() {
    let app = TestApp::new().await;
    let client = app.writer();
    factory::custom_field(&app, "cf_ref", "text", factory::FieldSetup::default()).await;
    factory::custom_field(&app, "cf_size", "number", factory::FieldSetup::default()).await;
    let setup = factory::FieldSetup { options: &["red", "blue"], ..Default::default() };
    factory::custom_field(&app, "cf_colours", "multi_select", setup).await;
    factory::contact(&client, json!({"email": [{"email": "other@example.com"}]})).await;

    let made =
        makes_one(&client, "email", "Frank+1@Example.com", "frank+1@example.COM", json!({"name": "F"})).await;
    assert_eq!(made["email"], json!([{"email": "Frank+1@Example.com", "isPrimary": false}]));
    let made =
        makes_one(&client, "phone", "09 797877765", "+95 9 797 877 765", json!({"username": "p"})).await;
    assert_eq!(made["phone"], json!([{"phone": "09 797877765", "isPrimary": false}]));
    let body = json!({"name": "S", "channel": "viber"});
    let made = makes_one(&client, "socialPlatformId", "U/12 %", "U/12 %", body).await;
    assert_eq!(made["platformContacts"], json!([{"channel": "viber", "socialPlatformId": "U/12 %"}]));
    let made = makes_one(&client, "cf_ref", "Ab 1", "aB 1", json!({"name": "C"})).await;
    assert_eq!(made["customFields"][0]["value"], "Ab 1");
    let made = makes_one(&client, "cf_size", "1.50", "1.5", json!({"name": "N"})).await;
    assert_eq!(made["customFields"][0]["value"], 1.5);
    let made = makes_one(&client, "cf_colours", "red", "red", json!({"name": "M"})).await;
    assert_eq!(made["customFields"][0]["value"], json!(["red"]));
    assert_eq!(total(&client, "").await, 7);
    app.finish().await;
}

#[tokio::test]
async fn a_value_that_the_body_has_is_not_added_again() {
    let app = TestApp::new().await;
    let client = app.writer();
    factory::custom_field(&app, "cf_ref", "text", factory::FieldSetup::default()).await;
    let emails = json!([{"email": "a@example.com"}, {"email": "FRANK@example.com", "isPrimary": true}]);
    let made = client
        .put(&by("email", "frank@example.com"), json!({"name": "F", "email": emails}))
        .await
        .expect(201);
    assert_eq!(made["email"].as_array().unwrap().len(), 2);
    let platforms = json!([{"channel": "line", "socialPlatformId": "U1"}]);
    let body = json!({"name": "S", "platformContacts": platforms});
    let made = client.put(&by("socialPlatformId", "U1"), body).await.expect(201);
    assert_eq!(made["platformContacts"], platforms);
    let body = json!({"name": "C", "customFields": {"cf_ref": "X1"}});
    let made = client.put(&by("cf_ref", "x1"), body).await.expect(201);
    assert_eq!(made["customFields"][0]["value"], "X1");
    app.finish().await;
}

#[tokio::test]
async fn lists_are_replaced_but_what_the_contact_was_found_by_stays() {
    let app = TestApp::new().await;
    let client = app.writer();
    let fields = json!({
        "email": [{"email": "a@example.com", "isPrimary": true}, {"email": "b@example.com"}],
        "phone": [{"phone": "09797877765"}], "tags": ["vip"],
        "platformContacts": [
            {"channel": "line", "socialPlatformId": "U1"}, {"channel": "viber", "socialPlatformId": "U2"},
        ],
    });
    let made = factory::contact(&client, fields).await;
    let body = json!({"email": [{"email": "c@example.com", "isPrimary": true}], "phone": [], "tags": []});
    let updated = client.put(&by("email", "A@example.com"), body.clone()).await.expect(200);
    let emails = json!([
        {"email": "c@example.com", "isPrimary": true}, {"email": "a@example.com", "isPrimary": false},
    ]);
    assert_eq!((&updated["id"], &updated["email"]), (&made["id"], &emails));
    assert_eq!((&updated["phone"], &updated["tags"]), (&json!([]), &json!([])));
    // So that the same request has the same effect.
    assert_eq!(client.put(&by("email", "a@example.com"), body).await.expect(200), updated);
    let body = json!({"platformContacts": []});
    let updated = client.put(&by("socialPlatformId", "U2"), body).await.expect(200);
    assert_eq!(updated["platformContacts"], json!([{"channel": "viber", "socialPlatformId": "U2"}]));
    app.finish().await;
}

#[tokio::test]
async fn a_contact_in_the_trash_is_not_revived() {
    let app = TestApp::new().await;
    let client = app.writer();
    let first = client.put(&by("email", "frank@example.com"), json!({"name": "Frank"})).await.expect(201);
    client.delete(&factory::path(&first)).await.expect(200);
    let second = client.put(&by("email", "frank@example.com"), json!({"name": "Frank"})).await.expect(201);
    assert_ne!(second["id"], first["id"]);
    client.get(&factory::path(&first)).await.expect_error(404, "not_found");
    assert_eq!((total(&client, "").await, rows(&app, "contact_trash").await), (1, 1));
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn upserts_of_one_value_at_once_make_one_contact() {
    let app = TestApp::new().await;
    let client = app.writer();
    for (key, value) in [("email", "new@example.com"), ("phone", "09797877765")] {
        let calls = (0..20).map(|number| {
            let (client, path) = (client.clone(), by(key, value));
            tokio::spawn(async move { client.put(&path, json!({"name": format!("n{number}")})).await })
        });
        let mut created = 0;
        let mut ids = std::collections::BTreeSet::new();
        for call in calls.collect::<Vec<_>>() {
            let answer = call.await.unwrap();
            assert!(answer.status.is_success(), "{}", answer.text());
            created += usize::from(answer.status.as_u16() == 201);
            ids.insert(id(&answer.json()));
        }
        assert_eq!((created, ids.len()), (1, 1), "{key}");
    }
    assert_eq!(total(&client, "").await, 2);
    assert_eq!(rows(&app, "upsert_locks").await, 0, "nothing is left of the locks");
    app.finish().await;
}

#[tokio::test]
async fn if_match_updates_only_what_was_read_and_creates_nothing() {
    let app = TestApp::new().await;
    let client = app.writer();
    let path = by("email", "frank@example.com");
    let json_headers = |tag: &'static str| [("content-type", "application/json"), ("if-match", tag)];
    let body = r#"{"name":"Frank"}"#;
    let none = client.send(Method::PUT, &path, &json_headers("*"), body).await;
    none.expect_error(412, "precondition_failed");
    assert_eq!(total(&client, "").await, 0);

    let made = client.put(&path, json!({"name": "Frank"})).await;
    let tag = made.header("etag").unwrap().to_owned();
    let headers = [("content-type", "application/json"), ("if-match", tag.as_str())];
    client.send(Method::PUT, &path, &headers, r#"{"notes":"x"}"#).await.expect(200);
    let outdated = client.send(Method::PUT, &path, &headers, r#"{"notes":"y"}"#).await;
    outdated.expect_error(412, "precondition_failed");
    assert_eq!(factory::read(&client, &made.json()).await["notes"], "x");
    app.finish().await;
}

#[tokio::test]
async fn a_repeated_request_is_answered_as_it_was() {
    let app = TestApp::new().await;
    let client = app.writer();
    let path = by("email", "frank@example.com");
    let headers = [("content-type", "application/json"), ("idempotency-key", "one")];
    let first = client.send(Method::PUT, &path, &headers, r#"{"name":"Frank"}"#).await;
    client.patch(&factory::path(&first.expect(201)), json!({"notes": "x"})).await.expect(200);
    let again = client.send(Method::PUT, &path, &headers, r#"{"name":"Frank"}"#).await;
    assert_eq!(again.expect(201), first.json());
    assert_eq!(again.header("location"), first.header("location"));
    app.finish().await;
}

#[tokio::test]
async fn a_form_does_the_same() {
    let app = TestApp::new().await;
    let client = app.writer();
    let body = r#"name=Frank&tags[]=vip&phone=[{"phone":"09797877765"}]"#;
    let made = client.form(Method::PUT, &by("email", "frank@example.com"), body).await.expect(201);
    assert_eq!(
        (&made["tags"][0]["name"], &made["phone"][0]["phone"]),
        (&json!("vip"), &json!("09797877765"))
    );
    let updated =
        client.form(Method::PUT, &by("email", "frank@example.com"), "notes=x&address=").await.expect(200);
    assert_eq!((&updated["id"], &updated["notes"]), (&made["id"], &json!("x")));
    app.finish().await;
}

#[tokio::test]
async fn another_tenant_has_contacts_of_its_own() {
    let app = TestApp::new().await;
    let path = by("email", "frank@example.com");
    let ours = app.writer().put(&path, json!({"name": "Ours"})).await.expect(201);
    let theirs = app.stranger().put(&path, json!({"name": "Theirs"})).await.expect(201);
    assert_ne!(ours["id"], theirs["id"]);
    assert_eq!(factory::read(&app.writer(), &ours).await["name"], "Ours");
    app.finish().await;
}
