//! Tenants come into being with the first token that names them, where that is allowed.

use std::time::Duration;

use contacts::{
    config::CorsOrigins,
    router,
    state::{AppState, Parts},
    tenants::Tenants,
};
use serde_json::json;

use super::PATH;
use crate::support::{Client, Setup, TestApp, factory};

/// How many tenants there are, by every table that has one.
async fn tenants(app: &TestApp) -> Vec<i64> {
    let mut counts = Vec::new();
    for sql in [
        "select count(*) from tenants",
        "select count(*) from tenant_slugs",
        "select count(*) from tenant_counters",
        "select count(distinct tenant_id) from channels",
        "select count(distinct tenant_id) from groups",
        "select count(distinct tenant_id) from fields",
    ] {
        let count: i64 = sqlx::query_scalar(sql).fetch_one(app.state.database.on()).await.unwrap();
        counts.push(count);
    }
    counts
}

/// Another instance of the service on the same database.
fn another_instance(app: &TestApp, auto_create: bool) -> axum::Router {
    let state = AppState::from(Parts { tenants: Tenants::new(auto_create), ..Parts::clone(&app.state) });
    router::build(state, &CorsOrigins::List(Vec::new()), Duration::from_secs(30)).unwrap()
}

#[tokio::test]
async fn the_first_token_of_a_tenant_makes_it() {
    let app = TestApp::new().await;
    assert_eq!(tenants(&app).await, [0; 6]);
    app.reader().get(PATH).await.expect(200);
    app.reader().get(PATH).await.expect(200);
    assert_eq!(tenants(&app).await, [1; 6]);
    app.stranger().get(PATH).await.expect(200);
    assert_eq!(tenants(&app).await, [2; 6]);
    app.finish().await;
}

#[tokio::test]
async fn a_token_that_may_not_do_what_it_asks_makes_no_tenant() {
    let app = TestApp::new().await;
    app.client("acme", "contacts:write").get(PATH).await.expect_error(403, "forbidden");
    app.client("acme", "").get(PATH).await.expect_error(403, "forbidden");
    app.with_token("a.b.c").get(PATH).await.expect_error(401, "unauthenticated");
    assert_eq!(tenants(&app).await, [0; 6]);
    app.finish().await;
}

#[tokio::test]
async fn an_unknown_tenant_is_forbidden_where_tokens_make_none() {
    let app = TestApp::with(Setup { auto_create_tenants: false, ..Setup::default() }).await;
    for _ in 0..2 {
        let answer = app.admin().get(PATH).await;
        assert_eq!(answer.expect_error(403, "forbidden"), []);
        assert!(answer.json()["message"].as_str().unwrap().contains("`acme`"));
    }
    let body = factory::body(json!({}));
    app.admin().post("/api/v1/contacts", body).await.expect_error(403, "forbidden");
    assert_eq!(tenants(&app).await, [0; 6]);

    // Once it exists, however it came into being, its tokens are good.
    let creating = another_instance(&app, true);
    let token = app.token("acme", "contacts:read");
    Client::new(creating, Some(token)).get(PATH).await.expect(200);
    app.reader().get(PATH).await.expect(200);
    app.stranger().get(PATH).await.expect_error(403, "forbidden");
    assert_eq!(tenants(&app).await, [1; 6]);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_first_requests_at_once_make_one_tenant_with_one_set_of_defaults() {
    let app = TestApp::new().await;
    let instances = [app.router.clone(), another_instance(&app, true), another_instance(&app, true)];
    let token = app.token("acme", "admin");
    let calls: Vec<_> = (0..20)
        .map(|index: usize| {
            let client = Client::new(instances[index % 3].clone(), Some(token.clone()));
            tokio::spawn(async move {
                if index.is_multiple_of(2) {
                    client.get("/api/v1/channels").await.expect(200)
                } else {
                    client.post("/api/v1/contacts", factory::body(json!({}))).await.expect(201)
                }
            })
        })
        .collect();
    for call in calls {
        call.await.unwrap();
    }
    assert_eq!(tenants(&app).await, [1; 6]);
    let reader = app.reader();
    for (path, total) in
        [("channels", 9), ("contacts/groups", 4), ("contacts/fields", 11), ("contacts", 10), ("tags", 0)]
    {
        let listing = reader.get(&format!("/api/v1/{path}?pageSize=100")).await.expect(200);
        assert_eq!(listing["total"], total, "{path}");
        assert_eq!(listing["data"].as_array().unwrap().len(), total, "{path}");
    }
    app.finish().await;
}
