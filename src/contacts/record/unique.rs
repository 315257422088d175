//! Which values of a contact no other may have.

use std::collections::HashMap;

use uuid::Uuid;

use super::model::{Contact, CustomValue};
use crate::{
    contacts::input::references::FieldDefinition,
    domain::{Region, case_key, index_key},
};

/// A value that a contact takes for itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Claim {
    /// The field that is unique.
    pub field_id: Uuid,
    /// What equal values share.
    pub key: String,
    /// Where the value stands in a body, for the error.
    pub path: String,
}

/// The values of `contact` in fields that are unique, in the order in which they are to be written: two
/// requests that want the same ones then wait for each other in one direction only.
pub(crate) fn claims(contact: &Contact, fields: &[FieldDefinition], region: Option<Region>) -> Vec<Claim> {
    let custom = CustomValue::by_field(&contact.custom_values);
    let mut claims: Vec<Claim> = fields
        .iter()
        .filter(|field| field.is_unique && !field.is_archived)
        .flat_map(|field| {
            let values = if field.is_default {
                default_keys(contact, &field.system_name)
            } else {
                let value = custom.get(&field.id);
                let claim = |value: &&CustomValue| {
                    (format!("customFields.{}", field.system_name), value.value.unique_key(region))
                };
                value.map(claim).into_iter().collect()
            };
            values.into_iter().map(|(path, key)| Claim { field_id: field.id, key: index_key(key), path })
        })
        .collect();
    claims.sort();
    claims.dedup_by(|a, b| (a.field_id, &a.key) == (b.field_id, &b.key));
    claims
}

/// The fields whose unique values differ between two states of a contact, and the values that it then has in
/// them; the fields are in order. Fields that an update does not touch are left alone, so that a contact that breaks a newer rule can
/// still be edited.
pub(crate) fn changes(before: &[Claim], after: &[Claim]) -> (Vec<Uuid>, Vec<Claim>) {
    fn keys(claims: &[Claim]) -> HashMap<Uuid, Vec<&str>> {
        let mut keys: HashMap<Uuid, Vec<&str>> = HashMap::new();
        for claim in claims {
            keys.entry(claim.field_id).or_default().push(&claim.key);
        }
        keys
    }
    let (old, new) = (keys(before), keys(after));
    let mut fields: Vec<Uuid> =
        old.keys().chain(new.keys()).copied().filter(|field| old.get(field) != new.get(field)).collect();
    fields.sort_unstable();
    fields.dedup();
    let claims =
        after.iter().filter(|claim| fields.binary_search(&claim.field_id).is_ok()).cloned().collect();
    (fields, claims)
}

/// The key of a default field that is text.
pub(crate) fn text_key(text: &str) -> String {
    index_key(case_key(text))
}

fn default_keys(contact: &Contact, system_name: &str) -> Vec<(String, String)> {
    let one = |value: Option<&str>| {
        value.map(|text| (system_name.to_owned(), case_key(text))).into_iter().collect()
    };
    match system_name {
        "username" => one(Some(contact.username.as_str())),
        "name" => one(Some(contact.name.as_str())),
        "address" => one(contact.address.as_ref().map(crate::domain::Address::as_str)),
        "notes" => one(contact.notes.as_ref().map(crate::domain::Notes::as_str)),
        "avatar_url" => one(contact.avatar_url.as_ref().map(crate::domain::Url::as_str)),
        "email" => contact
            .emails
            .iter()
            .enumerate()
            .map(|(index, entry)| (format!("email[{index}].email"), entry.email.key()))
            .collect(),
        "phone" => contact
            .phones
            .iter()
            .enumerate()
            .map(|(index, entry)| (format!("phone[{index}].phone"), entry.phone.unique_key().to_owned()))
            .collect(),
        // A company, a channel, tags and groups are shared by their nature.
        _ => Vec::new(),
    }
}
