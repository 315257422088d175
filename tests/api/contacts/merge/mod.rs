//! `POST /api/v1/contacts/{id}/merge` and what follows from it.

mod any_contacts;
mod lists;
mod outcome;
mod prefer;
mod races;
mod redirects;
mod refusals;
mod side_effects;
mod undo;
mod undo_catalogue;
mod undo_refusals;

use axum::{body::Body, http::Method};
use serde_json::{Value, json};

use crate::support::{Answer, Client, TestApp, factory};

const MERGES: &str = "/api/v1/contacts/merges";

/// Asks for a merge into `survivor`.
pub(super) async fn merge(client: &Client, survivor: &Value, body: Value) -> Answer {
    client.post(&format!("{}/merge", factory::path(survivor)), body).await
}

/// Merges contacts into `survivor`: `{"mergeId", "contact"}`.
pub(super) async fn merged(client: &Client, survivor: &Value, from: &[&Value]) -> Value {
    let from: Vec<&Value> = from.iter().map(|contact| &contact["id"]).collect();
    merge(client, survivor, json!({"from": from})).await.expect(200)["data"].take()
}

/// Asks for a merge to be undone.
pub(super) async fn undo(client: &Client, merge_id: &Value) -> Answer {
    let path = format!("{MERGES}/{}/undo", merge_id.as_str().unwrap());
    client.send(Method::POST, &path, &[], Body::empty()).await
}

/// A contact, or any object, without when it was last changed.
fn without_time(contact: &Value) -> Value {
    let mut contact = contact.clone();
    contact.as_object_mut().unwrap().remove("updatedAt");
    contact
}

/// Runs a statement that changes the database past the API; the first `$` is the id of the tests' tenant.
pub(super) async fn past_the_api(app: &TestApp, statement: &'static str) {
    assert!(super::sql(app, statement).await > 0, "{statement}");
}

/// The names of tags.
fn names(tags: &Value) -> Vec<String> {
    super::texts(tags, "name")
}
