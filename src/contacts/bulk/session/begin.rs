//! What a session begins with: what its operations refer to, and the contacts that they concern, locked.

use std::collections::HashMap;

use uuid::Uuid;

use super::Session;
use crate::{
    contacts::{
        bulk::{
            operation::{Action, Operation},
            schedule::{Holders, Schedule},
            store,
            target::Matches,
        },
        history::Author,
        input::{ContactInput, apply, references::References},
        record::{self, document, model::Contact, unique, write},
    },
    database::TenantTransaction,
    domain::{Name, Username},
    error::{Problems, Result},
    read_model::documents,
    state::AppState,
};

impl<'a> Session<'a> {
    /// Looks up what operations refer to, locks the contacts that they concern and loads them.
    pub(in crate::contacts::bulk) async fn begin(
        tx: &mut TenantTransaction,
        state: &'a AppState,
        author: &'a Author<'a>,
        operations: &mut [Operation],
    ) -> Result<Self> {
        let region = state.default_region;
        let asked_fields: Vec<&str> = operations.iter().filter_map(Operation::asked_field).collect();
        let references = References::find_with(tx, &inputs_of(operations), &asked_fields).await?;

        let mut matches = Matches::default();
        for operation in &mut *operations {
            if let Action::Upsert(asked) = &operation.action {
                operation.target = asked.target(&references, region, &mut operation.frame);
            }
            operation.target.iter().for_each(|target| matches.want(&target.key));
        }
        let mut ids: Vec<Uuid> = operations.iter().filter_map(Operation::id).collect();
        if !matches.is_empty() {
            store::lock(tx, matches.keys()).await?;
            ids.extend(store::matches(tx, matches.keys()).await?);
        }
        let read = documents(tx, operations, &ids).await?;
        let loaded = if ids.is_empty() { Vec::new() } else { write::lock_and_load(tx, &ids, region).await? };
        let mut contacts = HashMap::with_capacity(loaded.len());
        for contact in loaded {
            matches.change(None, Some(&contact), region);
            contacts.insert(contact.id, contact);
        }
        let mut session = Self {
            state,
            region,
            author,
            references,
            contacts,
            read,
            matches,
            holders: Holders::default(),
            schedule: Schedule::default(),
            restored: 0,
        };
        session.expect(tx, &inputs_of(operations)).await?;
        Ok(session)
    }

    /// Asks at once who has the unique values that inputs name. What is not among them is asked for one by one.
    async fn expect(&mut self, tx: &mut TenantTransaction, inputs: &[&ContactInput]) -> Result<()> {
        if inputs.len() < 2 || self.references.unique_fields().is_empty() {
            return Ok(());
        }
        let mut claims = Vec::new();
        for input in inputs {
            let name = input.name.clone().or_else(|| input.username.clone().map(Name::from));
            let Some(name) = name.or_else(|| Name::parse("-").ok()) else { continue };
            let username = input.username.clone().unwrap_or_else(|| Username::from(name.clone()));
            let mut contact = Contact::new(Uuid::nil(), username, name, self.author.at);
            let values = self.references.custom_values(input, self.region, &mut Problems::default());
            apply::apply(&mut contact, input, values, &self.references);
            claims.extend(unique::claims(&contact, self.references.unique_fields(), self.region));
        }
        self.holders.learn(tx, &claims).await
    }
}

/// The stored documents of contacts, where `If-Match` is about them: a job may have still to reach them, which loading
/// does. They are locked.
async fn documents(
    tx: &mut TenantTransaction,
    operations: &[Operation],
    ids: &[Uuid],
) -> Result<HashMap<Uuid, String>> {
    let mut documents = HashMap::new();
    if operations.iter().any(|operation| operation.if_match.is_given()) {
        let tenant = tx.tenant();
        for id in record::store::lock(tx, ids).await?.ids {
            let stored = documents::get(tx.on(), tenant, id).await?;
            let stored = stored.filter(|stored| stored.document_version == document::VERSION);
            documents.extend(stored.map(|stored| (id, stored.document.into_owned())));
        }
    }
    Ok(documents)
}

/// What operations say of contacts; what several share, once.
fn inputs_of(operations: &[Operation]) -> Vec<&ContactInput> {
    let mut inputs: Vec<&ContactInput> = operations.iter().map(|operation| &*operation.input).collect();
    inputs.dedup_by(|one, other| std::ptr::eq(*one, *other));
    inputs
}
