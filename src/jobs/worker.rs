//! Works through the jobs, in the background of a service that runs.

use std::time::Duration;

use super::{Requester, Runner, store};
use crate::{
    database::{MAX_ATTEMPTS, OPTIMISTIC_ATTEMPTS},
    domain::TenantId,
    error::{Error, Result},
    read_model::search_index,
    state::AppState,
};

/// How often the database is asked for jobs that other instances made, or left.
const POLL: Duration = Duration::from_secs(2);

/// Works through the jobs for ever.
pub async fn run(state: AppState, runners: &[Runner]) {
    loop {
        if let Err(error) = run_pending(&state, runners).await {
            tracing::warn!(%error, "jobs wait: their next batch failed and is tried again");
        }
        // Either is a reason to look.
        let _ = tokio::time::timeout(POLL, state.new_jobs.notified()).await;
    }
}

/// Works through the jobs that there are, except those that another instance works on.
///
/// # Errors
/// Those of a database that is away; the jobs are then where they were. A job that fails otherwise ends as failed.
pub async fn run_pending(state: &AppState, runners: &[Runner]) -> Result<()> {
    loop {
        // A batch of each in turn: no tenant waits for another's long job.
        let (mut went_on, mut outcome) = (false, Ok(()));
        for tenant in store::tenants_with_work(&state.database).await? {
            match step(state, runners, tenant).await {
                Ok(done) => went_on |= done,
                Err(error) => outcome = Err(error),
            }
        }
        if !went_on {
            return outcome;
        }
    }
}

/// One batch of the tenant's oldest job; false where there is nothing to do. One that is overtaken is retried, as requests
/// are.
async fn step(state: &AppState, runners: &[Runner], tenant: TenantId) -> Result<bool> {
    let mut attempt = 1;
    loop {
        match try_step(state, runners, tenant, attempt).await {
            Err(Error::Overtaken) if attempt < MAX_ATTEMPTS => attempt += 1,
            outcome => return outcome,
        }
    }
}

async fn try_step(state: &AppState, runners: &[Runner], tenant: TenantId, attempt: u32) -> Result<bool> {
    let mut tx = state.database.begin(tenant).await?;
    if attempt > OPTIMISTIC_ATTEMPTS {
        tx.lock_catalogue().await?;
    }
    let Some(job) = store::claim(&mut tx).await? else { return Ok(false) };
    search_index::gather_entries(&mut tx).await?;
    let work = async {
        let (name, task) = store::read_task(&job.task)?;
        let runner = runners
            .iter()
            .find(|runner| runner.name == name)
            .ok_or_else(|| Error::Internal(format!("nobody does tasks called {name}")))?;
        let requester = Requester { subject: job.requested_by.clone(), request_id: job.request_id.clone() };
        let batch = (runner.run)(task, &mut tx, state, &requester, job.cursor).await?;
        store::note(&mut tx, job.id, batch, state.clock.now()).await?;
        tx.commit_change(batch.growth).await?;
        Ok(batch.last.is_none())
    };
    match work.await {
        Ok(has_ended) => {
            if has_ended {
                search_index::sort_entries_in(&state.database).await;
            }
            Ok(true)
        }
        Err(error @ (Error::Overtaken | Error::Unavailable(_))) => Err(error),
        Err(error) => {
            tracing::error!(job = %job.id, %error, cause = ?error, "a job failed");
            let mut tx = state.database.begin(tenant).await?;
            store::fail(&mut tx, job.id, &error.to_string(), state.clock.now()).await?;
            tx.commit().await?;
            Ok(true)
        }
    }
}
