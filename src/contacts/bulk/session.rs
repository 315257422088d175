//! Carries operations out, one after the other, on contacts in memory, and writes what comes of it. So each operation
//! sees what those before it did, and one that is refused leaves nothing behind, while the database is asked and
//! written once for all of them.
//!
//! What is in memory is what the locks on the contacts guard. Of unique values it is what was committed by the time they
//! were asked for: where somebody else takes one before it is written here, everything is retried
//! ([`Error::Overtaken`]).

mod begin;
mod revive;

use std::collections::HashMap;

use uuid::Uuid;

use super::{
    operation::{Action, Operation, Paths},
    schedule::{Holders, Schedule},
    store,
    target::{Matches, Target},
};
use crate::{
    contacts::{
        create::New,
        history::{self, Author},
        input::{MAX_GROUPS, TagAction, references::References},
        merge,
        record::{
            document,
            model::Contact,
            unique,
            write::{self, Change, Writer},
        },
        trash,
        update::Edit,
    },
    database::TenantTransaction,
    domain::Region,
    error::{Detail, Error, Problems, Result},
    http::etag::IfMatch,
    state::AppState,
};

/// What an operation did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Done {
    pub id: Uuid,
    pub effect: Effect,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    Created,
    Updated,
    /// It was so already.
    Unchanged,
    Deleted,
}

/// Operations that are being carried out.
#[derive(Debug)]
pub(super) struct Session<'a> {
    state: &'a AppState,
    region: Option<Region>,
    author: &'a Author<'a>,
    references: References,
    /// Those that operations may concern, as they are by now.
    contacts: HashMap<Uuid, Contact>,
    /// The contacts that operations name and that were merged, with those that stand for them.
    merged: HashMap<Uuid, Uuid>,
    /// The documents that `If-Match` is about, as reads answer them.
    read: HashMap<Uuid, String>,
    matches: Matches,
    holders: Holders,
    schedule: Schedule,
    /// How many contacts came back from the trash; they are written already.
    restored: i64,
}

