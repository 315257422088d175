//! Groups: made, changed, deleted, and who is in them.

mod catalogue;
mod many;
mod members;

use serde_json::{Value, json};

use crate::support::Client;

const GROUPS: &str = "/api/v1/groups";

/// A new group.
async fn group(client: &Client, value: &str) -> Value {
    client.post(GROUPS, json!({"value": value})).await.expect(201)["data"].take()
}

/// The path of a group.
fn path(group: &Value) -> String {
    format!("{GROUPS}/{}", group["id"].as_str().unwrap())
}

/// The values of a listing.
async fn values(client: &Client, query: &str) -> Vec<String> {
    let listing = client.get(&format!("{GROUPS}{query}")).await.expect(200);
    let data = listing["data"].as_array().unwrap();
    data.iter().map(|group| group["value"].as_str().unwrap().to_owned()).collect()
}
