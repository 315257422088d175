//! Operations on many contacts, and the one that finds its contact by a value.

mod atomic;
mod by_filter;
mod by_filter_refusals;
mod job;
mod many;
mod refusals;
mod rule;
mod together;
mod upsert;
mod upsert_refusals;
mod upsert_revive;
mod upsert_revive_refusals;

use serde_json::{Value, json};

use super::CONTACTS;
use crate::support::{Client, TestApp, app::TENANT, factory};

const BULK: &str = "/api/v1/contacts/bulk";
const BY_FILTER: &str = "/api/v1/contacts/bulk/by-filter";

/// What became of operations, none of which ended the request.
async fn bulk(client: &Client, operations: Value) -> Value {
    let body = client.post(BULK, json!({"operations": operations})).await.expect(200);
    assert_eq!((&body["status"], &body["message"]), (&json!("success"), &json!("carrying out operations")));
    let data = body["data"].clone();
    let results = data["results"].as_array().unwrap();
    assert_eq!(results.len(), operations.as_array().unwrap().len());
    for (index, result) in results.iter().enumerate() {
        assert_eq!(result["index"], index);
        assert_eq!(result["error"].is_null(), result["status"].as_u64().unwrap() < 300, "{result}");
    }
    let failed = results.iter().filter(|result| !result["error"].is_null()).count();
    assert_eq!((&data["succeeded"], &data["failed"]), (&json!(results.len() - failed), &json!(failed)));
    data["results"].clone()
}

/// The statuses of results.
fn statuses(results: &Value) -> Vec<u64> {
    results.as_array().unwrap().iter().map(|result| result["status"].as_u64().unwrap()).collect()
}

/// Why an operation was refused: `type`, then `field:code` of each detail.
#[track_caller]
fn refusal(result: &Value) -> (String, Vec<String>) {
    let error = &result["error"];
    assert!(!error["message"].as_str().unwrap().is_empty());
    let details = error["details"].as_array().unwrap().iter();
    let details = details
        .map(|detail| format!("{}:{}", detail["field"].as_str().unwrap(), detail["code"].as_str().unwrap()));
    (error["type"].as_str().unwrap().to_owned(), details.collect())
}

/// An operation that creates a contact with these fields.
fn create(fields: Value) -> Value {
    json!({"action": "create", "contact": factory::body(fields)})
}

/// What came of an action on what passes a filter.
async fn by_filter(client: &Client, body: Value) -> Value {
    client.post(BY_FILTER, body).await.expect(200)["data"].take()
}

/// How many contacts there are.
async fn total(client: &Client, query: &str) -> u64 {
    client.get(&format!("{CONTACTS}?{query}")).await.expect(200)["total"].as_u64().unwrap()
}

/// The history of a contact: what was done to it, by whom, and the fields that changed.
async fn history(app: &TestApp, contact: &Value) -> Vec<(String, String, Vec<String>)> {
    let pool = app.pool().await;
    let tenant = factory::tenant_id(&pool, TENANT).await;
    let rows: Vec<(String, String, String)> = sqlx::query_as(
        "select action, subject, changes from change_log where tenant_id = $1 and entity_id = $2 order by change, position",
    )
    .bind(tenant)
    .bind(super::id(contact))
    .fetch_all(&pool)
    .await
    .unwrap();
    pool.close().await;
    let fields = |changes: &str| {
        let changes: Value = serde_json::from_str(changes).unwrap();
        super::texts(&changes, "field")
    };
    rows.into_iter().map(|(action, subject, changes)| (action, subject, fields(&changes))).collect()
}

/// How many rows a table has of the tests' tenant.
async fn rows(app: &TestApp, table: &str) -> i64 {
    let pool = app.pool().await;
    let tenant = factory::tenant_id(&pool, TENANT).await;
    let mut sql = sqlx::QueryBuilder::new("select count(*) from ");
    sql.push(table).push(" where tenant_id = ").push_bind(tenant);
    let count = sql.build_query_scalar().fetch_one(&pool).await.unwrap();
    pool.close().await;
    count
}
