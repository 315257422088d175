//! Every POST takes an `Idempotency-Key`.

use axum::http::Method;

use super::{assert_documented, calls::call, operations, owned::Owned};
use crate::{
    openapi::{self, Operation, schema},
    support::{Answer, TestApp, app::TENANT},
};

fn posts() -> impl Iterator<Item = Operation> {
    operations().into_iter().filter(|operation| operation.method == Method::POST)
}

#[test]
fn every_post_documents_the_header() {
    let document = openapi::document();
    for operation in posts() {
        let parameters = operation.value["parameters"].as_array().into_iter().flatten();
        let mut parameters = parameters.map(|parameter| schema::resolved(&document, parameter));
        let is_documented =
            parameters.any(|parameter| parameter["in"] == "header" && parameter["name"] == "Idempotency-Key");
        assert!(
            is_documented,
            "{} does not document Idempotency-Key: its handler takes `key: IdempotencyKey`, begins with \
             `key.begin`, ends with `key.commit_change`, and has `params(openapi::IdempotencyKeyHeader)`",
            operation.id
        );
        assert!(operation.value["responses"].get("422").is_some(), "{} lacks 422", operation.id);
    }
}

/// The committed changes of all tenants.
async fn changes(app: &TestApp) -> i64 {
    let pool = app.pool().await;
    let changes = sqlx::query_scalar("select sum(changes)::bigint from tenant_counters")
        .fetch_one(&pool)
        .await
        .unwrap();
    pool.close().await;
    changes
}

fn shown(answer: &Answer) -> (u16, Option<&str>, Option<&str>, String) {
    (answer.status.as_u16(), answer.header("location"), answer.header("etag"), answer.text())
}

#[tokio::test]
async fn every_post_that_is_sent_again_is_carried_out_once() {
    let document = openapi::document();
    for operation in posts() {
        let id = &operation.id;
        let app = TestApp::new().await;
        let owned = Owned::new(&app).await;
        let client = app.client(TENANT, &operation.scopes().join(" "));
        let headers = [("idempotency-key", "coverage")];
        let first = call(id, &owned).send_with(&client, &operation, &headers, "").await;
        assert!(first.status.is_success(), "{id}: {} {}", first.status, first.text());
        let after_first = changes(&app).await;
        for _ in 0..2 {
            let again = call(id, &owned).send_with(&client, &operation, &headers, "").await;
            assert_eq!(shown(&again), shown(&first), "{id}");
        }
        assert_eq!(changes(&app).await, after_first, "{id} was carried out again");
        // Another request under the same key: somebody else's.
        let mut claims = app.claims(TENANT, &operation.scopes().join(" "));
        claims.sub = "somebody else".into();
        let other = call(id, &owned).send_with(&app.with_claims(&claims), &operation, &headers, "").await;
        assert_eq!(other.expect_invalid(), ["Idempotency-Key:reused"], "{id}");
        assert_documented(&document, &operation, &other);
        app.finish().await;
    }
}
