//! `Idempotency-Key`: a POST that is sent again is carried out once. A crash before and behind the commit is in
//! `faults.rs`, and that every POST takes a key in `coverage/`.

mod at_once;

use axum::http::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Client, TestApp, app::TENANT, factory};

const CONTACTS: &str = "/api/v1/contacts";
const CHANNELS: &str = "/api/v1/channels";

/// What a repetition has to be, byte for byte. The request's id is the repetition's own.
fn shown(answer: &Answer) -> (u16, Vec<(String, String)>, String) {
    let mut headers: Vec<_> = answer
        .headers
        .iter()
        .filter(|(name, _)| *name != "x-request-id")
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    headers.sort();
    (answer.status.as_u16(), headers, answer.text())
}

async fn total(client: &Client, listing: &str) -> Value {
    client.get(&format!("/api/v1/{listing}")).await.expect(200)["total"].take()
}

/// The keys that are kept, and how many of them have an answer.
async fn kept(app: &TestApp) -> (i64, i64) {
    let pool = app.pool().await;
    let kept = sqlx::query_as("select count(*), count(answer) from idempotency_keys")
        .fetch_one(&pool)
        .await
        .unwrap();
    pool.close().await;
    kept
}

#[tokio::test]
async fn a_repetition_is_answered_as_the_first_request_was_byte_for_byte() {
    let app = TestApp::new().await;
    let writer = app.admin();
    let body = factory::body(json!({"name": "Żółć 🦀", "tags": ["vip"], "company": "K-Link"}));
    let first = writer.post_once(CONTACTS, "k", body.clone()).await;
    let contact = first.expect(201);
    assert_eq!(first.header("location"), Some(factory::path(&contact).as_str()));
    assert!(first.header("etag").is_some());
    let second = writer.post_once(CONTACTS, "k", body.clone()).await;
    assert_eq!(shown(&second), shown(&first));
    assert_ne!(second.header("x-request-id"), first.header("x-request-id"));
    // What happened since does not change it.
    writer.patch(&factory::path(&contact), json!({"notes": "later"})).await.expect(200);
    assert_eq!(shown(&writer.post_once(CONTACTS, "k", body.clone()).await), shown(&first));
    writer.delete(&factory::path(&contact)).await.expect(200);
    assert_eq!(shown(&writer.post_once(CONTACTS, "k", body.clone()).await), shown(&first));
    assert_eq!((total(&writer, "contacts").await, total(&writer, "tags").await), (json!(0), json!(1)));
    assert_eq!(kept(&app).await, (1, 1));
    // Another key, or none, is another request.
    assert_ne!(writer.post_once(CONTACTS, "K", body.clone()).await.expect(201)["id"], contact["id"]);
    assert_ne!(writer.post(CONTACTS, body).await.expect(201)["id"], contact["id"]);
    assert_eq!(total(&writer, "contacts").await, 2);

    let channel = writer.post_once(CHANNELS, "c", json!({"name": "fax"})).await;
    channel.expect(201);
    assert_eq!(shown(&writer.post_once(CHANNELS, "c", json!({"name": "fax"})).await), shown(&channel));
    assert_eq!(total(&writer, "channels").await, 10);
    app.finish().await;
}

#[tokio::test]
async fn a_form_is_repeated_as_json_is_and_is_not_the_same_as_it() {
    let app = TestApp::new().await;
    let writer = app.writer();
    let form = [("content-type", "application/x-www-form-urlencoded"), ("idempotency-key", "k")];
    let body = "name=Frank&email=[]&phone=[]";
    let first = writer.send(Method::POST, CONTACTS, &form, body).await;
    first.expect(201);
    assert_eq!(shown(&writer.send(Method::POST, CONTACTS, &form, body).await), shown(&first));
    let json = json!({"name": "Frank", "email": [], "phone": []});
    assert_eq!(writer.post_once(CONTACTS, "k", json).await.expect_invalid(), ["Idempotency-Key:reused"]);
    assert_eq!(total(&writer, "contacts").await, 1);
    app.finish().await;
}

