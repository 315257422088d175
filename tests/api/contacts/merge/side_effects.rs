//! What goes with a merge: unique values, values of archived fields, the history, repeated requests.

use axum::http::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{MERGES, merged, past_the_api, undo};
use crate::{
    contacts::{id, list},
    support::{TestApp, factory, factory::FieldSetup},
};

/// The history of a contact, oldest first: actions and changes.
async fn history(app: &TestApp, contact: &Value) -> Vec<(String, Value)> {
    let pool = app.pool().await;
    let rows: Vec<(String, String)> = sqlx::query_as(
        "select action, changes from change_log where entity_id = $1 order by change, position",
    )
    .bind(id(contact))
    .fetch_all(&pool)
    .await
    .unwrap();
    pool.close().await;
    rows.into_iter().map(|(action, changes)| (action, serde_json::from_str(&changes).unwrap())).collect()
}

/// The contacts' values of a field, as the table has them.
async fn values(app: &TestApp, field: Uuid) -> Vec<(Uuid, String)> {
    let pool = app.pool().await;
    let rows = sqlx::query_as(
        "select contact_id, value from field_values where field_id = $1 order by value, contact_id, position",
    )
    .bind(field)
    .fetch_all(&pool)
    .await
    .unwrap();
    pool.close().await;
    rows
}

#[tokio::test]
async fn unique_values_go_to_the_survivor_and_come_back() {
    let app = TestApp::new().await;
    let client = app.writer();
    factory::set_default_field(&app, "email", "is_unique").await;
    let unique = FieldSetup { is_unique: true, ..FieldSetup::default() };
    factory::custom_field(&app, "cf_code", "text", unique).await;
    let survivor = factory::contact(&client, json!({"email": [{"email": "one@x.com"}]})).await;
    let fields = json!({"email": [{"email": "two@x.com"}], "customFields": {"cf_code": "7"}});
    let other = factory::contact(&client, fields).await;
    let merge = merged(&client, &survivor, &[&other]).await;

    let holder = |fields: Value| {
        let client = client.clone();
        async move {
            let answer = client.post("/api/v1/contacts", factory::body(fields)).await;
            answer.expect_error(409, "conflict");
            answer.json()["error"]["details"][0]["conflictingId"].take()
        }
    };
    let email = |email: &str| json!({"email": [{"email": email}]});
    assert_eq!(holder(email("ONE@x.com")).await, survivor["id"]);
    assert_eq!(holder(email("two@x.com")).await, survivor["id"]);
    assert_eq!(holder(json!({"customFields": {"cf_code": "7"}})).await, survivor["id"]);

    undo(&client, &merge["mergeId"]).await.expect(200);
    assert_eq!(holder(email("one@x.com")).await, survivor["id"]);
    assert_eq!(holder(email("two@x.com")).await, other["id"]);
    assert_eq!(holder(json!({"customFields": {"cf_code": "7"}})).await, other["id"]);
    app.finish().await;
}

#[tokio::test]
async fn values_of_archived_fields_go_to_a_survivor_that_has_none_and_come_back() {
    let app = TestApp::new().await;
    let client = app.writer();
    let one = factory::custom_field(&app, "cf_one", "text", FieldSetup::default()).await;
    let options = FieldSetup { options: &["red", "green"], ..FieldSetup::default() };
    let two = factory::custom_field(&app, "cf_two", "multi_select", options).await;
    let survivor = factory::contact(&client, json!({"customFields": {"cf_one": "own"}})).await;
    let fields = json!({"customFields": {"cf_one": "other", "cf_two": ["red", "green"]}});
    let other = factory::contact(&client, fields.clone()).await;
    let archive = "update fields set is_archived = true where tenant_id = $1 and system_name like 'cf\\_%'";
    let before = (values(&app, one).await, values(&app, two).await);
    past_the_api(&app, archive).await;
    // As the archiving of a field leaves them.
    past_the_api(&app, "update contacts set document_version = 0 where tenant_id = $1").await;

    let merge = merged(&client, &survivor, &[&other]).await;
    assert_eq!(merge["contact"]["customFields"], json!([]));
    let texts =
        |texts: &[&str]| texts.iter().map(|text| (id(&survivor), (*text).to_owned())).collect::<Vec<_>>();
    assert_eq!(values(&app, one).await, texts(&["own"]));
    assert_eq!(values(&app, two).await, texts(&["green", "red"]));

    undo(&client, &merge["mergeId"]).await.expect(200);
    assert_eq!((values(&app, one).await, values(&app, two).await), before);
    app.finish().await;
}

