//! What a change of the catalogue does to the contacts that it concerns: a tag that is renamed shows in their documents,
//! a company that is merged takes over their rows.
//!
//! Up to [`AT_ONCE`] contacts are changed in the transaction that changes the catalogue. More of them are left to a job,
//! which goes through them in batches. In either case a contact changes as a whole: rows, document and search text in
//! one transaction. Writers that meet the old catalogue meanwhile fail at their commit and are retried
//! ([`TenantTransaction::saw_catalogue`]), so once the change is committed no contact gets to show what was before.

mod holders;
mod rows;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use self::holders::{CHANNEL, COMPANIES, COMPANY, FIELD, GROUP, GROUPS, Holder, Source, TAG, TAGS};
use super::record::{load, model::Contact, rewrite, store};
use crate::{
    auth::Principal,
    catalogue::fields::Rename,
    database::TenantTransaction,
    domain::Region,
    error::{Error, Result},
    jobs::{self, BATCH, Batch, Job, Requester, Task},
    state::AppState,
};

/// How many contacts a change of the catalogue may concern for it to be done while the caller waits.
pub(crate) const AT_ONCE: usize = 1_000;

/// A change of the catalogue, as far as contacts are concerned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Propagation {
    /// Contacts show the change.
    TagRenamed { id: Uuid },
    /// They lose the tag, which is retired.
    TagDeleted { id: Uuid },
    /// They have `into` in place of the tag `from`, which is retired.
    TagMerged { from: Uuid, into: Uuid },
    /// They show the change, and where it is renamed are found by its new name.
    CompanyChanged { id: Uuid, is_renamed: bool },
    /// They leave the company, which is retired.
    CompanyDeleted { id: Uuid },
    /// They belong to `into` in place of the company `from`, which is retired.
    CompanyMerged { from: Uuid, into: Uuid },
    /// They show the change.
    GroupChanged { id: Uuid },
    /// They leave the group, which is retired.
    GroupDeleted { id: Uuid },
    /// They show the change.
    ChannelRenamed { id: Uuid },
    /// They show the change, or the field no longer, or again.
    FieldChanged { id: Uuid },
    /// Their values of the field are called otherwise. `everywhere`: those with other values show the change, too.
    FieldOptionsRenamed { id: Uuid, renames: Vec<Rename>, everywhere: bool },
}

/// What a change means for contacts.
#[derive(Debug)]
struct Effect<'a> {
    /// What the API calls a job of it.
    kind: &'static str,
    /// Where contacts hold what changes.
    holders: &'static [Holder],
    /// The id of what changes.
    id: Uuid,
    /// What becomes of the rows that hold it.
    rows: Rows<'a>,
    /// Of a field: only these values concern it.
    keys: Option<Vec<String>>,
    /// Whether contacts are found by it.
    concerns_search: bool,
}

/// What becomes of the rows that hold what changes.
#[derive(Debug, Clone, Copy)]
enum Rows<'a> {
    /// Nothing: what they show changes.
    Stay,
    /// They are deleted, or emptied; then what they held is deleted from its table.
    Go { from: Source },
    /// They hold this tag.
    BecomeTag(Uuid),
    /// They hold this company.
    BecomeCompany(Uuid),
    /// Their values are called otherwise.
    Rename(&'a [Rename]),
}

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
    /// The table of what each change means for contacts.
    fn effect(&self) -> Effect<'_> {
        let effect = |kind, holders, id: &Uuid, rows| Effect {
            kind,
            holders,
            id: *id,
            rows,
            keys: None,
            concerns_search: false,
        };
        match self {
            Self::TagRenamed { id } => effect("tagRename", TAG, id, Rows::Stay),
            Self::TagDeleted { id } => effect("tagDelete", TAG, id, Rows::Go { from: TAGS }),
            Self::TagMerged { from, into } => effect("tagMerge", TAG, from, Rows::BecomeTag(*into)),
            Self::CompanyChanged { id, is_renamed } => {
                let effect = effect("companyUpdate", COMPANY, id, Rows::Stay);
                Effect { concerns_search: *is_renamed, ..effect }
            }
            Self::CompanyDeleted { id } => {
                let effect = effect("companyDelete", COMPANY, id, Rows::Go { from: COMPANIES });
                Effect { concerns_search: true, ..effect }
            }
            Self::CompanyMerged { from, into } => {
                let effect = effect("companyMerge", COMPANY, from, Rows::BecomeCompany(*into));
                Effect { concerns_search: true, ..effect }
            }
            Self::GroupChanged { id } => effect("groupUpdate", GROUP, id, Rows::Stay),
            Self::GroupDeleted { id } => effect("groupDelete", GROUP, id, Rows::Go { from: GROUPS }),
            Self::ChannelRenamed { id } => effect("channelRename", CHANNEL, id, Rows::Stay),
            Self::FieldChanged { id } => effect("fieldUpdate", FIELD, id, Rows::Stay),
            Self::FieldOptionsRenamed { id, renames, everywhere } => {
                let keys = || rows::keys(renames.iter().map(|rename| &rename.from));
                let effect = effect("fieldUpdate", FIELD, id, Rows::Rename(renames));
                Effect { keys: (!everywhere).then(keys), ..effect }
            }
        }
    }

    /// Whether it retires what a job is still moving contacts to: they would be left with it.
    const fn retires_target_of(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::TagDeleted { id } | Self::TagMerged { from: id, .. }, Self::TagMerged { into, .. })
            | (
                Self::CompanyDeleted { id } | Self::CompanyMerged { from: id, .. },
                Self::CompanyMerged { into, .. },
            ) => id.as_u128() == into.as_u128(),
            _ => false,
        }
    }

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
    ) -> Result<Batch> {
        let ids = rows::concerned(tx, &self.effect(), after, BATCH).await?;
        store::lock(tx, &ids).await?;
        self.apply(tx, &ids, state.default_region).await?;
        if ids.is_empty() {
            self.finish(tx).await?;
        }
        let done = ids.len();
        Ok(Batch { last: ids.last().copied(), done, changed: done, failed: 0, growth: 0 })
    }
}

/// Does to contacts, which are locked, what jobs have still to do to them.
pub(super) async fn catch_up(tx: &mut TenantTransaction, ids: &[Uuid], region: Option<Region>) -> Result<()> {
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
    rewrite::documents(tx, &contacts).await?;
    if changes.iter().any(|change| change.effect().concerns_search) {
        let texts: Vec<_> = contacts.iter().map(|contact| (*contact, contact.search_text())).collect();
        rewrite::search(tx, &texts).await?;
    }
    Ok(())
}
