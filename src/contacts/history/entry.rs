//! An entry of the history, and how it is made of a contact before and after.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::contacts::record::{
    document::{self, Document},
    model::Contact,
};
use crate::{auth::Principal, clock::Clock, request};

/// Who does something to contacts, and when.
#[derive(Debug, Clone)]
pub(crate) struct Author<'a> {
    pub subject: Cow<'a, str>,
    pub request_id: Cow<'a, str>,
    pub at: DateTime<Utc>,
}

impl<'a> Author<'a> {
    /// Whoever sent the current request.
    pub(crate) fn of_request(principal: &'a Principal, clock: &Clock) -> Self {
        Self {
            subject: Cow::Borrowed(&*principal.subject),
            request_id: Cow::Owned(request::id()),
            at: clock.now(),
        }
    }
}

/// What was done to a contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ContactAction)]
pub enum Action {
    /// It was created.
    Created,
    /// Some of its fields were changed.
    Updated,
    /// It was moved to the trash.
    Deleted,
    /// It came back from the trash.
    Restored,
    /// Other contacts were merged into it.
    Merged,
    /// It was merged into another contact.
    MergedAway,
    /// A merge was undone.
    Unmerged,
}

impl Action {
    /// As it is stored and sent.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Deleted => "deleted",
            Self::Restored => "restored",
            Self::Merged => "merged",
            Self::MergedAway => "mergedAway",
            Self::Unmerged => "unmerged",
        }
    }
}

/// A field that was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldChange {
    /// Its name as the contact shows it; `customFields.cf_…` for a custom one.
    #[schema(example = "notes")]
    pub field: String,
    /// What it was; null where it had none.
    #[schema(required, example = json!(null))]
    pub before: Option<Value>,
    /// What it is since; null where it has none.
    #[schema(required, example = "Moved to Mandalay.")]
    pub after: Option<Value>,
}

/// Something that was done to a contact.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ContactHistoryEntry, example = json!({
    "id": "0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c81", "action": "updated", "at": "2026-01-08T17:46:48.123456Z",
    "by": "crm", "requestId": "0198c0de-9d04-7c52-a6e8-5b7c1d2e3f60",
    "changes": [{"field": "notes", "before": null, "after": "Moved to Mandalay."}],
}))]
pub struct HistoryEntry {
    /// The entry's id.
    pub id: Uuid,
    /// What was done.
    #[schema(value_type = Action)]
    pub action: String,
    /// When (UTC).
    #[serde(serialize_with = "document::timestamp")]
    pub at: DateTime<Utc>,
    /// Who did it: the subject of the token, empty where it had none.
    pub by: String,
    /// The id of the request that did it.
    pub request_id: String,
    /// The fields that changed; none of a contact that was deleted or restored.
    pub changes: Vec<FieldChange>,
}

/// The fields in which two states of a contact differ; all that it has where there was none before.
///
/// # Errors
/// None is known; documents serialise.
pub(crate) fn differences(before: Option<&Contact>, after: &Contact) -> serde_json::Result<Vec<FieldChange>> {
    let mut old = before.map(fields).transpose()?.unwrap_or_default();
    let mut changes = Vec::new();
    for (field, value) in fields(after)? {
        let previous = old.remove(&field);
        if previous.as_ref() != Some(&value) {
            changes.push(FieldChange { field, before: previous, after: Some(value) });
        }
    }
    changes.extend(old.into_iter().map(|(field, value)| FieldChange {
        field,
        before: Some(value),
        after: None,
    }));
    Ok(changes)
}

/// That a contact leads to another one from now on, since it was merged into it, or no longer.
pub(crate) fn led(before: Option<Uuid>, after: Option<Uuid>) -> Vec<FieldChange> {
    let id = |id: Option<Uuid>| id.map(|id| Value::from(id.to_string()));
    vec![FieldChange { field: "mergedInto".into(), before: id(before), after: id(after) }]
}

/// The fields of a contact that have something, each once.
fn fields(contact: &Contact) -> serde_json::Result<Map<String, Value>> {
    let Value::Object(document) = serde_json::to_value(Document::from(contact))? else {
        return Ok(Map::new());
    };
    let mut fields = Map::new();
    for (name, value) in document {
        match (name.as_str(), value) {
            // Not the caller's, or a second name of the same.
            ("id" | "createdAt" | "updatedAt" | "socialProfileUrl", _) | (_, Value::Null) => {}
            (_, Value::Array(items)) if items.is_empty() => {}
            ("customFields", Value::Array(values)) => {
                fields.extend(values.into_iter().filter_map(|mut value| {
                    let name = format!("customFields.{}", value["system_name"].as_str()?);
                    Some((name, value["value"].take()))
                }));
            }
            (_, value) => {
                fields.insert(name, value);
            }
        }
    }
    Ok(fields)
}
