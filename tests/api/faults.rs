//! When the database goes away, stalls, and comes back.

use std::time::Duration;

use serde_json::json;

use crate::support::{
    Answer, Setup, TestApp,
    database::TestDatabase,
    factory,
    proxy::{Line, Proxy},
};

/// A service behind a proxy, and the proxy.
async fn behind_a_proxy(timeout: Duration) -> (TestApp, Proxy) {
    let database = TestDatabase::new().await;
    let proxy = Proxy::to(&database.options()).await;
    let options = proxy.options();
    (TestApp::on(database, options, Setup { timeout, max_connections: 4, ..Setup::default() }), proxy)
}

#[track_caller]
fn expect_unavailable(answer: &Answer) {
    answer.expect_error(503, "unavailable");
    assert!(answer.header("retry-after").unwrap().parse::<u32>().unwrap() > 0);
}

#[tokio::test]
async fn a_database_cut_off_mid_request_is_503_and_service_resumes_by_itself() {
    let (app, proxy) = behind_a_proxy(Duration::from_secs(60)).await;
    let writer = app.writer();
    let contact = factory::contact(&writer, json!({"name": "before"})).await;
    let path = factory::path(&contact);

    // Requests that are on their way when the line is cut.
    proxy.set(Line::Stalled);
    let under_way: Vec<_> = (0..4)
        .map(|_| {
            let (writer, path) = (writer.clone(), path.clone());
            tokio::spawn(async move { writer.get(&path).await })
        })
        .collect();
    while app.state.database.pool().num_idle() > 0 || app.state.database.pool().size() == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
        if under_way.iter().any(tokio::task::JoinHandle::is_finished) {
            break;
        }
    }
    proxy.set(Line::Cut);
    for request in under_way {
        expect_unavailable(&request.await.unwrap());
    }

    proxy.set(Line::Open);
    for _ in 0..8 {
        writer.get(&path).await.expect(200);
    }
    app.finish().await;
}

#[tokio::test]
async fn idle_connections_that_broke_are_noticed_before_they_fail_a_second_request() {
    let (app, proxy) = behind_a_proxy(Duration::from_secs(60)).await;
    let writer = app.writer();
    let path = factory::path(&factory::contact(&writer, json!({})).await);
    // Fill the pool, then break all of it while it is idle.
    let answers = futures_util::future::join_all((0..4).map(|_| writer.get(&path))).await;
    assert!(answers.iter().all(|answer| answer.status == 200));
    proxy.set(Line::Cut);
    proxy.set(Line::Open);
    let mut refused = 0;
    for _ in 0..12 {
        let answer = writer.get(&path).await;
        if answer.status == 503 {
            expect_unavailable(&answer);
            refused += 1;
        } else {
            answer.expect(200);
        }
    }
    assert!(refused <= 1, "{refused} requests failed of connections that broke while idle");
    app.finish().await;
}

#[tokio::test]
async fn a_stalled_database_is_503_after_the_time_out_and_nothing_is_left_behind() {
    let (app, proxy) = behind_a_proxy(Duration::from_secs(2)).await;
    let writer = app.writer();
    factory::contact(&writer, json!({"name": "kept"})).await;
    proxy.set(Line::Stalled);
    let body = factory::body(json!({"name": "lost", "company": "New Company", "tags": ["new tag"]}));
    expect_unavailable(&writer.post("/api/v1/contacts", body).await);
    proxy.set(Line::Cut);
    proxy.set(Line::Open);

    // The first may find a connection that broke while it was idle.
    let mut listing = writer.get("/api/v1/contacts").await;
    for _ in 0..20 {
        if listing.status == 200 {
            break;
        }
        listing = writer.get("/api/v1/contacts").await;
    }
    let listing = listing.expect(200);
    assert_eq!((&listing["total"], &listing["data"][0]["name"]), (&json!(1), &json!("kept")));
    assert_eq!(writer.get("/api/v1/tags").await.expect(200)["total"], 0);
    app.finish().await;
}

#[tokio::test]
async fn liveness_does_not_depend_on_the_database_and_readiness_does() {
    let (app, proxy) = behind_a_proxy(Duration::from_secs(2)).await;
    app.anon().get("/readyz").await.expect(200);
    proxy.set(Line::Cut);
    expect_unavailable(&app.anon().get("/readyz").await);
    app.anon().get("/healthz").await.expect(200);
    proxy.set(Line::Open);
    app.anon().get("/readyz").await.expect(200);
    app.finish().await;
}

/// A request that is given up while its transaction begins must not leave the transaction open on a connection
/// that others then get.
#[tokio::test]
async fn a_request_given_up_while_its_transaction_begins_leaves_no_transaction_open() {
    let (app, proxy) = behind_a_proxy(Duration::from_secs(2)).await;
    let writer = app.writer();
    factory::contact(&writer, json!({})).await;
    proxy.set(Line::Stalled);
    expect_unavailable(&writer.post("/api/v1/contacts", factory::body(json!({}))).await);
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
