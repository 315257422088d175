//! Bodies: none is read before its head was looked at, and together they take no more than they may.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::FromRequest,
    http::{Method, Request, StatusCode},
    response::IntoResponse,
    routing::post,
};
use contacts::{
    config::CorsOrigins,
    error::Error,
    http::{
        body,
        limits::{Limits, limited},
    },
    request::{self, RequestContext},
    router,
};
use http_body::Frame;
use tokio::sync::{Notify, Semaphore};
use tower::ServiceExt;

use super::{Listening, wire::Wire};
use crate::support::{Setup, TestApp};

/// How long something may take before a test fails rather than hangs.
const PATIENCE: Duration = Duration::from_secs(60);

const JSON: (&str, &str) = ("content-type", "application/json");

/// A body of this many bytes in pieces, that counts how many of them were asked for.
struct Counted {
    left: usize,
    asked: Arc<AtomicUsize>,
    /// It comes to an end; else it is waited for at its end.
    ends: bool,
}

impl http_body::Body for Counted {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        let piece = self.left.min(16 * 1024);
        if piece == 0 {
            return if self.ends { Poll::Ready(None) } else { Poll::Pending };
        }
        self.left -= piece;
        self.asked.fetch_add(piece, Ordering::Relaxed);
        Poll::Ready(Some(Ok(Frame::data(Bytes::from(vec![b' '; piece])))))
    }
}

fn counted(length: usize, ends: bool) -> (Body, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    (Body::new(Counted { left: length, asked: asked.clone(), ends }), asked)
}

