//! How to call each operation.

use axum::body::Body;
use serde_json::{Value, json};

use super::owned::Owned;
use crate::{
    openapi::Operation,
    support::{Answer, Client},
};

/// Every operation that [`call`] knows.
pub const OPERATIONS: &[&str] = &[
    "bulkContacts",
    "bulkContactsByFilter",
    "createChannel",
    "createCompany",
    "createContact",
    "createTag",
    "deleteCompany",
    "deleteContact",
    "deleteTag",
    "getCompany",
    "getContact",
    "getJob",
    "getTag",
    "listChannels",
    "listCompanies",
    "listCompanyContacts",
    "listContactFields",
    "listContactGroups",
    "listContacts",
    "listContactsBySocialPlatformId",
    "listJobs",
    "listTags",
    "mergeCompany",
    "mergeTag",
    "patchCompany",
    "patchContact",
    "patchContactTags",
    "patchTag",
    "updateContact",
    "upsertContact",
];

/// A call of an operation.
pub struct Call {
    /// What stands for the braces in its path.
    parameters: Vec<(&'static str, String)>,
    query: &'static str,
    body: Option<Value>,
    /// It is about one object, which another tenant does not have.
    pub is_about_an_item: bool,
}

/// How `operation` is called on what `owned` says. The bodies are good ones.
pub fn call(operation: &str, owned: &Owned) -> Call {
    let body = |body| Some(body);
    let all = |body| Call { parameters: vec![], query: "?pageSize=100", body, is_about_an_item: false };
    let of =
        |id: String, body| Call { parameters: vec![("id", id)], query: "", body, is_about_an_item: true };
    let item = |body| of(owned.contact_id().to_owned(), body);
    match operation {
        "listContacts" | "listContactGroups" | "listContactFields" | "listTags" | "listChannels"
        | "listJobs" => all(None),
        "getJob" => of(owned.job_id.to_string(), None),
        "listContactsBySocialPlatformId" => {
            Call { parameters: vec![("socialPlatformId", owned.social_id())], ..all(None) }
        }
        "createContact" => all(body(json!({"username": "frank", "email": [], "phone": [], "tags": ["vip"]}))),
        "upsertContact" => {
            let parameters = vec![("key", "email".to_owned()), ("value", "frank@example.com".to_owned())];
            Call { parameters, ..all(body(json!({"username": "frank"}))) }
        }
        "bulkContacts" => all(body(json!({"operations": [
            {"action": "create", "contact": {"username": "frank", "email": [], "phone": []}},
            {"action": "upsert", "by": "email", "value": "may@example.com", "contact": {"name": "May"}},
        ]}))),
        "bulkContactsByFilter" => {
            all(body(json!({"all": true, "action": "update", "contact": {"notes": "changed"}})))
        }
        "createChannel" => all(body(json!({"name": "fax"}))),
        "listCompanies" => all(None),
        "createTag" => all(body(json!({"name": "gold", "colour": "#ffd700"}))),
        "getTag" => of(owned.tag_id().to_owned(), None),
        // The merges, which are called before, have put the others in their place.
        "deleteTag" => of(owned.other_tag_id.clone(), None),
        "patchTag" => of(owned.tag_id().to_owned(), body(json!({"name": "platinum"}))),
        "mergeTag" => of(owned.tag_id().to_owned(), body(json!({"into": owned.other_tag_id}))),
        "createCompany" => all(body(json!({"name": "Golden Land", "industry": "Trade"}))),
        "getCompany" | "listCompanyContacts" => of(owned.company_id().to_owned(), None),
        "patchCompany" => of(owned.company_id().to_owned(), body(json!({"name": "K-Link", "phone": null}))),
        "mergeCompany" => of(owned.company_id().to_owned(), body(json!({"into": owned.other_company_id}))),
        "deleteCompany" => Call { query: "?detach=true", ..of(owned.other_company_id.clone(), None) },
        "getContact" | "deleteContact" => item(None),
        "updateContact" => item(body(json!({"notes": "changed", "specific_update_fields": ["notes"]}))),
        "patchContact" => item(body(json!({"notes": "changed again"}))),
        "patchContactTags" => item(body(json!({"actionType": "MERGE", "tags": ["vip"]}))),
        other => panic!("tests/api/coverage/calls.rs does not say how to call {other}"),
    }
}

impl Call {
    /// The path with its parameters and query.
    pub fn path(&self, operation: &Operation) -> String {
        let mut path = operation.path.clone();
        for (name, value) in &self.parameters {
            path = path.replace(&format!("{{{name}}}"), value);
        }
        assert!(!path.contains('{'), "{}: {path} has a parameter without a value", operation.id);
        path + self.query
    }

    pub async fn send(&self, client: &Client, operation: &Operation) -> Answer {
        let path = self.path(operation);
        match &self.body {
            Some(body) => client.json(operation.method.clone(), &path, body.clone()).await,
            None => client.send(operation.method.clone(), &path, &[], Body::empty()).await,
        }
    }
}
