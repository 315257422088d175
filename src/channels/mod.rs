//! The channels that contacts come from.

mod create;
mod list;
mod store;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

pub use create::*;
pub use list::*;
pub(crate) use store::names;

/// A channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Channel {
    /// The channel's id.
    #[schema(example = "0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c41")]
    pub id: Uuid,
    /// Its name, which is what a contact's `channel` takes.
    #[schema(example = "viber")]
    pub name: String,
}
