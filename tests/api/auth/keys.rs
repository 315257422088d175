//! Which keys and algorithms hold. A token names its algorithm itself, so that is nothing to rely on.

use std::path::{Path, PathBuf};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use contacts::auth::Keys;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::json;

use super::{PATH, app_at_noon, claims};
use crate::support::{Setup, TestApp, app::SECRET};

/// The public keys of the fixtures, and the algorithm each is for.
const PUBLIC_KEYS: [(&str, Algorithm); 4] = [
    ("rsa.public.pem", Algorithm::RS256),
    ("rsa.pkcs1.public.pem", Algorithm::RS256),
    ("p256.public.pem", Algorithm::ES256),
    ("ed25519.public.pem", Algorithm::EdDSA),
];

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/api/fixtures").join(name)
}

fn pem(name: &str) -> Vec<u8> {
    std::fs::read(fixture(name)).unwrap()
}

async fn app_with(public_key: &str) -> TestApp {
    let keys = Keys::from_public_key_file(&fixture(public_key)).unwrap();
    app_at_noon(Setup { keys: Some(keys), ..Setup::default() }).await
}

/// A token of a reader that holds, if its signature does.
fn token(algorithm: Algorithm, key: &EncodingKey) -> String {
    jsonwebtoken::encode(&Header::new(algorithm), &claims(json!({})), key).unwrap()
}

fn rsa() -> EncodingKey {
    EncodingKey::from_rsa_pem(&pem("rsa.private.pem")).unwrap()
}

fn p256() -> EncodingKey {
    EncodingKey::from_ec_pem(&pem("p256.private.pem")).unwrap()
}

fn ed25519(name: &str) -> EncodingKey {
    EncodingKey::from_ed_pem(&pem(name)).unwrap()
}

/// The first part of a token, as base64url of `{"alg":…,"typ":"JWT"}`.
const HEAD_NONE: &str = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0";
const HEAD_NONE_IN_CAPITALS: &str = "eyJhbGciOiJOT05FIiwidHlwIjoiSldUIn0";
const HEAD_RS256: &str = "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9";

async fn assert_refused(app: &TestApp, token: &str, what: &str) {
    let answer = app.with_token(token).get(PATH).await;
    assert_eq!(answer.status, 401, "{what}: {}", answer.text());
    answer.expect_error(401, "unauthenticated");
}

#[tokio::test]
async fn rs256_es256_and_eddsa_tokens_verify_with_the_public_key() {
    for (public_key, algorithm) in PUBLIC_KEYS {
        let app = app_with(public_key).await;
        let key = match algorithm {
            Algorithm::RS256 => rsa(),
            Algorithm::ES256 => p256(),
            _ => ed25519("ed25519.private.pem"),
        };
        app.with_token(&token(algorithm, &key)).get(PATH).await.expect(200);
        app.finish().await;
    }
}

#[tokio::test]
async fn a_token_of_another_key_is_refused() {
    let app = app_at_noon(Setup::default()).await;
    for secret in ["\0", "another secret, just as long as the other", &format!("{SECRET} "), &SECRET[1..]] {
        let key = EncodingKey::from_secret(secret.as_bytes()).unwrap();
        assert_refused(&app, &token(Algorithm::HS256, &key), secret).await;
    }
    app.finish().await;

    let app = app_with("ed25519.public.pem").await;
    let key = ed25519("other_ed25519.private.pem");
    assert_refused(&app, &token(Algorithm::EdDSA, &key), "another Ed25519 key").await;
    app.finish().await;
}

#[tokio::test]
async fn a_token_without_a_signature_is_refused() {
    let signed = token(Algorithm::HS256, &EncodingKey::from_secret(SECRET.as_bytes()).unwrap());
    let parts: Vec<&str> = signed.split('.').collect();
    let (body, signature) = (parts[1], parts[2]);
    let mut apps = vec![app_at_noon(Setup::default()).await];
    for (public_key, _) in PUBLIC_KEYS {
        apps.push(app_with(public_key).await);
    }
    for app in apps {
        for head in [HEAD_NONE, HEAD_NONE_IN_CAPITALS] {
            assert_refused(&app, &format!("{head}.{body}."), "alg none").await;
            let message = app.with_token(&format!("{head}.{body}.")).get(PATH).await.json()["message"].take();
            assert!(message.as_str().unwrap().contains("not signed"), "{message}");
            assert_refused(&app, &format!("{head}.{body}"), "alg none, two parts").await;
            assert_refused(&app, &format!("{head}.{body}.{signature}"), "alg none, signed").await;
        }
        app.finish().await;
    }
}

