//! The SQL that reads a contact's document and locks contacts. [`super::find`] lists them, [`super::load`] reads
//! contacts from their tables, [`super::batch`] and [`super::rewrite`] write them.

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

/// Locks contacts until the transaction ends, in the order of their ids, and notes the number of the catalogue that what
/// is read of them afterwards goes by. Returns those that there are.
pub(super) async fn lock(tx: &mut TenantTransaction, ids: &[Uuid]) -> Result<Vec<Uuid>> {
    let rows = sqlx::query!(
        "select c.id, n.catalogue from contacts c join tenant_counters n on n.tenant_id = $1
         where c.tenant_id = $1 and c.id = any($2) order by c.id for update of c",
        tx.tenant().uuid(),
        ids
    )
    .fetch_all(tx.on())
    .await?;
    if let Some(row) = rows.first() {
        tx.saw_catalogue(row.catalogue);
    }
    Ok(rows.into_iter().map(|row| row.id).collect())
}
