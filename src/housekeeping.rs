//! Removes what was kept for long enough, in the background of a service that runs. In small transactions, each of one
//! tenant; several instances may do it at once, and what one works on the others leave to it.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    background::caught,
    changes::{self, Reader},
    contacts::retention,
    database::Database,
    domain::TenantId,
    error::{Error, Result},
    idempotency, jobs,
    state::AppState,
    tenants,
};

/// How often it is looked for what is to go.
const INTERVAL: Duration = Duration::from_hours(1);

/// How much is removed in one transaction. Erasing a contact touches a score of tables.
const BATCH: i64 = 500;

/// How long a job is shown once it has ended.
const JOBS_KEPT_FOR: TimeDelta = TimeDelta::days(30);

/// How long things are kept that nobody needs for ever; for ever where there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Retention {
    /// Deleted contacts in the trash, and what contacts were before they were merged.
    pub trash: Option<TimeDelta>,
    /// The history of contacts.
    pub history: Option<TimeDelta>,
    /// What those are told who follow the changes.
    pub events: Option<TimeDelta>,
}

/// How much was removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Removed {
    /// Contacts that were erased out of the trash.
    pub contacts: u64,
    /// Entries of the history of contacts.
    pub history: u64,
    /// Entries of the log of changes, for those who follow it.
    pub events: u64,
    /// Merges that cannot be undone any more.
    pub merges: u64,
    /// Idempotency keys with their answers.
    pub idempotency_keys: u64,
    /// Jobs that had ended.
    pub jobs: u64,
}

/// Keeps house for ever.
pub async fn run(state: AppState, retention: Retention) {
    loop {
        if let Err(error) = clean(&state, retention).await {
            tracing::warn!(cause = %error.cause(), "housekeeping failed and is tried again later");
        }
        tokio::time::sleep(INTERVAL).await;
    }
}

/// Removes what was kept for long enough, of all tenants; says how much.
///
/// # Errors
/// Those of the database. What was removed by then stays removed.
pub async fn clean(state: &AppState, retention: Retention) -> Result<Removed> {
    let mut removed = Removed::default();
    let mut failure = None;
    for (tenant, slug) in tenants::all(&state.database).await? {
        // One tenant's trouble is not the others'.
        let mut of_tenant = Removed::default();
        let cleaned = clean_tenant(&state.database, tenant, retention, state.clock.now(), &mut of_tenant);
        if let Err(error) = caught(cleaned).await {
            failure = Some(error);
        }
        if of_tenant != Removed::default() {
            let Removed { contacts, history, events, merges, idempotency_keys, jobs } = of_tenant;
            tracing::info!(
                tenant = slug,
                contacts,
                history,
                events,
                merges,
                idempotency_keys,
                jobs,
                "removed what was kept for long enough"
            );
        }
        removed.add(of_tenant);
    }
    failure.map_or(Ok(removed), Err)
}

async fn clean_tenant(
    database: &Database,
    tenant: TenantId,
    retention: Retention,
    now: DateTime<Utc>,
    removed: &mut Removed,
) -> Result<()> {
    let ago = |time: Option<TimeDelta>| time.and_then(|time| now.checked_sub_signed(time));
    for (what, before, count) in [
        (What::Contacts, ago(retention.trash), &mut removed.contacts),
        // What was undone goes in any case.
        (What::Merges, ago(retention.trash).or(Some(DateTime::<Utc>::UNIX_EPOCH)), &mut removed.merges),
        (What::Log(Reader::History), ago(retention.history), &mut removed.history),
        (What::Log(Reader::Events), ago(retention.events), &mut removed.events),
        (What::IdempotencyKeys, Some(idempotency::kept_since(now)), &mut removed.idempotency_keys),
        (What::Jobs, ago(Some(JOBS_KEPT_FOR)), &mut removed.jobs),
    ] {
        let Some(before) = before else { continue };
        let mut limit = BATCH;
        loop {
            let of_batch = match what.remove(database, tenant, before, limit).await {
                Err(Error::TooSlow(cause)) if limit > 1 => {
                    limit /= 2;
                    tracing::warn!(cause, limit, "housekeeping goes on in smaller batches");
                    continue;
                }
                removed => removed?,
            };
            *count += of_batch;
            if of_batch < limit.unsigned_abs() {
                break;
            }
        }
    }
    Ok(())
}

/// What is kept for a time.
#[derive(Debug, Clone, Copy)]
enum What {
    Contacts,
    Merges,
    Log(Reader),
    IdempotencyKeys,
    Jobs,
}

impl What {
    /// Removes a batch of what is older than `before`; says how much.
    async fn remove(
        self,
        database: &Database,
        tenant: TenantId,
        before: DateTime<Utc>,
        limit: i64,
    ) -> Result<u64> {
        let mut tx = database.begin_in_background(tenant, 1).await?;
        let removed = match self {
            Self::Contacts => retention::empty_trash(&mut tx, before, limit).await,
            Self::Merges => retention::forget_merged(&mut tx, before, limit).await,
            Self::Log(reader) => changes::forget(&mut tx, reader, before, limit).await,
            Self::IdempotencyKeys => idempotency::forget(&mut tx, before, limit).await,
            Self::Jobs => jobs::forget(&mut tx, before, limit).await,
        };
        tx.end(removed).await
    }
}

impl Removed {
    fn add(&mut self, other: Self) {
        let Self { contacts, history, events, merges, idempotency_keys, jobs } = other;
        self.contacts += contacts;
        self.history += history;
        self.events += events;
        self.merges += merges;
        self.idempotency_keys += idempotency_keys;
        self.jobs += jobs;
    }
}
