//! The SQL of groups.

use super::Group;
use crate::{database::Database, error::Result, http::page::Page, tenants::TenantId};

/// A page of the tenant's groups in their order, with their total.
pub(super) async fn list(database: &Database, tenant: TenantId, page: Page) -> Result<(i64, Vec<Group>)> {
    let total =
        sqlx::query_scalar!(r#"select count(*) as "total!" from groups where tenant_id = $1"#, tenant.uuid())
            .fetch_one(database.on())
            .await?;
    let groups = sqlx::query_as!(
        Group,
        "select id, value, label, is_default from groups where tenant_id = $1
         order by position, id limit $2 offset $3",
        tenant.uuid(),
        page.limit(),
        page.offset()
    )
    .fetch_all(database.on())
    .await?;
    Ok((total, groups))
}
