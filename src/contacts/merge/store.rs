//! The SQL of merges and of the contacts that stand for others.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Kept, Merge, Redirect};
use crate::{
    clock::Clock,
    contacts::history::Author,
    database::{Database, TenantTransaction},
    domain::TenantId,
    error::Result,
    http::page::Page,
};

/// A merge's row, as the API shows it.
struct Row {
    id: Uuid,
    survivor_id: Uuid,
    merged_ids: Vec<Uuid>,
    merged_at: DateTime<Utc>,
    merged_by: String,
    undone_at: Option<DateTime<Utc>>,
    is_kept: bool,
}

impl From<Row> for Merge {
    fn from(row: Row) -> Self {
        let Row { id, survivor_id, merged_ids, merged_at, merged_by, undone_at, is_kept } = row;
        let is_undoable = is_kept && undone_at.is_none();
        Self { id, survivor_id, merged_ids, merged_at, merged_by, undone_at, is_undoable }
    }
}

/// The id of a merge into a contact, which is locked: greater than those of all that it survived before, whose clocks may
/// have been ahead of ours. In the order of their ids they were made.
pub(super) async fn next_id(tx: &mut TenantTransaction, survivor_id: Uuid, clock: &Clock) -> Result<Uuid> {
    let last = sqlx::query_scalar!(
        "select id from contact_merges where tenant_id = $1 and survivor_id = $2 order by id desc limit 1",
        tx.tenant().uuid(),
        survivor_id
    )
    .fetch_optional(tx.on())
    .await?;
    let next = last.map_or(Uuid::nil(), |last| Uuid::from_u128(last.as_u128().saturating_add(1)));
    Ok(clock.new_id().max(next))
}

/// The merges into a contact after one of them that were not undone and can be, in their order, with what is kept of them.
/// They are locked.
pub(super) async fn later(
    tx: &mut TenantTransaction,
    survivor_id: Uuid,
    id: Uuid,
) -> Result<Vec<(Uuid, Kept)>> {
    let rows = sqlx::query!(
        r#"select id, snapshots as "snapshots!" from contact_merges
           where tenant_id = $1 and survivor_id = $2 and id > $3 and undone_at is null and snapshots is not null
           order by id for update"#,
        tx.tenant().uuid(),
        survivor_id,
        id
    )
    .fetch_all(tx.on())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Ok((row.id, serde_json::from_str(&row.snapshots)?)))
        .collect::<serde_json::Result<_>>()?)
}

/// Puts what is kept of a merge in the place of what was.
pub(super) async fn keep(tx: &mut TenantTransaction, id: Uuid, snapshots: &str) -> Result<()> {
    sqlx::query!(
        "update contact_merges set snapshots = $3 where tenant_id = $1 and id = $2",
        tx.tenant().uuid(),
        id,
        snapshots
    )
    .execute(tx.on())
    .await?;
    Ok(())
}

/// Notes a merge, whose contacts are locked.
pub(super) async fn insert(
    tx: &mut TenantTransaction,
    id: Uuid,
    survivor_id: Uuid,
    merged_ids: &[Uuid],
    author: &Author<'_>,
    snapshots: &str,
) -> Result<()> {
    sqlx::query!(
        "insert into contact_merges (tenant_id, id, survivor_id, merged_ids, merged_at, merged_by, snapshots)
         values ($1, $2, $3, $4, $5, $6, $7)",
        tx.tenant().uuid(),
        id,
        survivor_id,
        merged_ids,
        author.at,
        &*author.subject,
        snapshots
    )
    .execute(tx.on())
    .await?;
    Ok(())
}

/// Has contacts lead to a survivor, and with them those that led to them. All these are locked.
pub(super) async fn redirect(
    tx: &mut TenantTransaction,
    ids: &[Uuid],
    survivor_id: Uuid,
    merge_id: Uuid,
) -> Result<()> {
    let tenant = tx.tenant().uuid();
    sqlx::query!(
        "update contact_redirects set survivor_id = $3 where tenant_id = $1 and survivor_id = any($2)",
        tenant,
        ids,
        survivor_id
    )
    .execute(tx.on())
    .await?;
    sqlx::query!(
        "insert into contact_redirects (tenant_id, contact_id, survivor_id, merge_id)
         select $1, n.contact_id, $3, $4 from unnest($2::uuid[]) as n (contact_id)",
        tenant,
        ids,
        survivor_id,
        merge_id
    )
    .execute(tx.on())
    .await?;
    Ok(())
}

/// The contacts that lead to these.
pub(super) async fn redirects(tx: &mut TenantTransaction, survivor_ids: &[Uuid]) -> Result<Vec<Redirect>> {
    let redirects = sqlx::query_as!(
        Redirect,
        "select contact_id, survivor_id from contact_redirects
         where tenant_id = $1 and survivor_id = any($2) order by contact_id",
        tx.tenant().uuid(),
        survivor_ids
    )
    .fetch_all(tx.on())
    .await?;
    Ok(redirects)
}

