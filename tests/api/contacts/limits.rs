//! How long texts and lists may be: at the limit, and one over.

use axum::http::Method;
use serde_json::{Value, json};

use super::{CONTACTS, groups, refused, sql};
use crate::support::{TestApp, factory};

/// Makes a value of a size.
type OfSize = fn(usize) -> Value;

/// Letters of three bytes each: limits are in characters.
fn letters(count: usize) -> String {
    "က".repeat(count)
}

fn url(length: usize) -> String {
    let start = "https://example.com/";
    format!("{start}{}", letters(length - start.len()))
}

fn email(length: usize) -> String {
    let end = "@example.com";
    let labels = "b.".repeat(93);
    let local = "a".repeat(length - end.len() - labels.len());
    format!("{local}@{labels}{}", &end[1..])
}

#[tokio::test]
async fn texts_of_the_longest_length_are_kept_and_longer_ones_refused() {
    let app = TestApp::new().await;
    let table: [(&str, usize, OfSize); 12] = [
        ("username", 255, |length| json!({"username": letters(length)})),
        ("name", 255, |length| json!({"name": letters(length)})),
        ("address", 1_000, |length| json!({"address": letters(length)})),
        ("notes", 10_000, |length| json!({"notes": letters(length)})),
        ("avatar_url", 2_048, |length| json!({"avatar_url": url(length)})),
        ("socialProfileUrl", 2_048, |length| json!({"socialProfileUrl": url(length)})),
        ("company", 255, |length| json!({"company": letters(length)})),
        ("tags[0]", 100, |length| json!({"tags": [letters(length)]})),
        ("tags[0].name", 100, |length| json!({"tags": [{"name": letters(length)}]})),
        ("email[0].email", 254, |length| json!({"email": [{"email": email(length)}]})),
        ("phone[0].phone", 100, |length| json!({"phone": [{"phone": "၁".repeat(length)}]})),
        (
            "platformContacts[0].socialPlatformId",
            255,
            |length| json!({"platformContacts": [{"channel": "line", "socialPlatformId": letters(length)}]}),
        ),
    ];
    let contact = factory::contact(&app.writer(), json!({})).await;
    let path = factory::path(&contact);
    for (field, limit, fields) in table {
        let (longest, too_long) = (fields(limit), fields(limit + 1));
        factory::contact(&app.writer(), longest.clone()).await;
        app.writer().patch(&path, longest).await.expect(200);
        assert_eq!(refused(&app.writer(), too_long.clone()).await, [format!("{field}:too_long")]);
        let details = app.writer().patch(&path, too_long).await.expect_invalid();
        assert_eq!(details, [format!("{field}:too_long")]);
    }
    let read = factory::read(&app.reader(), &contact).await;
    assert_eq!((&read["name"], &read["notes"]), (&json!(letters(255)), &json!(letters(10_000))));
    assert_eq!(read["company"]["name"], letters(255));
    app.finish().await;
}

#[tokio::test]
async fn lists_of_the_longest_length_are_kept_and_longer_ones_refused() {
    let app = TestApp::new().await;
    groups(&app).await;
    let insert =
        "insert into groups (tenant_id, id, value, value_key, label, is_default, position, created_at, updated_at)
                  select $1, gen_random_uuid(), 'g' || n, 'g' || n, 'g' || n, false, 10 + n, now(), now()
                  from generate_series(1, 17) n";
    assert_eq!(sql(&app, insert).await, 17);
    let groups = groups(&app).await;
    let table: [(&str, usize, OfSize); 4] = [
        ("tags", 50, |n| json!(format!("tag {n}"))),
        ("email", 50, |n| json!({"email": format!("a{n}@example.com"), "isPrimary": false})),
        ("phone", 50, |n| json!({"phone": format!("09 797 0000{n:02}"), "isPrimary": false})),
        ("platformContacts", 50, |n| json!({"channel": "line", "socialPlatformId": format!("U{n}")})),
    ];
    let mut lists: Vec<(&str, Value, Value)> = table
        .into_iter()
        .map(|(field, limit, entry)| {
            (field, (0..limit).map(entry).collect(), (0..=limit).map(entry).collect())
        })
        .collect();
    let ids: Vec<Value> = groups.iter().map(|group| group["id"].clone()).collect();
    assert_eq!(ids.len(), 21);
    lists.push(("contact_groups", json!(ids[..20]), json!(ids)));
    let contact = factory::contact(&app.writer(), json!({})).await;
    let path = factory::path(&contact);
    for (field, longest, too_long) in lists {
        let created = factory::contact(&app.writer(), json!({field: longest})).await;
        assert_eq!(created[field].as_array().unwrap().len(), longest.as_array().unwrap().len());
        app.writer().patch(&path, json!({field: longest})).await.expect(200);
        let read = factory::read(&app.reader(), &contact).await;
        match field {
            "tags" => assert_eq!(json!(super::texts(&read[field], "name")), longest),
            "contact_groups" => assert_eq!(json!(super::texts(&read[field], "id")), longest),
            _ => assert_eq!(read[field], longest),
        }
        assert_eq!(refused(&app.writer(), json!({field: too_long})).await, [format!("{field}:too_many")]);
        let details = app.writer().patch(&path, json!({field: too_long})).await.expect_invalid();
        assert_eq!(details, [format!("{field}:too_many")]);
    }
    app.finish().await;
}

