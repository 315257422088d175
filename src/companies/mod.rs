//! Companies, which contacts share.

mod store;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

pub(crate) use store::find_or_create;

/// A company.
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