impl Session<'_> {
    /// Carries an operation out. The outer error ends all of them, the inner one is the answer to this one.
    pub(super) async fn carry_out(
        &mut self,
        tx: &mut TenantTransaction,
        operation: &mut Operation,
    ) -> Result<Result<Done>> {
        match self.try_to_carry_out(tx, operation).await {
            Ok(done) => Ok(Ok(done)),
            Err(
                error @ (Error::NotFound
                | Error::Invalid(_)
                | Error::Conflict { .. }
                | Error::PreconditionFailed),
            ) => Ok(Err(error)),
            Err(error) => Err(error),
        }
    }

    async fn try_to_carry_out(
        &mut self,
        tx: &mut TenantTransaction,
        operation: &mut Operation,
    ) -> Result<Done> {
        let problems = std::mem::take(&mut operation.problems);
        if !operation.frame.is_empty() {
            return Err(operation.invalid(problems));
        }
        match operation.action.clone() {
            Action::Unreadable => Err(operation.invalid(problems)),
            Action::Create => self.create(tx, operation, problems).await,
            Action::Update(id) => {
                let before = self.contact(id, &operation.if_match)?;
                self.update(tx, before, operation, problems).await
            }
            Action::Group(id, action) => {
                let before = self.contact(id, &operation.if_match)?;
                self.group(tx, before, action, operation, problems).await
            }
            Action::Delete(id) => {
                let before = self.contact(id, &operation.if_match)?;
                let id = before.id;
                let change = Change { before: Some(before), after: None, action: history::Action::Deleted };
                self.accept(tx, change, operation.paths).await?;
                Ok(Done { id, effect: Effect::Deleted })
            }
            Action::Upsert(_) => self.upsert(tx, operation, problems).await,
        }
    }

    /// A contact as it is by now.
    fn contact(&self, id: Option<Uuid>, if_match: &IfMatch) -> Result<Contact> {
        let id = id.ok_or(Error::NotFound)?;
        let contact = self.contacts.get(&id).ok_or_else(|| {
            self.merged.get(&id).map_or(Error::NotFound, |survivor| merge::merged("id", *survivor))
        })?;
        if if_match.is_given() {
            match self.read.get(&contact.id) {
                Some(document) => if_match.check(document)?,
                None => if_match.check(&document::render(contact)?)?,
            }
        }
        Ok(contact.clone())
    }

    async fn upsert(
        &mut self,
        tx: &mut TenantTransaction,
        operation: &mut Operation,
        problems: Problems,
    ) -> Result<Done> {
        let Some(target) = &operation.target else { return Err(operation.invalid(problems)) };
        let ids = self.matches.of(&target.key);
        match &*ids {
            [] if operation.if_match.is_given() => Err(Error::PreconditionFailed),
            [] => self.create(tx, operation, problems).await,
            [id] => {
                let before = self.contact(Some(*id), &operation.if_match)?;
                self.update(tx, before, operation, problems).await
            }
            several => Err(ambiguous(target, "several contacts have this value", several)),
        }
    }

    async fn create(
        &mut self,
        tx: &mut TenantTransaction,
        operation: &mut Operation,
        mut problems: Problems,
    ) -> Result<Done> {
        let given = std::sync::Arc::clone(&operation.input);
        let input = match &operation.target {
            Some(target) => {
                target.check(&given, self.region, &mut problems);
                target.complete(&given, self.region, &mut operation.frame, &mut problems)
            }
            None => std::borrow::Cow::Borrowed(&*given),
        };
        let are_names_explained = problems.concern("name") || problems.concern("username");
        if operation.target.is_some()
            && input.name.is_none()
            && input.username.is_none()
            && !are_names_explained
        {
            problems.add("username", "required", "is required in a new contact, or `name`");
        }
        self.references.check(tx, &input, None, &mut problems).await?;
        let new = New::read(&input, &self.references, self.region, &mut problems);
        if !problems.is_empty() || !operation.frame.is_empty() {
            return Err(operation.invalid(problems));
        }
        let planned = self.references.plan_missing(&input, &self.state.clock);
        let contact = new.contact(&self.references, &self.state.clock)?;
        let id = contact.id;
        let accepted = self.accept(tx, Change::create(contact), operation.paths).await;
        if accepted.is_err() {
            self.references.take_back(planned);
        }
        accepted.map(|()| Done { id, effect: Effect::Created })
    }

    async fn update(
        &mut self,
        tx: &mut TenantTransaction,
        before: Contact,
        operation: &mut Operation,
        mut problems: Problems,
    ) -> Result<Done> {
        let input = std::sync::Arc::clone(&operation.input);
        let target = operation.target.take();
        if let Some(target) = &target {
            target.check(&input, self.region, &mut problems);
        }
        self.references.check(tx, &input, Some(&before), &mut problems).await?;
        let edit = Edit::read(&input, Some(&before), &self.references, self.region, &mut problems);
        if !problems.is_empty() {
            return Err(operation.invalid(problems));
        }
        let planned = self.references.plan_missing(&input, &self.state.clock);
        let keep = |after: &mut Contact, problems: &mut Problems| {
            if let Some(target) = &target {
                target.keep(&before, after, problems);
            }
        };
        let mut problems = Problems::default();
        let after = edit.apply_and(&before, &self.references, &self.state.clock, &mut problems, keep);
        let done = self.replace(tx, before, after, operation, problems).await;
        if !matches!(done, Ok(Done { effect: Effect::Updated, .. })) {
            self.references.take_back(planned);
        }
        done
    }

    /// Adds a contact to groups, or takes it out of them.
    async fn group(
        &mut self,
        tx: &mut TenantTransaction,
        before: Contact,
        action: TagAction,
        operation: &mut Operation,
        mut problems: Problems,
    ) -> Result<Done> {
        let input = std::sync::Arc::clone(&operation.input);
        match action {
            TagAction::Replace => return self.update(tx, before, operation, problems).await,
            TagAction::Merge => self.references.check(tx, &input, Some(&before), &mut problems).await?,
            // What a contact is taken out of need not exist.
            TagAction::Remove => {}
        }
        if !problems.is_empty() {
            return Err(operation.invalid(problems));
        }
        let named = input.groups.as_deref().unwrap_or_default();
        let mut after = before.clone();
        if action == TagAction::Merge {
            let added = self.references.groups(named);
            after
                .groups
                .extend(added.into_iter().filter(|group| before.groups.iter().all(|one| one.id != group.id)));
        } else {
            after.groups.retain(|group| named.iter().all(|one| one.entry != group.id));
        }
        if after.groups.len() > MAX_GROUPS && after.groups != before.groups {
            problems.add(
                "contact_groups",
                "too_many",
                format!("a contact is in at most {MAX_GROUPS} groups"),
            );
        }
        let are_required =
            self.references.required_fields().any(|field| field.system_name == "contact_groups");
        if are_required && after.groups.is_empty() && !before.groups.is_empty() {
            problems.add("contact_groups", "required", "is required");
        }
        after.updated_at = self.state.clock.now();
        let after = Some(after).filter(|after| after.groups != before.groups);
        self.replace(tx, before, after, operation, problems).await
    }

    async fn replace(
        &mut self,
        tx: &mut TenantTransaction,
        before: Contact,
        after: Option<Contact>,
        operation: &mut Operation,
        problems: Problems,
    ) -> Result<Done> {
        if !problems.is_empty() {
            return Err(operation.invalid(problems));
        }
        let id = before.id;
        let Some(after) = after else { return Ok(Done { id, effect: Effect::Unchanged }) };
        self.accept(tx, Change::update(before, after), operation.paths).await?;
        Ok(Done { id, effect: Effect::Updated })
    }

    /// Takes a change on, unless it wants a unique value that another contact has by now.
    async fn accept(&mut self, tx: &mut TenantTransaction, change: Change, paths: Paths) -> Result<()> {
        let (before, after) = (change.before.as_ref(), change.after.as_ref());
        let Some(id) = after.or(before).map(|contact| contact.id) else { return Ok(()) };
        let claims = |contact: Option<&Contact>| {
            contact
                .map(|contact| unique::claims(contact, self.references.unique_fields(), self.region))
                .unwrap_or_default()
        };
        let (mut given_up, mut taken) = (claims(before), claims(after));
        if before.is_some() && after.is_some() {
            let (fields, changed) = unique::changes(&given_up, &taken);
            given_up.retain(|claim| fields.binary_search(&claim.field_id).is_ok());
            taken = changed;
        }
        if !(given_up.is_empty() && taken.is_empty()) {
            self.holders.learn(tx, &given_up).await?;
            self.holders.learn(tx, &taken).await?;
            let mut details = self.holders.conflicts(id, &taken);
            if !details.is_empty() {
                for detail in &mut details {
                    detail.field = paths.of(&detail.field);
                }
                return Err(Error::Conflict {
                    message: "a value that must be unique is taken".into(),
                    details,
                });
            }
            self.holders.change(id, &given_up, &taken);
        }
        self.matches.change(before, after, self.region);
        match after {
            // Nobody knows the id of a new contact yet; only an upsert can come upon it.
            Some(_) if before.is_none() && self.matches.is_empty() => {}
            Some(after) => {
                self.contacts.insert(id, after.clone());
            }
            None => {
                self.contacts.remove(&id);
            }
        }
        self.schedule.add(id, change, &given_up, &taken);
        Ok(())
    }

    /// Writes what the operations did; says by how much it moves the tenant's total. `None`: they did nothing.
    pub(super) async fn write(&mut self, tx: &mut TenantTransaction) -> Result<Option<i64>> {
        if self.schedule.waves.is_empty() {
            return Ok(Some(self.restored).filter(|restored| *restored > 0));
        }
        let made = self.references.make_planned(tx, &self.state.clock).await?;
        if !made.is_empty() {
            for change in self.schedule.waves.iter_mut().flatten() {
                change.before.iter_mut().chain(&mut change.after).for_each(|contact| made.settle(contact));
            }
            self.contacts.values_mut().for_each(|contact| made.settle(contact));
        }
        let writer = self.writer();
        let mut growth = self.restored;
        for changes in &self.schedule.waves {
            let deleted = changes.iter().filter(|change| change.after.is_none());
            let deleted: Vec<Uuid> =
                deleted.filter_map(|change| change.before.as_ref()).map(|contact| contact.id).collect();
            if !deleted.is_empty() {
                trash::put(tx, &deleted, self.author).await?;
            }
            if !writer.try_to_write(tx, changes).await?.is_empty() {
                return Err(Error::Overtaken);
            }
            growth += write::growth(changes);
        }
        Ok(Some(growth))
    }

    fn writer(&self) -> Writer<'_> {
        Writer {
            fields: self.references.unique_fields(),
            author: self.author,
            clock: &self.state.clock,
            region: self.region,
        }
    }

    /// A contact as the operations left it, where one of them was an upsert.
    pub(super) fn outcome(&self, id: Uuid) -> Option<&Contact> {
        self.contacts.get(&id)
    }
}

/// Which one of several contacts an upsert is about cannot be known.
fn ambiguous(target: &Target, message: &str, ids: &[Uuid]) -> Error {
    let detail = |id: &Uuid| Detail {
        conflicting_id: Some(*id),
        ..Detail::new(target.name, "ambiguous", "this contact has the value, and others have it too")
    };
    Error::Conflict {
        message: message.into(),
        details: ids.iter().take(store::MATCHES).map(detail).collect(),
    }
}
