//! One operation on the contacts that pass a filter, at once or as a job.

use std::{borrow::Cow, sync::Arc};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{
    named::Named,
    operation::Operation,
    session::{Effect, Session},
};
use crate::{
    contacts::{
        find::{self, Among, ContactFilter},
        history::Author,
        record::store,
    },
    database::TenantTransaction,
    error::Result,
    http::body::Body,
    jobs::{Batch, Requester, Task},
    state::AppState,
};

/// What came of an operation on several contacts.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Done {
    pub matched: usize,
    pub changed: usize,
    pub failed: usize,
    /// By how much it moves the total; `None` where nothing was written.
    pub growth: Option<i64>,
}

/// Does it with those of the contacts that pass the filter, now that they are locked.
pub(super) async fn change(
    tx: &mut TenantTransaction,
    state: &AppState,
    author: &Author<'_>,
    filter: &ContactFilter,
    operation: &Operation,
    ids: &[Uuid],
) -> Result<Done> {
    let locked = store::lock(tx, ids).await?.ids;
    if locked.is_empty() {
        return Ok(Done::default());
    }
    let ids = find::store::ids(tx, filter, Among::Ids(&locked), locked.len()).await?;
    let mut done = Done { matched: ids.len(), ..Done::default() };
    let mut operations: Vec<Operation> = ids.into_iter().map(|id| operation.of(id)).collect();
    if operations.is_empty() {
        return Ok(done);
    }
    let mut session = Session::begin(tx, state, author, &mut operations).await?;
    for operation in &mut operations {
        match session.carry_out(tx, operation).await? {
            Ok(outcome) => done.changed += usize::from(outcome.effect != Effect::Unchanged),
            Err(_) => done.failed += 1,
        }
    }
    done.growth = session.write(tx).await?;
    Ok(done)
}

/// An operation on the contacts that pass a filter, as the row of its job has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ByFilter {
    pub(super) filter: ContactFilter,
    /// Contacts that were created later are left alone.
    pub(super) until: DateTime<Utc>,
    /// What is done, as it was sent.
    pub(super) operation: Map<String, Value>,
    pub(super) is_form: bool,
    /// What it names.
    #[serde(default)]
    pub(super) named: Named,
}

impl Task for ByFilter {
    const NAME: &'static str = "by_filter";

    fn kind(&self) -> &'static str {
        match self.operation.get("action").and_then(Value::as_str) {
            Some("delete") => "bulkDelete",
            Some("tag") => "bulkTag",
            Some("group") => "bulkGroup",
            _ => "bulkUpdate",
        }
    }

    /// A later version may know more than these; it would be refused for each contact.
    fn is_known(&self) -> bool {
        let action = self.operation.get("action").and_then(Value::as_str);
        action.is_some_and(|action| ["delete", "tag", "group", "update"].contains(&action))
    }

    async fn run(
        &self,
        tx: &mut TenantTransaction,
        state: &AppState,
        requester: &Requester,
        after: Uuid,
        limit: usize,
    ) -> Result<Batch> {
        let filter = self.filter.current(tx, state.default_region).await?;
        let ids = find::store::ids(tx, &filter, Among::CreatedUntil(self.until, after), limit).await?;
        let author = Author {
            subject: Cow::Borrowed(&requester.subject),
            request_id: Cow::Borrowed(&requester.request_id),
            at: state.clock.now(),
        };
        let body = Body { fields: self.operation.clone(), is_form: self.is_form };
        let mut operation = Operation::read_for_any(body, state.default_region);
        self.named.settle(tx, Arc::make_mut(&mut operation.input)).await?;
        let done = change(tx, state, &author, &filter, &operation, &ids).await?;
        Ok(Batch {
            last: ids.last().copied(),
            done: ids.len(),
            changed: done.changed,
            failed: done.failed,
            growth: done.growth.unwrap_or_default(),
            is_all: false,
        })
    }
}
