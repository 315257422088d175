//! The SQL of channels.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::named::CHANNELS;
use crate::{
    clock::Clock,
    database::{Database, Entry, Kind, TenantTransaction, action},
    domain::{ChannelName, TenantId, case_key},
    error::{Error, Result},
    http::{
        listing::{ListRequest, Wanted},
        page::Page,
    },
};

/// A channel, as far as contacts know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Channel {
    /// The channel's id.
    pub id: Uuid,
    /// Its name, which is what a contact's `channel` takes.
    pub name: String,
}

/// A channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Channel)]
pub struct ChannelDefinition {
    /// The channel's id.
    #[schema(example = "0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c41")]
    pub id: Uuid,
    /// Its name, which is what a contact's `channel` takes.
    #[schema(example = "viber")]
    pub name: String,
    /// Whether it is out of use: contacts that have it keep it, others cannot get it.
    #[schema(example = false)]
    pub is_archived: bool,
}

/// The tenant's channels that are wanted, archived or not, in their order, with their total.
pub(crate) async fn list(
    database: &Database,
    tenant: TenantId,
    request: &ListRequest,
    is_archived: Option<bool>,
) -> Result<(i64, Vec<ChannelDefinition>)> {
    let all = rows(database, tenant, None, is_archived);
    let page = match request.wanted(all, |channel| [&channel.name]).await? {
        Wanted::Found(total, channels) => return Ok((total, channels)),
        Wanted::All(page) => page,
    };
    let total = sqlx::query_scalar!(
        r#"select count(*) as "total!" from channels
           where tenant_id = $1 and ($2::boolean is null or is_archived = $2)"#,
        tenant.uuid(),
        is_archived
    )
    .fetch_one(database.on())
    .await?;
    Ok((total, rows(database, tenant, Some(page), is_archived).await?))
}

/// All channels, or those of a page.
async fn rows(
    database: &Database,
    tenant: TenantId,
    page: Option<Page>,
    is_archived: Option<bool>,
) -> Result<Vec<ChannelDefinition>> {
    let channels = sqlx::query_as!(
        ChannelDefinition,
        "select id, name, is_archived from channels
         where tenant_id = $1 and ($4::boolean is null or is_archived = $4)
         order by position, id limit $2 offset $3",
        tenant.uuid(),
        page.map(Page::limit),
        page.map_or(0, Page::offset),
        is_archived
    )
    .fetch_all(database.on())
    .await?;
    Ok(channels)
}

/// Those of `ids` that there are, in any order.
pub(crate) async fn get_many(
    executor: impl sqlx::PgExecutor<'_>,
    tenant: TenantId,
    ids: &[Uuid],
) -> Result<Vec<ChannelDefinition>> {
    let channels = sqlx::query_as!(
        ChannelDefinition,
        "select id, name, is_archived from channels where tenant_id = $1 and id = any($2)",
        tenant.uuid(),
        ids
    )
    .fetch_all(executor)
    .await?;
    Ok(channels)
}

/// The names of all channels that contacts may get, in their order.
pub(crate) async fn names(tx: &mut TenantTransaction) -> Result<Vec<String>> {
    let names = sqlx::query_scalar!(
        "select name from channels where tenant_id = $1 and not is_archived order by position, id",
        tx.tenant().uuid()
    )
    .fetch_all(tx.on())
    .await?;
    Ok(names)
}

/// What channels are called.
pub(crate) async fn names_of(tx: &mut TenantTransaction, ids: &[Uuid]) -> Result<Vec<(Uuid, String)>> {
    let rows = sqlx::query!(
        "select id, name from channels where tenant_id = $1 and id = any($2)",
        tx.tenant().uuid(),
        ids
    )
    .fetch_all(tx.on())
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
}

/// A channel.
pub(crate) async fn get(
    executor: impl sqlx::PgExecutor<'_>,
    tenant: TenantId,
    id: Uuid,
) -> Result<Option<ChannelDefinition>> {
    let channel = sqlx::query_as!(
        ChannelDefinition,
        "select id, name, is_archived from channels where tenant_id = $1 and id = $2",
        tenant.uuid(),
        id
    )
    .fetch_optional(executor)
    .await?;
    Ok(channel)
}

