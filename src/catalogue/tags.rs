//! The SQL of tags. One that is retired was deleted or merged, and is in no listing and no look-up; contacts may still
//! have it until a job has reached them.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::PgExecutor;
use utoipa::ToSchema;
use uuid::Uuid;

use super::named::TAGS;
use crate::{
    clock::Clock,
    database::{Database, Entry, Kind, TenantTransaction, action},
    domain::{TagName, TenantId},
    error::{Error, Result},
    http::listing::{ListRequest, Wanted},
};

/// A tag of a contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Tag {
    /// The tag's id.
    #[schema(example = "0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c21")]
    pub id: Uuid,
    /// Its name.
    #[schema(example = "platinum")]
    pub name: String,
}

/// A tag as the catalogue has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c21", "name": "platinum", "colour": "#e5e4e2", "contacts": 12,
    "createdAt": "2026-01-08T17:46:48.123456Z", "updatedAt": "2026-01-08T17:46:48.123456Z",
}))]
pub struct TagEntry {
    /// The tag's id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// In which colour to show it: `#rrggbb`.
    #[schema(required)]
    pub colour: Option<String>,
    /// How many contacts have it.
    #[schema(minimum = 0)]
    pub contacts: i64,
    /// When it was created (UTC).
    pub created_at: DateTime<Utc>,
    /// When it was last changed (UTC).
    pub updated_at: DateTime<Utc>,
}

/// The tenant's tags that are wanted, by name, with their total.
pub(crate) async fn list(
    database: &Database,
    tenant: TenantId,
    request: &ListRequest,
) -> Result<(i64, Vec<TagEntry>)> {
    let wanted = request.wanted(TAGS.names(database, tenant), |(_, name)| [name]).await?;
    let (total, ids, limit, offset) = match wanted {
        Wanted::Found(total, found) => {
            let ids: Vec<Uuid> = found.into_iter().map(|(id, _)| id).collect();
            (total, Some(ids), i64::MAX, 0)
        }
        Wanted::All(page) => (TAGS.count(database, tenant).await?, None, page.limit(), page.offset()),
    };
    Ok((total, rows(database.on(), tenant, ids.as_deref(), limit, offset).await?))
}

/// Those of `ids` that there are, by name.
pub(crate) async fn get_many(
    executor: impl PgExecutor<'_>,
    tenant: TenantId,
    ids: &[Uuid],
) -> Result<Vec<TagEntry>> {
    rows(executor, tenant, Some(ids), i64::MAX, 0).await
}

/// Which tag stands for each of `ids` that was merged.
pub(crate) async fn merged(
    executor: impl PgExecutor<'_>,
    tenant: TenantId,
    ids: &[Uuid],
) -> Result<Vec<(Uuid, Uuid)>> {
    TAGS.merged(executor, tenant, ids).await
}

/// All tags, or those of `ids`, by name.
async fn rows(
    executor: impl PgExecutor<'_>,
    tenant: TenantId,
    ids: Option<&[Uuid]>,
    limit: i64,
    offset: i64,
) -> Result<Vec<TagEntry>> {
    let tags = sqlx::query_as!(
        TagEntry,
        r#"select t.id, t.name, t.colour, t.created_at, t.updated_at,
                  (select count(*) from contact_tags l where l.tenant_id = $1 and l.tag_id = t.id) as "contacts!"
           from (select n.id, n.name, n.name_key, n.colour, n.created_at, n.updated_at from tags n
                 where n.tenant_id = $1 and n.retired_at is null and ($2::uuid[] is null or n.id = any($2))
                 order by n.name_key limit $3 offset $4) t
           order by t.name_key"#,
        tenant.uuid(),
        ids,
        limit,
        offset
    )
    .fetch_all(executor)
    .await?;
    Ok(tags)
}

pub(crate) async fn get(
    executor: impl PgExecutor<'_>,
    tenant: TenantId,
    id: Uuid,
) -> Result<Option<TagEntry>> {
    let tag = sqlx::query_as!(
        TagEntry,
        r#"select t.id, t.name, t.colour, t.created_at, t.updated_at,
                  (select count(*) from contact_tags l where l.tenant_id = $1 and l.tag_id = $2) as "contacts!"
           from tags t where t.tenant_id = $1 and t.id = $2 and t.retired_at is null"#,
        tenant.uuid(),
        id
    )
    .fetch_optional(executor)
    .await?;
    Ok(tag)
}

