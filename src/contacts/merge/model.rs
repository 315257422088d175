//! A merge, as the API shows it, and what is kept of it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::input::Preference;
use crate::contacts::record::load::Rows;

/// A merge of contacts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ContactMerge, example = json!({
    "id": "0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c81", "survivorId": "0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c11",
    "mergedIds": ["0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c12"], "mergedAt": "2026-01-08T17:46:48.123456Z",
    "mergedBy": "frank", "undoneAt": null, "isUndoable": true,
}))]
pub struct Merge {
    /// The merge's id.
    pub id: Uuid,
    /// The contact that took over what the others had.
    pub survivor_id: Uuid,
    /// The contacts that were merged into it.
    pub merged_ids: Vec<Uuid>,
    /// When (UTC).
    pub merged_at: DateTime<Utc>,
    /// By whom: the `sub` of the token.
    pub merged_by: String,
    /// When it was undone (UTC); null while it was not.
    #[schema(required)]
    pub undone_at: Option<DateTime<Utc>>,
    /// Whether what was before is still kept, and it was not undone yet.
    pub is_undoable: bool,
}

/// What is kept of a merge so that it can be undone, as JSON, whose shape must therefore stay readable.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Kept {
    /// The survivor as it was.
    pub survivor: Rows,
    /// The survivor as the merge left it: what differs from it later was changed by somebody else.
    pub outcome: Rows,
    /// The others.
    pub merged: Vec<Rows>,
    /// Which contacts the others stood for.
    pub redirects: Vec<Redirect>,
    /// Whose values were preferred: by these the outcome is made anew when an earlier merge is undone.
    #[serde(default)]
    pub prefer: Vec<Preference>,
}

/// A contact that was merged, and the one that stands for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Redirect {
    pub contact_id: Uuid,
    pub survivor_id: Uuid,
}
