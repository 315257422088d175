//! Web pages of other origins: none may call, unless it is configured.

use axum::{body::Body, http::Method};
use contacts::config::CorsOrigins;

use crate::support::{Answer, Setup, TestApp};

const APP: &str = "https://app.example.com";
const EVIL: &str = "https://evil.example.com";

async fn app_with(origins: &str) -> TestApp {
    let cors: CorsOrigins = origins.parse().unwrap();
    TestApp::with(Setup { cors, ..Setup::default() }).await
}

/// A call that a page of `origin` makes.
async fn call(app: &TestApp, origin: &str) -> Answer {
    app.reader().send(Method::GET, "/api/v1/tags", &[("origin", origin)], Body::empty()).await
}

/// What a browser asks before a page of `origin` may update.
async fn preflight(app: &TestApp, origin: &str) -> Answer {
    let headers = [
        ("origin", origin),
        ("access-control-request-method", "PATCH"),
        ("access-control-request-headers", "authorization,content-type"),
    ];
    app.anon().send(Method::OPTIONS, "/api/v1/contacts/42", &headers, Body::empty()).await
}

/// A list in a header, in order and in lower case.
fn list(answer: &Answer, name: &str) -> Vec<String> {
    let mut list: Vec<String> =
        answer.header(name).unwrap_or_default().split(',').map(|one| one.trim().to_lowercase()).collect();
    list.sort();
    list
}

fn is_about_cors(answer: &Answer) -> bool {
    answer.headers.keys().any(|name| name.as_str().starts_with("access-control-"))
}

#[tokio::test]
async fn without_configuration_no_page_of_another_origin_may_call() {
    let app = TestApp::new().await;
    assert!(!is_about_cors(&call(&app, APP).await));
    let answer = preflight(&app, APP).await;
    answer.expect_error(405, "method_not_allowed");
    assert!(!is_about_cors(&answer), "{:?}", answer.headers);
    app.finish().await;
}

#[tokio::test]
async fn a_configured_origin_may_call_and_others_may_not() {
    let app = app_with(&format!("{APP}, http://localhost:3000")).await;
    for origin in [APP, "http://localhost:3000"] {
        let answer = call(&app, origin).await;
        answer.expect(200);
        assert_eq!(answer.header("access-control-allow-origin"), Some(origin));
        assert_eq!(
            list(&answer, "access-control-expose-headers"),
            ["allow", "etag", "location", "retry-after", "www-authenticate", "x-request-id"]
        );
        let vary =
            answer.headers.get_all("vary").iter().any(|vary| vary.to_str().unwrap().contains("origin"));
        assert!(vary, "a cache must not give one origin's answer to another: {:?}", answer.headers);
    }
    for origin in [EVIL, "https://app.example.com.evil.example", "http://app.example.com", "null"] {
        let answer = call(&app, origin).await;
        answer.expect(200);
        assert_eq!(answer.header("access-control-allow-origin"), None, "{origin}");
        assert_eq!(preflight(&app, origin).await.header("access-control-allow-origin"), None, "{origin}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_preflight_names_what_a_page_and_its_libraries_may_send() {
    let app = app_with(APP).await;
    let answer = preflight(&app, APP).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body.len(), 0);
    assert_eq!(answer.header("access-control-allow-origin"), Some(APP));
    assert_eq!(list(&answer, "access-control-allow-methods"), ["delete", "get", "patch", "post", "put"]);
    let headers = list(&answer, "access-control-allow-headers");
    for needed in [
        "authorization",
        "baggage",
        "content-type",
        "idempotency-key",
        "if-match",
        "if-none-match",
        "last-event-id",
        "sentry-trace",
        "traceparent",
        "tracestate",
        "x-request-id",
        "x-requested-with",
    ] {
        assert!(headers.contains(&needed.to_owned()), "{needed} in {headers:?}");
    }
    assert!(answer.header("access-control-max-age").unwrap().parse::<u32>().unwrap() > 0);
    assert!(answer.header("x-request-id").is_some());
    app.finish().await;
}

#[tokio::test]
async fn a_page_may_read_errors_too() {
    let app = app_with(APP).await;
    let headers = [("origin", APP)];
    for (path, status) in [("/api/v1/tags", 401), ("/api/v1/nothing", 404)] {
        let answer = app.anon().send(Method::GET, path, &headers, Body::empty()).await;
        assert_eq!(answer.status, status);
        assert_eq!(answer.header("access-control-allow-origin"), Some(APP), "{path}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_star_lets_every_page_call_without_credentials() {
    let app = app_with("*").await;
    for origin in [APP, EVIL] {
        for answer in [call(&app, origin).await, preflight(&app, origin).await] {
            assert_eq!(answer.status, 200);
            assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
            assert_eq!(answer.header("access-control-allow-credentials"), None);
        }
    }
    app.finish().await;
}
