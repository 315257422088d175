//! What an upsert is about: the value that the one contact has, or is to get.

use std::{
    borrow::Cow,
    collections::{BTreeSet, HashMap},
};

use serde_json::Value;
use uuid::Uuid;
use xxhash_rust::xxh3::xxh3_128;

use crate::{
    contacts::{
        input::{
            ContactInput, MAX_LIST, PlatformRef,
            references::{FieldDefinition, References},
        },
        record::model::{Contact, EmailEntry, PhoneEntry},
    },
    domain::{
        Email, FieldValue, Invalid, Phone, Region, SocialId, SystemName, unencoded_email, unencoded_phone,
    },
    error::Problems,
    http::{patch::Patch, reader::Placed},
    openapi::name_of_filter,
};

/// By what a contact is looked for, as a caller says it.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub by: By,
    pub value: String,
    /// What the caller calls the two.
    pub names: (&'static str, &'static str),
}

#[derive(Debug, Clone)]
pub(super) enum By {
    Email,
    Phone,
    SocialId,
    Field(SystemName),
}

/// What equal values share, and what they are values of.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Key {
    Email(String),
    Phone(String),
    SocialId(String),
    Field(Uuid, String),
}

/// The value that a contact is looked for by.
#[derive(Debug)]
pub(super) struct Target {
    pub key: Key,
    value: TargetValue,
    /// What the caller calls the value.
    pub name: &'static str,
}

#[derive(Debug)]
enum TargetValue {
    Email(Email),
    Phone(Phone),
    SocialId(SocialId),
    Field(Box<FieldDefinition>, SystemName, String),
}

impl By {
    pub(super) fn parse(text: &str) -> Result<Self, Invalid> {
        match name_of_filter(text) {
            "email" => Ok(Self::Email),
            "phone" => Ok(Self::Phone),
            "socialPlatformId" => Ok(Self::SocialId),
            custom if custom.starts_with("cf_") => SystemName::parse(custom).map(Self::Field),
            _ => {
                let message = "must be email, phone, socialPlatformId, or the cf_ name of a custom field";
                Err(Invalid::new("not_an_option", message))
            }
        }
    }
}

impl Asked {
    /// The custom field that has to be known for it.
    pub(super) fn field(&self) -> Option<&str> {
        match &self.by {
            By::Field(name) => Some(name.as_str()),
            By::Email | By::Phone | By::SocialId => None,
        }
    }

    /// Reads the value, as the filters of a listing do.
    pub(super) fn target(
        &self,
        references: &References,
        region: Option<Region>,
        problems: &mut Problems,
    ) -> Option<Target> {
        let (by, name) = self.names;
        let (key, value) = match &self.by {
            By::Email => {
                let email = problems.keep(name, unencoded_email(&self.value))?;
                (Key::Email(email.key()), TargetValue::Email(email))
            }
            By::Phone => {
                let phone = problems.keep(name, unencoded_phone(&self.value, region))?;
                (Key::Phone(phone.unique_key().to_owned()), TargetValue::Phone(phone))
            }
            By::SocialId => {
                let id = problems.keep(name, SocialId::parse(&self.value))?;
                (Key::SocialId(id.as_str().to_owned()), TargetValue::SocialId(id))
            }
            By::Field(system_name) => {
                let Some(field) = references.custom_field(system_name.as_str()) else {
                    problems.add(by, "unknown_field", "there is no custom field of this name");
                    return None;
                };
                let key =
                    problems.keep(name, FieldValue::parse_to_find(field.field_type, &self.value, region))?;
                let Some(key) = key else {
                    problems.add(name, "blank", "must not be blank");
                    return None;
                };
                let value =
                    TargetValue::Field(Box::new(field.clone()), system_name.clone(), self.value.clone());
                (Key::Field(field.id, key), value)
            }
        };
        Some(Target { key, value, name })
    }
}

