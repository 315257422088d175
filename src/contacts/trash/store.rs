//! The SQL of the trash.

use uuid::Uuid;

use crate::{
    contacts::{history::Author, load},
    database::TenantTransaction,
    error::Result,
};

/// Puts contacts into the trash, which are locked; the caller removes their rows.
pub(in crate::contacts) async fn put(
    tx: &mut TenantTransaction,
    ids: &[Uuid],
    author: &Author<'_>,
) -> Result<()> {
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
