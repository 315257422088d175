//! Contact groups.

mod create;
mod delete;
mod input;
mod list;
mod read;
mod store;
mod update;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

pub use create::*;
pub use delete::*;
pub use list::*;
pub use read::*;
pub(crate) use store::get;
pub use update::*;

/// A group of contacts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Group {
    /// The group's id.
    #[schema(example = "0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c31")]
    pub id: Uuid,
    /// Its key.
    #[schema(example = "new")]
    pub value: String,
    /// Its name for people.
    #[schema(example = "new")]
    pub label: String,
    /// Whether contacts that are created without groups get it.
    #[schema(example = false)]
    pub is_default: bool,
}
