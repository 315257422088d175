//! What becomes of contacts that are merged.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use super::{
    entry::{Entry, keep_one_primary},
    input::{Field, Preference},
};
use crate::{
    contacts::{
        input::{
            MAX_GROUPS, MAX_LIST,
            references::{FieldDefinition, References},
        },
        record::model::{Contact, CustomValue},
    },
    error::Problems,
};

/// Contacts that are to be merged, the survivor first, and whose value is preferred in which field.
pub(super) struct Merging<'a> {
    pub contacts: &'a [Contact],
    pub prefer: &'a [Preference],
}

impl Merging<'_> {
    /// The survivor as it is afterwards. Lists are united, everything else is the first that there is; what is preferred
    /// is taken as it is, also where it is nothing.
    pub(super) fn outcome(&self, survivor: &Contact) -> Contact {
        let mut after = survivor.clone();
        if let Some(contact) = self.preferred(&Field::Username) {
            after.username.clone_from(&contact.username);
        }
        if let Some(contact) = self.preferred(&Field::Name) {
            after.name.clone_from(&contact.name);
        }
        after.address = self.first(&Field::Address, |contact| contact.address.as_ref());
        after.channel = self.first(&Field::Channel, |contact| contact.channel.as_ref());
        after.notes = self.first(&Field::Notes, |contact| contact.notes.as_ref());
        after.avatar_url = self.first(&Field::AvatarUrl, |contact| contact.avatar_url.as_ref());
        after.company = self.first(&Field::Company, |contact| contact.company.as_ref());
        after.tags = self.united(&Field::Tags, |contact| &contact.tags);
        after.emails = self.united(&Field::Email, |contact| &contact.emails);
        after.phones = self.united(&Field::Phone, |contact| &contact.phones);
        after.groups = self.united(&Field::Groups, |contact| &contact.groups);
        after.platforms = self.united(&Field::Platforms, |contact| &contact.platforms);
        after.custom_values = self.custom_values();
        after
    }

    fn preferred(&self, field: &Field) -> Option<&Contact> {
        let preference = self.prefer.iter().find(|preference| preference.field == *field)?;
        self.contacts.iter().find(|contact| contact.id == preference.id)
    }

    fn first<T: Clone>(&self, field: &Field, of: impl Fn(&Contact) -> Option<&T>) -> Option<T> {
        match self.preferred(field) {
            Some(contact) => of(contact).cloned(),
            None => self.contacts.iter().find_map(|contact| of(contact).cloned()),
        }
    }

    /// The entries of the first contact as they are, and those of the others that are not among them yet. The first
    /// that is primary stays so.
    fn united<T: Entry>(&self, field: &Field, of: impl Fn(&Contact) -> &Vec<T>) -> Vec<T> {
        if let Some(contact) = self.preferred(field) {
            return of(contact).clone();
        }
        let Some((first, others)) = self.contacts.split_first() else { return Vec::new() };
        let mut seen: HashSet<T::Key<'_>> = of(first).iter().map(Entry::key).collect();
        let mut entries = of(first).clone();
        for entry in others.iter().flat_map(&of).filter(|entry| seen.insert(entry.key())) {
            entries.push(entry.clone());
        }
        let primary =
            self.contacts.iter().find_map(|contact| of(contact).iter().find(|one| one.is_primary()));
        if let Some(primary) = primary
            && !of(first).iter().any(Entry::is_primary)
        {
            // The survivor may have the same, not as primary.
            for entry in &mut entries {
                let is_it = entry.key() == primary.key();
                entry.set_primary(is_it);
            }
        }
        keep_one_primary(&mut entries);
        entries
    }

    fn custom_values(&self) -> Vec<CustomValue> {
        let preferred: HashMap<&str, Uuid> = self
            .prefer
            .iter()
            .filter_map(|preference| match &preference.field {
                Field::Custom(name) => Some((name.as_str(), preference.id)),
                _ => None,
            })
            .collect();
        let mut values: Vec<CustomValue> = Vec::new();
        let mut seen = HashSet::new();
        for contact in self.contacts {
            for value in &contact.custom_values {
                let preferred = preferred.get(value.system_name.as_str());
                if preferred.is_none_or(|id| *id == contact.id) && seen.insert(value.field_id) {
                    values.push(value.clone());
                }
            }
        }
        CustomValue::sort(&mut values);
        values
    }
}

/// The values of archived fields that the survivor takes over, given those of all contacts, the survivor's first.
pub(super) fn archived<'a>(values: &[&'a [CustomValue]]) -> Vec<&'a CustomValue> {
    let Some((own, others)) = values.split_first() else { return Vec::new() };
    let mut seen: HashSet<_> = own.iter().map(|value| value.field_id).collect();
    others.iter().copied().flatten().filter(|value| seen.insert(value.field_id)).collect()
}

/// Notes what the outcome may not be: lists that are too long together, and required fields that a preference empties.
pub(super) fn check(survivor: &Contact, after: &Contact, references: &References, problems: &mut Problems) {
    for (field, length, most) in [
        ("email", after.emails.len(), MAX_LIST),
        ("phone", after.phones.len(), MAX_LIST),
        ("tags", after.tags.len(), MAX_LIST),
        ("platformContacts", after.platforms.len(), MAX_LIST),
        ("contact_groups", after.groups.len(), MAX_GROUPS),
    ] {
        if length > most {
            let message = format!(
                "the contacts have {length} entries together, one has at most {most}; `prefer` one contact's"
            );
            problems.add(field, "too_many", message);
        }
    }
    for field in references.required_fields() {
        if is_empty(after, field) && !is_empty(survivor, field) {
            let name = if field.is_default {
                field.system_name.clone()
            } else {
                format!("customFields.{}", field.system_name)
            };
            problems.add(
                format!("prefer.{name}"),
                "required",
                "is required, and the preferred contact has none",
            );
        }
    }
}

fn is_empty(contact: &Contact, field: &FieldDefinition) -> bool {
    if !field.is_default {
        return contact.custom_values.iter().all(|value| value.field_id != field.id);
    }
    match field.system_name.as_str() {
        "address" => contact.address.is_none(),
        "channel" => contact.channel.is_none(),
        "notes" => contact.notes.is_none(),
        "avatar_url" => contact.avatar_url.is_none(),
        "company" => contact.company.is_none(),
        "email" => contact.emails.is_empty(),
        "phone" => contact.phones.is_empty(),
        "tags" => contact.tags.is_empty(),
        "contact_groups" => contact.groups.is_empty(),
        // Every contact has a name.
        _ => false,
    }
}
