//! `ETag`, `If-None-Match` and `If-Match`

use axum::{body::Body, http::Method};
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{CONTACTS, NOBODY, id};
use crate::support::{Answer, Client, TestApp, factory};

async fn get(client: &Client, path: &str, if_none_match: &str) -> Answer {
    client.send(Method::GET, path, &[("if-none-match", if_none_match)], Body::empty()).await
}

async fn tag_of(client: &Client, contact: &Value) -> String {
    client.get(&factory::path(contact)).await.header("etag").unwrap().to_owned()
}

#[tokio::test]
async fn a_contact_that_the_client_has_is_304_without_a_body() {
    let app = TestApp::new().await;
    let created = app.writer().post(CONTACTS, factory::body(json!({"notes": "a"}))).await;
    let contact = created.expect(201);
    let tag = created.header("etag").unwrap();
    let trashed = factory::contact(&app.writer(), json!({"notes": "a"})).await;
    let of_trashed = tag_of(&app.reader(), &trashed).await;
    app.writer().delete(&factory::path(&trashed)).await.expect(200);
    let in_trash = format!("{CONTACTS}/trash/{}", id(&trashed));
    for (path, tag) in [(factory::path(&contact), tag), (in_trash, of_trashed.as_str())] {
        let lists =
            [tag.to_owned(), format!("W/{tag}"), "*".into(), format!("\"x\", {tag}"), format!("{tag},\"x\"")];
        for if_none_match in lists {
            for method in [Method::GET, Method::HEAD] {
                let headers = [("if-none-match", if_none_match.as_str())];
                let answer = app.reader().send(method, &path, &headers, Body::empty()).await;
                assert_eq!((answer.status.as_u16(), answer.body.len()), (304, 0), "{if_none_match}");
                assert_eq!(answer.header("etag"), Some(tag));
                assert_eq!(answer.header("content-type"), None);
                assert!(answer.header("x-request-id").is_some());
            }
        }
        for if_none_match in ["\"x\"", "", "W/\"x\", \"y\"", tag.trim_matches('"')] {
            let answer = get(&app.reader(), &path, if_none_match).await;
            answer.expect(200);
            assert_eq!(answer.header("etag"), Some(tag));
        }
    }
    // What does not exist is not unchanged.
    get(&app.reader(), &format!("{CONTACTS}/{NOBODY}"), "*").await.expect_error(404, "not_found");
    app.writer().patch(&factory::path(&contact), json!({"notes": "b"})).await.expect(200);
    get(&app.reader(), &factory::path(&contact), tag).await.expect(200);
    app.finish().await;
}

/// Every call that changes a contact.
fn calls(path: &str) -> [(Method, String, Value); 5] {
    [
        (Method::PUT, path.to_owned(), json!({"notes": "put", "specific_update_fields": []})),
        (Method::PATCH, path.to_owned(), json!({"notes": "patch"})),
        (Method::PATCH, format!("{path}/tags"), json!({"actionType": "MERGE", "tags": ["new"]})),
        (Method::DELETE, path.to_owned(), Value::Null),
        (Method::DELETE, format!("{path}?permanent=true"), Value::Null),
    ]
}

#[tokio::test]
async fn a_change_of_another_state_than_the_one_read_is_412_and_leaves_everything_as_it_was() {
    let app = TestApp::new().await;
    let writer = app.writer();
    let contact = factory::contact(&writer, json!({"notes": "a", "tags": ["vip"]})).await;
    let path = factory::path(&contact);
    let stale = tag_of(&writer, &contact).await;
    writer.patch(&path, json!({"notes": "b"})).await.expect(200);
    let current = tag_of(&writer, &contact).await;
    let (before, counted) = (factory::read(&writer, &contact).await, super::changes(&app).await);
    let weak = format!("W/{current}");
    for if_match in [stale.as_str(), "\"x\"", "\"x\", \"y\"", "", weak.as_str()] {
        for (method, path, body) in calls(&path) {
            let refused = writer.json_with(method.clone(), &path, ("if-match", if_match), body).await;
            assert_eq!(refused.expect_error(412, "precondition_failed"), [], "{method} {if_match}");
        }
    }
    let form = [("if-match", stale.as_str()), ("content-type", "application/x-www-form-urlencoded")];
    writer.send(Method::PATCH, &path, &form, "notes=c").await.expect_error(412, "precondition_failed");
    assert_eq!(factory::read(&writer, &contact).await, before);
    assert_eq!(super::changes(&app).await, counted);
    assert_eq!(writer.get("/api/v1/tags").await.expect(200)["total"], 1, "no tag was made");
    app.finish().await;
}

