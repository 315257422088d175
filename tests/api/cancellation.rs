//! Requests that are given up half-way.

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

/// A request that is given up while its transaction begins must not leave the transaction open on a connection
/// that others then get.
#[tokio::test]
async fn a_request_given_up_while_its_transaction_begins_leaves_no_transaction_open() {
    let database = TestDatabase::new().await;
    let proxy = Proxy::to(&database.options()).await;
    let options = proxy.options();
    let setup = Setup { max_connections: 4, ..Setup::default() };
    let app = TestApp::on(database, options, setup);
    let writer = app.writer();
    factory::contact(&writer, json!({})).await;
    // The same service, which gives a request less time.
    let cors = CorsOrigins::List(Vec::new());
    let router = router::build(app.state.clone(), &cors, Duration::from_millis(500)).unwrap();
    let impatient = Client::new(router, Some(app.token(TENANT, "contacts:write")));
    proxy.set(Line::Stalled);
    impatient.post("/api/v1/contacts", factory::body(json!({}))).await.expect_error(503, "unavailable");
    proxy.set(Line::Open);

    // The service's own connections, after each of them has been used again.
    let answers = futures_util::future::join_all((0..8).map(|_| writer.get("/api/v1/tags"))).await;
    assert!(answers.iter().any(|answer| answer.status == 200));
    let pool = app.pool().await;
    let open = "select count(*) from pg_stat_activity
                where datname = current_database() and application_name = 'contacts' and state like 'idle in%'";
    let mut still_open = i64::MAX;
    for _ in 0..200 {
        still_open = sqlx::query_scalar(open).fetch_one(&pool).await.unwrap();
        if still_open == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(still_open, 0);
    pool.close().await;
    app.finish().await;
}
