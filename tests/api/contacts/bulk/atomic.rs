//! All or nothing.

use serde_json::{Value, json};

use super::{BULK, create, rows, total};
use crate::{
    contacts::{NOBODY, changes},
    support::{TestApp, factory},
};

#[tokio::test]
async fn all_is_done_where_nothing_is_refused() {
    let app = TestApp::new().await;
    let client = app.writer();
    for (path, body) in [
        (BULK.to_owned(), json!({"atomic": true, "operations": [create(json!({})), create(json!({}))]})),
        (format!("{BULK}?atomic=true"), json!({"operations": [create(json!({}))]})),
        (format!("{BULK}?atomic="), json!({"atomic": null, "operations": [create(json!({}))]})),
        (format!("{BULK}?atomic=true"), json!({"atomic": false, "operations": [create(json!({}))]})),
    ] {
        assert_eq!(client.post(&path, body).await.expect(200)["data"]["failed"], 0);
    }
    assert_eq!(total(&client, "").await, 5);
    app.finish().await;
}

#[tokio::test]
async fn nothing_is_done_where_one_is_refused_and_each_that_is_refused_is_named() {
    let app = TestApp::new().await;
    let client = app.writer();
    factory::set_default_field(&app, "username", "is_unique").await;
    let frank = factory::contact(&client, json!({"username": "frank"})).await;
    let before = changes(&app).await;
    let refused = [create(json!({"username": "Frank"})), json!({"action": "delete", "id": NOBODY})];
    let fine = [
        create(json!({"username": "new", "tags": ["lost"], "company": "Lost"})),
        json!({"action": "update", "id": frank["id"], "contact": {"notes": "lost"}}),
        json!({"action": "delete", "id": frank["id"]}),
    ];
    let operations = json!([fine[0], refused[0], fine[1], refused[1], fine[2]]);
    for (path, body) in [
        (BULK.to_owned(), json!({"atomic": true, "operations": operations})),
        (format!("{BULK}?atomic=true"), json!({"operations": operations})),
    ] {
        let answer = client.post(&path, body).await;
        let details = answer.expect_error(409, "conflict");
        assert_eq!(
            details,
            [
                ("operations[1].contact.username".to_owned(), "taken".to_owned()),
                ("operations[3].id".to_owned(), "not_found".to_owned()),
            ]
        );
        assert_eq!(answer.json()["error"]["details"][0]["conflictingId"], frank["id"]);
    }
    let invalid: Vec<Value> = vec![refused[0].clone(), create(json!({"notes": 1})), json!(1)];
    let answer = client.post(BULK, json!({"atomic": true, "operations": invalid})).await;
    assert_eq!(
        answer.expect_invalid(),
        [
            "operations[0].contact.username:taken",
            "operations[1].contact.notes:wrong_type",
            "operations[2]:wrong_type"
        ],
        "422 where a field of any is invalid"
    );
    assert_eq!(factory::read(&client, &frank).await, frank);
    assert_eq!((changes(&app).await, total(&client, "").await), (before, 1));
    assert_eq!(
        (rows(&app, "tags").await, rows(&app, "companies").await, rows(&app, "contact_trash").await),
        (0, 0, 0)
    );
    app.finish().await;
}

#[tokio::test]
async fn a_refused_request_may_be_sent_again_with_its_key() {
    let app = TestApp::new().await;
    let client = app.writer();
    let body = json!({"atomic": true, "operations": [{"action": "upsert", "by": "email", "value": "a@example.com",
        "contact": {"notes": "x"}}]});
    let headers = [("content-type", "application/json"), ("idempotency-key", "one")];
    let send = || client.send(axum::http::Method::POST, BULK, &headers, body.to_string());
    send().await.expect_error(422, "validation_failed");
    factory::contact(&client, json!({"email": [{"email": "a@example.com"}]})).await;
    send().await.expect(200);
    app.finish().await;
}
