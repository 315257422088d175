//! `GET /api/v1/contacts/{id}/history`

use axum::{body::Body, http::Method};
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{CONTACTS, NOBODY, NOON, admin_at, clock, full_contact, sql, texts};
use crate::support::{Client, Setup, TestApp, factory};

async fn history(client: &Client, contact: &Value) -> Value {
    client.get(&format!("{}/history", factory::path(contact))).await.expect(200)
}

/// The fields of an entry, with what they were and became.
fn changes(entry: &Value) -> Vec<(String, Value, Value)> {
    let mut changes: Vec<_> = entry["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| {
            assert_eq!(change.as_object().unwrap().len(), 3);
            (change["field"].as_str().unwrap().to_owned(), change["before"].clone(), change["after"].clone())
        })
        .collect();
    changes.sort_by(|a, b| a.0.cmp(&b.0));
    changes
}

#[tokio::test]
async fn it_says_who_did_what_when_by_which_request_and_what_changed() {
    let app = TestApp::with(Setup { clock: clock(NOON), ..Setup::default() }).await;
    let contact = full_contact(&app).await;
    let path = factory::path(&contact);
    let change = json!({
        "notes": "new", "company": null, "tags": ["platinum"], "phone": [{"phone": "1-800-759-3000"}],
        "customFields": {"cf_sector": "Trade", "cf_vip": null},
    });
    let mut claims = app.claims("acme", "contacts:write");
    claims.sub = "crm".into();
    let headers = [("content-type", "application/json"), ("x-request-id", "request-7")];
    app.with_claims(&claims).send(Method::PATCH, &path, &headers, change.to_string()).await.expect(200);
    let later = "2026-01-08T12:30:00.000000Z";
    admin_at(&app, later).delete(&path).await.expect(200);
    // Also in the trash.
    assert_eq!(
        texts(&history(&app.reader(), &contact).await["data"], "action"),
        ["deleted", "updated", "created"]
    );
    app.writer().send(Method::POST, &format!("{path}/restore"), &[], Body::empty()).await.expect(200);

    let page = history(&app.reader(), &contact).await;
    assert_eq!((&page["total"], &page["page"], &page["lastPage"]), (&json!(4), &json!(1), &json!(1)));
    assert_eq!(texts(&page["data"], "action"), ["restored", "deleted", "updated", "created"]);
    let [restored, deleted, updated, created] = &page["data"].as_array().unwrap()[..] else { panic!() };
    assert_eq!((&restored["changes"], &deleted["changes"]), (&json!([]), &json!([])));
    assert_eq!((&deleted["at"], &deleted["by"]), (&json!(later), &json!("tester")));
    assert_eq!(
        (&updated["at"], &updated["by"], &updated["requestId"]),
        (&json!(NOON), &json!("crm"), &json!("request-7"))
    );
    assert_eq!(
        changes(updated),
        [
            ("company".into(), contact["company"].clone(), Value::Null),
            ("customFields.cf_sector".into(), json!("Finance"), json!("Trade")),
            ("customFields.cf_vip".into(), json!(false), Value::Null),
            ("notes".into(), json!("calls back\non Mondays"), json!("new")),
            (
                "phone".into(),
                contact["phone"].clone(),
                json!([{"phone": "1-800-759-3000", "isPrimary": false}])
            ),
            ("tags".into(), contact["tags"].clone(), json!([contact["tags"][0]])),
        ]
    );
    let made: Vec<String> = changes(created)
        .into_iter()
        .map(|(field, before, after)| {
            assert!(before.is_null() && !after.is_null(), "{field}");
            field
        })
        .collect();
    assert_eq!(
        made,
        [
            "address",
            "avatar_url",
            "channel",
            "company",
            "contact_groups",
            "customFields.cf_colours",
            "customFields.cf_sector",
            "customFields.cf_size",
            "customFields.cf_vip",
            "email",
            "name",
            "notes",
            "phone",
            "platformContacts",
            "tags",
            "username",
        ]
    );
    assert_eq!(
        created.as_object().unwrap().keys().collect::<Vec<_>>(),
        ["action", "at", "by", "changes", "id", "requestId"]
    );
    app.finish().await;
}