#[tokio::test]
async fn no_text_may_have_a_nul() {
    let app = TestApp::new().await;
    let nul = "https://example.com/\u{0}";
    let contact = factory::contact(&app.writer(), json!({})).await;
    for (field, fields) in [
        ("username", json!({"username": nul})),
        ("name", json!({"name": nul})),
        ("address", json!({"address": nul})),
        ("channel", json!({"channel": nul})),
        ("notes", json!({"notes": nul})),
        ("avatar_url", json!({"avatar_url": nul})),
        ("socialProfileUrl", json!({"socialProfileUrl": nul})),
        ("company", json!({"company": nul})),
        ("company.name", json!({"company": {"name": nul}})),
        ("tags[0]", json!({"tags": [nul]})),
        ("tags[1].name", json!({"tags": ["x", {"name": nul}]})),
        ("email[0].email", json!({"email": [{"email": "a\u{0}@example.com"}]})),
        ("phone[0].phone", json!({"phone": [{"phone": "0979\u{0}787"}]})),
        (
            "platformContacts[0].channel",
            json!({"platformContacts": [{"channel": nul, "socialPlatformId": "x"}]}),
        ),
        (
            "platformContacts[0].socialPlatformId",
            json!({"platformContacts": [{"channel": "line", "socialPlatformId": nul}]}),
        ),
    ] {
        let expected = [format!("{field}:contains_nul")];
        assert_eq!(refused(&app.writer(), fields.clone()).await, expected);
        assert_eq!(app.writer().patch(&factory::path(&contact), fields).await.expect_invalid(), expected);
    }
    app.finish().await;
}

#[tokio::test]
async fn emails_and_phones_that_are_none_are_422() {
    let app = TestApp::new().await;
    for email in
        ["", "frank", "frank@localhost", " a@example.com", "F <a@example.com>", "a@b@example.com", "a@[::1]"]
    {
        let fields = json!({"email": [{"email": "ok@example.com"}, {"email": email}]});
        assert_eq!(refused(&app.writer(), fields).await, ["email[1].email:invalid_format"], "{email}");
    }
    for (phone, code) in [
        ("", "too_short"),
        ("12", "too_short"),
        ("+-()#* .", "too_short"),
        ("၁၂", "too_short"),
        ("0979\n7877", "invalid_format"),
    ] {
        let fields = json!({"phone": [{"phone": "ok abc"}, {"phone": phone}]});
        assert_eq!(refused(&app.writer(), fields).await, [format!("phone[1].phone:{code}")], "{phone}");
    }
    for phone in ["123", "abc", "၁၂၃", "1-800-FLOWERS", "09 420012345 ext. 5", " +95 (9) 797/877.765 "]
    {
        let fields = json!({"phone": [{"phone": phone, "isPrimary": true}]});
        let contact = factory::contact(&app.writer(), fields.clone()).await;
        assert_eq!(contact["phone"], fields["phone"]);
    }
    for email in ["Frank@Example.com", "o'brien+x@mail.example.co.uk", "用户@例子.中国"] {
        let fields = json!({"email": [{"email": email, "isPrimary": false}]});
        let contact = factory::contact(&app.writer(), fields.clone()).await;
        assert_eq!(contact["email"], fields["email"]);
    }
    app.finish().await;
}

#[tokio::test]
async fn a_body_of_a_mebibyte_is_read_and_a_longer_one_is_413() {
    let app = TestApp::new().await;
    let body = factory::body(json!({})).to_string();
    let padded = |length: usize| format!("{body}{}", " ".repeat(length - body.len()));
    let json = [("content-type", "application/json")];
    let send = |body| async { app.writer().send(Method::POST, CONTACTS, &json, body).await };
    send(padded(1024 * 1024)).await.expect(201);
    send(padded(1024 * 1024 + 1)).await.expect_error(413, "payload_too_large");
    app.finish().await;
}

#[tokio::test]
async fn a_number_out_of_range_is_422_wherever_it_stands() {
    let app = TestApp::new().await;
    for (field, path) in [
        ("name", "name"),
        ("email", "email"),
        ("tags", "tags"),
        ("company", "company"),
        ("channel", "channel"),
    ] {
        let email = if field == "email" { "" } else { r#""email":[],"# };
        let body = format!(r#"{{"username":"x",{email}"phone":[],{field:?}:1e400}}"#);
        let json = [("content-type", "application/json")];
        let answer = app.writer().send(Method::POST, CONTACTS, &json, body).await;
        assert_eq!(answer.expect_invalid(), [format!("{path}:wrong_type")]);
    }
    app.finish().await;
}
