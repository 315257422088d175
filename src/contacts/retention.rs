//! What is kept of contacts for a time only, and removing it once that is over. Each function goes through one batch,
//! which the caller commits; what another instance works on is left to it.

use chrono::{DateTime, Utc};

use super::{erase, trash};
use crate::{database::TenantTransaction, error::Result};

/// Erases contacts that were deleted before `before`, at most `limit`; says how many.
pub(crate) async fn empty_trash(
    tx: &mut TenantTransaction,
    before: DateTime<Utc>,
    limit: i64,
) -> Result<u64> {
    let ids = trash::lock_expired(tx, before, limit).await?;
    if ids.is_empty() {
        return Ok(0);
    }
    let erased = erase::erase(tx, &ids).await?;
    tx.count_change(-erased.live, false).await?;
    Ok(erased.trashed.unsigned_abs())
}

/// Forgets what contacts were before merges that were made before `before` or undone since, at most `limit`; says of how
/// many merges.
pub(crate) async fn forget_merged(
    tx: &mut TenantTransaction,
    before: DateTime<Utc>,
    limit: i64,
) -> Result<u64> {
    let forgotten = sqlx::query!(
        "update contact_merges m set snapshots = null where m.tenant_id = $1 and m.id in (
            select o.id from contact_merges o
            where o.tenant_id = $1 and o.snapshots is not null and (o.merged_at < $2 or o.undone_at is not null)
            order by o.id limit $3 for update skip locked)",
        tx.tenant().uuid(),
        before,
        limit
    )
    .execute(tx.on())
    .await?;
    Ok(forgotten.rows_affected())
}