#[tokio::test]
async fn what_changes_nothing_or_fails_leaves_no_entry_and_tags_leave_one() {
    let app = TestApp::new().await;
    let writer = app.writer();
    let contact = factory::contact(&writer, json!({"notes": "a"})).await;
    let path = factory::path(&contact);
    writer.patch(&path, json!({"notes": "a"})).await.expect(200);
    writer.patch(&path, json!({"channel": "pigeon"})).await.expect(422);
    writer.json_with(Method::PATCH, &path, ("if-match", "\"x\""), json!({"notes": "b"})).await.expect(412);
    assert_eq!(history(&writer, &contact).await["total"], 1);
    writer.patch(&format!("{path}/tags"), json!({"actionType": "MERGE", "tags": ["vip"]})).await.expect(200);
    writer.put(&path, json!({"notes": "b", "specific_update_fields": []})).await.expect(200);
    writer.form(Method::PATCH, &path, "notes=c").await.expect(200);
    let page = history(&writer, &contact).await;
    let fields: Vec<Value> =
        page["data"].as_array().unwrap().iter().map(|entry| entry["changes"][0]["field"].clone()).collect();
    assert_eq!(fields[..3], [json!("notes"), json!("notes"), json!("tags")]);
    app.finish().await;
}

#[tokio::test]
async fn it_is_paged_the_newest_first() {
    let app = TestApp::new().await;
    let contact = factory::contact(&app.writer(), json!({})).await;
    let path = factory::path(&contact);
    for number in 1..=5 {
        app.writer().patch(&path, json!({"notes": format!("{number}")})).await.expect(200);
    }
    let page = app.reader().get(&format!("{path}/history?pageSize=2&page=2")).await.expect(200);
    assert_eq!((&page["total"], &page["lastPage"]), (&json!(6), &json!(3)));
    let notes: Vec<&Value> =
        page["data"].as_array().unwrap().iter().map(|entry| &entry["changes"][0]["after"]).collect();
    assert_eq!(notes, ["3", "2"]);
    let past = app.reader().get(&format!("{path}/history?page=9")).await.expect(200);
    assert_eq!((&past["total"], &past["data"]), (&json!(6), &json!([])));
    assert_eq!(
        app.reader().get(&format!("{path}/history?pageSize=0")).await.expect_invalid(),
        ["pageSize:out_of_range"]
    );
    app.finish().await;
}

#[tokio::test]
async fn a_contact_from_before_there_was_a_history_has_an_empty_one_and_an_unknown_one_has_none() {
    let app = TestApp::new().await;
    let contact = factory::contact(&app.writer(), json!({})).await;
    let theirs = factory::contact(&app.stranger(), json!({})).await;
    sql(&app, "delete from change_log where tenant_id = $1").await;
    let page = history(&app.reader(), &contact).await;
    assert_eq!((&page["total"], &page["data"]), (&json!(0), &json!([])));
    for id in [NOBODY, "42", theirs["id"].as_str().unwrap()] {
        app.reader().get(&format!("{CONTACTS}/{id}/history")).await.expect_error(404, "not_found");
    }
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn changes_at_once_follow_from_one_another() {
    let app = TestApp::new().await;
    let writer = app.writer();
    let contact = factory::contact(&writer, json!({"notes": "start"})).await;
    let path = factory::path(&contact);
    let calls = (0..20).map(async |number| writer.patch(&path, json!({"notes": format!("{number}")})).await);
    for answer in join_all(calls).await {
        answer.expect(200);
    }
    let page = writer.get(&format!("{path}/history?pageSize=100")).await.expect(200);
    assert_eq!(page["total"], 21);
    let mut after = factory::read(&writer, &contact).await["notes"].take();
    for entry in &page["data"].as_array().unwrap()[..20] {
        let [(_, before, now)] = &changes(entry)[..] else { panic!("{entry}") };
        assert_eq!(*now, after);
        after = before.clone();
    }
    assert_eq!(after, "start");
    app.finish().await;
}
