//! Defects and requests that take too long.

use std::time::Duration;

use contacts::{config::CorsOrigins, router};
use serde_json::json;

use crate::support::{
    Client, Setup, TestApp,
    app::TENANT,
    database::TestDatabase,
    factory,
    proxy::{Line, Proxy},
};

#[tokio::test]
async fn a_defect_is_answered_with_500_and_says_nothing_of_its_cause() {
    let app = TestApp::new().await;
    let writer = app.writer();
    let contact = factory::contact(&writer, json!({})).await;
    let pool = app.pool().await;
    sqlx::query("alter table contacts rename column document to moved").execute(&pool).await.unwrap();
    for answer in [
        writer.get(&factory::path(&contact)).await,
        writer.get("/api/v1/contacts").await,
        writer.get("/api/v1/contacts?keyword=frank").await,
        writer.post("/api/v1/contacts", factory::body(json!({}))).await,
        writer.patch(&factory::path(&contact), json!({"notes": "x"})).await,
    ] {
        assert_eq!(answer.expect_error(500, "internal"), []);
        let text = answer.text().to_lowercase();
        for cause in ["column", "document", "relation", "sql", "42703", "postgres"] {
            assert!(!text.contains(cause), "{cause} in {text}");
        }
        assert_eq!(answer.header("retry-after"), None, "trying again does not help");
    }
    // What does not need the column still works, and once it is back everything does.
    writer.get("/api/v1/tags").await.expect(200);
    sqlx::query("alter table contacts rename column moved to document").execute(&pool).await.unwrap();
    pool.close().await;
    factory::read(&writer, &contact).await;
    assert_eq!(writer.get("/api/v1/contacts").await.expect(200)["total"], 1);
    app.finish().await;
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_answered_with_503_and_when_to_try_again() {
    let database = TestDatabase::new().await;
    let proxy = Proxy::to(&database.options()).await;
    let app = TestApp::on(database, proxy.options(), Setup::default());
    let writer = app.writer();
    let contact = factory::contact(&writer, json!({})).await;
    // The same service with a time-out that is soon over.
    let cors = CorsOrigins::List(Vec::new());
    let router = router::build(app.state.clone(), &cors, Duration::from_millis(300)).unwrap();
    let impatient = Client::new(router, Some(app.token(TENANT, "contacts:read contacts:write")));

    proxy.set(Line::Stalled);
    for answer in [
        impatient.get(&factory::path(&contact)).await,
        impatient.get("/api/v1/contacts?keyword=x").await,
        impatient.post("/api/v1/contacts", factory::body(json!({}))).await,
        impatient.delete(&factory::path(&contact)).await,
        impatient.get("/readyz").await,
    ] {
        assert_eq!(answer.expect_error(503, "unavailable"), []);
        assert_eq!(answer.header("retry-after"), Some("1"));
    }
    // What needs no database is answered.
    app.anon().get("/healthz").await.expect(200);
    app.anon().get("/api/v1/tags").await.expect(401);
    writer.post("/api/v1/channels", json!({})).await.expect(403);

    proxy.set(Line::Open);
    factory::read(&writer, &contact).await;
    assert_eq!(writer.get("/api/v1/contacts").await.expect(200)["total"], 1);
    app.finish().await;
}