#[tokio::test]
async fn a_key_of_another_request_is_refused() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let body = factory::body(json!({"name": "a"}));
    admin.post_once(CONTACTS, "k", body.clone()).await.expect(201);
    for (what, path, other) in [
        ("body", CONTACTS.to_owned(), factory::body(json!({"name": "b"}))),
        ("path", CHANNELS.to_owned(), json!({"name": "fax"})),
        // The same fields, written otherwise.
        ("order", CONTACTS.to_owned(), json!({"phone": [], "email": [], "username": "frank", "name": "a "})),
    ] {
        let answer = admin.post_once(&path, "k", other).await;
        assert_eq!(answer.expect_invalid(), ["Idempotency-Key:reused"], "{what}");
    }
    let operations = json!({"operations": []});
    let bulk = |query: &str| format!("{CONTACTS}/bulk{query}");
    admin.post_once(&bulk(""), "q", operations.clone()).await.expect(200);
    admin.post_once(&bulk("?_=2"), "q", operations.clone()).await.expect(200);
    let answer = admin.post_once(&bulk("?atomic=true"), "q", operations).await;
    assert_eq!(answer.expect_invalid(), ["Idempotency-Key:reused"], "query");
    let mut claims = app.claims(TENANT, "admin");
    claims.sub = "somebody else".into();
    let answer = app.with_claims(&claims).post_once(CONTACTS, "k", body.clone()).await;
    assert_eq!(answer.expect_invalid(), ["Idempotency-Key:reused"], "subject");
    assert!(!answer.text().contains("\"name\":\"a\""));
    // Whoever may not write learns nothing.
    app.reader().post_once(CONTACTS, "k", body.clone()).await.expect_error(403, "forbidden");
    app.anon().post_once(CONTACTS, "k", body).await.expect_error(401, "unauthenticated");
    assert_eq!((total(&admin, "contacts").await, total(&admin, "channels").await), (json!(1), json!(9)));
    app.finish().await;
}

#[tokio::test]
async fn a_repetition_may_write_the_same_json_otherwise() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let field = json!({"display_name": "Amount", "type": "number"});
    admin.post("/api/v1/contacts/fields", field).await.expect(201);
    let headers = [("content-type", "application/json"), ("idempotency-key", "k")];
    let send = |body: &'static str| {
        let admin = admin.clone();
        async move { admin.send(Method::POST, CONTACTS, &headers, body).await }
    };
    let first = send(r#"{"name":"Zoë","email":[],"phone":[],"customFields":{"cf_amount":1000}}"#).await;
    first.expect(201);
    for same in [
        r#"{"name":"Zoë","email":[],"phone":[],"customFields":{"cf_amount":1000}}"#,
        "{\r\n\t\"phone\": [ ], \"customFields\": {\"cf_amount\": 1.000e3}, \"email\": [], \"name\": \"Zo\\u00eb\"\r\n}\r\n",
        "\u{feff}{\"customFields\":{\"cf_amount\":1000.0},\"phone\":[],\"email\":[],\"name\":\"Zoë\"}",
    ] {
        assert_eq!(shown(&send(same).await), shown(&first), "{same}");
    }
    for other in [
        r#"{"name":"Zoë","email":[],"phone":[],"customFields":{"cf_amount":1001}}"#,
        r#"{"name":"Zoë","email":[],"phone":[],"customFields":{"cf_amount":1000},"notes":null}"#,
        r#"{"name":"zoë","email":[],"phone":[],"customFields":{"cf_amount":1000}}"#,
    ] {
        assert_eq!(send(other).await.expect_invalid(), ["Idempotency-Key:reused"], "{other}");
    }
    assert_eq!(total(&admin, "contacts").await, 1);
    app.finish().await;
}

#[tokio::test]
async fn a_request_that_fails_leaves_the_key_free() {
    let app = TestApp::new().await;
    factory::set_default_field(&app, "username", "is_unique").await;
    let writer = app.admin();
    let taken = factory::contact(&writer, json!({"username": "taken"})).await;
    let taken_body = factory::body(json!({"username": "taken"}));
    writer.post_once(CONTACTS, "k", json!({"name": "x"})).await.expect_error(422, "validation_failed");
    writer.post_once(CONTACTS, "k", factory::body(json!({"channel": "pigeon"}))).await.expect(422);
    writer.post_once(CONTACTS, "k", taken_body.clone()).await.expect_error(409, "conflict");
    writer.post_once(CHANNELS, "k", json!({"name": "PHONE"})).await.expect_error(409, "conflict");
    writer.send(Method::POST, CONTACTS, &[("idempotency-key", "k")], "{").await.expect(415);
    assert_eq!(kept(&app).await, (0, 0));
    // The same request succeeds once it can.
    writer.delete(&factory::path(&taken)).await.expect(200);
    let contact = writer.post_once(CONTACTS, "k", taken_body.clone()).await.expect(201);
    assert_eq!(writer.post_once(CONTACTS, "k", taken_body).await.expect(201), contact);
    assert_eq!(kept(&app).await, (1, 1));
    app.finish().await;
}

