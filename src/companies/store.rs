//! The SQL of companies.

use super::Company;
use crate::{clock::Clock, database::TenantTransaction, domain::CompanyName, error::Result};

/// Makes a company, or finds the one that somebody made meanwhile. The insert waits for a concurrent one of
/// the same name to commit, and the select behind it then sees that.
pub(crate) async fn find_or_create(
    tx: &mut TenantTransaction,
    name: &CompanyName,
    clock: &Clock,
) -> Result<Company> {
    let (tenant, id, key) = (tx.tenant().uuid(), clock.new_id(), name.key());
    let inserted = sqlx::query!(
        "insert into companies (tenant_id, id, name, name_key, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $5) on conflict (tenant_id, name_key) do nothing",
        tenant,
        id,
        name.as_str(),
        key,
        clock.now()
    )
    .execute(tx.on())
    .await?;
    if inserted.rows_affected() == 1 {
        return Ok(Company {
            id,
            name: name.as_str().to_owned(),
            phone: None,
            address: None,
            industry: None,
        });
    }
    let company = sqlx::query_as!(
        Company,
        "select id, name, phone, address, industry from companies where tenant_id = $1 and name_key = $2",
        tenant,
        key
    )
    .fetch_one(tx.on())
    .await?;
    Ok(company)
}
