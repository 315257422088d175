//! Works through the jobs, in the background of a service that runs.

use std::{sync::Arc, time::Duration};

use tokio::sync::Notify;

use super::{Requester, Task, store};
use crate::{
    contacts::sort_index_entries_in,
    database::{HOPEFUL_TRIES, TRIES},
    error::{Error, Result},
    state::AppState,
    tenants::TenantId,
};

/// How often the database is asked for jobs that other instances made, or left.
const POLL: Duration = Duration::from_secs(2);

/// Tells the worker of this process that there is a job; cheap to clone. Only a hint: it also asks the database.
#[derive(Debug, Clone, Default)]
pub struct Signal(Arc<Notify>);

impl Signal {
    /// There is a new job.
    pub fn notify(&self) {
        self.0.notify_one();
    }
}

/// Works through the jobs for ever.
pub async fn run(state: AppState) {
    loop {
        if let Err(error) = run_pending(&state).await {
            tracing::warn!(%error, "jobs wait: their next batch failed and is tried again");
        }
        // Either is a reason to look.
        let _ = tokio::time::timeout(POLL, state.jobs.0.notified()).await;
    }
}

/// Works through the jobs that there are, except those that another instance works on.
///
/// # Errors
/// Those of a database that is away; the jobs are then where they were. A job that fails otherwise ends as failed.
pub async fn run_pending(state: &AppState) -> Result<()> {
    loop {
        // A batch of each in turn: no tenant waits for another's long job.
        let (mut went_on, mut outcome) = (false, Ok(()));
        for tenant in store::tenants_with_work(&state.database).await? {
            match step(state, tenant).await {
                Ok(done) => went_on |= done,
                Err(error) => outcome = Err(error),
            }
        }
        if !went_on {
            return outcome;
        }
    }
}

/// One batch of the tenant's oldest job; false where there is nothing to do. One that is overtaken is done anew, as
/// requests are.
async fn step(state: &AppState, tenant: TenantId) -> Result<bool> {
    let mut tries = 1;
    loop {
        match try_step(state, tenant, tries > HOPEFUL_TRIES).await {
            Err(Error::Overtaken) if tries < TRIES => tries += 1,
            outcome => return outcome,
        }
    }
}

/// As [`step`]; nobody changes the catalogue beside one that `insists`.
async fn try_step(state: &AppState, tenant: TenantId, insists: bool) -> Result<bool> {
    let mut tx = state.database.begin(tenant).await?;
    if insists {
        tx.lock_catalogue().await?;
    }
    let Some(job) = store::claim(&mut tx).await? else { return Ok(false) };
    tx.gather_index_entries().await?;
    let work = async {
        let task: Task = serde_json::from_str(&job.task)?;
        let requester = Requester { subject: job.requested_by.clone(), request_id: job.request_id.clone() };
        let batch = task.run(&mut tx, state, &requester, job.cursor).await?;
        store::note(&mut tx, job.id, batch, state.clock.now()).await?;
        tx.commit_change(batch.growth).await?;
        Ok(batch.last.is_none())
    };
    match work.await {
        Ok(has_ended) => {
            if has_ended {
                sort_index_entries_in(&state.database).await;
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
