//! Writing contacts: any number of changes, of one transaction. Whatever creates, changes or removes contacts comes
//! through here, so that rows, documents, search texts, unique values and history are always written together.

use std::borrow::Cow;

use uuid::Uuid;

use super::{
    batch::{Batch, Conflicts, Lists},
    document, load,
    model::Contact,
    rewrite,
    store::{self, Locked},
    unique,
};
use crate::{
    clock::Clock,
    contacts::{
        follow,
        history::{Action, Author, FieldChange, differences, led},
        input::references::FieldDefinition,
        merge,
    },
    database::{Entry, History, Kind, TenantTransaction, TextBefore},
    domain::Region,
    error::{Error, Result},
    http::etag::IfMatch,
    read_model::documents,
};

/// A change of one contact. A contact is changed at most once in a transaction's list.
#[derive(Debug)]
pub(crate) struct Change {
    /// As it is, locked and loaded; none for one that is made.
    pub before: Option<Contact>,
    /// As it is to be; none for one that goes.
    pub after: Option<Contact>,
    /// What the history calls it.
    pub action: Action,
}

/// With what contacts are written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Writer<'a> {
    /// The definitions that are unique, among others.
    pub fields: &'a [FieldDefinition],
    pub author: &'a Author<'a>,
    pub clock: &'a Clock,
    pub region: Option<Region>,
}

impl Change {
    pub(crate) const fn create(contact: Contact) -> Self {
        Self { before: None, after: Some(contact), action: Action::Created }
    }

    pub(crate) const fn update(before: Contact, after: Contact) -> Self {
        Self { before: Some(before), after: Some(after), action: Action::Updated }
    }

    /// How many contacts there are more than before.
    fn growth(&self) -> i64 {
        i64::from(self.after.is_some()) - i64::from(self.before.is_some())
    }
}

/// By how much changes move the tenant's total.
pub(crate) fn growth(changes: &[Change]) -> i64 {
    changes.iter().map(Change::growth).sum()
}

/// The contact of a merge, or of one that is undone, that is there before and after.
fn survivor(changes: &[Change]) -> Option<Uuid> {
    changes.iter().find_map(|change| Some(change.before.as_ref().zip(change.after.as_ref())?.1.id))
}

/// The fields that differ.
fn names(differences: &[FieldChange]) -> Vec<String> {
    differences.iter().map(|difference| difference.field.clone()).collect()
}

impl Writer<'_> {
    /// Writes changes.
    ///
    /// # Errors
    /// [`Error::Conflict`] where a unique value is taken; the transaction is then to be dropped.
    pub(crate) async fn write(&self, tx: &mut TenantTransaction, changes: &[Change]) -> Result<()> {
        let conflicts = self.try_to_write(tx, changes).await?;
        if conflicts.is_empty() {
            return Ok(());
        }
        let details = conflicts.into_values().flatten().collect();
        Err(Error::Conflict { message: "a value that must be unique is taken".into(), details })
    }

    /// Writes changes. Where there are conflicts, what was written is to be rolled back.
    pub(crate) async fn try_to_write(
        &self,
        tx: &mut TenantTransaction,
        changes: &[Change],
    ) -> Result<Conflicts> {
        let region = self.region;
        let mut old = rewrite::Old::default();
        let (mut rows, mut texts) = (Vec::new(), Vec::new());
        let mut claims = Vec::with_capacity(changes.len());
        let mut texts_before = Vec::with_capacity(changes.len());
        for change in changes {
            let unique = |contact: &Contact| unique::claims(contact, self.fields, region);
            claims.push(match (&change.before, &change.after) {
                (Some(before), Some(after)) => {
                    let (fields, claims) = unique::changes(&unique(before), &unique(after));
                    old.add(after.id, Lists::changed(before, after), &fields);
                    rows.push(after);
                    let (search_text, previous) = (after.search_text(), before.search_text());
                    texts_before.push(if search_text == previous {
                        TextBefore::Same
                    } else {
                        texts.push((after, search_text));
                        TextBefore::Text(previous)
                    });
                    claims
                }
                (None, Some(after)) => {
                    texts_before.push(TextBefore::None);
                    unique(after)
                }
                (Some(before), None) => {
                    texts_before.push(TextBefore::Text(before.search_text()));
                    old.add_contact(before.id);
                    Vec::new()
                }
                (None, None) => {
                    texts_before.push(TextBefore::None);
                    Vec::new()
                }
            });
        }
        rewrite::rows(tx, &rows).await?;
        rewrite::search(tx, &texts).await?;
        old.remove(tx).await?;

        let mut batch = Batch::new(tx.tenant());
        let mut entries = Vec::with_capacity(changes.len());
        for ((change, claims), text_before) in changes.iter().zip(&claims).zip(texts_before) {
            let Some(contact) = change.after.as_ref().or(change.before.as_ref()) else { continue };
            let differences = match (&change.before, &change.after) {
                (None, Some(after)) => {
                    batch.add(after, region)?;
                    match change.action {
                        Action::Created => differences(None, after)?,
                        Action::Unmerged => led(survivor(changes), None),
                        _ => Vec::new(),
                    }
                }
                (Some(before), Some(after)) => {
                    batch.add_lists(after, Lists::changed(before, after), region);
                    differences(Some(before), after)?
                }
                (Some(_), None) if change.action == Action::MergedAway => led(None, survivor(changes)),
                _ => Vec::new(),
            };
            batch.add_claims(contact.id, claims);
            let is_there_throughout = change.before.is_some() && change.after.is_some();
            entries.push(Entry {
                fields: is_there_throughout.then(|| names(&differences)),
                history: Some(History {
                    id: self.clock.new_id(),
                    changes: serde_json::to_string(&differences)?,
                }),
                text_before,
                ..Entry::new(Kind::Contact, change.action.as_str(), contact.id)
            });
        }
        let conflicts = batch.insert(tx).await?;
        if conflicts.is_empty() {
            tx.note_author(&self.author.subject, &self.author.request_id, self.author.at);
            for entry in entries {
                tx.note(entry);
            }
        }
        Ok(conflicts)
    }
}

