//! The SQL of jobs.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::{Batch, Job, JobStatus, Task};
use crate::{
    auth::Principal,
    database::{Database, TenantTransaction},
    domain::TenantId,
    error::Result,
    http::page::Page,
    request,
    state::AppState,
};

/// A job's row, as the API shows it.
struct Row {
    id: Uuid,
    kind: String,
    total: i64,
    done: i64,
    changed: i64,
    failed: i64,
    error: Option<String>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    finished_at: Option<DateTime<Utc>>,
}

impl From<Row> for Job {
    fn from(row: Row) -> Self {
        let Row { id, kind, total, done, changed, failed, error, created_at, updated_at, finished_at } = row;
        let status = match (finished_at, &error) {
            (None, _) => JobStatus::Running,
            (Some(_), None) => JobStatus::Succeeded,
            (Some(_), Some(_)) => JobStatus::Failed,
        };
        Self { id, kind, status, total, done, changed, failed, error, created_at, updated_at, finished_at }
    }
}

/// Makes a job; it begins once the transaction is committed. `total`: how many contacts it concerns.
pub(crate) async fn insert(
    tx: &mut TenantTransaction,
    task: &impl Task,
    total: i64,
    state: &AppState,
    principal: &Principal,
) -> Result<Job> {
    let (tenant, now) = (tx.tenant().uuid(), state.clock.now());
    // Jobs are done in the order of their ids. The clock of the instance that made the last one may be ahead of ours.
    let last = sqlx::query_scalar!(
        "select id from jobs where tenant_id = $1 and finished_at is null order by id desc limit 1",
        tenant
    )
    .fetch_optional(tx.on())
    .await?;
    let next = last.map_or(Uuid::nil(), |last| Uuid::from_u128(last.as_u128().saturating_add(1)));
    let id = state.clock.new_id().max(next);
    sqlx::query!(
        "insert into jobs (tenant_id, id, kind, task, total, done, cursor, requested_by, request_id, created_at,
                           updated_at)
         values ($1, $2, $3, $4, $5, 0, $6, $7, $8, $9, $9)",
        tenant,
        id,
        task.kind(),
        write_task(task)?,
        total,
        Uuid::nil(),
        &*principal.subject,
        request::id(),
        now
    )
    .execute(tx.on())
    .await?;
    Ok(Job {
        id,
        kind: task.kind().to_owned(),
        status: JobStatus::Running,
        total,
        done: 0,
        changed: 0,
        failed: 0,
        error: None,
        created_at: now,
        updated_at: now,
        finished_at: None,
    })
}

pub(super) async fn get(database: &Database, tenant: TenantId, id: Uuid) -> Result<Option<Job>> {
    let row = sqlx::query_as!(
        Row,
        "select id, kind, total, done, changed, failed, error, created_at, updated_at, finished_at
         from jobs where tenant_id = $1 and id = $2",
        tenant.uuid(),
        id
    )
    .fetch_optional(database.on())
    .await?;
    Ok(row.map(Job::from))
}

