//! Long polls: they end with what happens, hold nothing meanwhile, and end with the service.

use std::time::Duration;

use contacts::changes;
use serde_json::{Value, json};
use sqlx::Executor;
use tokio::{net::TcpListener, sync::oneshot};

use super::{CHANGES, items, now};
use crate::support::{Client, Setup, TestApp, eventually, factory};

fn waits(client: &Client, cursor: &str, seconds: u32) -> tokio::task::JoinHandle<Value> {
    let (client, path) = (client.clone(), format!("{CHANGES}?since={cursor}&wait={seconds}"));
    tokio::spawn(async move { client.get(&path).await.expect(200) })
}

/// Until it is waited for.
async fn awaited(app: &TestApp) {
    let changed = app.state.database.changed();
    eventually("somebody waits", async || !changed.awaited().is_empty()).await;
    // It has looked, and has nothing of the database any more.
    let database = &app.state.database;
    eventually("nobody has a connection", async || {
        let status = database.status();
        status.idle == status.connections
    })
    .await;
}

#[tokio::test]
async fn what_this_instance_writes_is_told_at_once_and_what_another_writes_soon() {
    let app = TestApp::new().await;
    let writer = app.writer();
    let cursor = now(&writer).await;
    let call = waits(&writer, &cursor, 60);
    awaited(&app).await;
    factory::contact(&writer, json!({})).await;
    let page = call.await.unwrap();
    assert_eq!(items(&page).len(), 1);

    let call = waits(&writer, page["nextCursor"].as_str().unwrap(), 60);
    awaited(&app).await;
    let poll = tokio::spawn(changes::look_for_changes(app.state.database.clone()));
    // Another instance has a pool of its own.
    let options = app.options();
    let elsewhere = contacts::database::Database::new(options, 2, Duration::from_secs(30));
    let state = contacts::state::Parts { database: elsewhere, ..(*app.state).clone() };
    let router = contacts::router::build(
        state.into(),
        &contacts::config::CorsOrigins::List(Vec::new()),
        Duration::from_secs(30),
    );
    let other = Client::new(router.unwrap(), Some(app.token(crate::support::app::TENANT, "admin")));
    factory::contact(&other, json!({})).await;
    assert_eq!(items(&call.await.unwrap()).len(), 1);
    poll.abort();
    app.finish().await;
}

#[tokio::test]
async fn after_the_time_an_empty_page_is_answered_whatever_else_happens() {
    let app = TestApp::new().await;
    let writer = app.writer();
    let cursor = now(&writer).await;
    let (client, path) = (writer.clone(), format!("{CHANGES}?since={cursor}&wait=1&types=tag"));
    let call = tokio::spawn(async move { client.get(&path).await.expect(200) });
    awaited(&app).await;
    factory::contact(&writer, json!({})).await;
    let page = call.await.unwrap();
    assert_eq!((items(&page).len(), &page["hasMore"]), (0, &false.into()));
    assert_ne!(page["nextCursor"], cursor.as_str(), "it went on");
    app.finish().await;
}

#[tokio::test]
async fn those_who_wait_hold_no_connection_and_no_time_out_ends_them() {
    let app =
        TestApp::with(Setup { max_connections: 2, timeout: Duration::from_secs(1), ..Setup::default() })
            .await;
    let writer = app.writer();
    let cursor = now(&writer).await;
    let calls: Vec<_> = (0..30).map(|_| waits(&writer, &cursor, 30)).collect();
    awaited(&app).await;
    // Longer than the time-out of requests and statements.
    let pool = app.pool().await;
    pool.execute("select pg_sleep(2.5)").await.unwrap();
    pool.close().await;
    factory::contact(&writer, json!({})).await;
    for call in calls {
        assert_eq!(items(&call.await.unwrap()).len(), 1);
    }
    app.finish().await;
}

#[tokio::test]
async fn the_service_stops_and_those_who_wait_are_answered_with_an_empty_page() {
    let app = TestApp::new().await;
    let token = app.token(crate::support::app::TENANT, "contacts:read");
    let cursor = now(&app.reader()).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let limits = contacts::http::server::ServerLimits::default();
    let served = tokio::spawn(contacts::http::server::serve(listener, app.router.clone(), limits, async {
        let _ = stopped.await;
    }));
    let call = tokio::process::Command::new("curl")
        .args(["--silent", "--header", &format!("Authorization: Bearer {token}")])
        .arg(format!("http://{address}{CHANGES}?since={cursor}&wait=60"))
        .output();
    let call = tokio::spawn(call);
    awaited(&app).await;
    stop.send(()).unwrap();
    served.await.unwrap();
    let page: Value = serde_json::from_slice(&call.await.unwrap().unwrap().stdout).unwrap();
    assert_eq!(page, json!({"data": [], "nextCursor": cursor, "hasMore": false}));
    app.finish().await;
}
