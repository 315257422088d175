//! Contacts that are read by many at the same time, of which those that wait are read together.

use serde_json::json;
use tokio::task::JoinSet;

use crate::support::{TestApp, factory};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn everyone_gets_the_contact_that_they_ask_for() {
    let app = TestApp::new().await;
    let (reader, stranger) = (app.reader(), app.stranger());
    let mut paths = Vec::new();
    for number in 0..30 {
        let fields = json!({"name": format!("number {number}")});
        paths.push(factory::path(&factory::contact(&app.writer(), fields).await));
    }
    let mut calls = JoinSet::new();
    for turn in 0..20 {
        for (number, path) in paths.iter().cloned().enumerate() {
            let client = if turn % 5 == 4 { stranger.clone() } else { reader.clone() };
            calls.spawn(async move { (turn, number, client.get(&path).await) });
        }
        let (reader, nobody) = (reader.clone(), format!("/api/v1/contacts/{}", uuid::Uuid::now_v7()));
        calls.spawn(async move { (4, 0, reader.get(&nobody).await) });
    }
    for (turn, number, answer) in calls.join_all().await {
        if turn % 5 == 4 {
            answer.expect_error(404, "not_found");
        } else {
            assert_eq!(answer.expect(200)["data"]["name"], format!("number {number}"));
        }
    }
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_changed_a_contact_reads_what_they_wrote() {
    let app = TestApp::new().await;
    let path = factory::path(&factory::contact(&app.writer(), json!({})).await);
    let mut others = JoinSet::new();
    for _ in 0..12 {
        let (reader, path) = (app.reader(), path.clone());
        others.spawn(async move {
            loop {
                reader.get(&path).await.expect(200);
            }
        });
    }
    for round in 0..50 {
        let notes = format!("round {round}");
        app.writer().patch(&path, json!({"notes": notes})).await.expect(200);
        assert_eq!(app.reader().get(&path).await.expect(200)["data"]["notes"], notes);
    }
    others.shutdown().await;
    app.finish().await;
}
