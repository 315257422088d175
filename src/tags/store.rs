//! The SQL of tags.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::Tag;
use crate::{
    clock::Clock,
    database::{Database, TenantTransaction},
    domain::TagName,
    error::{Error, Result},
    http::page::Page,
    tenants::TenantId,
};

/// A page of the tenant's tags by name, with their total.
pub(super) async fn list(database: &Database, tenant: TenantId, page: Page) -> Result<(i64, Vec<Tag>)> {
    let total =
        sqlx::query_scalar!(r#"select count(*) as "total!" from tags where tenant_id = $1"#, tenant.uuid())
            .fetch_one(database.on())
            .await?;
    let tags = sqlx::query_as!(
        Tag,
        "select id, name from tags where tenant_id = $1 order by name_key limit $2 offset $3",
        tenant.uuid(),
        page.limit(),
        page.offset()
    )
    .fetch_all(database.on())
    .await?;
    Ok((total, tags))
}

/// Makes tags, or finds those that somebody made meanwhile; by key. In the order of the keys, so that two
/// requests that make the same ones wait for each other in one direction only.
pub(crate) async fn find_or_create(
    tx: &mut TenantTransaction,
    missing: &BTreeMap<String, &TagName>,
    clock: &Clock,
) -> Result<Vec<(String, Tag)>> {
    let tenant = tx.tenant().uuid();
    let keys: Vec<&str> = missing.keys().map(String::as_str).collect();
    let names: Vec<&str> = missing.values().map(|name| name.as_str()).collect();
    let ids: Vec<Uuid> = missing.keys().map(|_| clock.new_id()).collect();
    sqlx::query!(
        "insert into tags (tenant_id, id, name, name_key, created_at, updated_at)
         select $1, n.id, n.name, n.name_key, $5, $5
         from unnest($2::uuid[], $3::text[], $4::text[]) as n (id, name, name_key)
         order by n.name_key
         on conflict (tenant_id, name_key) do nothing",
        tenant,
        &ids,
        &names as &[&str],
        &keys as &[&str],
        clock.now()
    )
    .execute(tx.on())
    .await?;
    let rows = sqlx::query!(
        "select id, name, name_key from tags where tenant_id = $1 and name_key = any($2)",
        tenant,
        &keys as &[&str]
    )
    .fetch_all(tx.on())
    .await?;
    if rows.len() != keys.len() {
        return Err(Error::Internal("a tag vanished while it was created".into()));
    }
    Ok(rows.into_iter().map(|row| (row.name_key, Tag { id: row.id, name: row.name })).collect())
}
