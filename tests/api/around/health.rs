//! `/healthz` and `/readyz`.

use serde_json::json;

use crate::support::TestApp;

#[tokio::test]
async fn a_service_with_its_schema_is_alive_and_ready() {
    let app = TestApp::new().await;
    for path in ["/healthz", "/readyz"] {
        let answer = app.anon().get(path).await;
        assert_eq!(answer.expect(200), json!({"status": "ok"}), "{path}");
        assert_eq!(answer.header("content-type"), Some("application/json"), "{path}");
        // A token is neither needed nor looked at.
        app.with_token("a.b.c").get(path).await.expect(200);
    }
    app.finish().await;
}

#[tokio::test]
async fn a_service_whose_database_lacks_a_migration_is_alive_but_not_ready() {
    let app = TestApp::new().await;
    let pool = app.pool().await;
    app.anon().get("/readyz").await.expect(200);
    for change in [
        "delete from _sqlx_migrations where version = (select max(version) from _sqlx_migrations)",
        "delete from _sqlx_migrations",
        "drop table _sqlx_migrations",
        "drop schema public cascade",
    ] {
        sqlx::query(change).execute(&pool).await.unwrap();
        let answer = app.anon().get("/readyz").await;
        assert_eq!(answer.expect_error(503, "unavailable"), [], "{change}");
        assert!(answer.header("retry-after").is_some(), "{change}");
        assert!(answer.text().contains("contacts migrate"), "the reason: {}", answer.text());
        app.anon().get("/healthz").await.expect(200);
    }
    pool.close().await;
}