/// Takes back what [`redirect`] did. `redirects`: where those led before that led to `ids`.
pub(super) async fn take_back(
    tx: &mut TenantTransaction,
    ids: &[Uuid],
    survivor_id: Uuid,
    redirects: &[Redirect],
) -> Result<()> {
    let tenant = tx.tenant().uuid();
    sqlx::query!(
        "delete from contact_redirects where tenant_id = $1 and contact_id = any($2) and survivor_id = $3",
        tenant,
        ids,
        survivor_id
    )
    .execute(tx.on())
    .await?;
    if redirects.is_empty() {
        return Ok(());
    }
    let (contact_ids, survivor_ids): (Vec<Uuid>, Vec<Uuid>) =
        redirects.iter().map(|redirect| (redirect.contact_id, redirect.survivor_id)).unzip();
    sqlx::query!(
        "update contact_redirects r set survivor_id = n.survivor_id
         from unnest($2::uuid[], $3::uuid[]) as n (contact_id, survivor_id)
         where r.tenant_id = $1 and r.contact_id = n.contact_id and r.survivor_id = $4",
        tenant,
        &contact_ids,
        &survivor_ids,
        survivor_id
    )
    .execute(tx.on())
    .await?;
    Ok(())
}

/// The contacts that stand for these, as far as these were merged; whether they are there is not asked.
pub(super) async fn survivors(tx: &mut TenantTransaction, ids: &[Uuid]) -> Result<Vec<Redirect>> {
    let redirects = sqlx::query_as!(
        Redirect,
        "select contact_id, survivor_id from contact_redirects where tenant_id = $1 and contact_id = any($2)",
        tx.tenant().uuid(),
        ids
    )
    .fetch_all(tx.on())
    .await?;
    Ok(redirects)
}

/// Removes values of archived fields from a contact.
pub(super) async fn remove_archived(
    tx: &mut TenantTransaction,
    contact_id: Uuid,
    field_ids: &[Uuid],
) -> Result<()> {
    if field_ids.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "delete from field_values where tenant_id = $1 and contact_id = $2 and field_id = any($3)",
        tx.tenant().uuid(),
        contact_id,
        field_ids
    )
    .execute(tx.on())
    .await?;
    Ok(())
}

/// The contact that a merge's others were merged into.
pub(super) async fn survivor_of(tx: &mut TenantTransaction, id: Uuid) -> Result<Option<Uuid>> {
    let survivor_id = sqlx::query_scalar!(
        "select survivor_id from contact_merges where tenant_id = $1 and id = $2",
        tx.tenant().uuid(),
        id
    )
    .fetch_optional(tx.on())
    .await?;
    Ok(survivor_id)
}

/// A merge with what is kept of it, locked. To be called once its survivor is locked.
pub(super) async fn lock(tx: &mut TenantTransaction, id: Uuid) -> Result<Option<(Merge, Option<String>)>> {
    let row = sqlx::query!(
        "select id, survivor_id, merged_ids, merged_at, merged_by, undone_at, snapshots
         from contact_merges where tenant_id = $1 and id = $2 for update",
        tx.tenant().uuid(),
        id
    )
    .fetch_optional(tx.on())
    .await?;
    Ok(row.map(|row| {
        let merge = Merge {
            id: row.id,
            survivor_id: row.survivor_id,
            merged_ids: row.merged_ids,
            merged_at: row.merged_at,
            merged_by: row.merged_by,
            undone_at: row.undone_at,
            is_undoable: row.snapshots.is_some() && row.undone_at.is_none(),
        };
        (merge, row.snapshots)
    }))
}

/// Notes that a merge was undone. What was kept of it is needed no more.
pub(super) async fn note_undone(tx: &mut TenantTransaction, id: Uuid, now: DateTime<Utc>) -> Result<()> {
    sqlx::query!(
        "update contact_merges set undone_at = $3, snapshots = null where tenant_id = $1 and id = $2",
        tx.tenant().uuid(),
        id,
        now
    )
    .execute(tx.on())
    .await?;
    Ok(())
}

pub(super) async fn get(database: &Database, tenant: TenantId, id: Uuid) -> Result<Option<Merge>> {
    let row = sqlx::query_as!(
        Row,
        r#"select id, survivor_id, merged_ids, merged_at, merged_by, undone_at, snapshots is not null as "is_kept!"
           from contact_merges where tenant_id = $1 and id = $2"#,
        tenant.uuid(),
        id
    )
    .fetch_optional(database.on())
    .await?;
    Ok(row.map(Merge::from))
}

/// A page of the tenant's merges, the newest first, with their total.
pub(super) async fn list(database: &Database, tenant: TenantId, page: Page) -> Result<(i64, Vec<Merge>)> {
    let total = sqlx::query_scalar!(
        r#"select count(*) as "total!" from contact_merges where tenant_id = $1"#,
        tenant.uuid()
    )
    .fetch_one(database.on())
    .await?;
    let rows = sqlx::query_as!(
        Row,
        r#"select id, survivor_id, merged_ids, merged_at, merged_by, undone_at, snapshots is not null as "is_kept!"
           from contact_merges where tenant_id = $1 order by id desc limit $2 offset $3"#,
        tenant.uuid(),
        page.limit(),
        page.offset()
    )
    .fetch_all(database.on())
    .await?;
    Ok((total, rows.into_iter().map(Merge::from).collect()))
}
