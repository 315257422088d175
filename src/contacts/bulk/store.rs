//! The SQL of operations on many contacts.

use uuid::Uuid;

use super::target::Key;
use crate::{contacts::record::unique::Claim, database::TenantTransaction, error::Result};

/// How many contacts that have the same are looked for. More than one are a conflict anyway.
pub(super) const MATCHES: usize = 20;

/// Has upserts of the same values wait for each other until the transaction ends. A row that was inserted is waited for
/// by whoever inserts the same, even when it is gone again: so nothing is ever left to be removed. Unlike advisory
/// locks, this holds wherever the tenant's rows are, and any number fit.
pub(super) async fn lock(tx: &mut TenantTransaction, keys: impl Iterator<Item = &Key>) -> Result<()> {
    let locks: Vec<String> = keys.map(Key::lock).collect();
    sqlx::query!(
        "insert into upsert_locks (tenant_id, lock_key) select $1, n.lock_key from unnest($2::text[]) as n (lock_key)
         order by n.lock_key on conflict (tenant_id, lock_key) do nothing",
        tx.tenant().uuid(),
        &locks
    )
    .execute(tx.on())
    .await?;
    sqlx::query!(
        "delete from upsert_locks where tenant_id = $1 and lock_key = any($2)",
        tx.tenant().uuid(),
        &locks
    )
    .execute(tx.on())
    .await?;
    Ok(())
}

/// The contacts that have any of these, of each at most [`MATCHES`].
pub(super) async fn matches(
    tx: &mut TenantTransaction,
    keys: impl Iterator<Item = &Key>,
) -> Result<Vec<Uuid>> {
    let (mut emails, mut phones, mut social_ids) = (Vec::new(), Vec::new(), Vec::new());
    let (mut field_ids, mut field_keys) = (Vec::new(), Vec::new());
    for key in keys {
        match key {
            Key::Email(key) => emails.push(key.as_str()),
            Key::Phone(key) => phones.push(key.as_str()),
            Key::SocialId(id) => social_ids.push(id.as_str()),
            Key::Field(id, key) => {
                field_ids.push(*id);
                field_keys.push(key.as_str());
            }
        }
    }
    let ids = sqlx::query_scalar!(
        r#"select m.contact_id as "contact_id!" from unnest($2::text[]) as n (key)
           cross join lateral (select distinct x.contact_id from contact_emails x
                               where x.tenant_id = $1 and x.email_key = n.key order by x.contact_id limit $7) m
           union
           select m.contact_id from unnest($3::text[]) as n (key)
           cross join lateral (select distinct x.contact_id from contact_phones x
                               where x.tenant_id = $1 and x.phone_key = n.key order by x.contact_id limit $7) m
           union
           select m.contact_id from unnest($4::text[]) as n (key)
           cross join lateral (select distinct x.contact_id from contact_platforms x
                               where x.tenant_id = $1 and x.social_platform_id = n.key
                               order by x.contact_id limit $7) m
           union
           select m.contact_id from unnest($5::uuid[], $6::text[]) as n (field_id, key)
           cross join lateral (select distinct x.contact_id from field_values x
                               where x.tenant_id = $1 and x.field_id = n.field_id and x.value_key = n.key
                               order by x.contact_id limit $7) m"#,
        tx.tenant().uuid(),
        &emails as &[&str],
        &phones as &[&str],
        &social_ids as &[&str],
        &field_ids,
        &field_keys as &[&str],
        i64::try_from(MATCHES).unwrap_or(i64::MAX)
    )
    .fetch_all(tx.on())
    .await?;
    Ok(ids)
}

/// Who has unique values, of those that anybody has.
pub(super) async fn holders(
    tx: &mut TenantTransaction,
    claims: &[&Claim],
) -> Result<Vec<((Uuid, String), Uuid)>> {
    let field_ids: Vec<Uuid> = claims.iter().map(|claim| claim.field_id).collect();
    let keys: Vec<&str> = claims.iter().map(|claim| claim.key.as_str()).collect();
    let rows = sqlx::query!(
        "select u.field_id, u.value_key, u.contact_id from unique_values u
         where u.tenant_id = $1 and (u.field_id, u.value_key) in (select * from unnest($2::uuid[], $3::text[]))",
        tx.tenant().uuid(),
        &field_ids,
        &keys as &[&str]
    )
    .fetch_all(tx.on())
    .await?;
    Ok(rows.into_iter().map(|row| ((row.field_id, row.value_key), row.contact_id)).collect())
}