#[tokio::test]
async fn what_the_head_refuses_is_answered_though_its_body_never_comes() {
    // Longer than any of these may take: what waits for the body would be seen to wait.
    let app = TestApp::with(Setup { timeout: Duration::from_secs(3_000), ..Setup::default() }).await;
    let reader = app.reader();
    let expect = ("expect", "100-continue");
    let whoever = ("x-request-id", "request-7");
    for (status, client, method, path) in [
        (401, app.anon(), Method::POST, "/api/v1/contacts"),
        (401, app.with_token("a.b.c"), Method::POST, "/api/v1/contacts/bulk"),
        (401, app.anon(), Method::PUT, "/api/v1/contacts/by/email/x"),
        (403, reader.clone(), Method::POST, "/api/v1/contacts"),
        (403, reader.clone(), Method::POST, "/api/v1/contacts/bulk"),
        (404, app.anon(), Method::POST, "/api/v1/nothing"),
        (404, app.anon(), Method::POST, "/nothing"),
        (405, app.anon(), Method::POST, "/healthz"),
        (404, app.admin(), Method::PATCH, "/api/v1/contacts/42"),
    ] {
        for header in [expect, whoever] {
            let (body, asked) = counted(64 * 1024, false);
            let answer = client.send(method.clone(), path, &[JSON, header], body).await;
            assert_eq!(answer.status.as_u16(), status, "{method} {path}: {}", answer.text());
            if header == expect {
                assert_eq!(
                    asked.load(Ordering::Relaxed),
                    0,
                    "{method} {path}: nothing of the body is asked for"
                );
            }
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn what_the_head_refuses_is_answered_at_once_and_the_connection_goes_on_behind_its_body() {
    let service = Listening::new().await;
    let address = service.app.listen().await;
    let body = vec![b' '; 300_000];
    for (status, path) in [(401, "/api/v1/contacts"), (404, "/api/v1/nothing"), (405, "/healthz")] {
        let mut wire = Wire::connect(address).await;
        let head = super::Request::new("POST", path)
            .header("content-type", "application/json")
            .header("content-length", &body.len().to_string());
        wire.send(&head.into_bytes()).await;
        assert_eq!(wire.answer().await.status, status, "{path}: before anything of its body has come");
        wire.send(&body).await;
        assert_eq!(wire.call(&service.get("/api/v1/tags")).await.status, 200, "{path}");
    }
    service.finish().await;
}

#[tokio::test]
async fn a_body_that_does_not_come_is_a_request_timeout_and_no_failure_of_the_service() {
    let mut service = Listening::new().await;
    let cors = CorsOrigins::List(Vec::new());
    let router = router::build(service.app.state.clone(), &cors, Duration::from_millis(400)).unwrap();
    service.app.router = router;
    let address = service.app.listen().await;
    for path in ["/api/v1/contacts", "/api/v1/contacts/bulk"] {
        let head = service
            .request("POST", path)
            .header("content-type", "application/json")
            .header("content-length", "1000")
            .into_bytes();
        for sent in [&b""[..], b"{\"name\":"] {
            let mut wire = Wire::connect(address).await;
            wire.send(&[&head, sent].concat()).await;
            let answer = wire.answer().await;
            assert_eq!(answer.status, 408, "{path}: {}", answer.text());
            answer.assert_error(path, "request_timeout");
            assert_eq!(answer.header("connection"), Some("close"));
            assert_eq!(answer.header("retry-after"), None);
            assert_eq!(wire.rest().await, b"");
        }
    }
    service.assert_goes_on("bodies that did not come").await;
    service.finish().await;
}

/// Answers with the length of a body, once it is let go on.
struct Echo {
    router: Router,
    under_way: Arc<AtomicUsize>,
    changed: Arc<Notify>,
    go_on: Arc<Semaphore>,
}

impl Echo {
    fn new(limits: Limits) -> Self {
        let (under_way, changed) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
        let go_on = Arc::new(Semaphore::new(0));
        let handler = {
            let (under_way, changed, go_on) = (under_way.clone(), changed.clone(), go_on.clone());
            move |request: Request<Body>| {
                let (under_way, changed, go_on) = (under_way.clone(), changed.clone(), go_on.clone());
                async move {
                    let body = body::Body::from_request(request, &()).await?;
                    under_way.fetch_add(1, Ordering::SeqCst);
                    changed.notify_one();
                    go_on.acquire().await.unwrap().forget();
                    under_way.fetch_sub(1, Ordering::SeqCst);
                    Ok::<_, Error>(body.fields.len().to_string().into_response())
                }
            }
        };
        Self { router: limited(Router::new().route("/", post(handler)), limits), under_way, changed, go_on }
    }

    /// Sends a body of this length for a tenant.
    fn send(&self, tenant: &str, length: usize) -> tokio::task::JoinHandle<StatusCode> {
        let text = format!("{{\"a\":\"{}\"}}", "x".repeat(length - 8));
        let request = Request::post("/").header(JSON.0, JSON.1).body(Body::from(text)).unwrap();
        let (router, context) = (self.router.clone(), RequestContext::new("a-request".to_owned()));
        let tenant = tenant.to_owned();
        tokio::spawn(request::scope(context, async move {
            request::set_tenant(&tenant);
            router.oneshot(request).await.unwrap().status()
        }))
    }

    async fn wait_for(&self, under_way: usize) {
        let enough = async {
            while self.under_way.load(Ordering::SeqCst) < under_way {
                self.changed.notified().await;
            }
        };
        tokio::time::timeout(PATIENCE, enough).await.expect("so many are under way");
    }
}

#[tokio::test]
async fn bodies_together_take_no_more_than_they_may_and_a_tenant_no_more_than_half() {
    let kib = 1024;
    let echo = Echo::new(Limits { body: 100 * kib, bodies: 800 * kib, time: PATIENCE });
    let hostile: Vec<_> = (0..20).map(|_| echo.send("hostile", 100 * kib)).collect();
    echo.wait_for(4).await;
    // A neighbour passes by those that wait.
    let neighbour: Vec<_> = (0..4).map(|_| echo.send("neighbour", 100 * kib)).collect();
    echo.wait_for(8).await;
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
    assert_eq!(echo.under_way.load(Ordering::SeqCst), 8, "the others wait");
    echo.go_on.add_permits(24);
    for answer in hostile.into_iter().chain(neighbour) {
        assert_eq!(answer.await.unwrap(), 200);
    }
}

#[tokio::test]
async fn a_body_whose_length_was_not_said_takes_what_it_may_have_only_until_it_is_there() {
    // Room for one that may be long, beside many that turned out to be short.
    let echo = Echo::new(Limits { body: 1000, bodies: 4000, time: PATIENCE });
    let answers: Vec<_> = (0..20)
        .map(|_| {
            let pieces = ["{\"a\":", "1}"].map(|piece| Ok::<_, std::io::Error>(Bytes::from(piece)));
            let body = Body::from_stream(futures_util::stream::iter(pieces));
            let request = Request::post("/").header(JSON.0, JSON.1).body(body).unwrap();
            tokio::spawn(echo.router.clone().oneshot(request))
        })
        .collect();
    echo.wait_for(20).await;
    echo.go_on.add_permits(20);
    for answer in answers {
        assert_eq!(answer.await.unwrap().unwrap().status(), 200);
    }
}

#[tokio::test]
async fn a_body_that_waits_for_others_for_too_long_is_told_to_come_again() {
    let echo = Echo::new(Limits { body: 1000, bodies: 2000, time: Duration::from_millis(300) });
    let first = echo.send("acme", 1000);
    echo.wait_for(1).await;
    assert_eq!(echo.send("acme", 1000).await.unwrap(), 503);
    // The first one took longer than a request may.
    assert_eq!(first.await.unwrap(), 503);
    echo.go_on.add_permits(1);
    assert_eq!(echo.send("acme", 1000).await.unwrap(), 200, "what was taken is given back");
}

#[tokio::test]
async fn the_time_of_a_request_does_not_begin_before_its_body_is_there() {
    // Each of the two takes most of the time that there is.
    let (limit, most) = (Duration::from_secs(4), Duration::from_secs(3));
    let echo = Echo::new(Limits { body: 1000, bodies: 2000, time: limit });
    let late = futures_util::stream::once(async move {
        tokio::time::sleep(most).await;
        Ok::<_, std::io::Error>(Bytes::from("{\"a\":1}"))
    });
    let request = Request::post("/").header(JSON.0, JSON.1).body(Body::from_stream(late)).unwrap();
    let answer = tokio::spawn(echo.router.clone().oneshot(request));
    echo.wait_for(1).await;
    tokio::time::sleep(most).await;
    echo.go_on.add_permits(1);
    assert_eq!(answer.await.unwrap().unwrap().status(), 200);
}