impl Key {
    /// Those of a contact.
    pub(super) fn of(contact: &Contact, region: Option<Region>) -> impl Iterator<Item = Self> {
        let emails = contact.emails.iter().map(|entry| Self::Email(entry.email.key()));
        let phones = contact.phones.iter().map(|entry| Self::Phone(entry.phone.unique_key().to_owned()));
        let social_id = |id: &SocialId| Self::SocialId(id.as_str().to_owned());
        let social_ids =
            contact.platforms.iter().map(move |platform| social_id(&platform.social_platform_id));
        let values = contact.custom_values.iter().flat_map(move |custom| {
            let keys = custom.value.row_keys(region).into_iter();
            keys.map(|key| Self::Field(custom.field_id, key))
        });
        emails.chain(phones).chain(social_ids).chain(values)
    }

    /// What every snapshot of a contact that has it contains, where that can be said. Of a phone it cannot, which may be
    /// written in any notation, nor of letters that are compared without regard to case as only Unicode knows it.
    pub(super) fn trace(&self) -> serde_json::Result<String> {
        match self {
            // Its domain may be written in letters.
            Self::Email(key) => match key.rsplit_once('@') {
                Some((local, _)) if local.is_ascii() => {
                    let quoted = serde_json::to_string(local)?;
                    Ok(format!("{}@", quoted.strip_suffix('"').unwrap_or(&quoted)))
                }
                _ => Ok(String::new()),
            },
            Self::Phone(_) => Ok(String::new()),
            Self::SocialId(id) => serde_json::to_string(id),
            Self::Field(id, _) => serde_json::to_string(id),
        }
    }

    /// By what upserts of it wait for each other: a digest, so that nothing of the value is left anywhere.
    pub(super) fn lock(&self) -> String {
        format!("{:032x}", xxh3_128(format!("{self:?}").as_bytes()))
    }
}

impl Target {
    /// The body of a new contact, to which the value is added where it lacks it.
    pub(super) fn complete<'a>(
        &self,
        input: &'a ContactInput,
        region: Option<Region>,
        frame: &mut Problems,
        problems: &mut Problems,
    ) -> Cow<'a, ContactInput> {
        let mut input = Cow::Borrowed(input);
        match &self.value {
            TargetValue::Email(email) => {
                let emails = input.emails.as_deref().unwrap_or_default();
                if !emails.iter().any(|entry| entry.email.key() == email.key()) {
                    let entry = EmailEntry { email: email.clone(), is_primary: false };
                    let emails = input.to_mut().emails.get_or_insert_default();
                    emails.push(entry);
                    limit("email", emails.len(), problems);
                }
            }
            TargetValue::Phone(phone) => {
                let phones = input.phones.as_deref().unwrap_or_default();
                if !phones.iter().any(|entry| entry.phone.unique_key() == phone.unique_key()) {
                    let entry = PhoneEntry { phone: phone.clone(), is_primary: false };
                    let phones = input.to_mut().phones.get_or_insert_default();
                    phones.push(entry);
                    limit("phone", phones.len(), problems);
                }
            }
            TargetValue::SocialId(id) => complete_platforms(id, &mut input, problems),
            TargetValue::Field(field, name, text) => {
                if !input.custom_fields.iter().any(|(other, _)| other == name) {
                    let value = Value::from(text.as_str());
                    let parsed = FieldValue::parse(field.field_type, &field.options, &value, true, region);
                    if let Some(Some(value)) = frame.keep(self.name, parsed) {
                        input.to_mut().custom_fields.push((name.clone(), value.to_json()));
                    }
                }
            }
        }
        input
    }

    /// Notes a body that says something else than what its contact is looked for by.
    pub(super) fn check(&self, input: &ContactInput, region: Option<Region>, problems: &mut Problems) {
        let TargetValue::Field(field, name, _) = &self.value else { return };
        let Some((_, json)) = input.custom_fields.iter().find(|(other, _)| other == name) else { return };
        let value = FieldValue::parse(field.field_type, &field.options, json, input.is_form, region);
        // What cannot be read is noted elsewhere.
        let Ok(value) = value else { return };
        let keys = value.map(|value| value.row_keys(region)).unwrap_or_default();
        if !keys.into_iter().any(|key| Key::Field(field.id, key) == self.key) {
            let message = "differs from the value that the contact is looked for by";
            problems.add(format!("customFields.{}", name.as_str()), "contradiction", message);
        }
    }

    /// Lists of a body replace those of the contact, but what it was found by stays.
    pub(super) fn keep(&self, before: &Contact, after: &mut Contact, problems: &mut Problems) {
        match &self.value {
            TargetValue::Email(email) => {
                let is_it = |entry: &&EmailEntry| entry.email.key() == email.key();
                if !after.emails.iter().any(|entry| is_it(&entry)) {
                    let is_free = !after.emails.iter().any(|entry| entry.is_primary);
                    let kept = before.emails.iter().find(is_it).cloned();
                    after.emails.extend(
                        kept.map(|entry| EmailEntry { is_primary: entry.is_primary && is_free, ..entry }),
                    );
                    limit("email", after.emails.len(), problems);
                }
            }
            TargetValue::Phone(phone) => {
                let is_it = |entry: &&PhoneEntry| entry.phone.unique_key() == phone.unique_key();
                if !after.phones.iter().any(|entry| is_it(&entry)) {
                    let is_free = !after.phones.iter().any(|entry| entry.is_primary);
                    let kept = before.phones.iter().find(is_it).cloned();
                    after.phones.extend(
                        kept.map(|entry| PhoneEntry { is_primary: entry.is_primary && is_free, ..entry }),
                    );
                    limit("phone", after.phones.len(), problems);
                }
            }
            TargetValue::SocialId(id) => {
                if !after.platforms.iter().any(|platform| platform.social_platform_id == *id) {
                    let kept = before.platforms.iter().filter(|platform| platform.social_platform_id == *id);
                    after.platforms.extend(kept.cloned());
                    limit("platformContacts", after.platforms.len(), problems);
                }
            }
            // `check` sees to it.
            TargetValue::Field(..) => {}
        }
    }
}

