//! Companies, which contacts share.

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
pub(crate) use store::{exists, find_or_create};
pub use update::*;

use crate::domain::{Invalid, bounded};

/// A company of a contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Company {
    /// The company's id.
    #[schema(example = "0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c51")]
    pub id: Uuid,
    /// Its name.
    #[schema(example = "K-Link")]
    pub name: String,
    /// Its phone number.
    #[schema(required)]
    pub phone: Option<String>,
    /// Its postal address.
    #[schema(required)]
    pub address: Option<String>,
    /// What it does.
    #[schema(required)]
    pub industry: Option<String>,
}

/// A company as the catalogue has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c51", "name": "K-Link", "phone": "+95 1 234 567",
    "address": "Dagon Seikkan Township", "industry": "Telecommunications", "contacts": 12,
    "createdAt": "2026-01-08T17:46:48.123456Z", "updatedAt": "2026-01-08T17:46:48.123456Z",
}))]
pub struct CompanyEntry {
    /// The company's id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Its phone number.
    #[schema(required)]
    pub phone: Option<String>,
    /// Its postal address.
    #[schema(required)]
    pub address: Option<String>,
    /// What it does.
    #[schema(required)]
    pub industry: Option<String>,
    /// How many contacts belong to it.
    #[schema(minimum = 0)]
    pub contacts: i64,
    /// When it was created (UTC).
    pub created_at: DateTime<Utc>,
    /// When it was last changed (UTC).
    pub updated_at: DateTime<Utc>,
}

/// What a company does: up to 255 characters.
///
/// # Errors
/// `contains_nul`, `too_long`.
fn parse_industry(text: &str) -> Result<String, Invalid> {
    bounded(text, 0, 255).map(str::to_owned)
}
