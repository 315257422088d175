//! The stream of changes.

use std::time::Duration;

use axum::{
    body::Body,
    http::{Request, header},
};
use contacts::{
    auth::{Claims, Keys},
    http::server::{self, ServerLimits},
};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::oneshot,
};
use tower::ServiceExt;

use super::{CHANGES, items, now};
use crate::support::{
    Setup, TestApp,
    app::{SECRET, TENANT},
    database::TestDatabase,
    eventually, factory,
    proxy::{Line, Proxy},
};

/// An event of a stream.
#[derive(Debug, Clone, PartialEq)]
struct Event {
    id: String,
    name: String,
    data: Value,
}

/// A stream that is being read.
struct Reading {
    body: Body,
    text: String,
    /// The `id` of the last event, and of such without data.
    last: String,
}

impl Reading {
    /// A stream with these parameters, and this `Last-Event-ID`.
    async fn open(app: &TestApp, query: &str, last: Option<&str>) -> Self {
        Self::open_with(app, &app.token(TENANT, "contacts:read"), query, last).await
    }

    async fn open_with(app: &TestApp, token: &str, query: &str, last: Option<&str>) -> Self {
        let mut request = Request::get(format!("{CHANGES}/stream{query}"))
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::ACCEPT_ENCODING, "gzip, zstd");
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let response = app.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.status(), 200);
        let header = |name| response.headers().get(name).map(|value| value.to_str().unwrap());
        assert_eq!(header("content-type"), Some("text/event-stream"));
        assert_eq!(header("cache-control"), Some("no-store"));
        assert_eq!(header("x-accel-buffering"), Some("no"));
        assert_eq!(header("content-encoding"), None);
        Self { body: response.into_body(), text: String::new(), last: String::new() }
    }

    /// The next event; none where the stream ends.
    async fn next(&mut self) -> Option<Event> {
        loop {
            while let Some((block, rest)) = self.text.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.text = rest;
                let value = |name: &str| {
                    block
                        .lines()
                        .find_map(|line| line.strip_prefix(name)?.strip_prefix(": ").map(str::to_owned))
                };
                if let Some(id) = value("id") {
                    self.last = id;
                }
                if let Some(data) = value("data") {
                    let data = serde_json::from_str(&data).unwrap();
                    return Some(Event { id: self.last.clone(), name: value("event").unwrap(), data });
                }
            }
            let frame = self.body.frame().await?.unwrap();
            self.text.push_str(std::str::from_utf8(&frame.into_data().unwrap()).unwrap());
        }
    }

    /// Reads until the client knows where it begins.
    async fn begin(&mut self) -> String {
        while !self.text.ends_with("\n\n") {
            let frame = self.body.frame().await.unwrap().unwrap();
            self.text.push_str(std::str::from_utf8(&frame.into_data().unwrap()).unwrap());
        }
        self.text.trim().strip_prefix(":\nid: ").unwrap().to_owned()
    }
}

#[tokio::test]
async fn tells_what_the_call_tells_and_goes_on_after_any_of_its_events() {
    let app = TestApp::new().await;
    let writer = app.writer();
    let cursor = now(&writer).await;
    for number in 0..5 {
        factory::contact(&writer, json!({"tags": [format!("t{number}")]})).await;
    }
    let page = writer.get(&format!("{CHANGES}?since={cursor}")).await.expect(200);
    let items = items(&page);
    let mut reading = Reading::open(&app, &format!("?since={cursor}"), None).await;
    let mut told = Vec::new();
    for item in items {
        let event = reading.next().await.unwrap();
        assert_eq!((event.name.as_str(), &event.data), ("change", item));
        told.push(event);
    }
    for (index, event) in told.iter().enumerate().take(items.len() - 1) {
        // The header goes before the parameter, as a browser sends it to the same URL.
        let mut again = Reading::open(&app, &format!("?since={cursor}"), Some(&event.id)).await;
        assert_eq!(again.next().await.unwrap().data, items[index + 1]);
        let page = writer.get(&format!("{CHANGES}?since={}", event.id)).await.expect(200);
        assert_eq!(page["data"].as_array().unwrap()[..], items[index + 1..]);
    }
    factory::contact(&writer, json!({})).await;
    let last = reading.next().await.unwrap();
    assert_eq!((&last.data["event"], &last.data["type"]), (&json!("create"), &json!("contact")));
    app.finish().await;
}

#[tokio::test]
async fn without_a_cursor_it_begins_now_and_says_where_that_is() {
    let app = TestApp::new().await;
    let writer = app.writer();
    factory::contact(&writer, json!({})).await;
    let mut reading = Reading::open(&app, "", None).await;
    let begun = reading.begin().await;
    assert_eq!(begun, now(&writer).await);
    drop(reading);
    // Whoever is cut off before the first event misses nothing.
    let contact = factory::contact(&writer, json!({})).await;
    let mut again = Reading::open(&app, "", Some(&begun)).await;
    assert_eq!(again.next().await.unwrap().data["id"], contact["id"]);
    app.finish().await;
}

