//! Tags, which contacts share.

mod list;
mod store;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

pub use list::*;
pub(crate) use store::find_or_create;

/// A tag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Tag {
    /// The tag's id.
    #[schema(example = "0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c21")]
    pub id: Uuid,
    /// Its name.
    #[schema(example = "platinum")]
    pub name: String,
}
