//! Equal requests at the same time.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use serde_json::json;

use super::{CONTACTS, kept, shown, total};
use crate::support::{Answer, TestApp, factory};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn twenty_equal_posts_create_one_contact_and_get_the_same_answer() {
    let app = TestApp::new().await;
    let writer = app.writer();
    for round in 0..3 {
        let body = factory::body(json!({"name": format!("{round}"), "tags": ["vip"], "company": "K-Link"}));
        let key = format!("key {round}");
        let tasks = (0..20).map(|_| {
            let (writer, key, body) = (writer.clone(), key.clone(), body.clone());
            tokio::spawn(async move { shown(&writer.post_once(CONTACTS, &key, body).await) })
        });
        let answers: BTreeSet<_> = join_all(tasks).await.into_iter().map(Result::unwrap).collect();
        assert_eq!(answers.len(), 1, "{answers:?}");
        assert_eq!(answers.first().unwrap().0, 201);
        assert_eq!(total(&writer, "contacts").await, round + 1);
    }
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_different_posts_with_one_key_one_is_carried_out() {
    let app = TestApp::new().await;
    let writer = app.writer();
    let calls = (0..20).map(async |number| {
        let body = factory::body(json!({"name": format!("{number}")}));
        writer.post_once(CONTACTS, "k", body).await
    });
    let (won, lost): (Vec<_>, Vec<_>) =
        join_all(calls).await.into_iter().partition(|answer| answer.status == 201);
    assert_eq!(won.len(), 1);
    for answer in lost {
        assert_eq!(answer.expect_invalid(), ["Idempotency-Key:reused"]);
    }
    assert_eq!((total(&writer, "contacts").await, kept(&app).await), (json!(1), (1, 1)));
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_request_that_waited_for_one_that_failed_is_carried_out_itself() {
    let app = TestApp::new().await;
    factory::set_default_field(&app, "username", "is_unique").await;
    let writer = app.writer();
    factory::contact(&writer, json!({"username": "taken"})).await;
    // Half of them fail, the others are equal and may succeed: in whatever order, one of these does.
    let calls = (0..20).map(async |number| {
        let username = if number % 2 == 0 { "taken" } else { "free" };
        writer.post_once(CONTACTS, "k", factory::body(json!({"username": username}))).await
    });
    let answers = join_all(calls).await;
    let created: BTreeSet<String> =
        answers.iter().filter(|answer| answer.status == 201).map(Answer::text).collect();
    assert_eq!(created.len(), 1);
    for answer in answers.iter().skip(1).step_by(2) {
        answer.expect(201);
    }
    for answer in answers.iter().step_by(2) {
        assert!([409, 422].contains(&answer.status.as_u16()), "{}", answer.text());
    }
    assert_eq!(total(&writer, "contacts").await, 2);
    app.finish().await;
}
