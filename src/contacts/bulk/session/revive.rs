//! Brings the contact that an upsert is about back from the trash.

use std::iter;

use uuid::Uuid;

use super::{Session, ambiguous};
use crate::{
    contacts::{
        bulk::{operation::Operation, store, target::Key},
        record::{document, model::Contact, snapshot, write},
        trash,
    },
    database::TenantTransaction,
    domain::Region,
    error::{Error, Result},
};

/// How many snapshots are in memory at once.
const BATCH: i64 = 500;

impl Session<'_> {
    /// Where no live contact has what an upsert is about, restores the one in the trash that has it: the upsert then finds
    /// it as any other. It is written at once, and not taken back where the upsert is refused: the transaction is then to
    /// be dropped.
    ///
    /// # Errors
    /// [`Error::Conflict`] where several in the trash have it, or a unique value is taken meanwhile,
    /// [`Error::PreconditionFailed`], [`Error::Overtaken`], and those of the database.
    pub(in crate::contacts::bulk) async fn revive(
        &mut self,
        tx: &mut TenantTransaction,
        operation: &Operation,
    ) -> Result<()> {
        let Some(target) = &operation.target else { return Ok(()) };
        let key = &target.key;
        // What is wrong around the body is answered before anything is looked for.
        if !operation.frame.is_empty() || !self.matches.of(key).is_empty() {
            return Ok(());
        }
        let ids = find(tx, key, self.region).await?;
        // One that was restored after the live ones were looked for, and before the trash was, is in neither.
        if is_live(tx, key, self.region).await? {
            return Err(Error::Overtaken);
        }
        let id = match *ids {
            [] => return Ok(()),
            [id] => id,
            _ => return Err(ambiguous(target, "several contacts in the trash have this value", &ids)),
        };
        // Where somebody else restored or erased it meanwhile, that was waited for.
        let trashed = trash::lock(tx, id).await?.ok_or(Error::Overtaken)?;
        if operation.if_match.is_given() {
            let deleted = document::render(&trashed.into_contact(self.region))?;
            operation.if_match.check(&deleted)?;
            self.read.insert(id, deleted);
        }
        let contact = trash::restore(tx, id, &self.writer()).await?.ok_or(Error::Overtaken)?;
        if !has(&contact, key, self.region) {
            // It was restored, changed and deleted again meanwhile.
            return Err(Error::Overtaken);
        }
        self.restored += 1;
        self.matches.change(None, Some(&contact), self.region);
        self.contacts.insert(id, contact);
        Ok(())
    }
}

/// The contacts in the trash that would have it if they were restored now, by id. What they refer to is as it is by now: a
/// renamed option is found by its new name, and a social id of a channel that is gone is not.
async fn find(tx: &mut TenantTransaction, key: &Key, region: Option<Region>) -> Result<Vec<Uuid>> {
    let trace = key.trace()?;
    let (mut found, mut after) = (Vec::new(), Uuid::nil());
    loop {
        let mut batch = trash::containing(tx, &trace, after, BATCH).await?;
        let Some(last) = batch.last() else { return Ok(found) };
        after = last.id;
        // Which is all that most of them have to be read for.
        if let Key::Phone(key) = key {
            batch.retain(|rows| rows.phones(region).any(|phone| phone.unique_key() == key));
        }
        if !batch.is_empty() {
            let revived = snapshot::revive(tx, batch, region).await?;
            let contacts = revived.into_iter().map(|revived| revived.contact);
            found.extend(contacts.filter(|contact| has(contact, key, region)).map(|contact| contact.id));
        }
    }
}

/// Whether a live contact has it by now.
async fn is_live(tx: &mut TenantTransaction, key: &Key, region: Option<Region>) -> Result<bool> {
    let ids = store::matches(tx, iter::once(key)).await?;
    if ids.is_empty() {
        return Ok(false);
    }
    let contacts = write::lock_and_load(tx, &ids, region).await?;
    Ok(contacts.iter().any(|contact| has(contact, key, region)))
}

fn has(contact: &Contact, key: &Key, region: Option<Region>) -> bool {
    Key::of(contact, region).any(|other| other == *key)
}
