//! Erasing contacts for good. This is the one place that knows where personal data of contacts are kept: whatever comes
//! to keep some has to be added here. (`tests/api/contacts/erase.rs` searches every table for what is left.)
//!
//! | where | what becomes of it |
//! |---|---|
//! | `contacts` and the tables below it | removed |
//! | `contact_trash` | removed |
//! | `change_log`, its own entries | emptied: that something was done to an id stays |
//! | `contact_merges`, `contact_redirects` | removed, of merges that the contact survived or was merged by |
//! | `change_log`, entries of others: of contacts that stood for it after a merge, while they did, and of those that it stood for | emptied: who and when stays |
//! | what is kept of later merges of a contact that it was once merged into | nothing: it went when that merge was undone |
//! | `idempotency_keys` | answers that hold it; the key stays, so that its request is not carried out again |
//! | `jobs` | nothing: what a job was to do is forgotten when it ends |
//!
//! Companies, tags and what else contacts share stay.

use uuid::Uuid;

use super::record::store;
use crate::{
    database::{Entry, Kind, TenantTransaction, action},
    error::Result,
    idempotency,
};

/// How many contacts were erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Erased {
    /// Of those that lived: by so much the tenant's total falls.
    pub live: i64,
    /// Of those that were in the trash.
    pub trashed: i64,
}

/// Erases contacts, live ones and such in the trash, with those that were merged into them; the caller commits.
pub(super) async fn erase(tx: &mut TenantTransaction, ids: &[Uuid]) -> Result<Erased> {
    store::lock(tx, ids).await?;
    let ids = with_merged(tx, ids).await?;
    let gone = sqlx::query!(
        r#"with gone_contacts as (
            delete from contacts c where c.tenant_id = $1 and c.id = any($2) returning 1
         ), gone_trash as (
            delete from contact_trash t where t.tenant_id = $1 and t.contact_id = any($2) returning 1
         ), emptied_entries as (
            update change_log l set history_id = null, subject = null, request_id = null, changes = null, other_ids = null,
                   job_id = null, fields = null, text_before = null, text_version = null
            where l.tenant_id = $1 and l.entity_id = any($2)
         ), gone_redirects as (
            delete from contact_redirects r
            where r.tenant_id = $1 and (r.contact_id = any($2) or r.survivor_id = any($2))
         ), gone_merges as (
            delete from contact_merges m
            where m.tenant_id = $1 and (m.survivor_id = any($2) or m.merged_ids && $2)
         ), emptied_others as (
            update change_log l set changes = '[]', other_ids = null, text_before = null, text_version = null
            where l.tenant_id = $1 and l.other_ids && $2 and l.entity_id <> all($2)
         )
         select (select count(*) from gone_contacts) as "live!", (select count(*) from gone_trash) as "trashed!""#,
        tx.tenant().uuid(),
        &ids
    )
    .fetch_one(tx.on())
    .await?;
    idempotency::erase(tx, &ids).await?;
    for id in ids {
        tx.note(Entry::new(Kind::Contact, action::ERASED, id));
    }
    Ok(Erased { live: gone.live, trashed: gone.trashed })
}

/// These contacts and all that were merged into them, directly or not, and are not there on their own.
async fn with_merged(tx: &mut TenantTransaction, ids: &[Uuid]) -> Result<Vec<Uuid>> {
    let mut merged = sqlx::query_scalar!(
        "select contact_id from contact_redirects where tenant_id = $1 and survivor_id = any($2)",
        tx.tenant().uuid(),
        ids
    )
    .fetch_all(tx.on())
    .await?;
    merged.extend(ids);
    Ok(merged)
}