#[tokio::test]
async fn types_are_kept_apart() {
    let app = TestApp::new().await;
    let mut reading = Reading::open(&app, "?types=tag,company", None).await;
    reading.begin().await;
    factory::contact(&app.writer(), json!({"tags": ["vip"]})).await;
    factory::contact(&app.writer(), json!({"company": "K-Link"})).await;
    for kind in ["tag", "company"] {
        assert_eq!(reading.next().await.unwrap().data["type"], kind);
    }
    app.finish().await;
}

#[tokio::test]
async fn a_cursor_that_does_not_hold_is_an_event_and_what_follows_goes_on_from_now() {
    let app = TestApp::new().await;
    let writer = app.writer();
    let lost = now(&app.stranger()).await;
    let mut reading = Reading::open(&app, &format!("?since={lost}"), None).await;
    let reset = reading.next().await.unwrap();
    assert_eq!((reset.name.as_str(), &reset.data), ("reset", &json!({"nextCursor": reset.id})));
    assert_eq!(reset.id, now(&writer).await);
    let contact = factory::contact(&writer, json!({})).await;
    assert_eq!(reading.next().await.unwrap().data["id"], contact["id"]);
    // One that is none is refused before.
    for (query, last) in [("?since=x", None), ("", Some("x")), ("?types=x", None)] {
        let headers: Vec<(&str, &str)> = last.map(|last| ("last-event-id", last)).into_iter().collect();
        let path = format!("{CHANGES}/stream{query}");
        writer.send(axum::http::Method::GET, &path, &headers, Body::empty()).await.expect(422);
    }
    app.finish().await;
}

#[tokio::test]
async fn ends_when_the_token_expires() {
    let app = TestApp::new().await;
    app.reader().get(CHANGES).await.expect(200);
    #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 fit 53 bits")]
    let now = app.state.clock.now().timestamp_millis() as f64 / 1e3;
    let claims = Claims { exp: (now + 2.0).floor(), ..app.claims(TENANT, "contacts:read") };
    let token = Keys::from_secret(SECRET).unwrap().sign(&claims).unwrap();
    let mut reading = Reading::open_with(&app, &token, "", None).await;
    assert_eq!(reading.next().await, None);
    app.finish().await;
}

#[tokio::test]
async fn holds_no_connection_of_the_pool_and_is_counted_while_it_is_open() {
    let app = TestApp::new().await;
    let mut streams = Vec::new();
    for _ in 0..50 {
        let mut reading = Reading::open(&app, "", None).await;
        reading.begin().await;
        let next = tokio::spawn(async move { reading.next().await });
        streams.push(next);
    }
    let open = async || {
        let metrics = app.anon().get("/metrics").await.text();
        let line = metrics.lines().find(|line| line.starts_with("contacts_change_streams ")).unwrap();
        line.rsplit(' ').next().unwrap().parse::<u32>().unwrap()
    };
    assert_eq!(open().await, 50);
    let database = &app.state.database;
    eventually("nobody has a connection", async || {
        let status = database.status();
        status.idle == status.connections
    })
    .await;
    let contact = factory::contact(&app.writer(), json!({})).await;
    for stream in streams {
        assert_eq!(stream.await.unwrap().unwrap().data["id"], contact["id"]);
    }
    eventually("none is open any more", async || open().await == 0).await;
    app.finish().await;
}

/// A stream over a real socket, of which the head was read.
async fn open_socket(app: &TestApp, address: std::net::SocketAddr, query: &str) -> TcpStream {
    let token = app.token(TENANT, "contacts:read");
    let mut socket = TcpStream::connect(address).await.unwrap();
    let request =
        format!("GET {CHANGES}/stream{query} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n");
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut read = Vec::new();
    while !String::from_utf8_lossy(&read).contains("id: ") {
        assert_ne!(socket.read_buf(&mut read).await.unwrap(), 0);
    }
    assert!(read.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&read));
    socket
}

#[tokio::test]
async fn the_service_stops_and_its_streams_end_in_order() {
    let app = TestApp::new().await;
    app.reader().get(CHANGES).await.expect(200);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let served = tokio::spawn(server::serve(listener, app.router.clone(), ServerLimits::default(), async {
        let _ = stopped.await;
    }));
    let mut sockets = Vec::new();
    for _ in 0..5 {
        sockets.push(open_socket(&app, address, "").await);
    }
    stop.send(()).unwrap();
    // Sooner than the grace that requests have.
    tokio::time::timeout(ServerLimits::default().grace / 2, served).await.unwrap().unwrap();
    for mut socket in sockets {
        let mut rest = Vec::new();
        socket.read_to_end(&mut rest).await.unwrap();
        assert!(rest.ends_with(b"0\r\n\r\n"), "{}", String::from_utf8_lossy(&rest));
    }
    app.finish().await;
}

