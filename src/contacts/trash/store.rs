//! The SQL of the trash.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::Trashed;
use crate::{
    contacts::{
        history::Author,
        record::load::{self, Rows},
    },
    database::{Database, TenantTransaction},
    domain::TenantId,
    error::Result,
    http::page::Page,
};

/// A row of the trash.
struct Row {
    deleted_at: DateTime<Utc>,
    deleted_by: String,
    snapshot: String,
}

impl TryFrom<Row> for Trashed {
    type Error = serde_json::Error;

    fn try_from(row: Row) -> Result<Self, serde_json::Error> {
        let Row { deleted_at, deleted_by, snapshot } = row;
        Ok(Self { rows: serde_json::from_str(&snapshot)?, deleted_at, deleted_by })
    }
}

/// Puts contacts into the trash, which are locked; the caller removes their rows.
pub(crate) async fn put(tx: &mut TenantTransaction, ids: &[Uuid], author: &Author<'_>) -> Result<()> {
    let tenant = tx.tenant();
    let rows = load::load_rows(tx.on(), tenant, ids).await?;
    let snapshots = rows.iter().map(serde_json::to_string).collect::<Result<Vec<_>, _>>()?;
    let ids: Vec<Uuid> = rows.iter().map(|rows| rows.id).collect();
    sqlx::query!(
        "insert into contact_trash (tenant_id, contact_id, deleted_at, deleted_by, snapshot)
         select $1, n.contact_id, $4, $5, n.snapshot from unnest($2::uuid[], $3::text[]) as n (contact_id, snapshot)",
        tenant.uuid(),
        &ids,
        &snapshots,
        author.at,
        &*author.subject
    )
    .execute(tx.on())
    .await?;
    Ok(())
}

/// A page of the trash, the contact deleted last first, with the total.
pub(super) async fn list(database: &Database, tenant: TenantId, page: Page) -> Result<(i64, Vec<Trashed>)> {
    let total = sqlx::query_scalar!(
        r#"select count(*) as "total!" from contact_trash where tenant_id = $1"#,
        tenant.uuid()
    )
    .fetch_one(database.on())
    .await?;
    let rows = sqlx::query_as!(
        Row,
        "select deleted_at, deleted_by, snapshot from contact_trash where tenant_id = $1
         order by deleted_at desc, contact_id desc limit $2 offset $3",
        tenant.uuid(),
        page.limit(),
        page.offset()
    )
    .fetch_all(database.on())
    .await?;
    let trashed = rows.into_iter().map(Trashed::try_from).collect::<Result<_, _>>()?;
    Ok((total, trashed))
}

pub(super) async fn get(database: &Database, tenant: TenantId, id: Uuid) -> Result<Option<Trashed>> {
    let row = sqlx::query_as!(
        Row,
        "select deleted_at, deleted_by, snapshot from contact_trash where tenant_id = $1 and contact_id = $2",
        tenant.uuid(),
        id
    )
    .fetch_optional(database.on())
    .await?;
    Ok(row.map(Trashed::try_from).transpose()?)
}

/// Where a contact is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whereabouts {
    Live,
    Trashed,
    Nowhere,
}

/// Where a contact is at one moment.
pub(crate) async fn whereabouts(tx: &mut TenantTransaction, id: Uuid) -> Result<Whereabouts> {
    let row = sqlx::query!(
        r#"select exists (select from contacts c where c.tenant_id = $1 and c.id = $2) as "is_live!",
                exists (select from contact_trash t where t.tenant_id = $1 and t.contact_id = $2) as "is_trashed!""#,
        tx.tenant().uuid(),
        id
    )
    .fetch_one(tx.on())
    .await?;
    Ok(match (row.is_live, row.is_trashed) {
        (true, _) => Whereabouts::Live,
        (false, true) => Whereabouts::Trashed,
        (false, false) => Whereabouts::Nowhere,
    })
}

/// A contact in the trash, which stays there, locked until the transaction ends.
pub(crate) async fn lock(tx: &mut TenantTransaction, id: Uuid) -> Result<Option<Trashed>> {
    let row = sqlx::query_as!(
        Row,
        "select deleted_at, deleted_by, snapshot from contact_trash
         where tenant_id = $1 and contact_id = $2 for update",
        tx.tenant().uuid(),
        id
    )
    .fetch_optional(tx.on())
    .await?;
    Ok(row.map(Trashed::try_from).transpose()?)
}

/// The next `limit` contacts in the trash, by id, whose snapshots contain `text`, both [`folded`]. No index helps: all
/// snapshots of the tenant are read.
pub(crate) async fn containing(
    tx: &mut TenantTransaction,
    text: &str,
    after: Uuid,
    limit: i64,
) -> Result<Vec<Rows>> {
    let snapshots = sqlx::query_scalar!(
        r#"select snapshot from contact_trash
         where tenant_id = $1 and contact_id > $2
           and strpos(translate(lower(snapshot collate "C"), chr(8490), 'k'), $3) > 0
         order by contact_id limit $4"#,
        tx.tenant().uuid(),
        after,
        folded(text),
        limit
    )
    .fetch_all(tx.on())
    .await?;
    Ok(snapshots.iter().map(|snapshot| serde_json::from_str(snapshot)).collect::<Result<_, _>>()?)
}

/// A text as [`containing`] compares it: the letters of ASCII in lower case, whatever the locale, with the one letter
/// beyond ASCII whose lower case is in it, the sign of the kelvin.
fn folded(text: &str) -> String {
    text.to_ascii_lowercase().replace('\u{212a}', "k")
}

/// Takes a contact out of the trash: what the tables had of it.
pub(super) async fn take(tx: &mut TenantTransaction, id: Uuid) -> Result<Option<Rows>> {
    let snapshot = sqlx::query_scalar!(
        "delete from contact_trash where tenant_id = $1 and contact_id = $2 returning snapshot",
        tx.tenant().uuid(),
        id
    )
    .fetch_optional(tx.on())
    .await?;
    Ok(snapshot.map(|snapshot| serde_json::from_str(&snapshot)).transpose()?)
}

/// At most `limit` contacts that were deleted before `before`, the oldest first, locked; those that somebody else has
/// locked are left out.
pub(crate) async fn lock_expired(
    tx: &mut TenantTransaction,
    before: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Uuid>> {
    let ids = sqlx::query_scalar!(
        "select contact_id from contact_trash where tenant_id = $1 and deleted_at < $2
         order by deleted_at, contact_id limit $3 for update skip locked",
        tx.tenant().uuid(),
        before,
        limit
    )
    .fetch_all(tx.on())
    .await?;
    Ok(ids)
}
