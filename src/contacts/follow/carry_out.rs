//! Carrying a change of the catalogue out on contacts: at once, or by a job.

use uuid::Uuid;

use super::{change::Propagation, rows};
use crate::{
    auth::Principal,
    contacts::record::{load, model::Contact, rewrite, store},
    database::{Entry, TenantTransaction, action},
    domain::Region,
    error::{Error, Result},
    jobs::{self, Batch, Job, Requester, Task},
    state::AppState,
};

/// How many contacts a change of the catalogue may concern for it to be done while the caller waits.
pub(crate) const AT_ONCE: usize = 1_000;

/// The contacts that a change concerns.
#[derive(Debug)]
pub(crate) enum Scope {
    /// These, which are locked.
    Few(Vec<Uuid>),
    /// So many.
    Many(i64),
}

impl Scope {
    /// Whether the contacts are changed while the caller waits.
    pub(crate) const fn is_at_once(&self) -> bool {
        matches!(self, Self::Few(_))
    }
}

impl Propagation {
    /// Finds the contacts that a change concerns, and locks them where they are few. To be called before anything of
    /// the catalogue is locked: contacts come first in the order of locks.
    pub(crate) async fn scope(&self, tx: &mut TenantTransaction) -> Result<Scope> {
        tx.lock_catalogue().await?;
        let ids = rows::concerned(tx, &self.effect(), Uuid::nil(), AT_ONCE + 1).await?;
        if ids.len() <= AT_ONCE
            && !jobs::pending::<Self>(tx).await?.iter().any(|other| self.retires_target_of(other))
        {
            return Ok(Scope::Few(store::lock(tx, &ids).await?.ids));
        }
        Ok(Scope::Many(rows::count(tx, &self.effect()).await?))
    }

    /// Carries the change out, whose rows in the catalogue are written: at once where it concerns few contacts,
    /// else by the job that is returned, of which the caller tells the worker once it has committed. Counts the change;
    /// the caller commits at once.
    ///
    /// # Errors
    /// [`Error::Overtaken`] where other contacts came to be concerned meanwhile, and those of the database.
    pub(crate) async fn carry_out(
        self,
        tx: &mut TenantTransaction,
        scope: Scope,
        state: &AppState,
        principal: &Principal,
    ) -> Result<Option<Job>> {
        match scope {
            Scope::Few(ids) => {
                self.apply(tx, &ids, state.default_region).await?;
                self.finish(tx).await?;
                tx.count_change(0, true).await?;
                // Nobody else commits from here on, so whoever is not among them now was not rewritten.
                let concerned = rows::concerned(tx, &self.effect(), Uuid::nil(), AT_ONCE + 1).await?;
                if concerned.iter().all(|id| ids.binary_search(id).is_ok()) {
                    Ok(None)
                } else {
                    Err(Error::Overtaken)
                }
            }
            Scope::Many(total) => {
                let job = jobs::insert(tx, &self, total, state, principal).await?;
                tx.count_change(0, true).await?;
                Ok(Some(job))
            }
        }
    }

    /// Changes the rows of contacts, which are locked, and rewrites what follows from them.
    pub(crate) async fn apply(
        &self,
        tx: &mut TenantTransaction,
        ids: &[Uuid],
        region: Option<Region>,
    ) -> Result<()> {
        if ids.is_empty() {
            return Ok(());
        }
        // What is rendered again shows what other jobs have still to do, too. It is done here, all of it.
        let mut changes: Vec<Self> = jobs::pending(tx).await?;
        if !changes.contains(self) {
            changes.push(self.clone());
        }
        apply(tx, &changes, ids, region).await
    }

    /// What is left to do once no contact is concerned any more.
    pub(crate) async fn finish(&self, tx: &mut TenantTransaction) -> Result<()> {
        rows::finish(tx, &self.effect()).await
    }
}

impl Task for Propagation {
    const NAME: &'static str = "catalogue";

    fn kind(&self) -> &'static str {
        self.effect().kind
    }

    async fn run(
        &self,
        tx: &mut TenantTransaction,
        state: &AppState,
        _: &Requester,
        after: Uuid,
        limit: usize,
    ) -> Result<Batch> {
        let ids = rows::concerned(tx, &self.effect(), after, limit).await?;
        store::lock(tx, &ids).await?;
        self.apply(tx, &ids, state.default_region).await?;
        if ids.is_empty() {
            self.finish(tx).await?;
        }
        let done = ids.len();
        Ok(Batch {
            last: ids.last().copied(),
            done,
            changed: done,
            failed: 0,
            growth: 0,
            is_all: ids.is_empty(),
        })
    }
}

/// Does to contacts, which are locked, what jobs have still to do to them.
pub(crate) async fn catch_up(tx: &mut TenantTransaction, ids: &[Uuid], region: Option<Region>) -> Result<()> {
    let changes: Vec<Propagation> = jobs::pending(tx).await?;
    apply(tx, &changes, ids, region).await
}

async fn apply(
    tx: &mut TenantTransaction,
    changes: &[Propagation],
    ids: &[Uuid],
    region: Option<Region>,
) -> Result<()> {
    if changes.is_empty() || ids.is_empty() {
        return Ok(());
    }
    for change in changes {
        rows::change(tx, &change.effect(), ids).await?;
    }
    let tenant = tx.tenant();
    let contacts = load::load(tx.on(), tenant, ids, region).await?;
    let contacts: Vec<&Contact> = contacts.iter().collect();
    // Not all of them are concerned by what other jobs have to do.
    let differ = rewrite::documents(tx, &contacts).await?;
    if !differ.is_empty() {
        tx.note(Entry::documents(action::RENAMED, differ));
    }
    if changes.iter().any(|change| change.effect().concerns_search) {
        let texts: Vec<_> = contacts.iter().map(|contact| (*contact, contact.search_text())).collect();
        rewrite::search(tx, &texts).await?;
    }
    Ok(())
}
