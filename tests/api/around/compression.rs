//! Compressed answers, for callers who say that they take them.

use axum::{body::Body, http::Method};
use serde_json::json;

use crate::support::{Answer, TestApp, factory};

/// How the two encodings begin.
const GZIP: &[u8] = &[0x1f, 0x8b];
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];

async fn get(app: &TestApp, accept: &str) -> Answer {
    let headers = [("accept-encoding", accept)];
    app.reader().send(Method::GET, "/api/v1/contacts/fields?pageSize=100", &headers, Body::empty()).await
}

#[tokio::test]
async fn an_answer_is_compressed_as_the_caller_takes_it() {
    let app = TestApp::new().await;
    let plain = app.reader().get("/api/v1/contacts/fields?pageSize=100").await;
    plain.expect(200);
    for (accept, encoding, begin) in [
        ("gzip", "gzip", GZIP),
        ("zstd", "zstd", ZSTD),
        ("gzip;q=0.5, zstd", "zstd", ZSTD),
        ("zstd;q=0, gzip", "gzip", GZIP),
        ("br, gzip", "gzip", GZIP),
    ] {
        let answer = get(&app, accept).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("content-encoding"), Some(encoding), "{accept}");
        assert!(answer.body.starts_with(begin), "{accept}");
        assert!(answer.body.len() < plain.body.len(), "{accept}");
        assert_eq!(answer.header("content-type"), Some("application/json"));
        let vary = answer.headers.get_all("vary").iter().any(|vary| vary == "accept-encoding");
        assert!(vary, "{accept}: a cache keeps the two apart");
        if let Some(length) = answer.header("content-length") {
            assert_eq!(length, answer.body.len().to_string());
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn an_answer_is_plain_for_callers_who_take_nothing_else() {
    let app = TestApp::new().await;
    // Even for those who refuse that: what they asked for was done, and the status says so.
    for accept in ["", "identity", "br", "gzip;q=0", "nonsense", "gzip;q=x", "*;q=0", "identity;q=0"] {
        let answer = get(&app, accept).await;
        assert_eq!(answer.header("content-encoding"), None, "{accept}");
        assert_eq!(answer.expect(200)["total"], 11, "{accept}");
    }
    app.finish().await;
}

#[tokio::test]
async fn what_was_compressed_is_what_is_answered_plain() {
    let app = TestApp::new().await;
    for name in ["Daw Khin", "ဒေါ်ခင်", "Łukasz"] {
        factory::contact(&app.writer(), json!({"name": name})).await;
    }
    let address = app.listen().await;
    let url = format!("http://{address}/api/v1/contacts");
    let token = format!("authorization: Bearer {}", app.token("acme", "contacts:read"));
    let plain = app.reader().get("/api/v1/contacts").await;
    // curl decodes what it asked for.
    let output = tokio::process::Command::new("curl")
        .args(["--silent", "--show-error", "--compressed", "--header", "accept-encoding: gzip"])
        .args(["--header", &token, &url])
        .output()
        .await
        .unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), plain.text());
    app.finish().await;
}