#[tokio::test]
async fn one_that_is_not_read_is_given_up_and_one_that_is_idle_is_not() {
    let app = TestApp::new().await;
    let writer = app.writer();
    let cursor = now(&writer).await;
    let limits = ServerLimits {
        stall: Duration::from_millis(500),
        idle: Duration::from_millis(500),
        ..ServerLimits::default()
    };
    let address = app.listen_within(limits).await;
    factory::contacts(&writer, 24, &json!({})).await;
    // More than the system keeps for a socket that nobody reads.
    factory::swell(&app, 1_000_000).await;
    let open = async || {
        let metrics = app.anon().get("/metrics").await.text();
        let line = metrics.lines().find(|line| line.starts_with("contacts_change_streams ")).unwrap();
        line.rsplit(' ').next().unwrap().parse::<u32>().unwrap()
    };
    let mut idle = open_socket(&app, address, "?types=tag").await;
    let unread = open_socket(&app, address, &format!("?since={cursor}")).await;
    eventually("the one that is not read is given up", async || open().await == 1).await;
    drop(unread);
    factory::tag(&app.admin(), "vip").await;
    let mut read = Vec::new();
    while !String::from_utf8_lossy(&read).contains("vip") {
        assert_ne!(idle.read_buf(&mut read).await.unwrap(), 0);
    }
    app.state.database.close();
}

#[tokio::test]
async fn a_client_that_goes_away_ends_it() {
    let app = TestApp::new().await;
    app.reader().get(CHANGES).await.expect(200);
    let address = app.listen().await;
    let socket = open_socket(&app, address, "").await;
    drop(socket);
    eventually("it is not open any more", async || {
        app.anon().get("/metrics").await.text().contains("contacts_change_streams 0")
    })
    .await;
    app.finish().await;
}

#[tokio::test]
async fn goes_on_behind_a_large_batch_of_documents() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let tag = factory::tag(&admin, "vip").await;
    factory::many(&app, 1_000, &[tag["id"].as_str().unwrap()], None).await;
    let mut reading = Reading::open(&app, "?types=contact", None).await;
    reading.begin().await;
    admin
        .patch(&format!("/api/v1/tags/{}", tag["id"].as_str().unwrap()), json!({"name": "gold"}))
        .await
        .expect(200);
    for _ in 0..1_000 {
        assert_eq!(reading.next().await.unwrap().data["data"]["tags"][0]["name"], "gold");
    }
    let contact = factory::contact(&admin, json!({})).await;
    assert_eq!(reading.next().await.unwrap().data["id"], contact["id"]);
    app.finish().await;
}

/// A service whose database does not answer once streams are open, within a time-out that no test waits for.
async fn stalls() -> (TestApp, Proxy) {
    let database = TestDatabase::new().await;
    let proxy = Proxy::to(&database.options()).await;
    let setup = Setup { timeout: Duration::from_hours(1), ..Setup::default() };
    let app = TestApp::on(database, proxy.options(), setup);
    app.writer().post("/api/v1/contacts", factory::body(json!({}))).await.expect(201);
    (app, proxy)
}

#[tokio::test]
async fn ends_with_its_token_and_with_the_service_while_the_database_does_not_answer() {
    let (app, proxy) = stalls().await;
    let cursor = now(&app.writer()).await;
    factory::contact(&app.writer(), json!({})).await;
    #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 fit 53 bits")]
    let seconds = app.state.clock.now().timestamp_millis() as f64 / 1e3;
    let claims = Claims { exp: (seconds + 3.0).floor(), ..app.claims(TENANT, "contacts:read") };
    let token = Keys::from_secret(SECRET).unwrap().sign(&claims).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let served = tokio::spawn(server::serve(listener, app.router.clone(), ServerLimits::default(), async {
        let _ = stopped.await;
    }));
    let since = format!("?since={cursor}");
    let mut reading = Reading::open_with(&app, &token, &since, None).await;
    proxy.set(Line::Stalled);
    assert_eq!(reading.next().await, None);
    let mut socket = open_socket(&app, address, &since).await;
    stop.send(()).unwrap();
    tokio::time::timeout(ServerLimits::default().grace / 2, served).await.unwrap().unwrap();
    let mut rest = Vec::new();
    socket.read_to_end(&mut rest).await.unwrap();
    assert!(rest.ends_with(b"0\r\n\r\n"), "{}", String::from_utf8_lossy(&rest));
    proxy.set(Line::Open);
    app.finish().await;
}

#[tokio::test]
async fn a_comment_shows_that_it_stands() {
    let app = TestApp::new().await;
    let mut reading = Reading::open(&app, "", None).await;
    reading.begin().await;
    reading.text.clear();
    let frame = tokio::time::timeout(Duration::from_secs(40), reading.body.frame()).await.unwrap().unwrap();
    assert_eq!(frame.unwrap().into_data().unwrap(), ":\n\n");
    app.finish().await;
}
