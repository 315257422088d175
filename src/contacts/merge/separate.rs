//! What becomes of a survivor when its merge is undone. Only what the merge changed, and nobody changed since, goes back
//! to what it was.

use super::entry::{Entry, keep_one_primary};
use crate::contacts::{
    input::{MAX_GROUPS, MAX_LIST},
    record::model::{Contact, CustomValue},
};

/// The survivor as it is afterwards. `before`: as it was before the merge; `outcome`: as the merge left it.
pub(super) fn separate(now: &Contact, before: &Contact, outcome: &Contact) -> Contact {
    let mut after = now.clone();
    undo(&mut after.username, &before.username, &outcome.username);
    undo(&mut after.name, &before.name, &outcome.name);
    undo(&mut after.address, &before.address, &outcome.address);
    undo(&mut after.channel, &before.channel, &outcome.channel);
    undo(&mut after.notes, &before.notes, &outcome.notes);
    undo(&mut after.avatar_url, &before.avatar_url, &outcome.avatar_url);
    undo(&mut after.company, &before.company, &outcome.company);
    after.tags = undo_list(&now.tags, &before.tags, &outcome.tags, MAX_LIST);
    after.emails = undo_list(&now.emails, &before.emails, &outcome.emails, MAX_LIST);
    after.phones = undo_list(&now.phones, &before.phones, &outcome.phones, MAX_LIST);
    after.groups = undo_list(&now.groups, &before.groups, &outcome.groups, MAX_GROUPS);
    after.platforms = undo_list(&now.platforms, &before.platforms, &outcome.platforms, MAX_LIST);
    after.custom_values = undo_values(&now.custom_values, &before.custom_values, &outcome.custom_values);
    after
}

fn undo<T: Clone + PartialEq>(now: &mut T, before: &T, outcome: &T) {
    if now == outcome {
        now.clone_from(before);
    }
}

/// A list that nobody changed since becomes what it was. From another one goes what the merge added, and what the merge
/// took comes back behind the rest, as far as there is room.
fn undo_list<T: Entry>(now: &[T], before: &[T], outcome: &[T], most: usize) -> Vec<T> {
    fn like<'a, T: Entry>(list: &'a [T], entry: &T) -> Option<&'a T> {
        list.iter().find(|other| other.key() == entry.key())
    }
    if now == outcome {
        return before.to_vec();
    }
    let left = now.iter().filter_map(|entry| match (like(before, entry), like(outcome, entry)) {
        (None, Some(_)) => None,
        // The merge changed whether it is primary.
        (Some(was), Some(made)) if entry == made && !before.contains(entry) => Some(was.clone()),
        _ => Some(entry.clone()),
    });
    let mut entries: Vec<T> = left.collect();
    for entry in before {
        if entries.len() < most && like(outcome, entry).is_none() && like(&entries, entry).is_none() {
            entries.push(entry.clone());
        }
    }
    keep_one_primary(&mut entries);
    entries
}

/// The values of custom fields, each of which is undone by itself.
pub(super) fn undo_values(
    now: &[CustomValue],
    before: &[CustomValue],
    outcome: &[CustomValue],
) -> Vec<CustomValue> {
    fn of<'a>(values: &'a [CustomValue], field: &CustomValue) -> Option<&'a CustomValue> {
        values.iter().find(|value| value.field_id == field.field_id)
    }
    let gone = before.iter().filter(|value| of(now, value).is_none());
    let mut values: Vec<CustomValue> = now
        .iter()
        .chain(gone)
        .filter_map(|field| {
            let value = of(now, field);
            if value == of(outcome, field) { of(before, field) } else { value }
        })
        .cloned()
        .collect();
    CustomValue::sort(&mut values);
    values
}
