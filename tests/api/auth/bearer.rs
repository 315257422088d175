//! The header `Authorization`.

use axum::{body::Body, http::Method};
use serde_json::json;

use super::{PATH, app_at_noon, claims, sign};
use crate::support::{Answer, Setup, TestApp};

async fn get(app: &TestApp, authorization: &str) -> Answer {
    app.anon().send(Method::GET, PATH, &[("authorization", authorization)], Body::empty()).await
}

/// 401, and the answer says what is wrong with the token.
#[track_caller]
fn assert_refused(answer: &Answer, code: &str, what: &str) {
    assert_eq!(answer.status, 401, "{what}: {}", answer.text());
    let details = answer.expect_error(401, "unauthenticated");
    assert_eq!(details, [("Authorization".to_owned(), code.to_owned())], "{what}");
    let challenge = answer.header("www-authenticate").unwrap_or_default();
    assert!(challenge.starts_with("Bearer "), "{what}: `{challenge}`");
}

#[tokio::test]
async fn a_request_without_a_token_is_told_how_to_send_one() {
    let app = TestApp::new().await;
    let answer = app.anon().get(PATH).await;
    assert_refused(&answer, "missing", "no header");
    assert!(answer.json()["message"].as_str().unwrap().contains("Authorization: Bearer"));
    app.finish().await;
}

#[tokio::test]
async fn a_header_that_holds_no_bearer_token_is_refused() {
    let app = app_at_noon(Setup::default()).await;
    let token = sign(&claims(json!({})));
    let without_scheme = token.clone();
    for header in [
        "",
        " ",
        "Bearer",
        "Bearer ",
        "Bearer    ",
        "Bearer null",
        "Bearer a.b",
        "Bearer a.b.c",
        "Bearer ....",
        "Bearer \u{e9}\u{1040}",
        &without_scheme,
        &format!("Basic {token}"),
        &format!("Token {token}"),
        &format!("BearerX {token}"),
        &format!("X-Bearer {token}"),
        &format!("\"Bearer {token}\""),
        &format!("Bearer \"{token}\""),
        &format!("Bearer {token} {token}"),
        &format!("Bearer {token},"),
        &format!("Bearer {token}."),
        &format!("Bearer {token}="),
        &format!("Bearer .{token}"),
        &format!("Bearer {}", token.to_ascii_lowercase()),
        &format!("Bearer {}", "x".repeat(9_000)),
    ] {
        assert_refused(&get(&app, header).await, "malformed", header);
    }
    get(&app, &format!("Bearer {token}")).await.expect(200);
    app.finish().await;
}

#[tokio::test]
async fn the_scheme_is_read_without_case_and_spaces_around_the_token_are_left_out() {
    let app = app_at_noon(Setup::default()).await;
    let token = sign(&claims(json!({})));
    for header in [
        format!("Bearer {token}"),
        format!("bearer {token}"),
        format!("BEARER {token}"),
        format!("bEaReR {token}"),
        format!("Bearer   {token}"),
    ] {
        get(&app, &header).await.expect(200);
    }
    app.finish().await;
}

#[tokio::test]
async fn a_token_that_was_tampered_with_is_refused() {
    let app = app_at_noon(Setup::default()).await;
    let token = sign(&claims(json!({})));
    // The service has seen the token, and remembers it.
    get(&app, &format!("Bearer {token}")).await.expect(200);
    let parts: Vec<&str> = token.split('.').collect();
    let [head, body, signature] = parts[..] else { panic!("a token has three parts") };
    let stronger = sign(&claims(json!({"scope": "admin"})));
    let stronger_body = stronger.split('.').nth(1).unwrap();
    let other_start = if signature.starts_with('A') { "B" } else { "A" };
    for (code, forged) in [
        ("bad_signature", format!("{head}.{stronger_body}.{signature}")),
        ("bad_signature", format!("{head}.{body}.{other_start}{}", &signature[1..])),
        ("bad_signature", format!("{head}.{body}.{}", &signature[..signature.len() - 4])),
        ("bad_signature", format!("{head}.{body}.")),
        ("malformed", format!("{head}.{body}")),
        ("bad_signature", format!("{head}..{signature}")),
        ("malformed", format!("{head}.{body}.{signature}.{signature}")),
    ] {
        assert_refused(&get(&app, &format!("Bearer {forged}")).await, code, &forged);
    }
    get(&app, &format!("Bearer {token}")).await.expect(200);
    app.finish().await;
}

#[tokio::test]
async fn the_token_is_looked_at_before_the_body_the_query_and_the_id() {
    let app = TestApp::new().await;
    let anon = app.anon();
    let json = [("content-type", "application/json")];
    assert_refused(
        &anon.send(Method::POST, "/api/v1/contacts", &json, "{").await,
        "missing",
        "a broken body",
    );
    assert_refused(&anon.get("/api/v1/contacts?page=x&keyword=%FF").await, "missing", "a broken query");
    assert_refused(&anon.get("/api/v1/contacts/42").await, "missing", "an id that is none");
    // What no route answers is no secret.
    anon.get("/api/v1/nothing").await.expect_error(404, "not_found");
    app.finish().await;
}

#[tokio::test]
async fn two_authorization_headers_are_malformed_whichever_of_them_holds() {
    let app = app_at_noon(Setup::default()).await;
    let good = format!("Bearer {}", sign(&claims(json!({}))));
    for others in [[good.as_str(), good.as_str()], [&good, "Bearer x"], ["Basic eA==", &good], ["", &good]] {
        let headers = others.map(|value| ("authorization", value));
        let answer = app.anon().send(Method::GET, PATH, &headers, Body::empty()).await;
        assert_eq!(answer.expect_error(400, "malformed_request"), [], "{others:?}");
    }
    app.finish().await;
}
