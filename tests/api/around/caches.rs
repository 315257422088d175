//! What caches and browsers may do with an answer.

use axum::{body::Body, http::Method};
use serde_json::json;

use crate::support::{TestApp, factory};

#[tokio::test]
async fn personal_data_is_kept_by_no_cache_and_a_contact_only_to_be_asked_for_again() {
    let app = TestApp::new().await;
    let writer = app.writer();
    let created = writer.post("/api/v1/contacts", factory::body(json!({}))).await;
    let path = factory::path(&created.json());
    let contact = writer.get(&path).await;
    let etag = contact.header("etag").unwrap().to_owned();
    let unchanged = writer.send(Method::GET, &path, &[("if-none-match", &etag)], Body::empty()).await;
    assert_eq!((contact.status.as_u16(), unchanged.status.as_u16()), (200, 304));
    for answer in [contact, unchanged] {
        assert_eq!(answer.header("cache-control"), Some("private, no-cache"));
        assert_eq!(answer.header("etag"), Some(etag.as_str()));
    }
    for answer in [
        created,
        writer.get("/api/v1/contacts").await,
        writer.get("/api/v1/me").await,
        writer.get("/api/v1/tags").await,
        writer.get(&format!("{path}/history")).await,
        writer.patch(&path, json!({"notes": "x"})).await,
        writer.patch(&path, json!({"nothing": "x"})).await,
        writer.get("/api/v1/contacts/42").await,
        writer.get("/api/v1/nothing").await,
        app.anon().get(&path).await,
    ] {
        assert_eq!(answer.header("cache-control"), Some("private, no-store"), "{}", answer.text());
    }
    app.finish().await;
}

#[tokio::test]
async fn no_answer_is_taken_for_what_it_does_not_say_it_is() {
    let app = TestApp::new().await;
    for path in
        ["/api/v1/contacts", "/api/v1/nothing", "/nothing", "/healthz", "/openapi.json", "/docs/", "/metrics"]
    {
        let answer = app.reader().get(path).await;
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert!(answer.header("content-type").is_some(), "{path}");
    }
    app.finish().await;
}
