//! Erasing contacts for good. This is the one place that knows where personal data of contacts are kept: whatever comes
//! to keep some has to be added here. (`tests/api/contacts/erase.rs` searches every table for what is left.)
//!
//! | where | what becomes of it |
//! |---|---|
//! | `contacts` and the tables below it | removed |
//! | `contact_trash`, `contact_history` | removed |
//! | `contact_merges`, `contact_redirects` | removed, of merges that the contact survived or was merged by |
//! | the history of a contact that it was merged into, while it was | emptied: who and when stays |
//! | `idempotency_keys` | answers that hold it; the key stays, so that its request is not carried out again |
//! | `jobs` | nothing: what a job was to do is forgotten when it ends |
//!
//! Companies, tags and what else contacts share stay.

use uuid::Uuid;

use super::record::store;
use crate::{database::TenantTransaction, error::Result, idempotency};

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
         ), gone_history as (
            delete from contact_history h where h.tenant_id = $1 and h.contact_id = any($2)
         ), gone_redirects as (
            delete from contact_redirects r
            where r.tenant_id = $1 and (r.contact_id = any($2) or r.survivor_id = any($2))
         ), gone_merges as (
            delete from contact_merges m
            where m.tenant_id = $1 and (m.survivor_id = any($2) or m.merged_ids && $2)
         ), emptied_history as (
            update contact_history h set changes = '[]' from contact_merges m
            where h.tenant_id = $1 and m.tenant_id = $1 and m.merged_ids && $2 and m.survivor_id <> all($2)
              and h.contact_id = m.survivor_id and h.changed_at >= m.merged_at
              and h.changed_at <= coalesce(m.undone_at, h.changed_at)
            returning h.contact_id
         )
         select (select count(*) from gone_contacts) as "live!", (select count(*) from gone_trash) as "trashed!",
                array(select distinct e.contact_id from emptied_history e) as "survivors!""#,
        tx.tenant().uuid(),
        &ids
    )
    .fetch_one(tx.on())
    .await?;
    idempotency::erase(tx, &[ids, gone.survivors].concat()).await?;
    Ok(Erased { live: gone.live, trashed: gone.trashed })
}

/// These contacts and all that were merged into them, directly or not, and are not there on their own.
async fn with_merged(tx: &mut TenantTransaction, ids: &[Uuid]) -> Result<Vec<Uuid>> {
    let ids = sqlx::query_scalar!(
        r#"with recursive found as (
            select n.id from unnest($2::uuid[]) as n (id)
            union
            select u.id from found f
            join contact_merges m on m.tenant_id = $1 and m.survivor_id = f.id and m.undone_at is null
            cross join lateral unnest(m.merged_ids) as u (id)
         )
         select f.id as "id!" from found f
         where f.id = any($2)
            or not (exists (select from contacts c where c.tenant_id = $1 and c.id = f.id)
                    or exists (select from contact_trash t where t.tenant_id = $1 and t.contact_id = f.id))"#,
        tx.tenant().uuid(),
        ids
    )
    .fetch_all(tx.on())
    .await?;
    Ok(ids)
}
