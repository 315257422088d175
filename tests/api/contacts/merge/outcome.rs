//! Of everything that is no list the first wins; what is answered; a dry run.

use axum::http::Method;
use serde_json::{Value, json};

use super::{MERGES, merge, merged};
use crate::{
    contacts::{changes, list, texts},
    support::{TestApp, factory, factory::FieldSetup},
};

#[tokio::test]
async fn the_first_that_has_a_value_wins() {
    let app = TestApp::new().await;
    let client = app.writer();
    for (name, field_type, options) in [
        ("cf_sector", "text", &[][..]),
        ("cf_size", "number", &[]),
        ("cf_colours", "multi_select", &["red", "green", "blue"]),
    ] {
        factory::custom_field(&app, name, field_type, FieldSetup { options, ..FieldSetup::default() }).await;
    }
    let survivor = factory::contact(
        &client,
        json!({"username": "one", "name": "One", "address": "first street", "customFields": {"cf_size": 1}}),
    )
    .await;
    let second = factory::contact(
        &client,
        json!({
            "username": "two", "name": "Two", "address": "second street", "notes": "of the second",
            "company": "K-Link", "customFields": {"cf_size": 2, "cf_colours": ["red", "blue"]},
        }),
    )
    .await;
    let third = factory::contact(
        &client,
        json!({
            "username": "three", "name": "Three", "notes": "of the third", "company": "Other",
            "channel": "viber", "avatar_url": "https://example.com/3.jpg",
            "customFields": {"cf_sector": "Finance", "cf_colours": ["green"]},
        }),
    )
    .await;
    let contact = merged(&client, &survivor, &[&second, &third]).await["contact"].take();
    for (field, expected) in [
        ("username", json!("one")),
        ("name", json!("One")),
        ("address", json!("first street")),
        ("notes", json!("of the second")),
        ("company", second["company"].clone()),
        ("channel", json!("viber")),
        ("avatar_url", json!("https://example.com/3.jpg")),
        ("createdAt", survivor["createdAt"].clone()),
        ("id", survivor["id"].clone()),
    ] {
        assert_eq!(contact[field], expected, "{field}");
    }
    let values: Vec<(&Value, &Value)> = contact["customFields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|field| (&field["system_name"], &field["value"]))
        .collect();
    assert_eq!(
        values,
        [
            (&json!("cf_sector"), &json!("Finance")),
            (&json!("cf_size"), &json!(1)),
            (&json!("cf_colours"), &json!(["red", "blue"])),
        ]
    );
    app.finish().await;
}

#[tokio::test]
async fn the_answer_is_the_survivor_and_the_merge() {
    let app = TestApp::new().await;
    let client = app.writer();
    let survivor = factory::contact(&client, json!({"username": "one"})).await;
    let second = factory::contact(&client, json!({"username": "two", "notes": "kept"})).await;
    let third = factory::contact(&client, json!({"username": "three"})).await;
    let bystander = factory::contact(&client, json!({"username": "bystander"})).await;
    let answer = merge(&client, &survivor, json!({"from": [second["id"], third["id"]]})).await;
    let body = answer.expect(200);
    assert_eq!((&body["status"], &body["message"]), (&json!("success"), &json!("merging contacts")));
    assert_eq!(body["data"]["contact"]["notes"], "kept");
    assert!(body["data"]["contact"]["updatedAt"].as_str() > survivor["updatedAt"].as_str());
    let read = client.get(&factory::path(&survivor)).await;
    assert_eq!(read.expect(200)["data"], body["data"]["contact"]);
    assert_eq!(read.header("etag"), answer.header("etag"));

    // The others are gone, and found as the survivor.
    let page = list(&client, "sort=createdAt").await;
    assert_eq!(
        (&page["total"], texts(&page["data"], "username")),
        (&json!(2), vec!["one".into(), "bystander".into()])
    );
    assert_eq!(factory::read(&client, &bystander).await, bystander);

    let merges = client.get(MERGES).await.expect(200);
    assert_eq!((&merges["total"], &merges["lastPage"]), (&json!(1), &json!(1)));
    let merge = &merges["data"][0];
    assert_eq!(merge["id"], body["data"]["mergeId"]);
    assert_eq!(merge["survivorId"], survivor["id"]);
    assert_eq!(merge["mergedIds"], json!([second["id"], third["id"]]));
    assert_eq!((&merge["mergedBy"], &merge["undoneAt"]), (&json!("tester"), &Value::Null));
    assert_eq!(
        (&merge["mergedAt"], &merge["isUndoable"]),
        (&body["data"]["contact"]["updatedAt"], &json!(true))
    );
    let one = client.get(&format!("{MERGES}/{}", merge["id"].as_str().unwrap())).await.expect(200);
    assert_eq!(&one["data"], merge);
    app.finish().await;
}

#[tokio::test]
async fn merges_are_listed_newest_first_page_by_page() {
    let app = TestApp::new().await;
    let client = app.writer();
    let survivor = factory::contact(&client, json!({})).await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        let other = factory::contact(&client, json!({})).await;
        ids.insert(0, merged(&client, &survivor, &[&other]).await["mergeId"].take());
    }
    let first = client.get(&format!("{MERGES}?pageSize=2")).await.expect(200);
    let second = client.get(&format!("{MERGES}?pageSize=2&page=2")).await.expect(200);
    assert_eq!((&first["total"], &first["lastPage"]), (&json!(3), &json!(2)));
    let shown: Vec<_> = [&first, &second].iter().flat_map(|page| texts(&page["data"], "id")).collect();
    assert_eq!(json!(shown), json!(ids));
    assert_eq!(client.get(&format!("{MERGES}?page=0")).await.expect_invalid(), ["page:out_of_range"]);
    for path in [format!("{MERGES}/{}", crate::contacts::NOBODY), format!("{MERGES}/x")] {
        client.get(&path).await.expect_error(404, "not_found");
    }
    assert_eq!(app.stranger().get(MERGES).await.expect(200)["total"], 0);
    app.finish().await;
}

