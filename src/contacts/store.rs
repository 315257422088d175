//! The SQL that reads a contact's document, locks contacts and deletes them. [`super::find`] lists them, [`super::load`] reads contacts from
//! their tables, [`super::batch`] writes them.

use std::borrow::Cow;

use uuid::Uuid;

use crate::{
    database::{Database, TenantTransaction},
    error::Result,
    tenants::TenantId,
};

/// A finished document, with what tells whether it is of the current shape.
#[derive(Debug, Clone)]
pub(super) struct StoredDocument<'a> {
    pub id: Uuid,
    pub document: Cow<'a, str>,
    pub document_version: i16,
}

/// The stored document of one contact.
pub(super) async fn get_document(
    database: &Database,
    tenant: TenantId,
    id: Uuid,
) -> Result<Option<StoredDocument<'static>>> {
    let found = sqlx::query_as!(
        StoredDocument,
        "select id, document, document_version from contacts where tenant_id = $1 and id = $2",
        tenant.uuid(),
        id
    )
    .fetch_optional(database.on())
    .await?;
    Ok(found)
}

/// Locks a contact until the transaction ends; false where there is none.
pub(super) async fn lock(tx: &mut TenantTransaction, id: Uuid) -> Result<bool> {
    let found = sqlx::query_scalar!(
        "select id from contacts where tenant_id = $1 and id = $2 for update",
        tx.tenant().uuid(),
        id
    )
    .fetch_optional(tx.on())
    .await?;
    Ok(found.is_some())
}

/// Deletes a contact and all that belongs to it; false where there is none.
pub(super) async fn delete(tx: &mut TenantTransaction, id: Uuid) -> Result<bool> {
    let deleted =
        sqlx::query!("delete from contacts where tenant_id = $1 and id = $2", tx.tenant().uuid(), id)
            .execute(tx.on())
            .await?;
    Ok(deleted.rows_affected() == 1)
}
