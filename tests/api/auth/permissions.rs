//! Calls that need more than one scope.

use axum::{body::Body, http::Method};
use serde_json::json;

use crate::support::{Answer, Client, TestApp, app::TENANT, factory};

/// Forbidden, for lack of this scope.
#[track_caller]
fn assert_lacks(answer: &Answer, scope: &str) {
    answer.expect_error(403, "forbidden");
    assert!(answer.json()["message"].as_str().unwrap().ends_with(scope), "{}", answer.text());
}

/// Each call that shows or counts contacts that the caller did not write.
async fn showing(client: &Client, ids: &[&str; 3]) -> Vec<Answer> {
    let [one, other, trashed] = ids;
    vec![
        client.put("/api/v1/contacts/by/email/frank@example.com", json!({"name": "Frank"})).await,
        client
            .post(
                "/api/v1/contacts/bulk",
                json!({"operations": [
                    {"action": "create", "contact": {"name": "a", "email": [], "phone": []}},
                    {"action": "upsert", "by": "email", "value": "frank@example.com", "contact": {"name": "Frank"}},
                ]}),
            )
            .await,
        client.send(Method::POST, &format!("/api/v1/contacts/{trashed}/restore"), &[], Body::empty()).await,
        client.post(&format!("/api/v1/contacts/{one}/merge"), json!({"from": [other], "dryRun": true})).await,
        client.post(&format!("/api/v1/contacts/{one}/merge"), json!({"from": [other]})).await,
        client
            .post(
                "/api/v1/contacts/bulk/by-filter",
                json!({"filter": {"keyword": "frank"}, "action": "delete", "dryRun": true}),
            )
            .await,
        client
            .post(
                "/api/v1/contacts/bulk/by-filter",
                json!({"filter": {"keyword": "frank"}, "action": "update", "contact": {"notes": "x"}}),
            )
            .await,
    ]
}

#[tokio::test]
async fn a_call_that_shows_contacts_needs_to_read_as_well_as_to_write() {
    let app = TestApp::new().await;
    let writer = app.writer();
    let mut contacts = Vec::new();
    for name in ["Frank", "May", "Aung"] {
        let contact = factory::contact(&writer, json!({"name": name})).await;
        contacts.push(contact["id"].as_str().unwrap().to_owned());
    }
    let ids = [contacts[0].as_str(), &contacts[1], &contacts[2]];
    writer.delete(&format!("/api/v1/contacts/{}", ids[2])).await.expect(200);
    for answer in showing(&app.client(TENANT, "contacts:write"), &ids).await {
        assert_lacks(&answer, "contacts:read");
    }
    for answer in showing(&app.client(TENANT, "contacts:read"), &ids).await {
        assert_lacks(&answer, "contacts:write");
    }
    for answer in showing(&app.client(TENANT, "contacts:read contacts:write"), &ids).await {
        assert!(answer.status.is_success(), "{}", answer.text());
    }
    let merges = writer.get("/api/v1/contacts/merges").await.expect(200);
    let undo = format!("/api/v1/contacts/merges/{}/undo", merges["data"][0]["id"].as_str().unwrap());
    let answer = app.client(TENANT, "contacts:write").send(Method::POST, &undo, &[], Body::empty()).await;
    assert_lacks(&answer, "contacts:read");
    app.client(TENANT, "contacts:read contacts:write")
        .send(Method::POST, &undo, &[], Body::empty())
        .await
        .expect(200);
    app.finish().await;
}

#[tokio::test]
async fn erasing_needs_a_scope_of_its_own_and_deleting_does_not() {
    let app = TestApp::new().await;
    let ordinary = app.client(TENANT, "contacts:read contacts:write settings:write");
    let contact = factory::contact(&ordinary, json!({})).await;
    let path = factory::path(&contact);
    let erase = format!("{path}?permanent=true");
    assert_lacks(&ordinary.delete(&erase).await, "contacts:erase");
    assert_lacks(&app.client(TENANT, "contacts:erase").delete(&erase).await, "contacts:write");
    factory::read(&ordinary, &contact).await;
    ordinary.delete(&path).await.expect(200);
    // From the trash, too.
    assert_lacks(&ordinary.delete(&erase).await, "contacts:erase");
    app.client(TENANT, "contacts:write contacts:erase").delete(&erase).await.expect(200);
    let contact = factory::contact(&ordinary, json!({})).await;
    app.admin().delete(&format!("{}?permanent=true", factory::path(&contact))).await.expect(200);
    app.finish().await;
}
