//! Bodies that are no JSON, no text, too long, too deep, of another type.

use axum::http::Method;

use super::{Listening, Request};
use crate::support::TestApp;

const CONTACTS: &str = "/api/v1/contacts";

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

/// The longest body, in bytes.
const MAX_BODY: usize = 1024 * 1024;

#[tokio::test]
async fn a_body_that_is_no_json_is_malformed() {
    let mut service = Listening::new().await;
    let deep_arrays = "[".repeat(1_000_000);
    let deep_objects = r#"{"a":"#.repeat(200_000);
    let deep_field = format!(r#"{{"username":"a","phone":[],"email":{}"#, "[".repeat(200));
    for body in [
        &b""[..],
        b" ",
        b"{",
        b"}",
        b"nonsense",
        b"{'username':'a'}",
        b"{\"username\":}",
        b"{\"username\":\"a\",}",
        b"{\"username\":\"a\"} {}",
        b"{\"username\":NaN}",
        b"{\"username\":01}",
        b"\xef\xbb\xbf",
        b"\xef\xbb\xbf\xef\xbb\xbf{}",
        b"{\xef\xbb\xbf}",
        b"{\"username\":\"a\0b\"}",
        b"\0",
        b"{\"username\":\"\xff\xfe\"}",
        b"{\"username\":\"\xc0\xaf\"}",
        b"{\"username\":\"\xed\xa0\x80\"}",
        br#"{"username":"\ud800"}"#,
        br#"{"username":"\udc00\ud800"}"#,
        br#"{"\ud800":1}"#,
        br#"{"username":"\u00"}"#,
        deep_arrays.as_bytes(),
        deep_objects.as_bytes(),
        deep_field.as_bytes(),
    ] {
        let what = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
        let request = service.post(JSON, body);
        service.assert_refused(&what, request, 400, "malformed_request").await;
    }
    service.finish().await;
}

#[tokio::test]
async fn a_key_that_is_given_twice_is_refused_in_every_object_of_a_body() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let json = |body: String| {
        let admin = admin.clone();
        async move { admin.send(Method::POST, CONTACTS, &[("content-type", JSON)], body).await }
    };
    let many: Vec<String> = (0..60_000).map(|number| format!(r#""cf_{number}":1,"#)).collect();
    let many = many.concat();
    for (body, key) in [
        (r#"{"name":"a","email":[],"phone":[],"name":"a"}"#.to_owned(), "name"),
        (r#"{"name":"a","email":[],"phone":[{"phone":"12345","phone":"12345"}]}"#.into(), "phone"),
        (r#"{"name":"a","email":[],"phone":[],"customFields":{"cf_a":1,"cf_\u0061":1}}"#.into(), "cf_a"),
        (format!(r#"{{"name":"a","email":[],"phone":[],"customFields":{{{many}"cf_0":1}}}}"#), "cf_0"),
        (r#"{"nothing":[{"x":{"y":[{"z":1,"z":2}]}}]}"#.into(), "z"),
    ] {
        let answer = json(body).await;
        answer.expect_error(400, "malformed_request");
        let message = answer.json()["message"].as_str().unwrap().to_owned();
        assert!(message.contains(&format!("the key `{key}` is given twice")), "{message}");
    }
    // JSON text in a form.
    for (field, form) in [
        ("phone", r#"name=a&email=[]&phone=[{"phone":"12345","phone":"12345"}]"#),
        ("customFields", r#"name=a&email=[]&phone=[]&customFields={"cf_a":1,"cf_a":2}"#),
        ("company", r#"name=a&email=[]&phone=[]&company={"name":"a","name":"b"}"#),
    ] {
        let answer = admin.form(Method::POST, CONTACTS, form).await;
        assert_eq!(answer.expect_invalid(), [format!("{field}:repeated")]);
    }
    let bulk = r#"operations[]={"action":"delete","action":"create"}"#;
    let answer = admin.form(Method::POST, &format!("{CONTACTS}/bulk"), bulk).await;
    assert_eq!(answer.expect_invalid(), ["operations[0]:repeated"]);
    // Text that looks like JSON stays text.
    let notes = r#"name=a&email=[]&phone=[]&notes={"a":1,"a":2}"#;
    assert_eq!(admin.form(Method::POST, CONTACTS, notes).await.expect(201)["notes"], r#"{"a":1,"a":2}"#);
    app.finish().await;
}

#[tokio::test]
async fn a_byte_order_mark_before_a_body_is_ignored() {
    let app = TestApp::new().await;
    let writer = app.writer();
    for (kind, body) in [
        (JSON, "\u{feff}{\"name\":\"Marked\",\"email\":[],\"phone\":[]}"),
        (FORM, "\u{feff}name=Marked&email=[]&phone=[]"),
    ] {
        let made = writer.send(Method::POST, CONTACTS, &[("content-type", kind)], body).await.expect(201);
        assert_eq!(made["name"], "Marked");
    }
    app.finish().await;
}

#[tokio::test]
async fn json_of_other_types_is_invalid() {
    let mut service = Listening::new().await;
    let tags =
        format!(r#"{{"username":"a","email":[],"phone":[],"tags":[{}"a"]}}"#, r#""a","#.repeat(200_000));
    let name = format!(r#"{{"username":"{}","email":[],"phone":[]}}"#, "a".repeat(1_000_000));
    let fields = format!(
        r#"{{{}"username":"a"}}"#,
        (0..60_000).map(|number| format!(r#""x{number}":1,"#)).collect::<Vec<_>>().concat()
    );
    let unknown = format!(r#"{{"{}":1}}"#, "x".repeat(1_000_000));
    for body in [
        "[]",
        "null",
        "true",
        "\"a\"",
        "1e999999",
        "{}",
        r#"{"username":1,"email":"x","phone":{}}"#,
        r#"{"username":["a"],"email":[1],"phone":[[]]}"#,
        r#"{"username":"a","email":[null],"phone":[{"phone":1}]}"#,
        r#"{"username":"a\u0000b","email":[],"phone":[]}"#,
        r#"{"username":"a","email":[],"phone":[],"notes":"\u0000"}"#,
        r#"{"username":"a","email":[{"email":"a\u0000@b.c"}],"phone":[{"phone":"123\u0000"}]}"#,
        r#"{"username":"a","email":[],"phone":[],"tags":["\u0000"],"company":"\u0000"}"#,
        r#"{"username":"a","email":[],"phone":[],"channel":"\u0000","avatar_url":"\u0000"}"#,
        r#"{"username":"a","email":[],"phone":[],"customFields":{"cf_\u0000":1}}"#,
        r#"{"username":"a","email":[],"phone":[],"contact_groups":["\u0000",1e400]}"#,
        r#"{"username":"a","email":[],"phone":[],"platformContacts":[{"channel":"viber","socialPlatformId":"\u0000"}]}"#,
        r#"{"username":"a","email":[],"phone":[],"\u0000":1}"#,
        r#"{"username":"a","email":[],"phone":[],"__proto__":{"admin":true}}"#,
        &tags,
        &name,
        &fields,
        &unknown,
    ] {
        let what = &body[..body.len().min(60)];
        let request = service.post(JSON, body);
        service.assert_refused(what, request, 422, "validation_failed").await;
    }
    service.finish().await;
}

#[tokio::test]
async fn a_form_that_cannot_be_read_is_malformed_and_one_that_says_nonsense_is_invalid() {
    let mut service = Listening::new().await;
    for body in [
        &b"username=%ff"[..],
        b"username=\xff",
        b"%c3%28=a",
        b"email[0=a",
        b"email[a][b][c][d][e][f]=1",
        b"tags=a&tags[]=b",
        b"username=a&username=b",
    ] {
        let what = String::from_utf8_lossy(body).into_owned();
        let request = service.post(FORM, body);
        service.assert_refused(&what, request, 400, "malformed_request").await;
    }
    let deep = format!("username=a&email=[]&phone={}", "[".repeat(500_000));
    let indexes = format!("username=a&email=[]&phone=[]&{}", "tags[]=a&".repeat(100_000));
    for body in [
        "username=a",
        "username=a%00b&email=[]&phone=[]",
        "username=a&email=x&phone=[]",
        "username=a&email=[]&phone=[]&tags[18446744073709551615]=%00",
        "username=a&email=[]&phone=[]&=x",
        "&&&",
        "=",
        &deep,
        &indexes,
    ] {
        let what = &body[..body.len().min(60)];
        let request = service.post(FORM, body);
        service.assert_refused(what, request, 422, "validation_failed").await;
    }
    service.finish().await;
}

#[tokio::test]
async fn a_body_of_another_type_is_not_taken() {
    let mut service = Listening::new().await;
    let body = br#"{"username":"a","email":[],"phone":[]}"#;
    for content_type in [
        &b"text/plain"[..],
        b"application/xml",
        b"application/jsonp",
        b"application/json+x",
        b"application/json; charset=latin1",
        b"application/json; charset=utf-16",
        b"multipart/form-data; boundary=x",
        b"application/octet-stream",
        b"application/json, text/plain",
        b"json",
        b"",
        b";",
        b"application/json\xff",
    ] {
        let what = String::from_utf8_lossy(content_type).into_owned();
        let request =
            service.request("POST", "/api/v1/contacts").raw_header("content-type", content_type).body(body);
        service.assert_refused(&what, request, 415, "unsupported_media_type").await;
    }
    let untyped = service.request("POST", "/api/v1/contacts").body(body);
    service.assert_refused("no type", untyped, 415, "unsupported_media_type").await;
    for encoding in ["gzip", "deflate", "br", "zstd", "identity, gzip", "GZIP", "x"] {
        // Whether it is compressed in truth or not.
        for body in [&body[..], b"\x1f\x8b\x08\0\0\0\0\0\0\x03"] {
            let request = service.post(JSON, body).header("content-encoding", encoding);
            service.assert_refused(encoding, request, 415, "unsupported_media_type").await;
        }
    }
    service.finish().await;
}

#[tokio::test]
async fn a_body_that_says_its_type_in_another_way_is_read() {
    let mut service = Listening::new().await;
    let body = br#"{"username":"a","email":[],"phone":[]}"#;
    for content_type in
        ["Application/JSON", "application/json;charset=UTF-8", "application/json; charset=\"utf-8\""]
    {
        let answer = service.wire.call(&service.post(content_type, body)).await;
        assert_eq!(answer.status, 201, "{content_type}: {}", answer.text());
        let path = answer.header("location").unwrap().to_owned();
        let deleted = service.wire.call(&service.request("DELETE", &path)).await;
        assert_eq!(deleted.status, 200);
    }
    service.finish().await;
}

#[tokio::test]
async fn nothing_at_all_is_malformed_with_or_without_a_type() {
    let mut service = Listening::new().await;
    let request = service.request("POST", "/api/v1/contacts");
    service.assert_refused("no body, no type, no length", request, 400, "malformed_request").await;
    let request = service.request("POST", "/api/v1/contacts").body(b"");
    service.assert_refused("no type, length 0", request, 400, "malformed_request").await;
    for content_type in [JSON, FORM] {
        let request = service.post(content_type, b"");
        service.assert_refused(content_type, request, 400, "malformed_request").await;
        let request =
            service.request("POST", "/api/v1/contacts").header("content-type", content_type).chunked(b"", 1);
        service.assert_refused(content_type, request, 400, "malformed_request").await;
    }
    service.finish().await;
}

#[tokio::test]
async fn a_body_that_is_too_long_is_read_to_its_end_and_refused() {
    let mut service = Listening::new().await;
    let long = vec![b'a'; 10 * 1024 * 1024];
    let post = || Listening::post(&service, JSON, &long);
    let (announced, chunked) = (
        post(),
        service.request("POST", "/api/v1/contacts").header("content-type", JSON).chunked(&long, 65_536),
    );
    service.assert_refused("10 MB announced", announced, 413, "payload_too_large").await;
    service.assert_refused("10 MB in chunks", chunked, 413, "payload_too_large").await;
    // Whatever the head says already is told instead, and a body that nobody asked for is thrown away.
    for (method, path, status, kind) in [
        ("DELETE", "/api/v1/contacts/42", 404, "not_found"),
        ("POST", "/healthz", 405, "method_not_allowed"),
        ("POST", "/api/v1/nothing", 404, "not_found"),
        ("PATCH", "/api/v1/contacts/42", 404, "not_found"),
    ] {
        let request = service.request(method, path).header("content-type", JSON).body(&long);
        service.assert_refused(path, request, status, kind).await;
    }
    let anonymous = Request::new("POST", "/api/v1/contacts").header("content-type", JSON).body(&long);
    service.assert_refused("no token", anonymous, 401, "unauthenticated").await;
    assert_eq!(service.wire.call(&service.get("/api/v1/tags").body(&long)).await.status, 200);
    service.assert_goes_on("a body that nobody asked for").await;
    // To the byte.
    let body = |length: usize| {
        let rest = r#"{"username":"","email":[],"phone":[]}"#.len();
        format!(r#"{{"username":"{}","email":[],"phone":[]}}"#, "a".repeat(length - rest))
    };
    let request = service.post(JSON, body(MAX_BODY));
    service.assert_refused("the longest body", request, 422, "validation_failed").await;
    let request = service.post(JSON, body(MAX_BODY + 1));
    service.assert_refused("one byte more", request, 413, "payload_too_large").await;
    service.finish().await;
}