/// A page of the tenant's jobs, the newest first, with their total.
pub(super) async fn list(database: &Database, tenant: TenantId, page: Page) -> Result<(i64, Vec<Job>)> {
    let total =
        sqlx::query_scalar!(r#"select count(*) as "total!" from jobs where tenant_id = $1"#, tenant.uuid())
            .fetch_one(database.on())
            .await?;
    let rows = sqlx::query_as!(
        Row,
        "select id, kind, total, done, changed, failed, error, created_at, updated_at, finished_at
         from jobs where tenant_id = $1 order by id desc limit $2 offset $3",
        tenant.uuid(),
        page.limit(),
        page.offset()
    )
    .fetch_all(database.on())
    .await?;
    Ok((total, rows.into_iter().map(Job::from).collect()))
}

/// The tasks of one kind that the tenant's jobs have still to do, in their order.
pub(crate) async fn pending<T: Task>(tx: &mut TenantTransaction) -> Result<Vec<T>> {
    let tasks = sqlx::query_scalar!(
        "select task from jobs where tenant_id = $1 and finished_at is null order by id",
        tx.tenant().uuid()
    )
    .fetch_all(tx.on())
    .await?;
    // One that cannot be read is a later version's, which does it when its turn comes.
    let named = tasks.iter().filter_map(|task| read_task(task));
    Ok(named
        .filter(|(name, _)| *name == T::NAME)
        .filter_map(|(_, task)| serde_json::from_str(task.get()).ok())
        .collect())
}

/// `{name: task}`, as the row has it.
fn write_task<T: Task>(task: &T) -> serde_json::Result<String> {
    serde_json::to_string(&HashMap::from([(T::NAME, task)]))
}

/// Takes apart what [`write_task`] wrote; `None` where it is something else.
pub(super) fn read_task(text: &str) -> Option<(&str, &RawValue)> {
    let named: HashMap<&str, &RawValue> = serde_json::from_str(text).ok()?;
    let mut named = named.into_iter();
    named.next().filter(|_| named.next().is_none())
}

/// The tenants that have unfinished jobs. On a distributed PostgreSQL this is the one statement that visits all shards, in
/// each an index that is nearly always empty (`docs/distributed.md`, "What it costs").
pub(super) async fn tenants_with_work(database: &Database) -> Result<Vec<TenantId>> {
    let ids = sqlx::query_scalar!("select distinct tenant_id from jobs where finished_at is null")
        .fetch_all(database.on())
        .await?;
    Ok(ids.into_iter().map(TenantId::of_row).collect())
}

/// A job that this transaction is to go on with.
pub(super) struct Claimed {
    pub id: Uuid,
    pub task: String,
    pub cursor: Uuid,
    pub requested_by: String,
    pub request_id: String,
    /// How many contacts a batch of it goes through.
    pub batch: i16,
}

/// The tenant's oldest unfinished job, locked; none where another instance works on it. A younger one waits for it.
pub(super) async fn claim(tx: &mut TenantTransaction) -> Result<Option<Claimed>> {
    let claimed = sqlx::query_as!(
        Claimed,
        "select j.id, j.task, j.cursor, j.requested_by, j.request_id, j.batch from jobs j
         where j.tenant_id = $1 and j.finished_at is null and j.id = (
             select o.id from jobs o where o.tenant_id = $1 and o.finished_at is null order by o.id limit 1)
         for update skip locked",
        tx.tenant().uuid()
    )
    .fetch_optional(tx.on())
    .await?;
    Ok(claimed)
}

/// Notes how far a job got; it ends with a batch that found nothing. What it was to do is then forgotten. Contacts that
/// came to be concerned after the job was made are not counted; those that no longer are count as done in the end.
pub(super) async fn note(
    tx: &mut TenantTransaction,
    id: Uuid,
    batch: Batch,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update jobs set cursor = coalesce($3, cursor), updated_at = $5::timestamptz, error = null,
                changed = changed + $6, failed = failed + $7,
                done = case when $3::uuid is null then total else least(done + $4, total) end,
                finished_at = case when $3::uuid is null then $5::timestamptz end,
                task = case when $3::uuid is null then '' else task end
         where tenant_id = $1 and id = $2",
        tx.tenant().uuid(),
        id,
        batch.last,
        i64::try_from(batch.done).unwrap_or(i64::MAX),
        now,
        i64::try_from(batch.changed).unwrap_or(i64::MAX),
        i64::try_from(batch.failed).unwrap_or(i64::MAX)
    )
    .execute(tx.on())
    .await?;
    Ok(())
}

/// Notes why a batch of a job has to be done again, and how many contacts it then goes through.
pub(super) async fn set_back(tx: &mut TenantTransaction, id: Uuid, error: &str, batch: i16) -> Result<()> {
    sqlx::query!(
        "update jobs set error = $3, batch = $4 where tenant_id = $1 and id = $2 and finished_at is null",
        tx.tenant().uuid(),
        id,
        error,
        batch
    )
    .execute(tx.on())
    .await?;
    Ok(())
}

/// Ends a job that cannot go on.
pub(super) async fn fail(
    tx: &mut TenantTransaction,
    id: Uuid,
    error: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update jobs set error = $3, updated_at = $4, finished_at = $4, task = ''
         where tenant_id = $1 and id = $2 and finished_at is null",
        tx.tenant().uuid(),
        id,
        error,
        now
    )
    .execute(tx.on())
    .await?;
    Ok(())
}

/// Removes at most `limit` jobs that ended before `before`; says how many.
pub(crate) async fn forget(tx: &mut TenantTransaction, before: DateTime<Utc>, limit: i64) -> Result<u64> {
    let forgotten = sqlx::query!(
        "delete from jobs j where j.tenant_id = $1 and j.id in (
            select o.id from jobs o where o.tenant_id = $1 and o.finished_at < $2
            order by o.id limit $3 for update skip locked)",
        tx.tenant().uuid(),
        before,
        limit
    )
    .execute(tx.on())
    .await?;
    Ok(forgotten.rows_affected())
}
