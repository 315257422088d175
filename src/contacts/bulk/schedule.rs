//! Changes in the order in which they are written: in waves, each of which has a contact at most once and is one
//! statement. What comes of it is what the changes, one after the other, make.

use std::collections::HashMap;

use uuid::Uuid;

use super::store;
use crate::{
    contacts::record::{unique::Claim, write::Change},
    database::TenantTransaction,
    error::{Detail, Result},
};

/// A unique value: of which field, and its key.
type Value = (Uuid, String);

/// Who has unique values, as operations change it.
#[derive(Debug, Default)]
pub(super) struct Holders(HashMap<Value, Option<Uuid>>);

impl Holders {
    /// Asks who has values, unless that is known.
    pub(super) async fn learn(&mut self, tx: &mut TenantTransaction, claims: &[Claim]) -> Result<()> {
        let unknown: Vec<&Claim> =
            claims.iter().filter(|claim| !self.0.contains_key(&value(claim))).collect();
        if unknown.is_empty() {
            return Ok(());
        }
        let holders = store::holders(tx, &unknown).await?;
        self.0.extend(unknown.into_iter().map(|claim| (value(claim), None)));
        self.0.extend(holders.into_iter().map(|(value, holder)| (value, Some(holder))));
        Ok(())
    }

    /// The claims of a contact that others have; they have to be known.
    pub(super) fn conflicts(&self, contact_id: Uuid, claims: &[Claim]) -> Vec<Detail> {
        let taken = |claim: &Claim| {
            let holder =
                self.0.get(&value(claim)).copied().flatten().filter(|holder| *holder != contact_id)?;
            Some(Detail {
                conflicting_id: Some(holder),
                ..Detail::new(&claim.path, "taken", "is unique, and another contact has it")
            })
        };
        claims.iter().filter_map(taken).collect()
    }

    /// A contact gives up some values and takes others.
    pub(super) fn change(&mut self, contact_id: Uuid, given_up: &[Claim], taken: &[Claim]) {
        for claim in given_up {
            // A value that it has and never claimed, since the rule is newer, may be somebody else's.
            if let Some(holder) = self.0.get_mut(&value(claim)) {
                holder.take_if(|holder| *holder == contact_id);
            }
        }
        self.0.extend(taken.iter().map(|claim| (value(claim), Some(contact_id))));
    }
}

fn value(claim: &Claim) -> Value {
    (claim.field_id, claim.key.clone())
}

/// Changes by waves.
#[derive(Debug, Default)]
pub(super) struct Schedule {
    pub waves: Vec<Vec<Change>>,
    /// In which wave a contact was changed last.
    contacts: HashMap<Uuid, usize>,
    /// In which wave a unique value went to somebody, or was given up, last.
    values: HashMap<Value, usize>,
}

impl Schedule {
    /// Adds a change to the first wave it can be in: behind the last one of its contact, and not before the values that
    /// it claims were given up, which may be in the same.
    pub(super) fn add(&mut self, contact_id: Uuid, change: Change, given_up: &[Claim], taken: &[Claim]) {
        let behind = self.contacts.get(&contact_id).map_or(0, |wave| wave + 1);
        let values = given_up.iter().chain(taken).map(value);
        let wave =
            values.clone().filter_map(|value| self.values.get(&value).copied()).fold(behind, usize::max);
        self.contacts.insert(contact_id, wave);
        self.values.extend(values.map(|value| (value, wave)));
        if self.waves.len() <= wave {
            self.waves.resize_with(wave + 1, Vec::new);
        }
        if let Some(changes) = self.waves.get_mut(wave) {
            changes.push(change);
        }
    }
}
