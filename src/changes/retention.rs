//! What the log of changes is kept for: the history of contacts, and those who follow the changes; each for its own time. An
//! entry goes when neither needs it.

use chrono::{DateTime, Utc};

use crate::{database::TenantTransaction, error::Result};

/// Whom entries of the log are kept for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reader {
    /// The history of contacts.
    History,
    /// Those who follow the changes.
    Events,
}

/// Where the log begins for each.
#[derive(Debug, Clone, Copy)]
struct Starts {
    history: i64,
    events: i64,
}

/// Gives up for a reader what is older than `before`: at most `limit` entries and what was changed together with the last of
/// them. Says how many they were. What another instance works on is left to it.
pub(crate) async fn forget(
    tx: &mut TenantTransaction,
    reader: Reader,
    before: DateTime<Utc>,
    limit: i64,
) -> Result<u64> {
    let starts = sqlx::query_as!(
        Starts,
        "select history, events from change_log_starts where tenant_id = $1 for update skip locked",
        tx.tenant().uuid()
    )
    .fetch_optional(tx.on())
    .await?;
    let Some(starts) = starts else { return Ok(0) };
    let start = match reader {
        Reader::History => starts.history,
        Reader::Events => starts.events,
    };
    let entries = sqlx::query!(
        r#"select change, stamp, changed_at < $3 as "is_old!" from change_log
           where tenant_id = $1 and change > $2 order by change, position limit $4"#,
        tx.tenant().uuid(),
        start,
        before,
        limit
    )
    .fetch_all(tx.on())
    .await?;
    let old = entries.iter().take_while(|entry| entry.is_old).count();
    // The rest of what was changed together may be younger, where a clock was set back: it stays together.
    let first_young = entries.get(old).map(|entry| entry.change);
    let Some(last) = entries[..old].iter().rev().find(|entry| Some(entry.change) != first_young) else {
        return Ok(0);
    };
    match reader {
        Reader::History => forget_history(tx, starts, last.change).await?,
        Reader::Events => forget_events(tx, starts, last.change, last.stamp).await?,
    }
    Ok(u64::try_from(old).unwrap_or_default())
}

/// Empties what the history has of the changes after `starts.history` up to `last`.
async fn forget_history(tx: &mut TenantTransaction, starts: Starts, last: i64) -> Result<()> {
    sqlx::query!(
        "delete from change_log where tenant_id = $1 and change > $2 and change <= $3 and change <= $4",
        tx.tenant().uuid(),
        starts.history,
        last,
        starts.events
    )
    .execute(tx.on())
    .await?;
    // Whose data there is stays known as long as there is any: the text from before.
    sqlx::query!(
        "update change_log set history_id = null, subject = null, request_id = null, changes = null
         where tenant_id = $1 and change > $2 and change <= $3 and history_id is not null",
        tx.tenant().uuid(),
        starts.history,
        last
    )
    .execute(tx.on())
    .await?;
    sqlx::query!("update change_log_starts set history = $2 where tenant_id = $1", tx.tenant().uuid(), last)
        .execute(tx.on())
        .await?;
    Ok(())
}

/// Empties what those have who follow the changes, of those after `starts.events` up to `last`, and keeps the stamp of that.
async fn forget_events(tx: &mut TenantTransaction, starts: Starts, last: i64, stamp: i64) -> Result<()> {
    sqlx::query!(
        "delete from change_log
         where tenant_id = $1 and change > $2 and change <= $3 and (history_id is null or change <= $4)",
        tx.tenant().uuid(),
        starts.events,
        last,
        starts.history
    )
    .execute(tx.on())
    .await?;
    sqlx::query!(
        "update change_log set fields = null, text_before = null, text_version = null
         where tenant_id = $1 and change > $2 and change <= $3 and (fields is not null or text_version is not null)",
        tx.tenant().uuid(),
        starts.events,
        last
    )
    .execute(tx.on())
    .await?;
    sqlx::query!(
        "update change_log_starts set events = $2, stamp = $3 where tenant_id = $1",
        tx.tenant().uuid(),
        last,
        stamp
    )
    .execute(tx.on())
    .await?;
    Ok(())
}
