//! What is no merge.

use axum::http::Method;
use serde_json::{Value, json};

use super::{merge, merged};
use crate::{
    contacts::{NOBODY, changes, list},
    support::{TestApp, factory, factory::FieldSetup},
};

#[tokio::test]
async fn contacts_that_cannot_be_merged_are_named_one_by_one() {
    let app = TestApp::new().await;
    let client = app.writer();
    let survivor = factory::contact(&client, json!({})).await;
    let other = factory::contact(&client, json!({})).await;
    let gone = factory::contact(&client, json!({})).await;
    let third = factory::contact(&client, json!({})).await;
    let foreign = factory::contact(&app.stranger(), json!({})).await;
    merged(&client, &other, &[&gone]).await;
    let counter = changes(&app).await;
    let from = json!([
        NOBODY,
        other["id"],
        survivor["id"],
        other["id"],
        "x",
        7,
        null,
        foreign["id"],
        gone["id"],
        third["id"],
    ]);
    let answer = merge(&client, &survivor, json!({"from": from})).await;
    let mut details = answer.expect_invalid();
    details.sort();
    assert_eq!(
        details,
        [
            "from[0]:unknown_contact",
            "from[2]:itself",
            "from[3]:duplicate",
            "from[4]:invalid_format",
            "from[5]:wrong_type",
            "from[6]:wrong_type",
            "from[7]:unknown_contact",
            "from[8]:merged",
        ]
    );
    let into = other["id"].as_str().unwrap();
    assert!(answer.text().contains(into), "names what it was merged into: {}", answer.text());
    assert_eq!(changes(&app).await, counter);
    assert_eq!(list(&client, "").await["total"], 3);
    app.finish().await;
}

#[tokio::test]
async fn bodies_that_say_nothing_or_too_much() {
    let app = TestApp::new().await;
    let client = app.writer();
    let survivor = factory::contact(&client, json!({})).await;
    let other = factory::contact(&client, json!({})).await;
    let many: Vec<Value> = (0..21).map(|_| json!(uuid::Uuid::now_v7())).collect();
    for (body, expected) in [
        (json!({}), &["from:required"][..]),
        (json!({"from": null}), &["from:required"]),
        (json!({"from": []}), &["from:required"]),
        (json!({"from": other["id"]}), &["from:wrong_type"]),
        (json!({"from": many}), &["from:too_many"]),
        (json!({"from": [other["id"]], "prefer": []}), &["prefer:wrong_type"]),
        (json!({"from": [other["id"]], "dryRun": "yes"}), &["dryRun:wrong_type"]),
        (json!({"from": [other["id"]], "into": 1}), &["into:unknown_field"]),
        (
            json!({"from": [], "dryRun": 1, "x": 1}),
            &["x:unknown_field", "from:required", "dryRun:wrong_type"],
        ),
    ] {
        assert_eq!(merge(&client, &survivor, body.clone()).await.expect_invalid(), expected, "{body}");
    }
    merge(&client, &survivor, json!([])).await.expect_invalid();
    let path = format!("{}/merge", factory::path(&survivor));
    let headers = [("content-type", "application/json")];
    client.send(Method::POST, &path, &headers, "{").await.expect_error(400, "malformed_request");
    client
        .send(Method::POST, &path, &[("content-type", "text/plain")], "x")
        .await
        .expect_error(415, "unsupported_media_type");
    assert_eq!(list(&client, "").await["total"], 2);
    app.finish().await;
}

#[tokio::test]
async fn preferences_of_unknown_fields_or_for_others_contacts() {
    let app = TestApp::new().await;
    let client = app.writer();
    factory::custom_field(&app, "cf_old", "text", FieldSetup { is_archived: true, ..FieldSetup::default() })
        .await;
    let survivor = factory::contact(&client, json!({})).await;
    let other = factory::contact(&client, json!({})).await;
    let bystander = factory::contact(&client, json!({})).await;
    // As long as the name of a custom field may be: a path shows it whole.
    let long = format!("customFields.cf_{}", "x".repeat(60));
    let prefer = json!({
        &long: bystander["id"],
        "colour": other["id"], "id": other["id"], "createdAt": other["id"], "customFields": other["id"],
        "customFields.cf_none": other["id"], "customFields.cf_old": other["id"], "cf_old": other["id"],
        "name": bystander["id"], "notes": NOBODY, "address": "x", "company": 7, "tags": null,
        "avatar_url": other["id"], "socialProfileUrl": survivor["id"],
    });
    let mut details =
        merge(&client, &survivor, json!({"from": [other["id"]], "prefer": prefer})).await.expect_invalid();
    details.sort();
    let mut expected = vec!["prefer.socialProfileUrl:contradiction".to_owned()];
    for name in
        ["colour", "id", "createdAt", "customFields", "customFields.cf_none", "customFields.cf_old", "cf_old"]
    {
        expected.push(format!("prefer.{name}:unknown_field"));
    }
    for name in ["name", "notes", "address", &long] {
        expected.push(format!("prefer.{name}:not_an_option"));
    }
    for name in ["company", "tags"] {
        expected.push(format!("prefer.{name}:wrong_type"));
    }
    expected.sort();
    assert_eq!(details, expected);
    app.finish().await;
}

#[tokio::test]
async fn a_survivor_that_is_not_there() {
    let app = TestApp::new().await;
    let client = app.writer();
    let other = factory::contact(&client, json!({})).await;
    let foreign = factory::contact(&app.stranger(), json!({})).await;
    let body = json!({"from": [other["id"]]});
    for id in [NOBODY, "x", foreign["id"].as_str().unwrap()] {
        let path = format!("/api/v1/contacts/{id}/merge");
        client.post(&path, body.clone()).await.expect_error(404, "not_found");
    }
    assert_eq!(factory::read(&client, &other).await, other);
    app.finish().await;
}
