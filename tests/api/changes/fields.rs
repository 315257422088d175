//! Which fields are said to have changed.

use serde_json::{Value, json};

use super::{Follower, text};
use crate::support::{TestApp, factory, run_jobs};

/// What is said of the one thing that changed.
async fn said(follower: &mut Follower) -> Value {
    let told = follower.catch_up(100).await;
    assert_eq!(told.len(), 1, "{told:?}");
    told[0]["changedFields"].clone()
}

#[tokio::test]
async fn those_of_all_updates_since_the_cursor_are_named() {
    let app = TestApp::new().await;
    let writer = app.writer();
    let contact = factory::contact(&writer, json!({})).await;
    let path = factory::path(&contact);
    let mut follower = Follower::new(writer.clone()).await;
    writer.patch(&path, json!({"notes": "x"})).await.expect(200);
    assert_eq!(said(&mut follower).await, json!(["notes"]));
    for body in [json!({"notes": "y"}), json!({"name": "May"}), json!({"notes": "z"})] {
        writer.patch(&path, body).await.expect(200);
    }
    assert_eq!(said(&mut follower).await, json!(["name", "notes"]));
    app.finish().await;
}

#[tokio::test]
async fn a_job_that_does_not_concern_a_contact_neither_changes_it_nor_hides_what_did() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let tag = factory::tag(&admin, "vip").await;
    factory::many(&app, 1_001, &[&text(&tag, "id")], None).await;
    let contact = factory::contact(&admin, json!({"notes": "x"})).await;
    let path = format!("/api/v1/tags/{}", text(&tag, "id"));
    admin.patch(&path, json!({"name": "gold"})).await.expect(202);
    let mut follower = Follower::new(admin.clone()).await;
    let operations = json!([{"action": "update", "id": contact["id"], "contact": {"notes": "x"}}]);
    admin.post("/api/v1/contacts/bulk", json!({"operations": operations})).await.expect(200);
    admin.patch(&factory::path(&contact), json!({"notes": "x"})).await.expect(200);
    assert_eq!(follower.catch_up(100).await, Vec::<Value>::new());
    admin.patch(&factory::path(&contact), json!({"notes": "y"})).await.expect(200);
    assert_eq!(said(&mut follower).await, json!(["notes"]));
    run_jobs(&app.state).await.unwrap();
    app.finish().await;
}

#[tokio::test]
async fn none_are_named_of_what_was_made_or_came_back_or_is_gone() {
    let app = TestApp::new().await;
    let writer = app.writer();
    let mut follower = Follower::new(writer.clone()).await;
    let contact = factory::contact(&writer, json!({})).await;
    let path = factory::path(&contact);
    writer.patch(&path, json!({"notes": "x"})).await.expect(200);
    assert_eq!(said(&mut follower).await, Value::Null);
    writer.delete(&path).await.expect(200);
    assert_eq!(said(&mut follower).await, Value::Null);
    writer.post(&format!("{path}/restore"), Value::Null).await.expect(200);
    writer.patch(&path, json!({"notes": "y"})).await.expect(200);
    assert_eq!(said(&mut follower).await, Value::Null);
    app.finish().await;
}

#[tokio::test]
async fn a_later_page_of_a_snapshot_names_those_since_its_beginning() {
    let app = TestApp::new().await;
    let writer = app.writer();
    let (first, second) =
        (factory::contact(&writer, json!({})).await, factory::contact(&writer, json!({})).await);
    let mut follower = Follower::new(writer.clone()).await;
    writer.patch(&factory::path(&second), json!({"name": "May"})).await.expect(200);
    writer.patch(&factory::path(&first), json!({"notes": "x"})).await.expect(200);
    writer.patch(&factory::path(&second), json!({"notes": "x"})).await.expect(200);
    let told = follower.catch_up(1).await;
    let fields: Vec<&Value> = told.iter().map(|item| &item["changedFields"]).collect();
    assert_eq!(fields, [&json!(["notes"]), &json!(["name", "notes"])]);
    app.finish().await;
}

#[tokio::test]
async fn of_very_many_updates_none_are_named() {
    let app = TestApp::new().await;
    let writer = app.writer();
    let contact = factory::contact(&writer, json!({})).await;
    let mut follower = Follower::new(writer.clone()).await;
    for number in 0..101 {
        writer.patch(&factory::path(&contact), json!({"notes": number.to_string()})).await.expect(200);
    }
    assert_eq!(said(&mut follower).await, Value::Null);
    app.finish().await;
}

#[tokio::test]
async fn a_rename_leaves_it_open_or_names_what_shows_it() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let tag = factory::tag(&admin, "vip").await;
    let contact = factory::contact(&admin, json!({"tags": ["vip"]})).await;
    let mut follower = Follower::new(admin.clone()).await;
    admin.patch(&factory::path(&contact), json!({"notes": "x"})).await.expect(200);
    admin.patch(&format!("/api/v1/tags/{}", text(&tag, "id")), json!({"name": "gold"})).await.expect(200);
    let told = follower.catch_up(100).await;
    let fields = &told.iter().find(|item| item["id"] == contact["id"]).unwrap()["changedFields"];
    assert!(fields.is_null() || *fields == json!(["notes", "tags"]), "{fields}");
    app.finish().await;
}
