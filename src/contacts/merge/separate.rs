//! What becomes of a survivor when its merge is undone, and of what later merges made of it. Only what the merge changed,
//! and nobody changed since, goes back to what it was.

use super::{
    combine::{self, Merging},
    entry::{Entry, keep_one_primary},
    input::Preference,
};
use crate::contacts::{
    input::{MAX_GROUPS, MAX_LIST},
    record::{model::CustomValue, snapshot::Revived},
};

/// A merge of the survivor, out of what is kept of it.
#[derive(Debug)]
pub(super) struct Stage {
    /// The survivor before it.
    pub before: Revived,
    /// The survivor as it left it.
    pub outcome: Revived,
    /// The others.
    pub merged: Vec<Revived>,
    pub prefer: Vec<Preference>,
}

/// The survivor as it is once a merge is undone. `later`: the merges that it came out of since and that stand, in their
/// order; they become what they would have been without that merge, so that nothing of it is left in them, and each can be
/// undone in its turn.
pub(super) fn separate(now: &Revived, undone: Stage, later: &mut [Stage]) -> Revived {
    let (mut from, mut to) = (undone.outcome, undone.before);
    for stage in later {
        stage.before = rebase(&stage.before, &from, &to);
        let merging = Merging { survivor: &stage.before, others: &stage.merged, prefer: &stage.prefer };
        let mut outcome = merging.outcome();
        combine::limit(&mut outcome.contact);
        from = std::mem::replace(&mut stage.outcome, outcome.clone());
        to = outcome;
    }
    rebase(now, &from, &to)
}

/// A later state of what was `from`, as it is where that was `to`.
fn rebase(later: &Revived, from: &Revived, to: &Revived) -> Revived {
    let (now, outcome, before) = (&later.contact, &from.contact, &to.contact);
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
    Revived { contact: after, archived: undo_values(&later.archived, &to.archived, &from.archived) }
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
fn undo_values(now: &[CustomValue], before: &[CustomValue], outcome: &[CustomValue]) -> Vec<CustomValue> {
    let [of_now, of_before, of_outcome] = [now, before, outcome].map(CustomValue::by_field);
    let gone = before.iter().filter(|value| !of_now.contains_key(&value.field_id));
    let mut values: Vec<CustomValue> = now
        .iter()
        .chain(gone)
        .filter_map(|CustomValue { field_id, .. }| {
            let value = of_now.get(field_id);
            if value == of_outcome.get(field_id) { of_before.get(field_id) } else { value }
        })
        .map(|value| (*value).clone())
        .collect();
    CustomValue::sort(&mut values);
    values
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::{
        catalogue::tags::Tag,
        contacts::{
            merge::input::Field,
            record::model::{Contact, EmailEntry},
        },
        domain::{Address, Email, FieldType, FieldValue, Name, Notes, Username},
    };

    /// One of a few values, or of those that only this contact has; what `choice` has no bit for it lacks.
    fn contact(number: u32, choice: u32) -> Revived {
        let id = Uuid::from_u128(u128::from(number) + 1);
        let has = |bit: u32| (choice >> bit) & 1 == 1;
        let text =
            |bit: u32| if has(bit + 1) { format!("of{number}x") } else { format!("shared{}", choice % 3) };
        let name = Name::from_stored(text(0));
        let mut contact = Contact::new(id, Username::from_stored(text(1)), name, DateTime::UNIX_EPOCH);
        contact.notes = has(2).then(|| Notes::from_stored(text(3)));
        contact.address = has(4).then(|| Address::from_stored(text(5)));
        let email = |bit: u32| EmailEntry {
            email: Email::from_stored(format!("{}@example.com", text(bit))),
            is_primary: has(bit + 2),
        };
        contact.emails = if has(6) { vec![email(7)] } else { Vec::new() };
        let tag = |number: u32| Tag { id: Uuid::from_u128(u128::from(number)), name: number.to_string() };
        contact.tags = if has(10) { vec![tag(choice % 5), tag(7)] } else { Vec::new() };
        let value = |bit: u32| CustomValue {
            field_id: Uuid::from_u128(u128::from(bit)),
            system_name: format!("cf_{bit}"),
            display_name: String::new(),
            field_type: FieldType::Text,
            position: 0,
            value: FieldValue::from_stored(FieldType::Text, vec![text(bit)]),
        };
        contact.custom_values = if has(11) { vec![value(12)] } else { Vec::new() };
        let archived = if has(14) { vec![value(15)] } else { Vec::new() };
        Revived { contact, archived }
    }

    /// Merges into the first of these contacts, and undoes: each step says which.
    fn play(contacts: &[Revived], steps: &[(u8, u32)], edits: bool) -> Revived {
        let mut now = contacts[0].clone();
        let mut others: Vec<Revived> = contacts[1..].to_vec();
        let mut stages: Vec<Stage> = Vec::new();
        for (step, choice) in steps {
            let place = |length: usize| usize::try_from(*choice).unwrap_or_default() % length;
            if *step < 3 && !others.is_empty() {
                let merged = others.split_off(others.len() - 1 - place(others.len().min(2)));
                let all: Vec<Uuid> = std::iter::once(&now).chain(&merged).map(|one| one.contact.id).collect();
                let fields = [
                    Field::Name,
                    Field::Notes,
                    Field::Address,
                    Field::Email,
                    Field::Tags,
                    Field::Custom("cf_12".into()),
                ];
                let chosen = fields.into_iter().enumerate().filter(|(bit, _)| (choice >> bit) & 1 == 1);
                let prefer =
                    chosen.map(|(bit, field)| Preference { field, id: all[(place(7) + bit) % all.len()] });
                let prefer: Vec<Preference> = prefer.collect();
                let outcome = Merging { survivor: &now, others: &merged, prefer: &prefer }.outcome();
                stages.push(Stage { before: now, outcome: outcome.clone(), merged, prefer });
                now = outcome;
            } else if *step < 5 && !stages.is_empty() {
                let index = place(stages.len());
                let undone = stages.remove(index);
                others.extend(undone.merged.iter().cloned());
                now = separate(&now, undone, &mut stages[index..]);
            } else if edits {
                now.contact.notes = Some(Notes::from_stored(format!("edit {choice}")));
                now.contact.emails.reverse();
            }
        }
        while let Some(last) = stages.len().checked_sub(1) {
            let index =
                usize::try_from(steps.first().map_or(0, |step| step.1)).unwrap_or_default() % (last + 1);
            let undone = stages.remove(index);
            now = separate(&now, undone, &mut stages[index..]);
        }
        now
    }

    fn chains() -> impl Strategy<Value = (Vec<Revived>, Vec<(u8, u32)>)> {
        let contacts = prop::collection::vec(any::<u32>(), 2..7)
            .prop_map(|choices| (0..).zip(choices).map(|(number, choice)| contact(number, choice)).collect());
        (contacts, prop::collection::vec((0_u8..6, any::<u32>()), 1..20))
    }

    proptest! {
        #[test]
        fn once_all_merges_are_undone_in_whatever_order_the_survivor_is_as_it_was(
            (contacts, steps) in chains(),
        ) {
            prop_assert_eq!(play(&contacts, &steps, false), contacts[0].clone());
        }

        #[test]
        fn whatever_is_changed_meanwhile_nothing_is_left_that_only_another_contact_had(
            (contacts, steps) in chains(),
        ) {
            let left = format!("{:?}", play(&contacts, &steps, true));
            for number in 1..contacts.len() {
                let mark = format!("of{number}x");
                prop_assert!(!left.contains(&mark), "{} in {}", mark, left);
            }
        }
    }
}
