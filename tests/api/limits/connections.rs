//! What holds a connection without a whole request on it is ended, and cannot keep others out.

use std::{net::SocketAddr, time::Duration};

use contacts::http::server::{self, ServerLimits};
use serde_json::json;
use tokio::{
    net::TcpListener,
    sync::oneshot,
    task::JoinHandle,
    time::{Instant, timeout},
};

use super::wire::{Request, Wire};
use crate::support::{TestApp, eventually, factory, locks::somebody_waits};

/// How long something may take before a test fails rather than hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// A head that is not whole.
const HALF: &[u8] = b"GET /healthz HTTP/1.1\r\nhost: contacts.test\r\nx-more: ";

/// Ends of time that nothing reaches in a test.
fn patient() -> ServerLimits {
    let long = Duration::from_hours(1);
    ServerLimits { connections: 1_000, head: long, idle: long, stall: long, grace: long }
}

async fn connect_all(address: SocketAddr, count: usize) -> Vec<Wire> {
    let mut wires = Vec::new();
    for _ in 0..count {
        wires.push(Wire::connect(address).await);
    }
    wires
}

async fn assert_answers(address: SocketAddr, what: &str) {
    let answer = Wire::connect(address).await.call(&Request::new("GET", "/healthz")).await;
    assert_eq!(answer.status, 200, "{what}");
}

