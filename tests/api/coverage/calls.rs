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
    "addGroupMembers",
    "bulkContacts",
    "bulkContactsByFilter",
    "createChannel",
    "createCompany",
    "createContact",
    "createContactField",
    "createContactGroup",
    "createGroup",
    "createTag",
    "deleteChannel",
    "deleteCompany",
    "deleteContact",
    "deleteContactGroup",
    "deleteGroup",
    "deleteTag",
    "getChannel",
    "getCompany",
    "getContact",
    "getContactField",
    "getContactGroup",
    "getContactHistory",
    "getContactMerge",
    "getGroup",
    "getJob",
    "getMe",
    "getTag",
    "getTrashedContact",
    "listChannels",
    "listCompanies",
    "listCompanyContacts",
    "listContactFields",
    "listContactGroups",
    "listContactMerges",
    "listContacts",
    "listContactsBySocialPlatformId",
    "listDuplicates",
    "listGroupMembers",
    "listGroups",
    "listJobs",
    "listTags",
    "listTrashedContacts",
    "mergeCompany",
    "mergeContacts",
    "mergeTag",
    "patchChannel",
    "patchCompany",
    "patchContact",
    "patchContactField",
    "patchContactGroup",
    "patchContactTags",
    "patchGroup",
    "patchTag",
    "removeGroupMembers",
    "restoreContact",
    "undoContactMerge",
    "updateContact",
    "upsertContact",
];

/// A call of an operation.
pub struct Call {
    /// What stands for the braces in its path.
    parameters: Vec<(&'static str, String)>,
    query: &'static str,
    pub body: Option<Value>,
    /// It is about one object, which another tenant does not have.
    pub is_about_an_item: bool,
}

/// How `operation` is called on what `owned` says. The bodies are good ones.
pub fn call(operation: &str, owned: &Owned) -> Call {
    let body = |body| Some(body);
    let all = |body| Call { parameters: vec![], query: "", body, is_about_an_item: false };
    let list = || Call { query: "?pageSize=100", ..all(None) };
    let of =
        |id: String, body| Call { parameters: vec![("id", id)], query: "", body, is_about_an_item: true };
    let item = |body| of(owned.contact_id().to_owned(), body);
    match operation {
        "listContacts"
        | "listContactGroups"
        | "listGroups"
        | "listContactFields"
        | "listTags"
        | "listChannels"
        | "listJobs"
        | "listTrashedContacts"
        | "listDuplicates"
        | "listContactMerges" => list(),
        "getMe" => Call { query: "", ..list() },
        "getJob" => of(owned.job_id.to_string(), None),
        "listContactsBySocialPlatformId" => {
            Call { parameters: vec![("socialPlatformId", owned.social_id())], ..list() }
        }
        "createContact" => all(body(json!({"username": "frank", "email": [], "phone": [], "tags": ["vip"]}))),
        "createGroup" => all(body(json!({"value": "vip"}))),
        "createContactGroup" => all(body(json!({"value": "reseller", "label": "Resellers"}))),
        "getGroup" | "getContactGroup" | "listGroupMembers" | "deleteContactGroup" => {
            of(owned.group_id.to_string(), None)
        }
        "deleteGroup" => of(owned.other_group_id.clone(), None),
        "patchGroup" => of(owned.group_id.to_string(), body(json!({"label": "changed"}))),
        "patchContactGroup" => of(owned.group_id.to_string(), body(json!({"label": "changed again"}))),
        "addGroupMembers" => {
            of(owned.other_group_id.clone(), body(json!({"contactIds": [owned.contact_id()]})))
        }
        "removeGroupMembers" => {
            of(owned.other_group_id.clone(), body(json!({"contactIds": [owned.contact_id()]})))
        }
        "createContactField" => all(body(json!({"display_name": "Sector"}))),
        "getContactField" => of(owned.field_id.to_string(), None),
        "patchContactField" => of(owned.field_id.to_string(), body(json!({"display_name": "changed"}))),
        "getChannel" => of(owned.channel_id.clone(), None),
        "patchChannel" => of(owned.channel_id.clone(), body(json!({"is_archived": true}))),
        "deleteChannel" => of(owned.other_channel_id.clone(), None),
        "upsertContact" => {
            let parameters = vec![("key", "email".to_owned()), ("value", "frank@example.com".to_owned())];
            Call { parameters, ..all(body(json!({"username": "frank"}))) }
        }
        "bulkContacts" => all(body(json!({"operations": [
            {"action": "create", "contact": {"username": "frank", "email": [], "phone": []}},
            {"action": "create", "contact": {"username": "may", "email": [], "phone": []}},
        ]}))),
        "bulkContactsByFilter" => {
            all(body(json!({"all": true, "action": "update", "contact": {"notes": "changed"}})))
        }
        "createChannel" => all(body(json!({"name": "fax"}))),
        "listCompanies" => list(),
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
        "getContact" | "deleteContact" | "getContactHistory" => item(None),
        "getTrashedContact" | "restoreContact" => of(owned.trashed_id().to_owned(), None),
        "mergeContacts" => item(body(json!({"from": [owned.twin_id]}))),
        "getContactMerge" | "undoContactMerge" => of(owned.merge_id.clone(), None),
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
        self.send_with(client, operation, &[], "").await
    }

    /// With more headers, and something behind its path.
    pub async fn send_with(
        &self,
        client: &Client,
        operation: &Operation,
        headers: &[(&str, &str)],
        behind: &str,
    ) -> Answer {
        let path = self.path(operation) + behind;
        let (mut headers, mut body) = (headers.to_vec(), Body::empty());
        if let Some(json) = &self.body {
            headers.push(("content-type", "application/json"));
            body = json.to_string().into();
        }
        client.send(operation.method.clone(), &path, &headers, body).await
    }
}
