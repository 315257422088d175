//! The SQL of channels.

use uuid::Uuid;

use super::Channel;
use crate::{
    clock::Clock,
    database::{Database, TenantTransaction},
    domain::ChannelName,
    error::{Detail, Error, Result},
    http::page::Page,
    tenants::TenantId,
};

/// A page of the tenant's channels in their order, with their total.
pub(super) async fn list(database: &Database, tenant: TenantId, page: Page) -> Result<(i64, Vec<Channel>)> {
    let total = sqlx::query_scalar!(
        r#"select count(*) as "total!" from channels where tenant_id = $1"#,
        tenant.uuid()
    )
    .fetch_one(database.on())
    .await?;
    let channels = sqlx::query_as!(
        Channel,
        "select id, name from channels where tenant_id = $1 order by position, id limit $2 offset $3",
        tenant.uuid(),
        page.limit(),
        page.offset()
    )
    .fetch_all(database.on())
    .await?;
    Ok((total, channels))
}

/// The names of all channels in their order.
pub(crate) async fn names(tx: &mut TenantTransaction) -> Result<Vec<String>> {
    let names = sqlx::query_scalar!(
        "select name from channels where tenant_id = $1 order by position, id",
        tx.tenant().uuid()
    )
    .fetch_all(tx.on())
    .await?;
    Ok(names)
}

/// Makes a channel, the last in order.
///
/// # Errors
/// [`Error::Conflict`] where the name is taken.
pub(super) async fn create(tx: &mut TenantTransaction, name: &ChannelName, clock: &Clock) -> Result<Channel> {
    let (tenant, id, key) = (tx.tenant().uuid(), clock.new_id(), name.key());
    let inserted = sqlx::query!(
        "insert into channels (tenant_id, id, name, name_key, position, created_at, updated_at)
         select $1, $2, $3, $4, coalesce(max(c.position), -1) + 1, $5, $5 from channels c where c.tenant_id = $1
         on conflict (tenant_id, name_key) do nothing",
        tenant,
        id,
        name.as_str(),
        key,
        clock.now()
    )
    .execute(tx.on())
    .await?;
    if inserted.rows_affected() == 1 {
        return Ok(Channel { id, name: name.as_str().to_owned() });
    }
    let holder: Option<Uuid> =
        sqlx::query_scalar!("select id from channels where tenant_id = $1 and name_key = $2", tenant, key)
            .fetch_optional(tx.on())
            .await?;
    Err(Error::Conflict {
        message: "there is a channel of this name already".into(),
        details: vec![Detail {
            conflicting_id: holder,
            ..Detail::new("name", "taken", "is unique without regard to case, and another channel has it")
        }],
    })
}
