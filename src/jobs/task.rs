//! What jobs do. The queue knows of a task only its name and its JSON; whoever brings a kind of task says here how a batch
//! of it is done, and hands the worker a [`Runner`].

use std::{future::Future, pin::Pin};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::{database::TenantTransaction, error::Result, state::AppState};

/// A change that goes through contacts in batches, in the order of their ids. It is stored as its JSON, so a version of the
/// service reads what the version before it wrote. What a later version wrote it may not know: then it must not read it,
/// rather than read a part (`deny_unknown_fields`).
pub trait Task: Serialize + DeserializeOwned + Send + Sync {
    /// What the rows of jobs call such tasks.
    const NAME: &'static str;

    /// What the API calls a job of it.
    fn kind(&self) -> &'static str;

    /// Whether all that it says is known to this version, where reading it does not tell.
    fn is_known(&self) -> bool {
        true
    }

    /// Goes through the next `limit` contacts after `after`, which are locked until the caller commits.
    fn run(
        &self,
        tx: &mut TenantTransaction,
        state: &AppState,
        requester: &Requester,
        after: Uuid,
        limit: usize,
    ) -> impl Future<Output = Result<Batch>> + Send;
}

/// Who wanted it done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requester {
    /// The subject of the token.
    pub subject: String,
    /// The id of the request.
    pub request_id: String,
}

/// What a batch did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Batch {
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

/// A batch that is being done.
type Running<'a> = Pin<Box<dyn Future<Output = Result<Batch>> + Send + 'a>>;

/// Does the batches of the tasks of one name.
#[derive(Debug, Clone, Copy)]
pub struct Runner {
    pub(super) name: &'static str,
    /// Whether it can read the task.
    pub(super) knows: fn(&RawValue) -> bool,
    pub(super) run: for<'a> fn(
        &'a RawValue,
        &'a mut TenantTransaction,
        &'a AppState,
        &'a Requester,
        Uuid,
        usize,
    ) -> Running<'a>,
}

impl Runner {
    /// Of the tasks of this type.
    #[must_use]
    pub const fn of<T: Task>() -> Self {
        Self {
            name: T::NAME,
            knows: |task| serde_json::from_str::<T>(task.get()).is_ok_and(|task| task.is_known()),
            run: |task, tx, state, requester, after, limit| {
                Box::pin(async move {
                    let task: T = serde_json::from_str(task.get())?;
                    task.run(tx, state, requester, after, limit).await
                })
            },
        }
    }
}