#[tokio::test]
async fn a_change_of_the_state_read_succeeds() {
    let app = TestApp::new().await;
    let writer = app.writer();
    for number in 0..5 {
        for form in ["{tag}", "*", "\"x\", {tag}"] {
            let contact = factory::contact(&writer, json!({"notes": "a"})).await;
            let if_match = form.replace("{tag}", &tag_of(&writer, &contact).await);
            let (method, path, body) = calls(&factory::path(&contact))[number].clone();
            writer.json_with(method, &path, ("if-match", &if_match), body).await.expect(200);
        }
    }
    for (method, path, body) in calls(&format!("{CONTACTS}/{NOBODY}")) {
        writer.json_with(method, &path, ("if-match", "*"), body).await.expect_error(404, "not_found");
    }
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_twenty_that_change_the_state_they_read_one_wins() {
    let app = TestApp::new().await;
    let writer = app.writer();
    let contact = factory::contact(&writer, json!({"notes": "a"})).await;
    let path = factory::path(&contact);
    for round in 0..3 {
        let tag = tag_of(&writer, &contact).await;
        let calls = (0..20).map(async |number| {
            let body = json!({"notes": format!("{round} {number}")});
            (number, writer.json_with(Method::PATCH, &path, ("if-match", &tag), body).await)
        });
        let (won, lost): (Vec<_>, Vec<_>) =
            join_all(calls).await.into_iter().partition(|(_, answer)| answer.status == 200);
        let [(winner, _)] = &won[..] else { panic!("{} won", won.len()) };
        for (_, answer) in lost {
            answer.expect_error(412, "precondition_failed");
        }
        assert_eq!(factory::read(&writer, &contact).await["notes"], format!("{round} {winner}"));
    }
    app.finish().await;
}

#[tokio::test]
async fn what_changes_a_contact_answers_with_the_tag_that_reads_have() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let contact = factory::contact(&admin, json!({"tags": ["a"], "notes": "first"})).await;
    let path = factory::path(&contact);
    let (tags, label) = (format!("{path}/tags"), json!({"tags": ["b"]}));
    let mut before = tag_of(&admin, &contact).await;
    for (method, path, body, changes) in [
        (Method::PUT, &path, json!({"specific_update_fields": [], "notes": "second"}), true),
        (Method::PUT, &path, json!({"specific_update_fields": ["notes"], "notes": "second"}), false),
        (Method::PATCH, &path, json!({"notes": null}), true),
        (Method::PATCH, &path, json!({"notes": null}), false),
        (Method::PATCH, &path, label, true),
        (Method::PATCH, &tags, json!({"actionType": "MERGE", "tags": ["c", "new"]}), true),
        (Method::PATCH, &tags, json!({"actionType": "REMOVE", "tags": ["nothing"]}), false),
    ] {
        // With the tag of the answer before, as a client would that never reads.
        let answer = admin.json_with(method.clone(), path, ("if-match", &before), body).await;
        answer.expect(200);
        let after = answer.header("etag").unwrap().to_owned();
        assert_eq!(after, tag_of(&admin, &contact).await, "{method} {path}");
        assert_eq!(after != before, changes, "{method} {path}");
        before = after;
    }
    let refused = admin.patch(&path, json!({"email": "x"})).await;
    assert_eq!((refused.status.as_u16(), refused.header("etag")), (422, None));
    app.finish().await;
}

/// A job has still to reach the contact: reads show what was before, and so says the tag of a change that changes nothing.
#[tokio::test]
async fn the_tag_of_a_contact_that_a_job_has_still_to_reach_is_that_of_reads() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let contact = factory::contact(&admin, json!({"tags": ["old"], "notes": "same"})).await;
    let path = factory::path(&contact);
    let tag = factory::read(&admin, &contact).await["tags"][0]["id"].clone();
    factory::many(&app, 1_000, &[tag.as_str().unwrap()], None).await;
    let renamed =
        admin.patch(&format!("/api/v1/tags/{}", tag.as_str().unwrap()), json!({"name": "new"})).await;
    renamed.expect(202);
    assert_eq!(factory::read(&admin, &contact).await["tags"][0]["name"], "old");
    let unchanged = admin.patch(&path, json!({"notes": "same"})).await;
    unchanged.expect(200);
    assert_eq!(unchanged.header("etag").unwrap(), tag_of(&admin, &contact).await);
    assert_eq!(factory::read(&admin, &contact).await["tags"][0]["name"], "old");
    let changed = admin.patch(&path, json!({"notes": "other"})).await;
    changed.expect(200);
    assert_eq!(changed.header("etag").unwrap(), tag_of(&admin, &contact).await);
    assert_eq!(factory::read(&admin, &contact).await["tags"][0]["name"], "new");
    crate::support::app::run_jobs(&app.state).await.unwrap();
    app.finish().await;
}
