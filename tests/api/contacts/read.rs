//! `GET /api/v1/contacts/{id}`

use axum::http::Method;
use serde_json::{Value, json};

use super::{NOBODY, full_contact, id, list};
use crate::support::{Answer, Client, TestApp, factory};

async fn etag(client: &Client, contact: &Value) -> String {
    let answer = client.get(&factory::path(contact)).await;
    answer.expect(200);
    answer.header("etag").unwrap().to_owned()
}

#[tokio::test]
async fn a_contact_is_read_in_an_envelope() {
    let app = TestApp::new().await;
    let contact = full_contact(&app).await;
    let answer = app.reader().get(&factory::path(&contact)).await;
    assert_eq!(answer.expect(200), json!({"status": "success", "message": "contact", "data": contact}));
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(list(&app.reader(), "").await["data"], json!([contact]));
    app.finish().await;
}

#[tokio::test]
async fn an_id_may_be_written_in_either_case_and_without_hyphens() {
    let app = TestApp::new().await;
    let contact = factory::contact(&app.writer(), json!({})).await;
    let id = id(&contact);
    for written in [id.to_string().to_uppercase(), id.simple().to_string()] {
        let read = app.reader().get(&format!("/api/v1/contacts/{written}")).await.expect(200);
        assert_eq!(read["data"], contact);
    }
    app.finish().await;
}

#[tokio::test]
async fn the_etag_is_strong_and_changes_with_the_contact_only() {
    let app = TestApp::new().await;
    let contact = factory::contact(&app.writer(), json!({"notes": "a"})).await;
    let other = factory::contact(&app.writer(), json!({"notes": "a"})).await;
    let first = etag(&app.reader(), &contact).await;
    let opaque = first.strip_prefix('"').and_then(|tag| tag.strip_suffix('"')).unwrap();
    assert!(!opaque.is_empty() && opaque.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{first}");
    assert_ne!(etag(&app.reader(), &other).await, first);
    assert_eq!(etag(&app.admin(), &contact).await, first);
    app.writer().patch(&factory::path(&other), json!({"notes": "b"})).await.expect(200);
    app.writer().patch(&factory::path(&contact), json!({"notes": "a"})).await.expect(200);
    assert_eq!(etag(&app.reader(), &contact).await, first);
    let mut seen = vec![first];
    for change in [
        json!({"notes": "c"}),
        json!({"tags": ["vip"]}),
        json!({"phone": [{"phone": "09797877765"}]}),
        json!({"phone": [{"phone": "09797877765", "isPrimary": true}]}),
        json!({"company": "K-Link"}),
    ] {
        app.writer().patch(&factory::path(&contact), change).await.expect(200);
        let changed = etag(&app.reader(), &contact).await;
        assert!(!seen.contains(&changed));
        seen.push(changed);
    }
    app.finish().await;
}

/// Every call that takes the id of a contact, with a body that suits it.
async fn calls(client: &Client, id: &str) -> Vec<Answer> {
    let path = format!("/api/v1/contacts/{id}");
    let all = json!({"name": "x", "specific_update_fields": []});
    let tags = json!({"actionType": "REPLACE", "tags": ["vip"]});
    vec![
        client.get(&path).await,
        client.put(&path, all).await,
        client.patch(&path, json!({"name": "x"})).await,
        client.patch(&format!("{path}/tags"), tags).await,
        client.delete(&path).await,
        client.send(Method::GET, &format!("{path}?_page=1"), &[], "").await,
    ]
}

#[tokio::test]
async fn an_id_that_is_unknown_malformed_or_of_another_tenant_is_the_same_404() {
    let app = TestApp::new().await;
    let theirs = factory::contact(&app.stranger(), json!({"name": "theirs"})).await;
    let deleted = factory::contact(&app.writer(), json!({})).await;
    app.writer().delete(&factory::path(&deleted)).await.expect(200);
    let theirs_id = theirs["id"].as_str().unwrap();
    let mut bodies = Vec::new();
    for id in [
        NOBODY,
        theirs_id,
        deleted["id"].as_str().unwrap(),
        "42",
        "WAz8eIbvDR60rouK",
        "0198c0de-0000-7000-8000-00000000000g",
        &format!("%7B{theirs_id}%7D"),
        "null",
        "%00",
        "%FF",
        &"x".repeat(2_000),
    ] {
        for answer in calls(&app.admin(), id).await {
            assert_eq!(answer.expect_error(404, "not_found"), []);
            let mut body = answer.json();
            body["requestId"] = json!(null);
            bodies.push((body, answer.header("content-type").map(str::to_owned)));
        }
    }
    assert!(bodies.iter().all(|body| *body == bodies[0]), "{bodies:?}");
    assert_eq!(factory::read(&app.stranger(), &theirs).await, theirs);
    app.finish().await;
}
