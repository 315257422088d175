//! Jobs: changes that concern too many contacts for one transaction. They are rows in the database, so that any instance
//! goes on with them, also after a crash: each batch and the note of how far it got are one transaction.

mod list;
mod read;
mod store;
mod task;
pub mod worker;

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    database::TenantTransaction, error::Result, http::answer::Answer, idempotency::IdempotencyKey,
    state::AppState,
};

pub use list::*;
pub use read::*;
pub(crate) use store::{forget, insert, pending};
pub use task::{Batch, Requester, Runner, Task};

/// A job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c71", "kind": "tagRename", "status": "running", "total": 12_000,
    "done": 4_500, "changed": 4_500, "failed": 0, "error": null, "createdAt": "2026-01-08T17:46:48.123456Z",
    "updatedAt": "2026-01-08T17:46:58.123456Z", "finishedAt": null,
}))]
pub struct Job {
    /// The job's id.
    pub id: Uuid,
    /// What it does, such as `tagRename`.
    pub kind: String,
    /// How it stands.
    pub status: JobStatus,
    /// How many contacts it concerned when it was made.
    pub total: i64,
    /// How many of them it has done; all of them once it has succeeded.
    pub done: i64,
    /// How many of those it changed; the others were so already, or failed.
    pub changed: i64,
    /// How many of those could not be changed.
    pub failed: i64,
    /// Why it failed; while it runs, why its last batch has to be done again.
    #[schema(required)]
    pub error: Option<String>,
    /// When it was made (UTC).
    pub created_at: DateTime<Utc>,
    /// When it last got on (UTC).
    pub updated_at: DateTime<Utc>,
    /// When it ended (UTC).
    #[schema(required)]
    pub finished_at: Option<DateTime<Utc>>,
}

/// How a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum JobStatus {
    /// It waits for its turn, or goes through the contacts.
    Running,
    /// All was done.
    Succeeded,
    /// It ended before all was done.
    Failed,
}

/// Commits a change of the catalogue that is carried out and counted, and answers: 200 with `data`, or 202 with the job
/// that does the rest, of which the worker is told. The answer is kept under `key` where a request can have one.
pub(crate) async fn commit(
    mut tx: TenantTransaction,
    state: &AppState,
    key: Option<&IdempotencyKey>,
    message: &str,
    job: Option<Job>,
    data: &impl Serialize,
) -> Result<Response> {
    let answer = match &job {
        Some(job) => Answer::success(StatusCode::ACCEPTED, message, job)?.at(job.path()),
        None => Answer::success(StatusCode::OK, message, data)?,
    };
    if let Some(key) = key {
        key.keep(&mut tx, &answer, &[]).await?;
    }
    tx.commit().await?;
    if job.is_some() {
        state.new_jobs.notify_one();
    }
    Ok(answer.into_response())
}

impl Job {
    /// Where it is found.
    #[must_use]
    pub fn path(&self) -> String {
        format!("/api/v1/jobs/{}", self.id)
    }
}
