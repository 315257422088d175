//! A contact that was merged is read as the survivor and not written to.

use axum::{body::Body, http::Method};
use serde_json::{Value, json};

use super::{merge, merged, undo};
use crate::support::{Answer, Client, TestApp, factory};

/// Every way to write to a contact.
async fn writes(client: &Client, contact: &Value) -> Vec<Answer> {
    let path = factory::path(contact);
    vec![
        client.put(&path, json!({"notes": "x", "specific_update_fields": []})).await,
        client.patch(&path, json!({"notes": "x"})).await,
        client.patch(&format!("{path}/tags"), json!({"actionType": "MERGE", "tags": ["x"]})).await,
        client
            .send(Method::PATCH, &path, &[("if-match", "*"), ("content-type", "application/json")], "{}")
            .await,
        client.delete(&path).await,
        merge(client, contact, json!({"from": [crate::contacts::NOBODY]})).await,
    ]
}

#[tokio::test]
async fn a_merged_contact_is_read_as_the_survivor() {
    let app = TestApp::new().await;
    let client = app.writer();
    let survivor = factory::contact(&client, json!({"username": "one"})).await;
    let other = factory::contact(&client, json!({"username": "two"})).await;
    merged(&client, &survivor, &[&other]).await;
    let direct = client.get(&factory::path(&survivor)).await;
    let led = client.get(&factory::path(&other)).await;
    let (direct_body, mut led_body) = (direct.expect(200), led.expect(200));
    assert_eq!(led_body.as_object_mut().unwrap().remove("mergedInto"), Some(survivor["id"].clone()));
    assert_eq!(led_body, direct_body);
    assert!(direct_body.get("mergedInto").is_none());
    let etag = direct.header("etag").unwrap().to_owned();
    assert_eq!(led.header("etag"), Some(etag.as_str()));
    let unchanged =
        client.send(Method::GET, &factory::path(&other), &[("if-none-match", &etag)], Body::empty()).await;
    assert_eq!(unchanged.status, 304);
    app.stranger().get(&factory::path(&other)).await.expect_error(404, "not_found");
    app.finish().await;
}

#[tokio::test]
async fn a_write_to_a_merged_contact_names_the_survivor_and_changes_nothing() {
    let app = TestApp::new().await;
    let client = app.writer();
    let survivor = factory::contact(&client, json!({"username": "one"})).await;
    let other = factory::contact(&client, json!({"username": "two"})).await;
    let contact = merged(&client, &survivor, &[&other]).await["contact"].take();
    for answer in writes(&client, &other).await {
        assert_eq!(answer.expect_error(409, "conflict"), [("id".to_owned(), "merged".to_owned())]);
        assert_eq!(answer.json()["error"]["details"][0]["conflictingId"], survivor["id"]);
    }
    for answer in writes(&app.stranger(), &other).await {
        answer.expect_error(404, "not_found");
    }
    assert_eq!(factory::read(&client, &survivor).await, contact);
    app.finish().await;
}

#[tokio::test]
async fn those_that_were_merged_into_one_that_is_merged_lead_to_the_last() {
    let app = TestApp::new().await;
    let client = app.writer();
    let mut contacts = Vec::new();
    for number in 0..4 {
        contacts.push(factory::contact(&client, json!({"username": format!("user {number}")})).await);
    }
    let mut merges = Vec::new();
    for number in 0..3 {
        let merge = merged(&client, &contacts[number + 1], &[&contacts[number]]).await;
        merges.push(merge["mergeId"].clone());
    }
    let into = |contact: Value| {
        let client = client.clone();
        async move { client.get(&factory::path(&contact)).await.expect(200)["mergedInto"].take() }
    };
    for contact in &contacts[..3] {
        assert_eq!(into(contact.clone()).await, contacts[3]["id"]);
    }
    // Undone in turn they lead to where they led before.
    undo(&client, &merges[2]).await.expect(200);
    for (number, expected) in [(0, &contacts[2]["id"]), (1, &contacts[2]["id"]), (2, &Value::Null)] {
        assert_eq!(into(contacts[number].clone()).await, *expected, "{number}");
    }
    undo(&client, &merges[1]).await.expect(200);
    assert_eq!(into(contacts[0].clone()).await, contacts[1]["id"]);
    undo(&client, &merges[0]).await.expect(200);
    for contact in &contacts {
        assert_eq!(into(contact.clone()).await, Value::Null);
    }
    app.finish().await;
}

#[tokio::test]
async fn a_merged_contact_is_gone_with_its_survivor() {
    let app = TestApp::new().await;
    let client = app.writer();
    let survivor = factory::contact(&client, json!({})).await;
    let other = factory::contact(&client, json!({})).await;
    merged(&client, &survivor, &[&other]).await;
    client.delete(&factory::path(&survivor)).await.expect(200);
    client.get(&factory::path(&other)).await.expect_error(404, "not_found");
    for answer in writes(&client, &other).await {
        answer.expect_error(404, "not_found");
    }
    app.finish().await;
}
