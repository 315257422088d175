//! What a token says: until when, from when, by whom, for whom, whose data, what it may do.

use std::time::Duration;

use contacts::auth::{Keys, Verifier};
use serde_json::{Value, json};

use super::{NOON, PATH, app_at_noon, claims, noon, sign};
use crate::support::{Answer, Setup, TestApp, app::SECRET, factory};

async fn get(app: &TestApp, claims: &Value) -> Answer {
    app.with_token(&sign(claims)).get(PATH).await
}

/// Refused, with a message that says so.
#[track_caller]
fn assert_refused(answer: &Answer, message: &str, what: &Value) {
    assert_eq!(answer.status, 401, "{what}: {}", answer.text());
    answer.expect_error(401, "unauthenticated");
    let body = answer.json();
    assert!(body["message"].as_str().unwrap().contains(message), "{what}: {body}");
}

/// Numbers that `json!` cannot write.
fn number(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[tokio::test]
async fn a_token_holds_until_the_second_it_expires_at() {
    let app = app_at_noon(Setup::default()).await;
    for exp in [json!(NOON - 1), json!(NOON), number("1767873599.999"), json!(0), json!(-1), number("-1e300")]
    {
        assert_refused(&get(&app, &claims(json!({"exp": exp}))).await, "expired", &exp);
    }
    for exp in [json!(NOON + 1), number("1767873600.5"), number("99999999999999999999"), number("1e300")] {
        get(&app, &claims(json!({"exp": exp}))).await.expect(200);
    }
    app.finish().await;
}

#[tokio::test]
async fn a_token_without_a_readable_expiry_is_refused() {
    let app = app_at_noon(Setup::default()).await;
    assert_refused(&get(&app, &claims(json!({"exp": null}))).await, "exp", &json!("no exp"));
    let in_an_hour = (NOON + 3600).to_string();
    for exp in [json!(in_an_hour), json!(true), json!([]), json!({}), number("1e400"), number("-1e400")] {
        assert_refused(&get(&app, &claims(json!({"exp": exp}))).await, "exp", &exp);
    }
    app.finish().await;
}

#[tokio::test]
async fn a_token_does_not_hold_before_its_begin() {
    let app = app_at_noon(Setup::default()).await;
    for nbf in [json!(NOON + 1), number("1767873600.5"), number("1e300")] {
        assert_refused(&get(&app, &claims(json!({"nbf": nbf}))).await, "does not hold yet", &nbf);
    }
    for nbf in [json!("0"), json!({}), json!(false)] {
        assert_refused(&get(&app, &claims(json!({"nbf": nbf}))).await, "cannot be read", &nbf);
    }
    for nbf in [json!(NOON), json!(NOON - 1), json!(-5), number("1767873599.5")] {
        get(&app, &claims(json!({"nbf": nbf}))).await.expect(200);
    }
    app.finish().await;
}

#[test]
fn a_token_that_was_remembered_still_expires() {
    let verifier = Verifier::new(Keys::from_secret(SECRET).unwrap(), None, None);
    let token = sign(&claims(json!({})));
    let at = |seconds| noon() + Duration::from_secs(seconds);
    let first = verifier.verify(&token, at(0)).unwrap();
    assert_eq!(verifier.verify(&token, at(3_599)).unwrap(), first);
    for later in [3_600, 3_601, 3_600] {
        let error = verifier.verify(&token, at(later)).unwrap_err();
        assert_eq!(error.to_string(), "the token has expired");
    }
    // A clock that is set back finds it good again: nothing is remembered of its end.
    assert_eq!(verifier.verify(&token, at(3_599)).unwrap(), first);
}

#[tokio::test]
async fn the_issuer_is_checked_where_one_is_configured() {
    let setup = Setup { issuer: Some("https://issuer.example"), ..Setup::default() };
    let app = app_at_noon(setup).await;
    get(&app, &claims(json!({"iss": "https://issuer.example"}))).await.expect(200);
    assert_refused(&get(&app, &claims(json!({}))).await, "iss", &json!("no iss"));
    for iss in ["", "https://issuer.example/", "https://issuer.example.net", "HTTPS://ISSUER.EXAMPLE"] {
        let answer = get(&app, &claims(json!({"iss": iss}))).await;
        assert_refused(&answer, "another issuer", &json!(iss));
    }
    for iss in [json!(5), json!({}), json!(["https://issuer.example"])] {
        assert_refused(&get(&app, &claims(json!({"iss": iss}))).await, "", &iss);
    }
    app.finish().await;
}

#[tokio::test]
async fn the_audience_is_checked_where_one_is_configured() {
    let app = app_at_noon(Setup { audience: Some("contacts"), ..Setup::default() }).await;
    for aud in [json!("contacts"), json!(["contacts"]), json!(["billing", "contacts"])] {
        get(&app, &claims(json!({"aud": aud}))).await.expect(200);
    }
    assert_refused(&get(&app, &claims(json!({}))).await, "aud", &json!("no aud"));
    for aud in [json!("billing"), json!("contacts "), json!("contact"), json!(["billing"]), json!([])] {
        assert_refused(&get(&app, &claims(json!({"aud": aud}))).await, "another audience", &aud);
    }
    for aud in [json!(5), json!({}), json!([["contacts"]])] {
        assert_refused(&get(&app, &claims(json!({"aud": aud}))).await, "", &aud);
    }
    app.finish().await;
}

#[tokio::test]
async fn issuer_and_audience_are_left_alone_where_none_is_configured() {
    let app = app_at_noon(Setup::default()).await;
    get(&app, &claims(json!({"iss": "anyone", "aud": "anything"}))).await.expect(200);
    get(&app, &claims(json!({"aud": ["one", "two"]}))).await.expect(200);
    app.finish().await;
}

#[tokio::test]
async fn a_token_needs_the_slug_of_a_tenant() {
    let app = app_at_noon(Setup::default()).await;
    assert_refused(&get(&app, &claims(json!({"tenant": null}))).await, "tenant", &json!("no tenant"));
    let too_long = "a".repeat(64);
    for tenant in [
        json!(""),
        json!("Acme"),
        json!("ac me"),
        json!("-acme"),
        json!("acme/x"),
        json!("a\0"),
        json!(too_long),
    ] {
        let answer = get(&app, &claims(json!({"tenant": tenant}))).await;
        assert_refused(&answer, "no tenant's slug", &tenant);
    }
    for tenant in [json!(1), json!(["acme"]), json!({"slug": "acme"})] {
        assert_refused(&get(&app, &claims(json!({"tenant": tenant}))).await, "tenant", &tenant);
    }
    let tenants: i64 =
        sqlx::query_scalar("select count(*) from tenants").fetch_one(app.state.database.on()).await.unwrap();
    assert_eq!(tenants, 0);
    get(&app, &claims(json!({"tenant": "a".repeat(63)}))).await.expect(200);
    app.finish().await;
}

#[tokio::test]
async fn a_call_beyond_the_scope_is_forbidden_and_the_answer_names_the_scope_it_needs() {
    let app = app_at_noon(Setup::default()).await;
    let holders = [
        json!(null),
        json!(""),
        json!("profile email"),
        json!("contacts"),
        json!("contacts:"),
        json!("Contacts:Read"),
        json!("contacts:reader"),
        json!("contacts:read,contacts:write"),
        json!("administrator"),
        json!("ADMIN"),
    ];
    for scope in holders {
        let client = app.with_token(&sign(&claims(json!({"scope": scope}))));
        for (answer, needed) in [
            (client.get(PATH).await, "contacts:read"),
            (client.post("/api/v1/contacts", factory::body(json!({}))).await, "contacts:write"),
            (client.post("/api/v1/channels", json!({"name": "sms"})).await, "settings:write"),
        ] {
            assert_eq!(answer.expect_error(403, "forbidden"), [], "{scope}");
            let body = answer.json();
            assert!(body["message"].as_str().unwrap().ends_with(needed), "{scope}: {body}");
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn scopes_of_others_are_harmless_and_admin_includes_all() {
    let app = app_at_noon(Setup::default()).await;
    for scope in ["openid contacts:read profile", " contacts:read\t", "contacts:read contacts:read"] {
        let client = app.with_token(&sign(&claims(json!({"scope": scope}))));
        client.get(PATH).await.expect(200);
        client.post("/api/v1/contacts", factory::body(json!({}))).await.expect_error(403, "forbidden");
    }
    // To write is not to read, and the other way round.
    let writer = app.with_token(&sign(&claims(json!({"scope": "contacts:write"}))));
    writer.get(PATH).await.expect_error(403, "forbidden");
    writer.post("/api/v1/contacts", factory::body(json!({}))).await.expect(201);

    let admin = app.with_token(&sign(&claims(json!({"scope": "offline_access admin"}))));
    admin.get(PATH).await.expect(200);
    admin.post("/api/v1/contacts", factory::body(json!({}))).await.expect(201);
    admin.post("/api/v1/channels", json!({"name": "sms"})).await.expect(201);
    app.finish().await;
}

#[tokio::test]
async fn a_subject_with_a_nul_character_is_refused_and_any_other_is_stored() {
    let app = app_at_noon(Setup::default()).await;
    for sub in ["\0", "crm\0", "\0crm"] {
        let client = app.with_token(&sign(&claims(json!({"sub": sub, "scope": "admin"}))));
        for answer in
            [client.get(PATH).await, client.post("/api/v1/contacts", factory::body(json!({}))).await]
        {
            assert_refused(&answer, "`sub`", &json!(sub));
        }
    }
    for sub in ["", "a b", "\u{1}\u{7f}\u{feff}\u{202e}", "ကျော်", "'; drop table contacts; --"] {
        let client = app.with_token(&sign(&claims(json!({"sub": sub, "scope": "admin"}))));
        let contact = client.post("/api/v1/contacts", factory::body(json!({}))).await.expect(201);
        client.delete(&factory::path(&contact)).await.expect(200);
        let history = client.get(&format!("{}/history", factory::path(&contact))).await.expect(200);
        assert_eq!(history["data"][0]["by"], sub);
    }
    app.finish().await;
}

#[tokio::test]
async fn a_refusal_says_to_programs_what_is_wrong_with_the_token() {
    let setup = Setup { issuer: Some("us"), audience: Some("contacts"), ..Setup::default() };
    let app = app_at_noon(setup).await;
    let other_key =
        jsonwebtoken::EncodingKey::from_secret(b"another secret, just as long as the other").unwrap();
    let good = json!({"iss": "us", "aud": "contacts"});
    let with = |name: &str, value: Value| {
        let mut changed = good.clone();
        changed[name] = value;
        sign(&claims(changed))
    };
    app.with_token(&with("x", json!(1))).get(PATH).await.expect(200);
    let header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::HS256);
    for (code, token) in [
        ("malformed", "nonsense".to_owned()),
        ("malformed", with("exp", Value::Null)),
        ("malformed", with("tenant", json!("A B"))),
        ("malformed", with("iss", Value::Null)),
        ("bad_signature", jsonwebtoken::encode(&header, &claims(good.clone()), &other_key).unwrap()),
        ("expired", with("exp", json!(NOON))),
        ("not_yet_valid", with("nbf", json!(NOON + 1))),
        ("wrong_issuer", with("iss", json!("them"))),
        ("wrong_audience", with("aud", json!("billing"))),
    ] {
        let details = app.with_token(&token).get(PATH).await.expect_error(401, "unauthenticated");
        assert_eq!(details, [("Authorization".to_owned(), code.to_owned())], "{token}");
    }
    app.finish().await;
}