#[tokio::test]
async fn a_restoration_is_repeated_too() {
    let app = TestApp::new().await;
    let writer = app.writer();
    let contact = factory::contact(&writer, json!({})).await;
    writer.delete(&factory::path(&contact)).await.expect(200);
    let path = format!("{}/restore", factory::path(&contact));
    let headers = [("idempotency-key", "k")];
    let first = writer.send(Method::POST, &path, &headers, "").await;
    first.expect(200);
    let etag = first.header("etag").unwrap();
    assert_eq!(shown(&writer.send(Method::POST, &path, &headers, "").await), shown(&first));
    assert_eq!(writer.get(&factory::path(&contact)).await.header("etag"), Some(etag));
    writer.send(Method::POST, &path, &[], "").await.expect_error(409, "conflict");
    app.finish().await;
}

#[tokio::test]
async fn keys_of_two_tenants_do_not_meet() {
    let app = TestApp::new().await;
    let body = |name: &str| factory::body(json!({"name": name}));
    let mine = app.writer().post_once(CONTACTS, "k", body("mine")).await.expect(201);
    let theirs = app.stranger().post_once(CONTACTS, "k", body("theirs")).await.expect(201);
    assert_ne!(mine["id"], theirs["id"]);
    assert_eq!(app.stranger().post_once(CONTACTS, "k", body("theirs")).await.expect(201), theirs);
    assert_eq!(app.writer().post_once(CONTACTS, "k", body("mine")).await.expect(201), mine);
    let reused = app.stranger().post_once(CONTACTS, "k", body("mine")).await;
    assert_eq!(reused.expect_invalid(), ["Idempotency-Key:reused"]);
    app.finish().await;
}

#[tokio::test]
async fn after_a_day_a_key_is_forgotten() {
    let app = TestApp::new().await;
    let writer = app.writer();
    let body = |name: &str| factory::body(json!({"name": name}));
    let first = writer.post_once(CONTACTS, "k", body("first")).await.expect(201);
    let pool = app.pool().await;
    let age = |age: &'static str| {
        let pool = pool.clone();
        async move {
            let sql = "update idempotency_keys set created_at = now() - $1::interval";
            sqlx::query(sqlx::AssertSqlSafe(sql.replace("$1", &format!("'{age}'"))))
                .execute(&pool)
                .await
                .unwrap()
        }
    };
    age("23 hours 59 minutes").await;
    assert_eq!(writer.post_once(CONTACTS, "k", body("first")).await.expect(201), first);
    age("24 hours 1 minute").await;
    let second = writer.post_once(CONTACTS, "k", body("second")).await.expect(201);
    assert_ne!(second["id"], first["id"]);
    assert_eq!(writer.post_once(CONTACTS, "k", body("second")).await.expect(201), second);
    assert_eq!(
        writer.post_once(CONTACTS, "k", body("first")).await.expect_invalid(),
        ["Idempotency-Key:reused"]
    );
    // A failure leaves the forgotten one as it was.
    age("25 hours").await;
    writer.post_once(CONTACTS, "k", json!({})).await.expect(422);
    assert_eq!(kept(&app).await, (1, 1));
    pool.close().await;
    app.finish().await;
}

#[tokio::test]
async fn a_key_is_1_to_255_printable_characters_given_once() {
    let app = TestApp::new().await;
    let writer = app.writer();
    let body = factory::body(json!({})).to_string();
    let json = ("content-type", "application/json");
    let (longest, longer) = ("x".repeat(255), "x".repeat(256));
    for key in ["", " ", "zażółć", "a\tb", &longer] {
        let answer =
            writer.send(Method::POST, CONTACTS, &[json, ("idempotency-key", key)], body.clone()).await;
        assert_eq!(answer.expect_invalid(), ["Idempotency-Key:invalid_format"], "{key:?}");
    }
    let twice = [json, ("idempotency-key", "a"), ("idempotency-key", "a")];
    let answer = writer.send(Method::POST, CONTACTS, &twice, body.clone()).await;
    assert_eq!(answer.expect_invalid(), ["Idempotency-Key:invalid_format"]);
    assert_eq!((total(&writer, "contacts").await, kept(&app).await), (json!(0), (0, 0)));
    for key in ["a", "a b", "'; drop table contacts; --", "%00\\0", &longest, "\"quoted\""] {
        let headers = [json, ("idempotency-key", key)];
        let first = writer.send(Method::POST, CONTACTS, &headers, body.clone()).await;
        first.expect(201);
        assert_eq!(shown(&writer.send(Method::POST, CONTACTS, &headers, body.clone()).await), shown(&first));
    }
    assert_eq!(total(&writer, "contacts").await, 6);
    app.finish().await;
}
