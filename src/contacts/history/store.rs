//! The SQL of the history. [`TenantTransaction::note`](crate::database::TenantTransaction::note) writes it.

use sqlx::types::Json;
use uuid::Uuid;

use super::{FieldChange, HistoryEntry};
use crate::{database::Database, domain::TenantId, error::Result, http::page::Page};

/// A page of what was done to a contact, the newest first, with the total; none where nothing is known of the contact.
pub(super) async fn list(
    database: &Database,
    tenant: TenantId,
    contact_id: Uuid,
    page: Page,
) -> Result<Option<(i64, Vec<HistoryEntry>)>> {
    let found = sqlx::query!(
        r#"select
            (select count(*) from change_log l
             where l.tenant_id = $1 and l.entity_id = $2 and l.history_id is not null) as "total!",
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
        r#"select history_id as "id!", action, changed_at, subject as "subject!", request_id as "request_id!",
                  changes::json as "changes!: Json<Vec<FieldChange>>"
           from change_log where tenant_id = $1 and entity_id = $2 and history_id is not null
           order by change desc, position desc limit $3 offset $4"#,
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