#[tokio::test]
async fn a_head_that_is_not_whole_in_time_ends_its_connection_however_it_trickles() {
    let app = TestApp::new().await;
    let address = app.listen_within(ServerLimits { head: Duration::from_millis(500), ..patient() }).await;
    let mut silent = Wire::connect(address).await;
    silent.send(HALF).await;
    let mut second = Wire::connect(address).await;
    assert_eq!(second.call(&Request::new("GET", "/healthz")).await.status, 200);
    second.send(HALF).await;
    let mut trickling = Wire::connect(address).await;
    let trickle = async {
        let mut bytes = 0_u64;
        while trickling.try_send(b"x").await {
            bytes += 1;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        bytes
    };
    assert!(timeout(PATIENCE, trickle).await.expect("a trickling head is ended") > 0);
    assert_eq!(silent.rest().await, b"");
    assert_eq!(second.rest().await, b"");
    assert_answers(address, "after heads that were not whole").await;
    app.finish().await;
}

#[tokio::test]
async fn a_connection_that_is_silent_between_requests_is_ended_and_one_that_is_used_is_not() {
    let app = TestApp::new().await;
    let address = app.listen_within(ServerLimits { idle: Duration::from_millis(800), ..patient() }).await;
    let mut never_used = Wire::connect(address).await;
    let mut used_once = Wire::connect(address).await;
    assert_eq!(used_once.call(&Request::new("GET", "/healthz")).await.status, 200);
    let mut used = Wire::connect(address).await;
    let begun = Instant::now();
    let mut longest = Duration::ZERO;
    while begun.elapsed() < Duration::from_secs(2) {
        let asked = Instant::now();
        if used.try_call(&Request::new("GET", "/healthz")).await != Some(200) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        longest = longest.max(asked.elapsed());
    }
    // On a machine so slow that it was silent for too long, it may be ended.
    assert!(begun.elapsed() >= Duration::from_secs(2) || longest >= Duration::from_millis(700));
    assert_eq!(never_used.rest().await, b"");
    assert_eq!(used_once.rest().await, b"");
    app.finish().await;
}

#[tokio::test]
async fn with_as_many_connections_as_there_may_be_those_that_wait_for_longest_make_room() {
    let app = TestApp::new().await;
    let address = app.listen_within(ServerLimits { connections: 50, ..patient() }).await;
    let mut half_open = connect_all(address, 40).await;
    for wire in &mut half_open {
        wire.send(HALF).await;
    }
    let _idle = connect_all(address, 200).await;
    assert_answers(address, "with 240 connections of 50").await;
    for mut wire in half_open {
        assert_eq!(wire.rest().await, b"", "the first ones made room");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_request_that_is_carried_out_never_makes_room_for_another_connection() {
    let app = TestApp::new().await;
    let address = app.listen_within(ServerLimits { connections: 4, ..patient() }).await;
    let pool = app.pool().await;
    let writer = app.writer();
    let contact = factory::contact(&writer, json!({})).await;
    let mut holder = pool.begin().await.unwrap();
    sqlx::query("select from tenant_counters for update").execute(&mut *holder).await.unwrap();
    let token = app.token("acme", "admin");
    let delete =
        Request::new("DELETE", &factory::path(&contact)).header("authorization", &format!("Bearer {token}"));
    let mut deleting = Wire::connect(address).await;
    deleting.send(&delete.into_bytes()).await;
    eventually("the request waits for the lock", async || somebody_waits(&pool).await).await;
    let _others = connect_all(address, 30).await;
    assert_answers(address, "beside a request under way").await;
    holder.rollback().await.unwrap();
    assert_eq!(deleting.answer().await.status, 200);
    pool.close().await;
    app.finish().await;
}

#[tokio::test]
async fn a_client_that_takes_no_answer_is_given_up() {
    let app = TestApp::new().await;
    let address = app.listen_within(ServerLimits { stall: Duration::from_millis(500), ..patient() }).await;
    let mut wire = Wire::connect(address).await;
    // More answers than the system keeps for a client.
    let requests = Request::new("GET", "/openapi.json").into_bytes().repeat(200);
    let asking = async { while wire.try_send(&requests).await {} };
    timeout(PATIENCE, asking).await.expect("the connection is ended");
    assert_answers(address, "after a client that took no answers").await;
    app.finish().await;
}

/// Listens until it is told to stop.
async fn serve_until_stopped(app: &TestApp) -> (SocketAddr, oneshot::Sender<()>, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(server::serve(listener, app.router.clone(), patient(), async {
        let _ = stopped.await;
    }));
    (address, stop, serving)
}

#[tokio::test]
async fn stopping_does_not_wait_for_connections_without_a_whole_request() {
    let app = TestApp::new().await;
    let (address, stop, serving) = serve_until_stopped(&app).await;
    let mut half_open = Wire::connect(address).await;
    half_open.send(HALF).await;
    let mut used = Wire::connect(address).await;
    assert_eq!(used.call(&Request::new("GET", "/healthz")).await.status, 200);
    let mut used_and_half_open = Wire::connect(address).await;
    assert_eq!(used_and_half_open.call(&Request::new("GET", "/healthz")).await.status, 200);
    used_and_half_open.send(HALF).await;
    let mut silent = Wire::connect(address).await;
    assert_answers(address, "before it stops").await;

    stop.send(()).unwrap();
    timeout(PATIENCE, serving).await.expect("it stops, though its grace is an hour").unwrap();
    for wire in [&mut half_open, &mut used, &mut used_and_half_open, &mut silent] {
        assert_eq!(wire.rest().await, b"");
    }
    app.finish().await;
}

#[tokio::test]
async fn stopping_waits_for_a_request_under_way_and_then_closes_its_connection() {
    let app = TestApp::new().await;
    let (address, stop, serving) = serve_until_stopped(&app).await;
    let token = app.token("acme", "admin");
    let body = factory::body(json!({})).to_string();
    let post = Request::new("POST", "/api/v1/contacts")
        .header("authorization", &format!("Bearer {token}"))
        .header("content-type", "application/json")
        .body(body.as_bytes())
        .into_bytes();
    let mut wire = Wire::connect(address).await;
    // All but the last byte: the request has begun, and its body is on the way.
    wire.send(&post[..post.len() - 1]).await;
    while app.state.metrics.render(app.state.database.status()).contains("contacts_http_requests_in_flight 0")
    {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    stop.send(()).unwrap();
    wire.send(&post[post.len() - 1..]).await;
    assert_eq!(wire.answer().await.status, 201);
    assert_eq!(wire.rest().await, b"");
    timeout(PATIENCE, serving).await.expect("it stops once the request was answered").unwrap();
    app.finish().await;
}
