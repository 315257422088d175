//! The SQL of companies.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::Company;
use crate::{
    clock::Clock,
    database::TenantTransaction,
    domain::CompanyName,
    error::{Error, Result},
};

/// Makes companies, or finds those that somebody made meanwhile; by key. The insert waits for a concurrent one of the
/// same name to commit, and the select behind it then sees that. In the order of the keys, so that two requests that
/// make the same ones wait for each other in one direction only.
pub(crate) async fn find_or_create(
    tx: &mut TenantTransaction,
    missing: &BTreeMap<String, &CompanyName>,
    clock: &Clock,
) -> Result<Vec<(String, Company)>> {
    let tenant = tx.tenant().uuid();
    let keys: Vec<&str> = missing.keys().map(String::as_str).collect();
    let names: Vec<&str> = missing.values().map(|name| name.as_str()).collect();
    let ids: Vec<Uuid> = missing.keys().map(|_| clock.new_id()).collect();
    sqlx::query!(
        "insert into companies (tenant_id, id, name, name_key, created_at, updated_at)
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
        "select id, name, name_key, phone, address, industry from companies where tenant_id = $1 and name_key = any($2)",
        tenant,
        &keys as &[&str]
    )
    .fetch_all(tx.on())
    .await?;
    if rows.len() != keys.len() {
        return Err(Error::Internal("a company vanished while it was created".into()));
    }
    Ok(rows
        .into_iter()
        .map(|row| {
            let company = Company {
                id: row.id,
                name: row.name,
                phone: row.phone,
                address: row.address,
                industry: row.industry,
            };
            (row.name_key, company)
        })
        .collect())
}
