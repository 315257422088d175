//! Works through the jobs, in the background of a service that runs.

use std::{
    collections::{HashSet, VecDeque},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use futures_util::{StreamExt, future::Either, stream::FuturesUnordered};
use serde_json::value::RawValue;
use tokio::time::Instant;
use uuid::Uuid;

use super::{
    Batch, Requester, Runner,
    store::{self, Claimed},
};
use crate::{
    background::caught,
    database::{MAX_ATTEMPTS, TenantTransaction},
    domain::TenantId,
    error::{Error, Result},
    read_model::search_index,
    state::AppState,
};

/// How often the database is asked for jobs that other instances made, or left.
const POLL: Duration = Duration::from_secs(2);

/// How many tenants' batches are done at once: where one waits for a lock, others go on. Fewer where there are few
/// connections, most of which are for requests.
const LANES: usize = 4;

/// The longest `error` of a job, in characters.
const LONGEST_ERROR: usize = 500;

/// Works through the jobs for ever.
pub async fn run(state: AppState, runners: &[Runner]) {
    let worker = Worker::new(&state, runners);
    loop {
        if let Err(error) = worker.run_pending().await {
            tracing::warn!(cause = %error.cause(), "jobs wait, and are tried again");
        }
        // Either is a reason to look.
        let _ = tokio::time::timeout(POLL, state.new_jobs.notified()).await;
    }
}

/// Works through the jobs that there are, except those that another instance works on, and those of a later version.
///
/// # Errors
/// Those of a database that is away; the jobs are then where they were. A job that fails otherwise ends as failed.
pub async fn run_pending(state: &AppState, runners: &[Runner]) -> Result<()> {
    Worker::new(state, runners).run_pending().await
}

/// What the worker waits for.
enum Event {
    /// The tenants that have work.
    Seen(Result<Vec<TenantId>>),
    /// A batch of a tenant's job.
    Stepped(TenantId, Result<bool>),
}

struct Worker<'a> {
    state: &'a AppState,
    runners: &'a [Runner],
    /// Jobs of which the log says that they are left alone.
    left_alone: Mutex<HashSet<Uuid>>,
}

impl<'a> Worker<'a> {
    fn new(state: &'a AppState, runners: &'a [Runner]) -> Self {
        Self { state, runners, left_alone: Mutex::default() }
    }

    /// A batch of each tenant in turn, a few of them at once: no tenant waits for another's long job.
    async fn run_pending(&self) -> Result<()> {
        let lanes = (self.state.database.status().max / 4).clamp(1, LANES);
        // Those who wait for their turn; and those with whoever has it.
        let (mut waiting, mut busy) = (VecDeque::new(), HashSet::new());
        let mut running = FuturesUnordered::new();
        let (mut look_at, mut looks) = (Instant::now(), false);
        let mut outcome = Ok(());
        loop {
            if look_at <= Instant::now() && !looks {
                look_at = Instant::now() + POLL;
                looks = true;
                // Beside the batches: there may be no connection for it until one of them ends.
                running.push(Either::Left(async {
                    Event::Seen(store::tenants_with_work(&self.state.database).await)
                }));
            }
            while running.len() < lanes + usize::from(looks)
                && let Some(tenant) = waiting.pop_front()
            {
                running.push(Either::Right(async move { Event::Stepped(tenant, self.step(tenant).await) }));
            }
            tokio::select! {
                event = running.next() => match event {
                    Some(Event::Seen(seen)) => {
                        looks = false;
                        match seen {
                            Ok(seen) => waiting.extend(seen.into_iter().filter(|tenant| busy.insert(*tenant))),
                            Err(error) => outcome = Err(error),
                        }
                    }
                    Some(Event::Stepped(tenant, Ok(true))) => waiting.push_back(tenant),
                    Some(Event::Stepped(tenant, rests)) => {
                        busy.remove(&tenant);
                        outcome = outcome.and(rests.map(drop));
                    }
                    None => return outcome,
                },
                () = tokio::time::sleep_until(look_at), if !looks => {}
                () = self.state.new_jobs.notified() => look_at = Instant::now(),
            }
        }
    }

