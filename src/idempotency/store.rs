//! The SQL of idempotency keys.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Claim, kept_since};
use crate::{
    database::TenantTransaction,
    error::{Error, Result},
    http::answer::Answer,
};

/// Claims a key. Waits for a request that has it at this moment.
///
/// # Errors
/// [`Error::Answered`] where the same request was carried out before; a 422 where another one was, under this key; a
/// 409 where its answer was erased with a contact.
pub(super) async fn claim(tx: &mut TenantTransaction, claim: &Claim<'_>, now: DateTime<Utc>) -> Result<()> {
    let tenant = tx.tenant().uuid();
    // One that is too old is as good as none.
    let claimed = sqlx::query_scalar!(
        "insert into idempotency_keys (tenant_id, key, fingerprint, created_at, contact_ids, answer)
         values ($1, $2, $3, $4, '{}', null)
         on conflict (tenant_id, key) do update
             set fingerprint = excluded.fingerprint, created_at = excluded.created_at, contact_ids = '{}', answer = null
             where idempotency_keys.created_at < $5
         returning key",
        tenant,
        claim.key,
        claim.fingerprint,
        now,
        kept_since(now)
    )
    .fetch_optional(tx.on())
    .await?;
    if claimed.is_some() {
        return Ok(());
    }
    let found = sqlx::query!(
        "select fingerprint, answer from idempotency_keys where tenant_id = $1 and key = $2",
        tenant,
        claim.key
    )
    .fetch_optional(tx.on())
    .await?
    // Forgotten between the two statements.
    .ok_or(Error::Overtaken)?;
    let Some(answer) = found.answer else {
        return Err(Error::Conflict {
            message: "the answer to the request with this Idempotency-Key was erased with its contact".into(),
            details: Vec::new(),
        });
    };
    if found.fingerprint != claim.fingerprint {
        let message = "was used for another request already; use a new one for each request";
        return Err(Error::invalid("Idempotency-Key", "reused", message));
    }
    let answer: Answer = serde_json::from_str(&answer)?;
    Err(Error::Answered(Box::new(answer.into())))
}

/// Keeps an answer that holds data of contacts, and with them of those that were merged into them.
pub(super) async fn keep(
    tx: &mut TenantTransaction,
    key: &str,
    answer: &str,
    contact_ids: &[Uuid],
) -> Result<()> {
    let kept = sqlx::query!(
        "update idempotency_keys set answer = $3,
             contact_ids = $4::uuid[] || array(select r.contact_id from contact_redirects r
                                               where r.tenant_id = $1 and r.survivor_id = any($4))
         where tenant_id = $1 and key = $2",
        tx.tenant().uuid(),
        key,
        answer,
        contact_ids
    )
    .execute(tx.on())
    .await?;
    if kept.rows_affected() == 1 {
        Ok(())
    } else {
        Err(Error::Internal("an idempotency key vanished while its request was carried out".into()))
    }
}

/// Erases the answers that hold data of these contacts. Their keys stay, so that no request is carried out again.
pub(crate) async fn erase(tx: &mut TenantTransaction, contact_ids: &[Uuid]) -> Result<()> {
    sqlx::query!(
        "update idempotency_keys set answer = null, fingerprint = '', contact_ids = '{}'
         where tenant_id = $1 and contact_ids && $2",
        tx.tenant().uuid(),
        contact_ids
    )
    .execute(tx.on())
    .await?;
    Ok(())
}

/// Removes at most `limit` keys that were made before `before`; says how many.
pub(crate) async fn forget(tx: &mut TenantTransaction, before: DateTime<Utc>, limit: i64) -> Result<u64> {
    let forgotten = sqlx::query!(
        "delete from idempotency_keys k where k.tenant_id = $1 and k.key in (
            select o.key from idempotency_keys o where o.tenant_id = $1 and o.created_at < $2
            order by o.created_at limit $3 for update skip locked)",
        tx.tenant().uuid(),
        before,
        limit
    )
    .execute(tx.on())
    .await?;
    Ok(forgotten.rows_affected())
}
