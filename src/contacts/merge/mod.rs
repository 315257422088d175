//! Merging contacts: one survives and takes over what the others have, which are gone from then on. Their ids lead to the
//! survivor, and the merge can be undone for as long as what was before is kept.

mod combine;
mod create;
mod entry;
mod input;
mod list;
mod read;
mod redirect;
mod separate;
mod store;
mod undo;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

pub use create::*;
pub use list::*;
pub use read::*;
pub(super) use redirect::{missing, survivor_document};
pub use undo::*;

use super::record::load::Rows;

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
struct Kept {
    /// The survivor as it was.
    survivor: Rows,
    /// The survivor as the merge left it: what differs from it later was changed by somebody else.
    outcome: Rows,
    /// The others.
    merged: Vec<Rows>,
    /// Which contacts the others stood for.
    redirects: Vec<Redirect>,
}

/// A contact that was merged, and the one that stands for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Redirect {
    contact_id: Uuid,
    survivor_id: Uuid,
}