/// Locks contacts, in the order of their ids, and loads them: what is loaded behind the locks is what they guard. Those
/// that do not exist are left out. What a job has still to do to them is done here, so that what is stored of a contact
/// that is written is all of one state.
pub(crate) async fn lock_and_load(
    tx: &mut TenantTransaction,
    ids: &[Uuid],
    region: Option<Region>,
) -> Result<Vec<Contact>> {
    let locked = lock(tx, ids, region).await?;
    let tenant = tx.tenant();
    load::load(tx.on(), tenant, &locked, region).await
}

/// Locks contacts, in the order of their ids, and does what a job has still to do to them. Returns those that there are.
pub(crate) async fn lock(
    tx: &mut TenantTransaction,
    ids: &[Uuid],
    region: Option<Region>,
) -> Result<Vec<Uuid>> {
    let locked = store::lock(tx, ids).await?;
    catch_up(tx, &locked, region).await?;
    Ok(locked.ids)
}

/// A contact that is locked and loaded.
#[derive(Debug)]
pub(crate) struct Checked {
    pub contact: Contact,
    /// What reads answer of it, where a job has still to reach it: not what it is loaded as.
    behind: Option<String>,
}

impl Checked {
    /// What reads answer of it as long as nothing is written.
    pub(crate) fn document(&self) -> Result<Cow<'_, str>> {
        match &self.behind {
            Some(document) => Ok(Cow::Borrowed(document)),
            None => Ok(Cow::Owned(document::render(&self.contact)?)),
        }
    }
}

/// As [`lock_and_load`], of one contact, of which `If-Match` must hold: of the document that reads answer, even if a job
/// has still to reach it.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Conflict`] where it was merged into another, [`Error::PreconditionFailed`], and those of
/// the database.
pub(crate) async fn lock_and_check(
    tx: &mut TenantTransaction,
    id: Uuid,
    if_match: &IfMatch,
    region: Option<Region>,
) -> Result<Checked> {
    let locked = store::lock(tx, &[id]).await?;
    let tenant = tx.tenant();
    let stored = if locked.may_be_behind { documents::get(tx.on(), tenant, id).await? } else { None };
    catch_up(tx, &locked, region).await?;
    let Some(contact) = load::load(tx.on(), tenant, &locked.ids, region).await?.pop() else {
        return Err(merge::missing(tx, id).await?);
    };
    let stored = stored.filter(|stored| stored.document_version == document::VERSION);
    let checked = Checked { contact, behind: stored.map(|stored| stored.document.into_owned()) };
    if if_match.is_given() {
        if_match.check(&checked.document()?)?;
    }
    Ok(checked)
}

async fn catch_up(tx: &mut TenantTransaction, locked: &Locked, region: Option<Region>) -> Result<()> {
    if locked.may_be_behind { follow::catch_up(tx, &locked.ids, region).await } else { Ok(()) }
}
