//! The SQL of the history. [`Batch`](crate::contacts::record::batch::Batch) writes it.

use chrono::{DateTime, Utc};
use sqlx::types::Json;
use uuid::Uuid;

use super::{FieldChange, HistoryEntry};
use crate::{
    database::{Database, TenantTransaction},
    domain::TenantId,
    error::Result,
    http::page::Page,
};

/// A page of what was done to a contact, the newest first, with the total; none where nothing is known of the contact.
pub(super) async fn list(
    database: &Database,
    tenant: TenantId,
    contact_id: Uuid,
    page: Page,
) -> Result<Option<(i64, Vec<HistoryEntry>)>> {
    let found = sqlx::query!(
        r#"select
            (select count(*) from contact_history h where h.tenant_id = $1 and h.contact_id = $2) as "total!",
            (exists (select from contacts c where c.tenant_id = $1 and c.id = $2)
             or exists (select from contact_trash t where t.tenant_id = $1 and t.contact_id = $2)) as "is_kept!""#,
        tenant.uuid(),
        contact_id
    )
    .fetch_one(database.on())
    .await?;
    if found.total == 0 && !found.is_kept {
        return Ok(None);
    }
    let rows = sqlx::query!(
        r#"select id, action, changed_at, subject, request_id, changes::json as "changes!: Json<Vec<FieldChange>>"
           from contact_history where tenant_id = $1 and contact_id = $2 order by id desc limit $3 offset $4"#,
        tenant.uuid(),
        contact_id,
        page.limit(),
        page.offset()
    )
    .fetch_all(database.on())
    .await?;
    let entries = rows.into_iter().map(|row| HistoryEntry {
        id: row.id,
        action: row.action,
        at: row.changed_at,
        by: row.subject,
        request_id: row.request_id,
        changes: row.changes.0,
    });
    Ok(Some((found.total, entries.collect())))
}

/// Removes at most `limit` entries that are older than `before`; says how many.
pub(crate) async fn forget(tx: &mut TenantTransaction, before: DateTime<Utc>, limit: i64) -> Result<u64> {
    let forgotten = sqlx::query!(
        "delete from contact_history h where h.tenant_id = $1 and (h.contact_id, h.id) in (
            select o.contact_id, o.id from contact_history o where o.tenant_id = $1 and o.changed_at < $2
            order by o.changed_at limit $3 for update skip locked)",
        tx.tenant().uuid(),
        before,
        limit
    )
    .execute(tx.on())
    .await?;
    Ok(forgotten.rows_affected())
}
