//! The SQL that reads a contact's document and locks contacts. [`super::find`] lists them, [`super::load`] reads
//! contacts from their tables, [`super::batch`] and [`super::rewrite`] write them.

use std::borrow::Cow;

use sqlx::PgExecutor;
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
    executor: impl PgExecutor<'_>,
    tenant: TenantId,
    id: Uuid,
) -> Result<Option<StoredDocument<'static>>> {
    let found = sqlx::query_as!(
        StoredDocument,
        "select id, document, document_version from contacts where tenant_id = $1 and id = $2",
        tenant.uuid(),
        id
    )
    .fetch_optional(executor)
    .await?;
    Ok(found)
}

/// The stored documents of several contacts, of those that there are, in any order.
pub(super) async fn get_documents(
    executor: impl PgExecutor<'_>,
    tenant: TenantId,
    ids: &[Uuid],
) -> Result<Vec<StoredDocument<'static>>> {
    let found = sqlx::query_as!(
        StoredDocument,
        "select id, document, document_version from contacts where tenant_id = $1 and id = any($2)",
        tenant.uuid(),
        ids
    )
    .fetch_all(executor)
    .await?;
    Ok(found)
}

/// Contacts that are locked.
#[derive(Debug, Default)]
pub(super) struct Locked {
    /// Those that there are, in order.
    pub ids: Vec<Uuid>,
    /// Whether the tenant has jobs, which may have to reach them yet.
    pub may_be_behind: bool,
}

/// Locks contacts until the transaction ends, in the order of their ids, and notes the number of the catalogue that what
/// is read of them afterwards goes by.
pub(super) async fn lock(tx: &mut TenantTransaction, ids: &[Uuid]) -> Result<Locked> {
    let rows = sqlx::query!(
        r#"select c.id, n.catalogue,
                  exists (select from jobs j where j.tenant_id = $1 and j.finished_at is null) as "has_jobs!"
           from contacts c join tenant_counters n on n.tenant_id = $1
           where c.tenant_id = $1 and c.id = any($2) order by c.id for update of c"#,
        tx.tenant().uuid(),
        ids
    )
    .fetch_all(tx.on())
    .await?;
    let Some(first) = rows.first() else { return Ok(Locked::default()) };
    tx.saw_catalogue(first.catalogue);
    let may_be_behind = first.has_jobs;
    Ok(Locked { ids: rows.into_iter().map(|row| row.id).collect(), may_be_behind })
}

/// Sorts in what was left waiting of the search index ([`TenantTransaction::gather_index_entries`]), so that searches need
/// not read through it. Where it cannot be done, writers and vacuum do it sooner or later.
pub(crate) async fn sort_index_entries_in(database: &Database) {
    let sorted = sqlx::query!("select gin_clean_pending_list('contact_search_grams'::regclass)")
        .fetch_one(database.on())
        .await;
    if let Err(error) = sorted {
        tracing::debug!(%error, "entries of the search index still wait to be sorted in");
    }
}