/// Makes a channel, the last in order.
///
/// # Errors
/// [`Error::Conflict`] where the name is taken.
pub(crate) async fn create(
    tx: &mut TenantTransaction,
    name: &ChannelName,
    clock: &Clock,
) -> Result<ChannelDefinition> {
    let (tenant, id) = (tx.tenant().uuid(), clock.new_id());
    let inserted = sqlx::query_scalar!(
        "insert into channels (tenant_id, id, name, name_key, position, is_archived, created_at, updated_at)
         select $1, $2, $3, $4, coalesce(max(c.position), -1) + 1, false, $5, $5
         from channels c where c.tenant_id = $1
         on conflict (tenant_id, name_key) do nothing returning id",
        tenant,
        id,
        name.as_str(),
        name.key(),
        clock.now()
    )
    .fetch_optional(tx.on())
    .await?;
    let channel = ChannelDefinition { id, name: name.as_str().to_owned(), is_archived: false };
    if inserted.is_none() {
        check_free(tx, &channel).await?;
        // Whoever had it has given it up since.
        return Err(Error::Overtaken);
    }
    note(tx, action::CREATED, id, true).await?;
    Ok(channel)
}

/// Writes a channel that was changed from what it was `before`.
///
/// # Errors
/// [`Error::Conflict`] where the name is taken.
pub(crate) async fn update(
    tx: &mut TenantTransaction,
    before: &ChannelDefinition,
    channel: &ChannelDefinition,
    clock: &Clock,
) -> Result<()> {
    check_free(tx, channel).await?;
    sqlx::query!(
        "update channels set name = $3, name_key = $4, is_archived = $5, updated_at = $6
         where tenant_id = $1 and id = $2",
        tx.tenant().uuid(),
        channel.id,
        channel.name,
        case_key(&channel.name),
        channel.is_archived,
        clock.now()
    )
    .execute(tx.on())
    .await?;
    let option = |channel: &ChannelDefinition| (!channel.is_archived).then(|| channel.name.clone());
    note(tx, action::UPDATED, channel.id, option(before) != option(channel)).await?;
    Ok(())
}

/// No other channel has the name.
async fn check_free(tx: &mut TenantTransaction, channel: &ChannelDefinition) -> Result<()> {
    let holder = sqlx::query_scalar!(
        "select id from channels where tenant_id = $1 and name_key = $2 and id <> $3",
        tx.tenant().uuid(),
        case_key(&channel.name),
        channel.id
    )
    .fetch_optional(tx.on())
    .await?;
    holder.map_or(Ok(()), |holder| Err(CHANNELS.taken(holder)))
}

/// How many contacts have a channel, as theirs or as that of a social id.
pub(crate) async fn users(tx: &mut TenantTransaction, id: Uuid) -> Result<i64> {
    let users = sqlx::query_scalar!(
        r#"select count(*) as "count!" from (
             select c.id from contacts c where c.tenant_id = $1 and c.channel_id = $2
             union
             select p.contact_id from contact_platforms p where p.tenant_id = $1 and p.channel_id = $2
           ) n"#,
        tx.tenant().uuid(),
        id
    )
    .fetch_one(tx.on())
    .await?;
    Ok(users)
}

/// Deletes a channel that no contact has.
///
/// # Errors
/// [`Error::Overtaken`] where a contact got it meanwhile.
pub(crate) async fn delete(tx: &mut TenantTransaction, channel: &ChannelDefinition) -> Result<()> {
    sqlx::query!("delete from channels where tenant_id = $1 and id = $2", tx.tenant().uuid(), channel.id)
        .execute(tx.on())
        .await?;
    note(tx, action::DELETED, channel.id, !channel.is_archived).await?;
    Ok(())
}

/// Notes what was done to a channel and, where it shows there, to the field of contacts that has the channels as its options.
async fn note(tx: &mut TenantTransaction, action: &'static str, id: Uuid, is_in_options: bool) -> Result<()> {
    tx.note(Entry::new(Kind::Channel, action, id));
    if !is_in_options {
        return Ok(());
    }
    let field = sqlx::query_scalar!(
        "select id from fields where tenant_id = $1 and system_name = 'channel' and is_default",
        tx.tenant().uuid()
    )
    .fetch_optional(tx.on())
    .await?;
    if let Some(field) = field {
        let fields = Some(vec!["options".to_owned()]);
        tx.note(Entry { fields, ..Entry::new(Kind::Field, action::UPDATED, field) });
    }
    Ok(())
}