/// The social id of a new contact is from where the contact is from.
fn complete_platforms(id: &SocialId, input: &mut Cow<'_, ContactInput>, problems: &mut Problems) {
    let platforms = input.platforms.as_deref().unwrap_or_default();
    if platforms.iter().any(|platform| platform.entry.social_platform_id.as_ref() == Some(id)) {
        return;
    }
    let index = platforms.len();
    let Patch::Value(channel) = &input.channel else {
        if !problems.concern("channel") && !problems.concern("platformContacts") {
            let message = "a new contact needs an entry with this id, or `channel`: where the id is from";
            problems.add("platformContacts", "required", message);
        }
        return;
    };
    let entry = PlatformRef { channel: channel.clone(), social_platform_id: Some(id.clone()) };
    input.to_mut().platforms.get_or_insert_default().push(Placed { index, entry });
    limit("platformContacts", index + 1, problems);
}

fn limit(field: &str, length: usize, problems: &mut Problems) {
    if length > MAX_LIST {
        let message =
            format!("must have at most {MAX_LIST} entries with the one the contact is looked for by");
        problems.add(field, "too_many", message);
    }
}

/// Which contacts have what upserts are about, as operations change them.
#[derive(Debug, Default)]
pub(super) struct Matches(HashMap<Key, BTreeSet<Uuid>>);

impl Matches {
    pub(super) fn want(&mut self, key: &Key) {
        if !self.0.contains_key(key) {
            self.0.insert(key.clone(), BTreeSet::new());
        }
    }

    /// Whether nothing is wanted.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is wanted.
    pub(super) fn keys(&self) -> impl Iterator<Item = &Key> {
        self.0.keys()
    }

    /// The contacts that have it, by id.
    pub(super) fn of(&self, key: &Key) -> Vec<Uuid> {
        self.0.get(key).into_iter().flatten().copied().collect()
    }

    /// A contact became another one; `None`: there is none.
    pub(super) fn change(
        &mut self,
        before: Option<&Contact>,
        after: Option<&Contact>,
        region: Option<Region>,
    ) {
        if self.is_empty() {
            return;
        }
        for (contact, key) in
            before.iter().flat_map(|contact| Key::of(contact, region).map(|key| (contact.id, key)))
        {
            if let Some(ids) = self.0.get_mut(&key) {
                ids.remove(&contact);
            }
        }
        for (contact, key) in
            after.iter().flat_map(|contact| Key::of(contact, region).map(|key| (contact.id, key)))
        {
            if let Some(ids) = self.0.get_mut(&key) {
                ids.insert(contact);
            }
        }
    }
}
