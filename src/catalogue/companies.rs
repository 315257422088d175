//! The SQL of companies. One that is retired was deleted or merged, and is in no listing and no look-up; contacts may
//! still belong to it until a job has reached them.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize};
use sqlx::PgExecutor;
use utoipa::ToSchema;
use uuid::Uuid;

use super::named::COMPANIES;
use crate::{
    clock::Clock,
    database::{Database, Entry, Kind, TenantTransaction, action},
    domain::{CompanyName, Invalid, TenantId, is_blank, visible},
    error::{Error, Result},
    http::listing::{ListRequest, Wanted},
};

/// A company of a contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Company {
    /// The company's id.
    #[schema(example = "0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c51")]
    pub id: Uuid,
    /// Its name.
    #[schema(example = "K-Link")]
    pub name: String,
    /// Its phone number.
    #[schema(required)]
    pub phone: Option<String>,
    /// Its postal address.
    #[schema(required)]
    #[serde(deserialize_with = "said")]
    pub address: Option<String>,
    /// What it does.
    #[schema(required)]
    #[serde(deserialize_with = "said")]
    pub industry: Option<String>,
}

/// Blank text is no value, also where it was stored as one.
fn said<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(Option::deserialize(deserializer)?.filter(|text: &String| !is_blank(text)))
}

/// A company as the catalogue has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c51", "name": "K-Link", "phone": "+95 1 234 567",
    "address": "Dagon Seikkan Township", "industry": "Telecommunications", "contacts": 12,
    "createdAt": "2026-01-08T17:46:48.123456Z", "updatedAt": "2026-01-08T17:46:48.123456Z",
}))]
pub struct CompanyEntry {
    /// The company's id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Its phone number.
    #[schema(required)]
    pub phone: Option<String>,
    /// Its postal address.
    #[schema(required)]
    pub address: Option<String>,
    /// What it does.
    #[schema(required)]
    pub industry: Option<String>,
    /// How many contacts belong to it.
    #[schema(minimum = 0)]
    pub contacts: i64,
    /// When it was created (UTC).
    pub created_at: DateTime<Utc>,
    /// When it was last changed (UTC).
    pub updated_at: DateTime<Utc>,
}

/// What a company does: up to 255 characters, not blank.
///
/// # Errors
/// `contains_nul`, `too_long`, `blank`.
pub(crate) fn parse_industry(text: &str) -> Result<String, Invalid> {
    visible(text, 255).map(str::to_owned)
}

/// The tenant's companies that are wanted, by name, with their total.
pub(crate) async fn list(
    database: &Database,
    tenant: TenantId,
    request: &ListRequest,
) -> Result<(i64, Vec<CompanyEntry>)> {
    let wanted = request.wanted(COMPANIES.names(database, tenant), |(_, name)| [name]).await?;
    let (total, ids, limit, offset) = match wanted {
        Wanted::Found(total, found) => {
            let ids: Vec<Uuid> = found.into_iter().map(|(id, _)| id).collect();
            (total, Some(ids), i64::MAX, 0)
        }
        Wanted::All(page) => (COMPANIES.count(database, tenant).await?, None, page.limit(), page.offset()),
    };
    Ok((total, rows(database.on(), tenant, ids.as_deref(), limit, offset).await?))
}

/// Those of `ids` that there are, by name.
pub(crate) async fn get_many(
    executor: impl PgExecutor<'_>,
    tenant: TenantId,
    ids: &[Uuid],
) -> Result<Vec<CompanyEntry>> {
    rows(executor, tenant, Some(ids), i64::MAX, 0).await
}

/// Which company stands for each of `ids` that was merged.
pub(crate) async fn merged(
    executor: impl PgExecutor<'_>,
    tenant: TenantId,
    ids: &[Uuid],
) -> Result<Vec<(Uuid, Uuid)>> {
    COMPANIES.merged(executor, tenant, ids).await
}

