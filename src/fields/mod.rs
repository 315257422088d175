//! What a contact is made of: the default fields and the custom ones.

mod create;
mod input;
mod list;
mod plan;
mod read;
mod store;
mod update;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{database::Database, domain::FieldType, error::Result, tenants::TenantId};

pub use create::*;
pub use list::*;
pub use read::*;
pub use update::*;

/// The definition of a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[expect(clippy::struct_excessive_bools, reason = "they are the API's")]
#[schema(example = json!({
    "id": "0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c61", "system_name": "channel", "display_name": "Channel",
    "type": "select", "is_default": true, "is_archived": false, "is_required": false, "is_unique": false,
    "options": [
        {"value": "phone", "label": "Phone", "is_default": true},
        {"value": "email", "label": "Email", "is_default": false},
    ],
}))]
pub struct Field {
    /// The field's id.
    #[schema(example = "0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c61")]
    pub id: Uuid,
    /// Its key; that of a custom field starts with `cf_`.
    #[schema(example = "channel")]
    pub system_name: String,
    /// Its name for people.
    #[schema(example = "Channel")]
    pub display_name: String,
    /// What its values are.
    #[serde(rename = "type")]
    pub field_type: FieldType,
    /// Whether every tenant has it.
    #[schema(example = true)]
    pub is_default: bool,
    /// Whether it is out of use.
    #[schema(example = false)]
    pub is_archived: bool,
    /// Whether a contact must have a value of it.
    #[schema(example = false)]
    pub is_required: bool,
    /// Whether no two contacts may have the same value of it.
    #[schema(example = false)]
    pub is_unique: bool,
    /// What may be chosen; those of `channel` are the tenant's channels.
    pub options: Vec<FieldOption>,
}

impl Field {
    /// Whether every contact must have a value.
    pub(crate) const fn demands_values(&self) -> bool {
        self.is_required && !self.is_archived
    }

    /// Whether contacts take their values for themselves.
    pub(crate) const fn takes_values(&self) -> bool {
        self.is_unique && !self.is_archived
    }
}

/// As much of a field as it takes to look for its values.
#[derive(Debug)]
pub(crate) struct TypedField {
    pub(crate) id: Uuid,
    pub(crate) system_name: String,
    pub(crate) field_type: FieldType,
}

/// The custom fields in use that have these keys.
pub(crate) async fn types(
    database: &Database,
    tenant: TenantId,
    system_names: &[&str],
) -> Result<Vec<TypedField>> {
    store::types(database, tenant, system_names).await
}

/// What may be chosen in a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldOption {
    /// What a contact's value is.
    #[schema(example = "phone")]
    pub value: String,
    /// Its name for people.
    #[schema(example = "Phone")]
    pub label: String,
    /// Whether it is the one to offer first.
    #[schema(example = true)]
    pub is_default: bool,
}
