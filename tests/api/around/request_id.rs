//! `x-request-id`: the caller's where it is sane, else one of ours, on every answer.

use std::collections::BTreeSet;

use axum::{body::Body, http::Method};
use uuid::Uuid;

use crate::support::{Answer, TestApp};

async fn get(app: &TestApp, path: &str, id: &str) -> Answer {
    app.reader().send(Method::GET, path, &[("x-request-id", id)], Body::empty()).await
}

#[tokio::test]
async fn a_sane_id_of_the_callers_comes_back() {
    let app = TestApp::new().await;
    let long = "x".repeat(128);
    for id in ["1", "abc", "0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c11", "trace_1.span-2", "-", &long] {
        assert_eq!(get(&app, "/api/v1/tags", id).await.header("x-request-id"), Some(id));
    }
    app.finish().await;
}

#[tokio::test]
async fn an_id_that_could_do_harm_is_replaced() {
    let app = TestApp::new().await;
    let too_long = "x".repeat(129);
    for id in ["", " ", "a b", "a\"b", "a\tb", "<script>", "a,b", "a/b", "a:b", "\u{e9}", "a=b", &too_long] {
        let answer = get(&app, "/api/v1/tags", id).await;
        let given = answer.header("x-request-id").unwrap();
        assert_ne!(given, id);
        assert!(Uuid::try_parse(given).is_ok(), "{id:?} became {given}");
    }
    app.finish().await;
}

#[tokio::test]
async fn every_answer_has_an_id_and_no_two_have_the_same() {
    let app = TestApp::new().await;
    let mut seen = BTreeSet::new();
    let reader = app.reader();
    for (path, status) in [
        ("/api/v1/tags", 200),
        ("/api/v1/tags", 200),
        ("/api/v1/nothing", 404),
        ("/api/v1/contacts/42", 404),
        ("/api/v1/contacts?page=0", 422),
        ("/api/v1/contacts?keyword=%FF", 400),
        ("/healthz", 200),
        ("/readyz", 200),
        ("/metrics", 200),
        ("/openapi.json", 200),
        ("/docs", 308),
        ("/docs/", 200),
        ("/docs/nothing", 404),
    ] {
        let answer = reader.get(path).await;
        assert_eq!(answer.status, status, "{path}");
        let id = answer.header("x-request-id").unwrap_or_else(|| panic!("{path} has no id")).to_owned();
        assert!(Uuid::try_parse(&id).is_ok(), "{path}: {id}");
        assert!(seen.insert(id), "{path}");
    }
    app.finish().await;
}

#[tokio::test]
async fn errors_carry_the_callers_id_in_the_envelope() {
    let app = TestApp::new().await;
    for (path, status) in
        [("/api/v1/nothing", 404), ("/api/v1/contacts?page=0", 422), ("/api/v1/contacts?keyword=%FF", 400)]
    {
        let answer = get(&app, path, "mine-42").await;
        assert_eq!(answer.expect(status)["requestId"], "mine-42");
        assert_eq!(answer.header("x-request-id"), Some("mine-42"));
    }
    let headers = [("x-request-id", "mine-43")];
    let answer = app.anon().send(Method::GET, "/api/v1/tags", &headers, Body::empty()).await;
    assert_eq!(answer.expect(401)["requestId"], "mine-43");
    let answer = app.anon().send(Method::TRACE, "/api/v1/tags", &headers, Body::empty()).await;
    assert_eq!(answer.expect(405)["requestId"], "mine-43");
    app.finish().await;
}
