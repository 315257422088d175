//! Tags, which contacts share.

mod colour;
mod create;
mod delete;
mod list;
mod merge;
mod read;
mod store;
mod update;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

pub use create::*;
pub use delete::*;
pub use list::*;
pub use merge::*;
pub use read::*;
pub(crate) use store::find_or_create;
pub use update::*;

/// A tag of a contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Tag {
    /// The tag's id.
    #[schema(example = "0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c21")]
    pub id: Uuid,
    /// Its name.
    #[schema(example = "platinum")]
    pub name: String,
}

/// A tag as the catalogue has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c21", "name": "platinum", "colour": "#e5e4e2", "contacts": 12,
    "createdAt": "2026-01-08T17:46:48.123456Z", "updatedAt": "2026-01-08T17:46:48.123456Z",
}))]
pub struct TagEntry {
    /// The tag's id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// In which colour to show it: `#rrggbb`.
    #[schema(required)]
    pub colour: Option<String>,
    /// How many contacts have it.
    #[schema(minimum = 0)]
    pub contacts: i64,
    /// When it was created (UTC).
    pub created_at: DateTime<Utc>,
    /// When it was last changed (UTC).
    pub updated_at: DateTime<Utc>,
}