/// All companies, or those of `ids`, by name.
async fn rows(
    executor: impl PgExecutor<'_>,
    tenant: TenantId,
    ids: Option<&[Uuid]>,
    limit: i64,
    offset: i64,
) -> Result<Vec<CompanyEntry>> {
    let companies = sqlx::query_as!(
        CompanyEntry,
        r#"select t.id, t.name, t.phone, t.address, t.industry, t.created_at, t.updated_at,
                  (select count(*) from contacts c where c.tenant_id = $1 and c.company_id = t.id) as "contacts!"
           from (select n.id, n.name, n.name_key, n.phone, n.address, n.industry, n.created_at, n.updated_at
                 from companies n
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
    Ok(companies)
}

pub(crate) async fn get(
    executor: impl PgExecutor<'_>,
    tenant: TenantId,
    id: Uuid,
) -> Result<Option<CompanyEntry>> {
    let company = sqlx::query_as!(
        CompanyEntry,
        r#"select n.id, n.name, n.phone, n.address, n.industry, n.created_at, n.updated_at,
                  (select count(*) from contacts c where c.tenant_id = $1 and c.company_id = $2) as "contacts!"
           from companies n where n.tenant_id = $1 and n.id = $2 and n.retired_at is null"#,
        tenant.uuid(),
        id
    )
    .fetch_optional(executor)
    .await?;
    Ok(company)
}

/// Whether there is such a company.
pub(crate) async fn exists(executor: impl PgExecutor<'_>, tenant: TenantId, id: Uuid) -> Result<bool> {
    COMPANIES.exists(executor, tenant, id).await
}

/// How many contacts belong to a company, also those that a job has still to move to it.
pub(crate) async fn count_contacts(tx: &mut TenantTransaction, id: Uuid) -> Result<i64> {
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from companies n join contacts c on c.tenant_id = $1 and c.company_id = n.id
           where n.tenant_id = $1 and (n.id = $2 or n.merged_into = $2)"#,
        tx.tenant().uuid(),
        id
    )
    .fetch_one(tx.on())
    .await?;
    Ok(count)
}

/// Makes a company.
///
/// # Errors
/// [`Error::Conflict`] where the name is taken.
pub(crate) async fn create(tx: &mut TenantTransaction, company: &CompanyEntry) -> Result<()> {
    let key = key(company);
    let inserted = sqlx::query_scalar!(
        "insert into companies (tenant_id, id, name, name_key, phone, address, industry, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $8) on conflict (tenant_id, name_key) do nothing
         returning id",
        tx.tenant().uuid(),
        company.id,
        company.name,
        key,
        company.phone,
        company.address,
        company.industry,
        company.created_at
    )
    .fetch_optional(tx.on())
    .await?;
    if inserted.is_none() {
        return Err(COMPANIES.not_inserted(tx, &key).await?);
    }
    tx.note(Entry::new(Kind::Company, action::CREATED, company.id));
    Ok(())
}

/// Takes blank texts from companies, which are no values and were once stored as ones. Their contacts show it when they are
/// rendered anew.
pub(crate) async fn clear_blank(database: &Database, tenant: TenantId) -> Result<()> {
    let mut tx = database.begin(tenant).await?;
    tx.lock_catalogue().await?;
    let rows = sqlx::query!(
        "select n.id, n.address, n.industry from companies n
         where n.tenant_id = $1 and (n.address !~ '[a-zA-Z0-9]' or n.industry !~ '[a-zA-Z0-9]')",
        tenant.uuid()
    )
    .fetch_all(tx.on())
    .await?;
    let is_blank = |text: &Option<String>| text.as_deref().is_some_and(is_blank);
    let of = |is_it: &dyn Fn(&_) -> bool| rows.iter().filter(|row| is_it(row)).map(|row| row.id).collect();
    let without_address: Vec<Uuid> = of(&|row| is_blank(&row.address));
    let without_industry: Vec<Uuid> = of(&|row| is_blank(&row.industry));
    if without_address.is_empty() && without_industry.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "update companies n set address = case when n.id = any($2) then null else n.address end,
             industry = case when n.id = any($3) then null else n.industry end
         where n.tenant_id = $1 and (n.id = any($2) or n.id = any($3))",
        tenant.uuid(),
        &without_address,
        &without_industry
    )
    .execute(tx.on())
    .await?;
    let cleared: BTreeSet<Uuid> = without_address.into_iter().chain(without_industry).collect();
    for id in cleared {
        tx.note(Entry::new(Kind::Company, action::UPDATED, id));
    }
    tx.count_change(0, true).await?;
    tx.commit().await
}

/// The name of a company is its own.
///
/// # Errors
/// [`Error::Conflict`] where another company has it.
pub(crate) async fn check_free(tx: &mut TenantTransaction, company: &CompanyEntry) -> Result<()> {
    COMPANIES.check_free(tx, &key(company), company.id).await
}

fn key(company: &CompanyEntry) -> String {
    CompanyName::from_stored(company.name.clone()).key()
}

/// Writes a changed company.
///
/// # Errors
/// [`Error::Overtaken`] where the name was taken meanwhile, and those of the database.
pub(crate) async fn update(tx: &mut TenantTransaction, company: &CompanyEntry) -> Result<()> {
    sqlx::query!(
        "update companies set name = $3, name_key = $4, phone = $5, address = $6, industry = $7, updated_at = $8
         where tenant_id = $1 and id = $2 and retired_at is null",
        tx.tenant().uuid(),
        company.id,
        company.name,
        key(company),
        company.phone,
        company.address,
        company.industry,
        company.updated_at
    )
    .execute(tx.on())
    .await?;
    tx.note(Entry::new(Kind::Company, action::UPDATED, company.id));
    Ok(())
}

/// Takes a company out of sight; `into` stands for it, if anything does, and for those that it stood for. Its name is
/// free.
pub(crate) async fn retire(
    tx: &mut TenantTransaction,
    id: Uuid,
    into: Option<Uuid>,
    now: DateTime<Utc>,
) -> Result<()> {
    COMPANIES.retire(tx, id, into, now).await
}

/// Makes companies, or finds those that somebody made meanwhile; by key. The insert waits for a concurrent one of the
/// same name to commit, and the select behind it then sees that. In the order of the keys, so that two requests that make
/// the same ones wait for each other in one direction only.
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
    tx.replan_for(keys.len()).await?;
    let rows = sqlx::query!(
        "select id, name, name_key, phone, address, industry from companies where tenant_id = $1 and name_key = any($2)",
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
        tx.note(Entry::new(Kind::Company, action::CREATED, row.id));
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