#[tokio::test]
async fn a_public_key_is_no_secret_to_sign_with() {
    for (public_key, _) in PUBLIC_KEYS {
        let app = app_with(public_key).await;
        let file = pem(public_key);
        let text = String::from_utf8(file.clone()).unwrap();
        let inner: String = text.lines().filter(|line| !line.starts_with('-')).collect();
        for secret in [&file[..], text.trim().as_bytes(), inner.as_bytes()] {
            let key = EncodingKey::from_secret(secret).unwrap();
            for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
                let token = token(algorithm, &key);
                assert_refused(&app, &token, public_key).await;
                // The same signature under the algorithm that the service expects.
                let (_, rest) = token.split_once('.').unwrap();
                assert_refused(&app, &format!("{HEAD_RS256}.{rest}"), public_key).await;
            }
        }
        app.finish().await;
    }
}

#[tokio::test]
async fn an_algorithm_other_than_the_configured_one_is_refused() {
    let secret = EncodingKey::from_secret(SECRET.as_bytes()).unwrap();
    let app = app_at_noon(Setup::default()).await;
    for (algorithm, key) in [
        (Algorithm::HS384, &secret),
        (Algorithm::HS512, &secret),
        (Algorithm::RS256, &rsa()),
        (Algorithm::ES256, &p256()),
        (Algorithm::EdDSA, &ed25519("ed25519.private.pem")),
    ] {
        assert_refused(&app, &token(algorithm, key), &format!("{algorithm:?} for HS256")).await;
    }
    app.finish().await;

    // Even where the key itself would do.
    let app = app_with("rsa.public.pem").await;
    for algorithm in [Algorithm::RS384, Algorithm::RS512, Algorithm::PS256, Algorithm::PS512] {
        assert_refused(&app, &token(algorithm, &rsa()), &format!("{algorithm:?} for RS256")).await;
    }
    assert_refused(&app, &token(Algorithm::ES256, &p256()), "ES256 for RS256").await;
    app.finish().await;
}

#[test]
fn a_key_file_that_would_refuse_every_token_stops_the_start() {
    for name in [
        "rsa.private.pem",
        "p256.private.pem",
        "ed25519.private.pem",
        "p384.public.pem",
        "ed25519.certificate.pem",
        "README.md",
    ] {
        let error = Keys::from_public_key_file(&fixture(name)).unwrap_err().to_string();
        assert!(error.contains(name) && error.contains("public key in PEM form"), "{name}: {error}");
    }
    let error = Keys::from_public_key_file(&fixture("nowhere.pem")).unwrap_err().to_string();
    assert!(error.contains("nowhere.pem") && error.contains("cannot be read"), "{error}");
}

#[test]
fn a_secret_has_at_least_32_bytes() {
    assert!(Keys::from_secret(&"x".repeat(31)).unwrap_err().to_string().contains("at least 32"));
    assert!(Keys::from_secret(&"x".repeat(32)).is_ok());
    let shown = format!("{:?}", Keys::from_secret(SECRET).unwrap());
    assert!(!shown.contains(SECRET), "a secret is not shown: {shown}");
}

/// A token with this head, signed with the tests' secret.
fn with_head(head: &serde_json::Value) -> String {
    let part = |json: String| BASE64_URL_SAFE_NO_PAD.encode(json);
    let message = format!("{}.{}", part(head.to_string()), part(claims(json!({})).to_string()));
    let key = EncodingKey::from_secret(SECRET.as_bytes()).unwrap();
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &key, Algorithm::HS256).unwrap();
    format!("{message}.{signature}")
}

#[tokio::test]
async fn an_extension_that_a_token_calls_critical_is_refused() {
    let app = app_at_noon(Setup::default()).await;
    app.with_token(&with_head(&json!({"alg": "HS256"}))).get(PATH).await.expect(200);
    // What is not called critical may be passed over.
    app.with_token(&with_head(&json!({"alg": "HS256", "kid": "1", "exp": 1}))).get(PATH).await.expect(200);
    for head in [
        json!({"alg": "HS256", "crit": ["exp"], "exp": 1}),
        json!({"alg": "HS256", "crit": ["b64"], "b64": true}),
        json!({"alg": "HS256", "crit": ["b64"], "b64": false}),
        json!({"alg": "HS256", "crit": ["https://example.com/x"], "https://example.com/x": true}),
        json!({"alg": "HS256", "crit": []}),
        json!({"alg": "HS256", "crit": null}),
        json!({"alg": "HS256", "crit": "exp"}),
    ] {
        let answer = app.with_token(&with_head(&head)).get(PATH).await;
        answer.expect_error(401, "unauthenticated");
        assert!(answer.json()["message"].as_str().unwrap().contains("`crit`"), "{head}: {}", answer.text());
    }
    app.finish().await;
}

#[test]
fn an_rsa_key_that_the_cryptography_refuses_stops_the_start() {
    for (name, bits) in [("rsa1024.public.pem", 1024), ("rsa16384.public.pem", 16_384)] {
        let error = Keys::from_public_key_file(&fixture(name)).unwrap_err().to_string();
        assert!(error.contains(name) && error.contains(&format!("{bits} bits")), "{name}: {error}");
        assert!(error.contains("2048 to 8192"), "{name}: {error}");
    }
}
