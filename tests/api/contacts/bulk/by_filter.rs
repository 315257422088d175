//! `POST /contacts/bulk/by-filter`, on so few contacts that it is done at once.

use axum::http::Method;
use serde_json::{Value, json};

use super::{BY_FILTER, by_filter, history, rows, total};
use crate::{
    contacts::{changes, groups, texts},
    support::{Client, TestApp, factory},
};

/// Three contacts, two of them tagged.
async fn three(client: &Client) -> [Value; 3] {
    let one = json!({"username": "one", "tags": ["Old"], "email": [{"email": "one@example.com"}]});
    let two = json!({"username": "two", "tags": ["old", "vip"], "company": "K-Link"});
    [
        factory::contact(client, one).await,
        factory::contact(client, two).await,
        factory::contact(client, json!({"username": "three"})).await,
    ]
}

#[tokio::test]
async fn a_dry_run_counts_and_changes_nothing() {
    let app = TestApp::new().await;
    let client = app.writer();
    three(&client).await;
    let before = changes(&app).await;
    let action = json!({"action": "delete", "dryRun": true});
    for (filter, expected) in [
        (json!({"tag": "OLD"}), 2),
        (json!({"tag": ["old", "vip"]}), 1),
        (json!({"keyword": "e", "has": "email"}), 1),
        (json!({"company": "k-link", "createdAfter": "2001-01-01"}), 1),
        (json!({"email": "ONE@example.com"}), 1),
        (json!({"channel": "phone"}), 0),
    ] {
        let mut body = action.clone();
        body["filter"] = filter;
        assert_eq!(by_filter(&client, body).await, json!({"matched": expected}));
    }
    let all = json!({"action": "tag", "actionType": "MERGE", "tags": ["x"], "all": true, "dryRun": true});
    assert_eq!(by_filter(&client, all).await, json!({"matched": 3}));
    assert_eq!((changes(&app).await, total(&client, "").await), (before, 3));
    assert_eq!(total(&client, "tag=x").await, 0);
    app.finish().await;
}

#[tokio::test]
async fn each_action_is_done_to_what_passes_and_says_how_many() {
    let app = TestApp::new().await;
    let client = app.writer();
    let groups = groups(&app).await;
    let [one, two, three] = three(&client).await;

    let tag =
        json!({"filter": {"tag": "old"}, "action": "tag", "actionType": "MERGE", "tags": ["vip", "new"]});
    assert_eq!(by_filter(&client, tag.clone()).await, json!({"matched": 2, "changed": 2, "failed": 0}));
    assert_eq!(
        by_filter(&client, tag).await,
        json!({"matched": 2, "changed": 0, "failed": 0}),
        "they were so already"
    );
    assert_eq!(texts(&factory::read(&client, &two).await["tags"], "name"), ["Old", "vip", "new"]);

    let group = json!({"filter": {"has": "tags"}, "action": "group", "actionType": "MERGE", "groups": [groups[1]["id"]]});
    assert_eq!(by_filter(&client, group).await["changed"], 2);
    assert_eq!(total(&client, &format!("group={}", groups[1]["id"].as_str().unwrap())).await, 2);
    let group = json!({"all": true, "action": "group", "actionType": "REMOVE", "groups": [groups[1]["id"]]});
    assert_eq!(by_filter(&client, group).await, json!({"matched": 3, "changed": 2, "failed": 0}));

    let update = json!({"filter": {"keyword": "one"}, "action": "update", "contact": {"notes": "x", "company": "New"}});
    assert_eq!(by_filter(&client, update).await["changed"], 1);
    let read = factory::read(&client, &one).await;
    assert_eq!((&read["notes"], &read["company"]["name"]), (&json!("x"), &json!("New")));

    // Those that it no longer holds of are not passed over.
    let untag = json!({"filter": {"tag": "old"}, "action": "tag", "actionType": "REMOVE", "tags": ["old"]});
    assert_eq!(by_filter(&client, untag).await["changed"], 2);

    let delete = json!({"filter": {"tag": "vip"}, "action": "delete"});
    assert_eq!(by_filter(&client, delete).await, json!({"matched": 2, "changed": 2, "failed": 0}));
    assert_eq!((total(&client, "").await, rows(&app, "contact_trash").await), (1, 2));
    assert_eq!(factory::read(&client, &three).await["username"], "three");
    let (action, subject, _) = history(&app, &one).await.pop().unwrap();
    assert_eq!((action.as_str(), subject.as_str()), ("deleted", "tester"));
    app.finish().await;
}

#[tokio::test]
async fn contacts_that_cannot_be_changed_are_counted_and_stop_nothing() {
    let app = TestApp::new().await;
    let client = app.writer();
    let tags: Vec<String> = (0..50).map(|number| format!("t{number}")).collect();
    factory::contact(&client, json!({"username": "full", "tags": tags})).await;
    factory::contact(&client, json!({"username": "free"})).await;
    let tag = json!({"all": true, "action": "tag", "actionType": "MERGE", "tags": ["more"]});
    assert_eq!(by_filter(&client, tag).await, json!({"matched": 2, "changed": 1, "failed": 1}));
    factory::set_default_field(&app, "email", "is_unique").await;
    let update = json!({"all": true, "action": "update", "contact": {"email": [{"email": "a@example.com"}]}});
    assert_eq!(by_filter(&client, update).await, json!({"matched": 2, "changed": 1, "failed": 1}));
    assert_eq!(total(&client, "email=a@example.com").await, 1);
    app.finish().await;
}

#[tokio::test]
async fn a_repeated_request_is_carried_out_once_and_a_form_does_the_same() {
    let app = TestApp::new().await;
    let client = app.writer();
    three(&client).await;
    let headers = [("content-type", "application/json"), ("idempotency-key", "one")];
    let body =
        json!({"filter": {"tag": "old"}, "action": "tag", "actionType": "REPLACE", "tags": ["old", "x"]});
    let first = client.send(Method::POST, BY_FILTER, &headers, body.to_string()).await.expect(200);
    let again = client.send(Method::POST, BY_FILTER, &headers, body.to_string()).await.expect(200);
    assert_eq!((&first, &first["data"]["changed"]), (&again, &json!(2)));
    for flag in ["true", "1", "on"] {
        let form = format!("filter[tag]=x&action=delete&dryRun={flag}&all=");
        let counted = client.form(Method::POST, BY_FILTER, &form).await.expect(200)["data"].take();
        assert_eq!(counted, json!({"matched": 2}), "{flag}");
    }
    let form = "all=on&action=delete&dryRun=maybe";
    let refused = client.form(Method::POST, BY_FILTER, form).await;
    assert_eq!(refused.expect_invalid(), ["dryRun:wrong_type"]);
    let form = r#"filter={"tag":"x"}&action=tag&actionType=MERGE&tags[]=y"#;
    assert_eq!(client.form(Method::POST, BY_FILTER, form).await.expect(200)["data"]["changed"], 2);
    let form = "all=1&dryRun=off&action=update&contact[notes]=n";
    assert_eq!(client.form(Method::POST, BY_FILTER, form).await.expect(200)["data"]["changed"], 3);
    app.finish().await;
}

#[tokio::test]
async fn contacts_of_another_tenant_do_not_pass() {
    let app = TestApp::new().await;
    three(&app.writer()).await;
    let outcome = by_filter(&app.stranger(), json!({"all": true, "action": "delete"})).await;
    assert_eq!(outcome, json!({"matched": 0, "changed": 0, "failed": 0}));
    assert_eq!(total(&app.writer(), "").await, 3);
    app.finish().await;
}
