//! Locking contacts.

use uuid::Uuid;

use crate::{database::TenantTransaction, error::Result};

/// Contacts that are locked.
#[derive(Debug, Default)]
pub(crate) struct Locked {
    /// Those that there are, in order.
    pub ids: Vec<Uuid>,
    /// Whether the tenant has jobs, which may have to reach them yet.
    pub may_be_behind: bool,
}

/// Locks contacts until the transaction ends, in the order of their ids, and notes the number of the catalogue that what
/// is read of them afterwards goes by.
pub(crate) async fn lock(tx: &mut TenantTransaction, ids: &[Uuid]) -> Result<Locked> {
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
    tx.saw_catalogue(Some(first.catalogue))?;
    let may_be_behind = first.has_jobs;
    Ok(Locked { ids: rows.into_iter().map(|row| row.id).collect(), may_be_behind })
}
