//! What jobs do.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    contacts::{ByFilter, Propagation},
    database::TenantTransaction,
    error::Result,
    state::AppState,
};

/// How many contacts a batch goes through: they are locked until it is written.
const BATCH: usize = 500;

/// What a job does, as its row has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Task {
    /// A change of the catalogue reaches the contacts that it concerns.
    Catalogue(Propagation),
    /// One operation on all contacts that pass a filter.
    ByFilter(ByFilter),
}

/// Who wanted it done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Requester {
    pub subject: String,
    pub request_id: String,
}

/// What a batch did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Batch {
    /// The last contact; `None` where there was none left.
    pub last: Option<Uuid>,
    /// How many it went through.
    pub done: usize,
    /// How many of them it changed.
    pub changed: usize,
    /// How many of them it could not change.
    pub failed: usize,
    /// By how much it moved the tenant's total.
    pub growth: i64,
}

impl Task {
    /// What the API calls it.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Catalogue(change) => change.kind(),
            Self::ByFilter(task) => task.kind(),
        }
    }

    /// Goes through the next contacts after `after`, in the order of their ids; the caller commits.
    pub(super) async fn run(
        &self,
        tx: &mut TenantTransaction,
        state: &AppState,
        requester: &Requester,
        after: Uuid,
    ) -> Result<Batch> {
        match self {
            Self::Catalogue(change) => {
                let ids = change.next(tx, after, BATCH).await?;
                change.apply(tx, &ids, state.default_region).await?;
                if ids.is_empty() {
                    change.finish(tx).await?;
                }
                let done = ids.len();
                Ok(Batch { last: ids.last().copied(), done, changed: done, failed: 0, growth: 0 })
            }
            Self::ByFilter(task) => task.run(tx, state, requester, after, BATCH).await,
        }
    }
}
