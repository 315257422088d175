//! Many callers at once.

use std::collections::HashSet;

use serde_json::json;
use tokio::task::JoinSet;

use crate::support::{TestApp, factory};

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_clients_with_the_same_new_company_and_tags_make_each_once() {
    let app = TestApp::new().await;
    let mut clients = JoinSet::new();
    for number in 0..200 {
        let writer = app.writer();
        clients.spawn(async move {
            // In either order, so that one waits for the other in both directions.
            let tags = if number % 2 == 0 { json!(["vip", "New", "b"]) } else { json!(["B", "new", "VIP"]) };
            let company = if number % 3 == 0 { "K-Link" } else { "k-LINK" };
            let fields = json!({"username": format!("client {number}"), "company": company, "tags": tags});
            factory::contact(&writer, fields).await
        });
    }
    let contacts = clients.join_all().await;
    let companies: HashSet<_> = contacts.iter().map(|contact| contact["company"]["id"].to_string()).collect();
    let tags: HashSet<_> = contacts
        .iter()
        .flat_map(|contact| contact["tags"].as_array().unwrap())
        .map(|tag| tag["id"].to_string())
        .collect();
    assert_eq!((companies.len(), tags.len()), (1, 3));
    let reader = app.reader();
    assert_eq!(reader.get("/api/v1/contacts").await.expect(200)["total"], 200);
    assert_eq!(reader.get("/api/v1/tags").await.expect(200)["total"], 3);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn creates_updates_and_deletes_at_once_leave_exact_totals() {
    let app = TestApp::new().await;
    let mut clients = JoinSet::new();
    for number in 0..50 {
        let writer = app.writer();
        clients.spawn(async move {
            let contact = factory::contact(&writer, json!({"company": format!("c{}", number % 7)})).await;
            let path = factory::path(&contact);
            let body = json!({"tags": [format!("t{}", number % 5)], "company": format!("c{}", number % 3)});
            writer.patch(&path, body).await.expect(200);
            if number % 2 == 0 {
                writer.delete(&path).await.expect(200);
            }
        });
    }
    clients.join_all().await;
    assert_eq!(app.reader().get("/api/v1/contacts").await.expect(200)["total"], 25);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tags_merged_into_one_contact_at_once_are_all_kept() {
    let app = TestApp::new().await;
    let contact = factory::contact(&app.writer(), json!({})).await;
    let mut clients = JoinSet::new();
    for number in 0..30 {
        let (writer, path) = (app.writer(), format!("{}/tags", factory::path(&contact)));
        clients.spawn(async move {
            let body = json!({"actionType": "MERGE", "tags": [format!("tag {number}")]});
            writer.patch(&path, body).await.expect(200);
        });
    }
    clients.join_all().await;
    assert_eq!(factory::read(&app.reader(), &contact).await["tags"].as_array().unwrap().len(), 30);
    app.finish().await;
}