    /// One batch of the tenant's oldest job; false where there is nothing to do. One that is overtaken is retried, as
    /// requests are.
    async fn step(&self, tenant: TenantId) -> Result<bool> {
        let mut attempt = 1;
        loop {
            let mut tx = self.state.database.begin_in_background(tenant, attempt).await?;
            let Some(job) = store::claim(&mut tx).await? else { return Ok(false) };
            let Some((runner, task)) = self.read(&job) else {
                self.leave_alone(&job);
                return Ok(false);
            };
            let outcome = caught(self.carry_out(&mut tx, &job, runner, task)).await;
            let error = match tx.end(outcome).await {
                Ok(Batch { last: None, .. }) => {
                    search_index::sort_entries_in(&self.state.database).await;
                    return Ok(true);
                }
                Ok(_) => return Ok(true),
                Err(error) => error,
            };
            match error {
                error if error.is_overtaken() && attempt < MAX_ATTEMPTS => attempt += 1,
                Error::TooSlow(_) => return self.set_back(tenant, &job, error).await,
                error if error.is_overtaken() => return self.set_back(tenant, &job, error).await,
                Error::Unavailable(_) => {
                    tracing::warn!(job = %job.id, cause = %error.cause(), "a batch of a job is done again");
                    return Err(error);
                }
                error => return self.fail(tenant, &job, &error).await,
            }
        }
    }

    /// What does a job, and what it is to do; `None` where this version does not know it.
    fn read<'j>(&self, job: &'j Claimed) -> Option<(&Runner, &'j RawValue)> {
        let (name, task) = store::read_task(&job.task)?;
        let runner = self.runners.iter().find(|runner| runner.name == name)?;
        (runner.knows)(task).then_some((runner, task))
    }

    async fn carry_out(
        &self,
        tx: &mut TenantTransaction,
        job: &Claimed,
        runner: &Runner,
        task: &RawValue,
    ) -> Result<Batch> {
        search_index::gather_entries(tx).await?;
        tx.note_job(job.id);
        let requester = Requester { subject: job.requested_by.clone(), request_id: job.request_id.clone() };
        let limit = usize::try_from(job.batch).unwrap_or(1).max(1);
        let batch = (runner.run)(task, tx, self.state, &requester, job.cursor, limit).await?;
        store::note(tx, job.id, batch, self.state.clock.now()).await?;
        tx.count_change(batch.growth, false).await?;
        Ok(batch)
    }

    /// A later version made it, and does it; jobs behind it wait for that, as they do for any.
    fn leave_alone(&self, job: &Claimed) {
        let mut left_alone = self.left_alone.lock().unwrap_or_else(PoisonError::into_inner);
        if left_alone.insert(job.id) {
            tracing::warn!(
                job = %job.id,
                "this version does not know what a job is to do, and leaves it to the version that made it"
            );
        }
    }

    /// A batch that could not be done is done again: at once with fewer contacts, where it took too long; else later.
    async fn set_back(&self, tenant: TenantId, job: &Claimed, error: Error) -> Result<bool> {
        let is_too_slow = matches!(error, Error::TooSlow(_));
        let batch = if is_too_slow { (job.batch / 2).max(1) } else { job.batch };
        tracing::warn!(job = %job.id, cause = %error.cause(), batch, "a batch of a job is done again");
        let mut tx = self.state.database.begin(tenant).await?;
        store::set_back(&mut tx, job.id, &public(job, &error), batch).await?;
        tx.commit().await?;
        if batch < job.batch { Ok(true) } else { Err(error) }
    }

    async fn fail(&self, tenant: TenantId, job: &Claimed, error: &Error) -> Result<bool> {
        tracing::error!(job = %job.id, cause = %error.cause(), "a job failed");
        let mut tx = self.state.database.begin(tenant).await?;
        store::fail(&mut tx, job.id, &public(job, error), self.state.clock.now()).await?;
        tx.commit().await?;
        Ok(true)
    }
}

/// What callers are told of a failure. They cannot look into the log, and whoever can finds it there by the job's id.
fn public(job: &Claimed, error: &Error) -> String {
    let text = format!("job {}: {}", job.id, error.cause());
    text.chars().filter(|letter| *letter != '\0').take(LONGEST_ERROR).collect()
}