/// Whether there is such a tag.
pub(crate) async fn exists(tx: &mut TenantTransaction, id: Uuid) -> Result<bool> {
    let tenant = tx.tenant();
    TAGS.exists(tx.on(), tenant, id).await
}

/// How many contacts have one tag and not the other.
pub(crate) async fn count_only_in(tx: &mut TenantTransaction, tag: Uuid, other: Uuid) -> Result<i64> {
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from contact_tags l where l.tenant_id = $1 and l.tag_id = $2
             and not exists (select from contact_tags o
                             where o.tenant_id = $1 and o.tag_id = $3 and o.contact_id = l.contact_id)"#,
        tx.tenant().uuid(),
        tag,
        other
    )
    .fetch_one(tx.on())
    .await?;
    Ok(count)
}

/// Makes a tag.
///
/// # Errors
/// [`Error::Conflict`] where the name is taken.
pub(crate) async fn create(
    tx: &mut TenantTransaction,
    name: &TagName,
    colour: Option<String>,
    clock: &Clock,
) -> Result<TagEntry> {
    let (id, now, key) = (clock.new_id(), clock.now(), name.key());
    let inserted = sqlx::query_scalar!(
        "insert into tags (tenant_id, id, name, name_key, colour, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $6) on conflict (tenant_id, name_key) do nothing returning id",
        tx.tenant().uuid(),
        id,
        name.as_str(),
        key,
        colour,
        now
    )
    .fetch_optional(tx.on())
    .await?;
    if inserted.is_none() {
        return Err(TAGS.not_inserted(tx, &key).await?);
    }
    tx.note(Entry::new(Kind::Tag, action::CREATED, id));
    Ok(TagEntry { id, name: name.as_str().to_owned(), colour, contacts: 0, created_at: now, updated_at: now })
}

/// The name of a tag is its own.
///
/// # Errors
/// [`Error::Conflict`] where another tag has it.
pub(crate) async fn check_free(tx: &mut TenantTransaction, tag: &TagEntry) -> Result<()> {
    TAGS.check_free(tx, &TagName::from_stored(tag.name.clone()).key(), tag.id).await
}

/// Writes a changed tag.
///
/// # Errors
/// [`Error::Overtaken`] where the name was taken meanwhile, and those of the database.
pub(crate) async fn update(tx: &mut TenantTransaction, tag: &TagEntry) -> Result<()> {
    sqlx::query!(
        "update tags set name = $3, name_key = $4, colour = $5, updated_at = $6
         where tenant_id = $1 and id = $2 and retired_at is null",
        tx.tenant().uuid(),
        tag.id,
        tag.name,
        TagName::from_stored(tag.name.clone()).key(),
        tag.colour,
        tag.updated_at
    )
    .execute(tx.on())
    .await?;
    tx.note(Entry::new(Kind::Tag, action::UPDATED, tag.id));
    Ok(())
}

/// Takes a tag out of sight; `into` stands for it, if anything does, and for those that it stood for. Its name is free.
pub(crate) async fn retire(
    tx: &mut TenantTransaction,
    id: Uuid,
    into: Option<Uuid>,
    now: DateTime<Utc>,
) -> Result<()> {
    TAGS.retire(tx, id, into, now).await
}

/// Makes tags, or finds those that somebody made meanwhile; by key. The insert waits for a concurrent one of the
/// same name to commit, and the select behind it then sees that. In the order of the keys, so that two requests that make
/// the same ones wait for each other in one direction only.
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
    tx.replan_for(keys.len()).await?;
    let rows = sqlx::query!(
        "select id, name, name_key from tags where tenant_id = $1 and name_key = any($2)",
        tenant,
        &keys as &[&str]
    )
    .fetch_all(tx.on())
    .await?;
    tx.plan_as_before().await?;
    if rows.len() != keys.len() {
        // One was renamed or deleted between the two statements.
        return Err(Error::Overtaken);
    }
    let new: HashSet<Uuid> = ids.into_iter().collect();
    for row in rows.iter().filter(|row| new.contains(&row.id)) {
        tx.note(Entry::new(Kind::Tag, action::CREATED, row.id));
    }
    Ok(rows.into_iter().map(|row| (row.name_key, Tag { id: row.id, name: row.name })).collect())
}
