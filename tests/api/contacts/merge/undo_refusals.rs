//! Merges that cannot be undone.

use serde_json::{Value, json};

use super::{MERGES, merged, past_the_api, undo};
use crate::{
    contacts::{NOBODY, changes, list},
    support::{Answer, TestApp, factory},
};

/// The refusal's code and the contact that it names.
fn refusal(answer: &Answer) -> (String, Value) {
    let details = answer.expect_error(409, "conflict");
    let [(_, code)] = &details[..] else { panic!("{details:?}") };
    (code.clone(), answer.json()["error"]["details"][0]["conflictingId"].take())
}

#[tokio::test]
async fn a_merge_is_undone_once() {
    let app = TestApp::new().await;
    let client = app.writer();
    let survivor = factory::contact(&client, json!({})).await;
    let other = factory::contact(&client, json!({})).await;
    let merge = merged(&client, &survivor, &[&other]).await;
    undo(&client, &merge["mergeId"]).await.expect(200);
    let counter = changes(&app).await;
    assert_eq!(refusal(&undo(&client, &merge["mergeId"]).await), ("undone".into(), Value::Null));
    // Also where the survivor is gone since.
    client.delete(&factory::path(&survivor)).await.expect(200);
    assert_eq!(refusal(&undo(&client, &merge["mergeId"]).await), ("undone".into(), Value::Null));
    assert_eq!(changes(&app).await, counter + 1);
    app.finish().await;
}

#[tokio::test]
async fn unknown_merges_and_those_of_another_tenant_are_not_there() {
    let app = TestApp::new().await;
    let client = app.writer();
    let survivor = factory::contact(&client, json!({})).await;
    let other = factory::contact(&client, json!({})).await;
    let merge = merged(&client, &survivor, &[&other]).await;
    undo(&app.stranger(), &merge["mergeId"]).await.expect_error(404, "not_found");
    undo(&client, &json!(NOBODY)).await.expect_error(404, "not_found");
    undo(&client, &json!("x")).await.expect_error(404, "not_found");
    undo(&app.reader(), &merge["mergeId"]).await.expect_error(403, "forbidden");
    undo(&client, &merge["mergeId"]).await.expect(200);
    app.finish().await;
}

#[tokio::test]
async fn a_merge_whose_survivor_is_gone() {
    let app = TestApp::new().await;
    let client = app.writer();
    let mut contacts = Vec::new();
    for _ in 0..3 {
        contacts.push(factory::contact(&client, json!({})).await);
    }
    let first = merged(&client, &contacts[1], &[&contacts[0]]).await;
    let second = merged(&client, &contacts[2], &[&contacts[1]]).await;
    // It was merged itself: that merge is undone first.
    assert_eq!(
        refusal(&undo(&client, &first["mergeId"]).await),
        ("merged".into(), contacts[2]["id"].clone())
    );
    client.delete(&factory::path(&contacts[2])).await.expect(200);
    assert_eq!(refusal(&undo(&client, &first["mergeId"]).await), ("unknown_contact".into(), Value::Null));
    assert_eq!(refusal(&undo(&client, &second["mergeId"]).await), ("unknown_contact".into(), Value::Null));
    assert_eq!(list(&client, "").await["total"], 0);
    app.finish().await;
}

#[tokio::test]
async fn a_merge_of_which_nothing_is_kept_any_more() {
    let app = TestApp::new().await;
    let client = app.writer();
    let survivor = factory::contact(&client, json!({})).await;
    let other = factory::contact(&client, json!({})).await;
    let merge = merged(&client, &survivor, &[&other]).await;
    past_the_api(&app, "update contact_merges set snapshots = null where tenant_id = $1").await;
    assert_eq!(client.get(MERGES).await.expect(200)["data"][0]["isUndoable"], false);
    assert_eq!(refusal(&undo(&client, &merge["mergeId"]).await), ("not_kept".into(), Value::Null));
    // It still leads to the survivor.
    assert_eq!(client.get(&factory::path(&other)).await.expect(200)["mergedInto"], survivor["id"]);
    app.finish().await;
}

#[tokio::test]
async fn a_unique_value_that_a_third_contact_took() {
    let app = TestApp::new().await;
    let client = app.writer();
    factory::set_default_field(&app, "email", "is_unique").await;
    let email = |email: &str| json!({"email": [{"email": email}]});
    let survivor = factory::contact(&client, email("one@x.com")).await;
    let other = factory::contact(&client, email("two@x.com")).await;
    let merge = merged(&client, &survivor, &[&other]).await;
    client.patch(&factory::path(&survivor), email("one@x.com")).await.expect(200);
    let third = factory::contact(&client, email("TWO@x.com")).await;
    assert_eq!(refusal(&undo(&client, &merge["mergeId"]).await), ("taken".into(), third["id"].clone()));
    assert_eq!(client.get(MERGES).await.expect(200)["data"][0]["undoneAt"], Value::Null);
    // Once it is free the merge can be undone.
    client.delete(&factory::path(&third)).await.expect(200);
    undo(&client, &merge["mergeId"]).await.expect(200);
    assert_eq!(factory::read(&client, &other).await["email"], other["email"]);
    app.finish().await;
}
