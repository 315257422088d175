//! The SQL of groups. One that is retired, because contacts still leave it, is not there.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::named::GROUPS;
use crate::{
    clock::Clock,
    database::{Database, Entry, Kind, TenantTransaction, action},
    domain::{TenantId, retired_key, spelling_key},
    error::{Error, Result},
    http::{
        listing::{ListRequest, Wanted},
        page::Page,
    },
};

/// A group of contacts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Group {
    /// The group's id.
    #[schema(example = "0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c31")]
    pub id: Uuid,
    /// Its key.
    #[schema(example = "new")]
    pub value: String,
    /// Its name for people.
    #[schema(example = "new")]
    pub label: String,
    /// Whether contacts that are created without groups get it.
    #[schema(example = false)]
    pub is_default: bool,
}

/// The tenant's groups that are wanted, in their order, with their total.
pub(crate) async fn list(
    database: &Database,
    tenant: TenantId,
    request: &ListRequest,
) -> Result<(i64, Vec<Group>)> {
    let all = rows(database, tenant, None);
    let page = match request.wanted(all, |group| [&group.value, &group.label]).await? {
        Wanted::Found(total, groups) => return Ok((total, groups)),
        Wanted::All(page) => page,
    };
    let total = sqlx::query_scalar!(
        r#"select count(*) as "total!" from groups where tenant_id = $1 and retired_at is null"#,
        tenant.uuid()
    )
    .fetch_one(database.on())
    .await?;
    Ok((total, rows(database, tenant, Some(page)).await?))
}

/// All groups, or those of a page.
async fn rows(database: &Database, tenant: TenantId, page: Option<Page>) -> Result<Vec<Group>> {
    let groups = sqlx::query_as!(
        Group,
        "select id, value, label, is_default from groups where tenant_id = $1 and retired_at is null
         order by position, id limit $2 offset $3",
        tenant.uuid(),
        page.map(Page::limit),
        page.map_or(0, Page::offset)
    )
    .fetch_all(database.on())
    .await?;
    Ok(groups)
}

/// A group.
pub(crate) async fn get(
    executor: impl sqlx::PgExecutor<'_>,
    tenant: TenantId,
    id: Uuid,
) -> Result<Option<Group>> {
    let group = sqlx::query_as!(
        Group,
        "select id, value, label, is_default from groups
         where tenant_id = $1 and id = $2 and retired_at is null",
        tenant.uuid(),
        id
    )
    .fetch_optional(executor)
    .await?;
    Ok(group)
}

/// Those of `ids` that there are, in any order.
pub(crate) async fn get_many(
    executor: impl sqlx::PgExecutor<'_>,
    tenant: TenantId,
    ids: &[Uuid],
) -> Result<Vec<Group>> {
    let groups = sqlx::query_as!(
        Group,
        "select id, value, label, is_default from groups
         where tenant_id = $1 and id = any($2) and retired_at is null",
        tenant.uuid(),
        ids
    )
    .fetch_all(executor)
    .await?;
    Ok(groups)
}

/// Makes a group, the last in order.
///
/// # Errors
/// [`Error::Conflict`] where the value is taken.
pub(crate) async fn create(tx: &mut TenantTransaction, group: &Group, clock: &Clock) -> Result<()> {
    let inserted = sqlx::query_scalar!(
        "insert into groups (tenant_id, id, value, value_key, label, is_default, position, created_at, updated_at)
         select $1, $2, $3, $7, $4, $5, coalesce(max(g.position), -1) + 1, $6, $6 from groups g where g.tenant_id = $1
         on conflict (tenant_id, value_key) do nothing returning id",
        tx.tenant().uuid(),
        group.id,
        group.value,
        group.label,
        group.is_default,
        clock.now(),
        spelling_key(&group.value)
    )
    .fetch_optional(tx.on())
    .await?;
    if inserted.is_some() {
        tx.note(Entry::new(Kind::Group, action::CREATED, group.id));
        return Ok(());
    }
    check_free(tx, group).await?;
    // Whoever had it has given it up since.
    Err(Error::Overtaken)
}

/// Writes a group that was changed.
///
/// # Errors
/// [`Error::Conflict`] where the value is taken.
pub(crate) async fn update(tx: &mut TenantTransaction, group: &Group, clock: &Clock) -> Result<()> {
    check_free(tx, group).await?;
    sqlx::query!(
        "update groups set value = $3, value_key = $7, label = $4, is_default = $5, updated_at = $6
         where tenant_id = $1 and id = $2",
        tx.tenant().uuid(),
        group.id,
        group.value,
        group.label,
        group.is_default,
        clock.now(),
        spelling_key(&group.value)
    )
    .execute(tx.on())
    .await?;
    tx.note(Entry::new(Kind::Group, action::UPDATED, group.id));
    Ok(())
}

/// No other group has the value, in whatever spelling.
async fn check_free(tx: &mut TenantTransaction, group: &Group) -> Result<()> {
    let holder = sqlx::query_scalar!(
        "select id from groups where tenant_id = $1 and value_key = $2 and id <> $3",
        tx.tenant().uuid(),
        spelling_key(&group.value),
        group.id
    )
    .fetch_optional(tx.on())
    .await?;
    holder.map_or(Ok(()), |holder| Err(GROUPS.taken(holder)))
}

/// Takes a group out of sight; its value is free.
pub(crate) async fn retire(tx: &mut TenantTransaction, id: Uuid, clock: &Clock) -> Result<()> {
    sqlx::query!(
        "update groups set retired_at = $3, value_key = $4, is_default = false where tenant_id = $1 and id = $2",
        tx.tenant().uuid(),
        id,
        clock.now(),
        retired_key(id)
    )
    .execute(tx.on())
    .await?;
    tx.note(Entry::new(Kind::Group, action::DELETED, id));
    Ok(())
}
