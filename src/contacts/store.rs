//! The SQL that finds contacts' documents, locks contacts and deletes them. [`super::load`] reads contacts from
//! their tables, [`super::batch`] writes them.

use sqlx::{Postgres, QueryBuilder};
use uuid::Uuid;

use super::filter::ContactFilter;
use crate::{
    database::{Database, TenantTransaction},
    error::Result,
    http::page::Page,
    tenants::TenantId,
};

/// A finished document, with what tells whether it is of the current shape.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct StoredDocument {
    pub id: Uuid,
    pub document: String,
    pub document_version: i16,
}

/// The stored document of one contact.
pub(super) async fn get_document(
    database: &Database,
    tenant: TenantId,
    id: Uuid,
) -> Result<Option<StoredDocument>> {
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

/// A page of all contacts, newest first, with their total: one round trip.
pub(super) async fn list_all(
    database: &Database,
    tenant: TenantId,
    page: Page,
) -> Result<(i64, Vec<StoredDocument>)> {
    let rows = sqlx::query!(
        r#"
        select t.contacts as total, c.id as "id?", c.document as "document?", c.document_version as "version?"
        from tenant_counters t
        left join lateral (
            select c.id, c.document, c.document_version, c.created_at from contacts c
            where c.tenant_id = $1
            order by c.created_at desc, c.id desc
            limit $2 offset $3
        ) c on true
        where t.tenant_id = $1
        order by c.created_at desc, c.id desc
        "#,
        tenant.uuid(),
        page.limit(),
        page.offset()
    )
    .fetch_all(database.on())
    .await?;
    let total = rows.first().map_or(0, |row| row.total);
    let documents = rows
        .into_iter()
        .filter_map(|row| {
            Some(StoredDocument { id: row.id?, document: row.document?, document_version: row.version? })
        })
        .collect();
    Ok((total, documents))
}

/// How many contacts pass a filter.
pub(super) async fn count(database: &Database, tenant: TenantId, filter: &ContactFilter) -> Result<i64> {
    let mut sql = QueryBuilder::<Postgres>::new("select count(*) from contacts c ");
    filter.push_where(&mut sql, tenant);
    Ok(sql.build_query_scalar().fetch_one(database.on()).await?)
}

/// A page of the contacts that pass a filter, newest first.
pub(super) async fn list_filtered(
    database: &Database,
    tenant: TenantId,
    filter: &ContactFilter,
    page: Page,
) -> Result<Vec<StoredDocument>> {
    let mut sql =
        QueryBuilder::<Postgres>::new("select c.id, c.document, c.document_version from contacts c ");
    filter.push_where(&mut sql, tenant);
    sql.push(" order by c.created_at desc, c.id desc limit ")
        .push_bind(page.limit())
        .push(" offset ")
        .push_bind(page.offset());
    Ok(sql.build_query_as().fetch_all(database.on()).await?)
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
