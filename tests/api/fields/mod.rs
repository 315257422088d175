//! Fields of contacts: made, changed, archived, and what contacts have to say about it.

mod create;
mod many;
mod options;
mod races;
mod rules;
mod types;
mod update;

use serde_json::{Value, json};

use crate::support::{Answer, Client, factory};

const FIELDS: &str = "/api/v1/contacts/fields";
const CONTACTS: &str = "/api/v1/contacts";

/// A new field.
async fn field(client: &Client, body: Value) -> Value {
    client.post(FIELDS, body).await.expect(201)["data"].take()
}

/// The path of a field.
fn path(field: &Value) -> String {
    format!("{FIELDS}/{}", field["id"].as_str().unwrap())
}

/// A default field.
async fn default(client: &Client, system_name: &str) -> Value {
    let listing = client.get(&format!("{FIELDS}?pageSize=100")).await.expect(200);
    let fields = listing["data"].as_array().unwrap();
    fields.iter().find(|field| field["system_name"] == system_name).unwrap().clone()
}

/// A contact with values of custom fields.
async fn contact(client: &Client, values: Value) -> Value {
    factory::contact(client, json!({"customFields": values})).await
}

/// The value of a custom field that a contact shows; null where it shows none.
async fn value(client: &Client, contact: &Value, system_name: &str) -> Value {
    let read = factory::read(client, contact).await;
    let fields = read["customFields"].as_array().unwrap();
    fields
        .iter()
        .find(|field| field["system_name"] == system_name)
        .map_or(Value::Null, |field| field["value"].clone())
}

/// The contacts that a 409 names, sorted, all for the same field and code.
#[track_caller]
fn offenders(answer: &Answer, field: &str, code: &str) -> Vec<String> {
    for (of, with) in answer.expect_error(409, "conflict") {
        assert_eq!((of.as_str(), with.as_str()), (field, code), "{}", answer.text());
    }
    let body = answer.json();
    let details = body["error"]["details"].as_array().unwrap();
    let mut ids: Vec<String> =
        details.iter().map(|detail| detail["conflictingId"].as_str().unwrap().to_owned()).collect();
    ids.sort();
    ids
}

/// The ids of contacts, sorted.
fn ids<'a>(contacts: impl IntoIterator<Item = &'a Value>) -> Vec<String> {
    let mut ids: Vec<String> =
        contacts.into_iter().map(|contact| contact["id"].as_str().unwrap().to_owned()).collect();
    ids.sort();
    ids
}

/// Options with these values.
fn named(values: &[&str]) -> Value {
    values.iter().map(|value| json!({"value": value})).collect()
}