#[tokio::test]
async fn a_dry_run_shows_the_outcome_and_changes_nothing() {
    let app = TestApp::new().await;
    let client = app.writer();
    let survivor = factory::contact(&client, json!({"username": "one", "tags": ["a"]})).await;
    let other = factory::contact(
        &client,
        json!({"username": "two", "notes": "kept", "tags": ["b"], "email": [{"email": "b@x.com"}]}),
    )
    .await;
    let counter = changes(&app).await;
    let body = json!({"from": [other["id"]], "prefer": {"username": other["id"]}, "dryRun": true});
    let dry = merge(&client, &survivor, body.clone()).await;
    let shown = dry.expect(200)["data"].take();
    assert_eq!(shown["mergeId"], Value::Null);
    assert_eq!((&shown["contact"]["username"], &shown["contact"]["notes"]), (&json!("two"), &json!("kept")));

    assert_eq!(changes(&app).await, counter);
    assert_eq!(factory::read(&client, &survivor).await, survivor);
    assert_eq!(factory::read(&client, &other).await, other);
    assert_eq!(list(&client, "").await["total"], 2);
    assert_eq!(client.get(MERGES).await.expect(200)["total"], 0);

    // It shows what the merge then makes.
    let body = json!({"from": [other["id"]], "prefer": {"username": other["id"]}, "dryRun": false});
    let contact = merge(&client, &survivor, body).await.expect(200)["data"]["contact"].take();
    assert_eq!(super::without_time(&contact), super::without_time(&shown["contact"]));
    app.finish().await;
}

#[tokio::test]
async fn a_dry_run_is_refused_as_the_merge_would_be() {
    let app = TestApp::new().await;
    let client = app.writer();
    let survivor = factory::contact(&client, json!({})).await;
    let body = json!({"from": [crate::contacts::NOBODY], "dryRun": true});
    assert_eq!(merge(&client, &survivor, body).await.expect_invalid(), ["from[0]:unknown_contact"]);
    app.finish().await;
}

#[tokio::test]
async fn forms_are_understood_too() {
    let app = TestApp::new().await;
    let client = app.writer();
    factory::custom_field(&app, "cf_sector", "text", FieldSetup::default()).await;
    let make = |name: &'static str| {
        let client = client.clone();
        async move {
            factory::contact(&client, json!({"username": name, "customFields": {"cf_sector": name}})).await
        }
    };
    let (survivor, second, third) = (make("one").await, make("two").await, make("three").await);
    let id = |contact: &Value| contact["id"].as_str().unwrap().to_owned();
    let path = format!("{}/merge", factory::path(&survivor));
    let form = format!(
        "from[]={}&from[]={}&prefer[username]={}&prefer[customFields.cf_sector]={}",
        id(&second),
        id(&third),
        id(&second),
        id(&third)
    );
    for flag in ["true", "1", "on"] {
        let form = format!("{form}&dryRun={flag}");
        let shown = client.form(Method::POST, &path, &form).await.expect(200)["data"].take();
        assert_eq!(shown["contact"]["username"], "two");
        assert_eq!(shown["contact"]["customFields"][0]["value"], "three");
        assert_eq!(list(&client, "").await["total"], 3);
    }
    let refused = client.form(Method::POST, &path, &format!("{form}&dryRun=yes")).await;
    assert_eq!(refused.expect_invalid(), ["dryRun:wrong_type"]);
    let form = format!(
        r#"from=["{}","{}"]&prefer={{"username":"{}"}}&dryRun="#,
        id(&second),
        id(&third),
        id(&third)
    );
    let made = client.form(Method::POST, &path, &form).await.expect(200)["data"].take();
    assert_eq!(made["contact"]["username"], "three");
    assert_eq!(list(&client, "").await["total"], 1);
    app.finish().await;
}
