//! `PUT /contacts/by/{key}/{value}?revive=true` that is refused: what is in the trash stays there as it is.

use axum::http::Method;
use serde_json::{Value, json};

use super::{rows, total};
use crate::{
    contacts::{CONTACTS, changes, id, texts},
    support::{Answer, Client, TestApp, factory, factory::FieldSetup},
};

const FRANK: &str = "/api/v1/contacts/by/email/frank@example.com?revive=true";
const TRASH: &str = "/api/v1/contacts/trash";

/// A contact in the trash with this email.
async fn trashed(client: &Client, fields: Value) -> Value {
    let contact = factory::contact(client, fields).await;
    client.delete(&factory::path(&contact)).await.expect(200);
    contact
}

fn frank() -> Value {
    json!({"email": [{"email": "Frank@example.com"}]})
}

async fn if_match(client: &Client, path: &str, tag: &str) -> Answer {
    client.json_with(Method::PUT, path, ("if-match", tag), json!({"name": "Frank", "notes": "x"})).await
}

#[tokio::test]
async fn anything_but_true_and_false_is_invalid_and_so_is_asking_twice() {
    let app = TestApp::new().await;
    let client = app.writer();
    let path = format!("{CONTACTS}/by/email/frank@example.com");
    for value in ["1", "TRUE", "yes", "true%20"] {
        let answer = client.put(&format!("{path}?revive={value}"), json!({"name": "x"})).await;
        assert_eq!(answer.expect_invalid(), ["revive:not_an_option"], "{value}");
    }
    for query in ["revive=true&revive=true", "revive=false&revive=true"] {
        let answer = client.put(&format!("{path}?{query}"), json!({"name": "x"})).await;
        assert_eq!(answer.expect_invalid(), ["revive:repeated"], "{query}");
    }
    let answer = client.put(&format!("{CONTACTS}/by/email/x?revive=2"), json!({"notes": 1})).await;
    let mut details = answer.expect_invalid();
    details.sort();
    assert_eq!(details, ["notes:wrong_type", "revive:not_an_option", "value:invalid_format"]);
    assert_eq!(total(&client, "").await, 0);
    app.finish().await;
}

#[tokio::test]
async fn several_in_the_trash_are_a_conflict_that_names_them() {
    let app = TestApp::new().await;
    let client = app.writer();
    let mut ids = Vec::new();
    for _ in 0..2 {
        ids.push(id(&trashed(&client, frank()).await).to_string());
    }
    ids.sort();
    let before = changes(&app).await;
    let answer = client.put(FRANK, json!({"notes": "x"})).await;
    let ambiguous = ("value".to_owned(), "ambiguous".to_owned());
    assert_eq!(answer.expect_error(409, "conflict"), [ambiguous.clone(), ambiguous]);
    assert_eq!(answer.json()["message"], "several contacts in the trash have this value");
    assert_eq!(texts(&answer.json()["error"]["details"], "conflictingId"), ids);
    // A condition cannot be about several.
    if_match(&client, FRANK, "*").await.expect_error(409, "conflict");
    assert_eq!((changes(&app).await, rows(&app, "contact_trash").await), (before, 2));

    for _ in 0..20 {
        trashed(&client, frank()).await;
    }
    let answer = client.put(FRANK, json!({"notes": "x"})).await;
    assert_eq!(answer.expect_error(409, "conflict").len(), 20, "the first 20 are named");
    // Where one of them lives, it is the one.
    let path = format!("{CONTACTS}/{}/restore", ids[0]);
    client.send(Method::POST, &path, &[], "").await.expect(200);
    assert_eq!(client.put(FRANK, json!({"notes": "x"})).await.expect(200)["id"], ids[0]);
    app.finish().await;
}

