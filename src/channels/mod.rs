//! The channels that contacts come from.

mod create;
mod delete;
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
pub(crate) use store::names;
pub use update::*;

/// A channel, as far as contacts know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Channel {
    /// The channel's id.
    pub id: Uuid,
    /// Its name, which is what a contact's `channel` takes.
    pub name: String,
}

/// A channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Channel)]
pub struct ChannelDefinition {
    /// The channel's id.
    #[schema(example = "0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c41")]
    pub id: Uuid,
    /// Its name, which is what a contact's `channel` takes.
    #[schema(example = "viber")]
    pub name: String,
    /// Whether it is out of use: contacts that have it keep it, others cannot get it.
    #[schema(example = false)]
    pub is_archived: bool,
}
