//! Contact groups.

mod list;
mod store;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

pub use list::*;

/// A group of contacts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Group {
    /// The group's id.
    pub id: Uuid,
    /// Its key.
    #[schema(example = "new")]
    pub value: String,
    /// Its name for people.
    #[schema(example = "new")]
    pub label: String,
    /// Whether contacts that are created without groups get it.
    pub is_default: bool,
}