#[tokio::test]
async fn a_unique_value_that_was_taken_meanwhile_is_a_conflict() {
    let app = TestApp::new().await;
    let client = app.writer();
    factory::set_default_field(&app, "username", "is_unique").await;
    let setup = FieldSetup { is_unique: true, ..FieldSetup::default() };
    factory::custom_field(&app, "cf_code", "text", setup).await;
    let mut fields = frank();
    fields["username"] = json!("frank");
    fields["customFields"] = json!({"cf_code": "7"});
    let contact = trashed(&client, fields).await;
    let holder =
        factory::contact(&client, json!({"username": "FRANK", "customFields": {"cf_code": "8"}})).await;

    for body in [json!({}), json!({"notes": "x"})] {
        let answer = client.put(FRANK, body).await;
        assert_eq!(answer.expect_error(409, "conflict"), [("username".to_owned(), "taken".to_owned())]);
        assert_eq!(texts(&answer.json()["error"]["details"], "conflictingId"), [id(&holder).to_string()]);
    }
    client.patch(&factory::path(&holder), json!({"username": "may"})).await.expect(200);
    // Nor does the body get what somebody else has; then it is not restored either.
    let body = json!({"customFields": {"cf_code": "8"}});
    let answer = client.put(FRANK, body).await;
    let taken = [("customFields.cf_code".to_owned(), "taken".to_owned())];
    assert_eq!(answer.expect_error(409, "conflict"), taken);
    client.get(&format!("{TRASH}/{}", id(&contact))).await.expect(200);
    assert_eq!((total(&client, "").await, rows(&app, "contact_trash").await), (1, 1));
    assert_eq!(app.differences().await, Vec::<String>::new());

    let revived = client.put(FRANK, json!({"customFields": {"cf_code": "9"}})).await.expect(200);
    assert_eq!(revived["id"], contact["id"]);
    // It has its values again, and gave up what the body replaced.
    let body = factory::body(json!({"username": "frank"}));
    client.post(CONTACTS, body).await.expect_error(409, "conflict");
    factory::contact(&client, json!({"username": "other", "customFields": {"cf_code": "7"}})).await;
    app.finish().await;
}

#[tokio::test]
async fn an_invalid_body_leaves_it_in_the_trash() {
    let app = TestApp::new().await;
    let client = app.writer();
    trashed(&client, frank()).await;
    let before = changes(&app).await;
    let answer = client.put(FRANK, json!({"notes": 1, "contact_groups": ["x"]})).await;
    let mut details = answer.expect_invalid();
    details.sort();
    // No name is asked for, as it is no new contact.
    assert_eq!(details, ["contact_groups[0]:invalid_format", "notes:wrong_type"]);
    assert_eq!(client.put(FRANK, json!({"name": null})).await.expect_invalid().len(), 1);
    app.reader().put(FRANK, json!({})).await.expect_error(403, "forbidden");
    assert_eq!((changes(&app).await, rows(&app, "contact_trash").await), (before, 1));
    app.finish().await;
}

#[tokio::test]
async fn if_match_is_about_the_contact_as_it_was_deleted() {
    let app = TestApp::new().await;
    let client = app.writer();
    if_match(&client, FRANK, "*").await.expect_error(412, "precondition_failed");
    assert_eq!(total(&client, "").await, 0);

    let contact = trashed(&client, frank()).await;
    if_match(&client, FRANK, r#""0198c0de""#).await.expect_error(412, "precondition_failed");
    assert_eq!((total(&client, "").await, rows(&app, "contact_trash").await), (0, 1));
    let path = format!("{CONTACTS}/by/email/frank@example.com");
    if_match(&client, &path, "*").await.expect_error(412, "precondition_failed");

    let read = client.get(&format!("{TRASH}/{}", id(&contact))).await;
    let tag = read.header("etag").unwrap().to_owned();
    let revived = if_match(&client, FRANK, &tag).await;
    assert_eq!(revived.expect(200)["id"], contact["id"]);
    // It is another one now.
    if_match(&client, FRANK, &tag).await.expect_error(412, "precondition_failed");
    client.delete(&factory::path(&contact)).await.expect(200);
    if_match(&client, FRANK, &tag).await.expect_error(412, "precondition_failed");
    assert_eq!(if_match(&client, FRANK, "*").await.expect(200)["id"], contact["id"]);
    app.finish().await;
}