#[tokio::test]
async fn the_history_tells_of_merges_and_of_their_undoing() {
    let app = TestApp::new().await;
    let client = app.writer();
    let survivor = factory::contact(&client, json!({"username": "one"})).await;
    let other = factory::contact(&client, json!({"username": "two", "notes": "kept"})).await;
    let merge = merged(&client, &survivor, &[&other]).await;
    undo(&client, &merge["mergeId"]).await.expect(200);
    let history_of_survivor = history(&app, &survivor).await;
    let actions: Vec<&str> = history_of_survivor.iter().map(|(action, _)| action.as_str()).collect();
    assert_eq!(actions, ["created", "merged", "unmerged"]);
    assert_eq!(history_of_survivor[1].1, json!([{"field": "notes", "before": null, "after": "kept"}]));
    assert_eq!(history_of_survivor[2].1, json!([{"field": "notes", "before": "kept", "after": null}]));
    let history_of_other = history(&app, &other).await;
    let actions: Vec<&str> = history_of_other.iter().map(|(action, _)| action.as_str()).collect();
    assert_eq!(actions, ["created", "mergedAway", "unmerged"]);
    let into =
        |before: &Value, after: &Value| json!([{"field": "mergedInto", "before": before, "after": after}]);
    assert_eq!(history_of_other[1].1, into(&Value::Null, &survivor["id"]));
    assert_eq!(history_of_other[2].1, into(&survivor["id"], &Value::Null));
    app.finish().await;
}

#[tokio::test]
async fn repeated_requests_are_carried_out_once() {
    let app = TestApp::new().await;
    let client = app.writer();
    let survivor = factory::contact(&client, json!({})).await;
    let other = factory::contact(&client, json!({"notes": "kept"})).await;
    let path = format!("{}/merge", factory::path(&survivor));
    let body = json!({"from": [other["id"]]}).to_string();
    let headers = [("content-type", "application/json"), ("idempotency-key", "merge")];
    let first = client.send(Method::POST, &path, &headers, body.clone()).await;
    let again = client.send(Method::POST, &path, &headers, body).await;
    assert_eq!(first.expect(200), again.expect(200));
    assert_eq!(first.header("etag"), again.header("etag"));
    assert_eq!(client.get(MERGES).await.expect(200)["total"], 1);

    let merge_id = first.json()["data"]["mergeId"].as_str().unwrap().to_owned();
    let path = format!("{MERGES}/{merge_id}/undo");
    let headers = [("idempotency-key", "undo")];
    let first = client.send(Method::POST, &path, &headers, "").await;
    let again = client.send(Method::POST, &path, &headers, "").await;
    assert_eq!(first.expect(200), again.expect(200));
    client.send(Method::POST, &path, &[], "").await.expect_error(409, "conflict");
    assert_eq!(list(&client, "").await["total"], 2);
    app.finish().await;
}

#[tokio::test]
async fn a_dry_run_takes_no_key() {
    let app = TestApp::new().await;
    let client = app.writer();
    let survivor = factory::contact(&client, json!({})).await;
    let other = factory::contact(&client, json!({})).await;
    let path = format!("{}/merge", factory::path(&survivor));
    let headers = [("content-type", "application/json"), ("idempotency-key", "merge")];
    for (dry_run, merge_is_there) in [(true, false), (true, false), (false, true)] {
        let body = json!({"from": [other["id"]], "dryRun": dry_run}).to_string();
        let answer = client.send(Method::POST, &path, &headers, body).await.expect(200);
        assert_eq!(answer["data"]["mergeId"].is_string(), merge_is_there);
    }
    app.finish().await;
}
