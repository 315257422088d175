//! What becomes of contacts that are merged.

use std::{
    collections::{HashMap, HashSet},
    iter,
};

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
        record::{
            model::{Contact, CustomValue},
            snapshot::Revived,
        },
    },
    error::Problems,
};

/// Contacts that are to be merged, and whose value is preferred in which field.
pub(super) struct Merging<'a> {
    pub survivor: &'a Revived,
    pub others: &'a [Revived],
    pub prefer: &'a [Preference],
}

impl Merging<'_> {
    /// The survivor as it is afterwards. Lists are united, everything else is the first that there is; what is preferred
    /// is taken as it is, also where it is nothing.
    pub(super) fn outcome(&self) -> Revived {
        let mut after = self.survivor.contact.clone();
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
        after.custom_values = self.values(|one| &one.contact.custom_values);
        Revived { contact: after, archived: self.values(|one| &one.archived) }
    }

    /// All of them, the survivor first.
    fn all(&self) -> impl Iterator<Item = &Revived> {
        iter::once(self.survivor).chain(self.others)
    }

    fn contacts(&self) -> impl Iterator<Item = &Contact> {
        self.all().map(|one| &one.contact)
    }

    fn preferred(&self, field: &Field) -> Option<&Contact> {
        let preference = self.prefer.iter().find(|preference| preference.field == *field)?;
        self.contacts().find(|contact| contact.id == preference.id)
    }

    fn first<T: Clone>(&self, field: &Field, of: impl Fn(&Contact) -> Option<&T>) -> Option<T> {
        match self.preferred(field) {
            Some(contact) => of(contact).cloned(),
            None => self.contacts().find_map(|contact| of(contact).cloned()),
        }
    }

    /// The entries of the first contact as they are, and those of the others that are not among them yet. The first
    /// that is primary stays so.
    fn united<T: Entry>(&self, field: &Field, of: impl Fn(&Contact) -> &Vec<T>) -> Vec<T> {
        if let Some(contact) = self.preferred(field) {
            return of(contact).clone();
        }
        let own = of(&self.survivor.contact);
        let mut seen: HashSet<T::Key<'_>> = own.iter().map(Entry::key).collect();
        let mut entries = own.clone();
        for entry in self.contacts().skip(1).flat_map(&of).filter(|entry| seen.insert(entry.key())) {
            entries.push(entry.clone());
        }
        let primary = self.contacts().find_map(|contact| of(contact).iter().find(|one| one.is_primary()));
        if let Some(primary) = primary
            && !own.iter().any(Entry::is_primary)
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

    /// The values of custom fields, in use or not: of each the one that is preferred, else the first.
    fn values(&self, of: impl Fn(&Revived) -> &Vec<CustomValue>) -> Vec<CustomValue> {
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
        for one in self.all() {
            for value in of(one) {
                let preferred = preferred.get(value.system_name.as_str());
                if preferred.is_none_or(|id| *id == one.contact.id) && seen.insert(value.field_id) {
                    values.push(value.clone());
                }
            }
        }
        CustomValue::sort(&mut values);
        values
    }
}

/// Leaves of each list as many entries as a contact may have. [`check`] has refused what is longer; without one of the
/// contacts that it was made of, what was preferred over a long list may be gone.
pub(super) fn limit(contact: &mut Contact) {
    contact.emails.truncate(MAX_LIST);
    contact.phones.truncate(MAX_LIST);
    contact.tags.truncate(MAX_LIST);
    contact.platforms.truncate(MAX_LIST);
    contact.groups.truncate(MAX_GROUPS);
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
    let [of_survivor, of_after] = [survivor, after].map(|one| CustomValue::by_field(&one.custom_values));
    for field in references.required_fields() {
        if is_empty(after, &of_after, field) && !is_empty(survivor, &of_survivor, field) {
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

fn is_empty(contact: &Contact, custom: &HashMap<Uuid, &CustomValue>, field: &FieldDefinition) -> bool {
    if !field.is_default {
        return !custom.contains_key(&field.id);
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
