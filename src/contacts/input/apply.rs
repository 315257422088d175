//! Applies what a body says to a contact.

use std::collections::HashSet;

use uuid::Uuid;

use super::{ContactInput, MAX_LIST, TagAction, references::References};
use crate::{
    contacts::record::model::{Contact, CustomValue, Platform},
    domain::{Name, Username},
    error::Problems,
    http::patch::Patch,
};

/// Changes `contact` as `input` says. The patch is taken apart field by field, so that a new field cannot be
/// forgotten here.
pub(crate) fn apply(
    contact: &mut Contact,
    input: &ContactInput,
    custom_values: Vec<(Uuid, Option<CustomValue>)>,
    references: &References,
) {
    let ContactInput {
        username,
        name,
        address,
        channel,
        notes,
        avatar_url,
        tags,
        company,
        emails,
        phones,
        custom_fields: _,
        groups,
        platforms,
        is_form: _,
    } = input;
    set(&mut contact.username, username.as_ref());
    set(&mut contact.name, name.as_ref());
    patch(&mut contact.address, address);
    patch(&mut contact.notes, notes);
    patch(&mut contact.avatar_url, avatar_url);
    set(&mut contact.emails, emails.as_ref());
    set(&mut contact.phones, phones.as_ref());
    if let Some(change) = tags {
        contact.tags = references.tags(&contact.tags, change);
    }
    if let Some(ids) = groups {
        contact.groups = references.groups(ids);
    }
    match channel {
        Patch::Absent => {}
        Patch::Null => contact.channel = None,
        Patch::Value(name) => contact.channel = references.channel(name),
    }
    match company {
        Patch::Absent => {}
        Patch::Null => contact.company = None,
        Patch::Value(reference) => contact.company = references.company(reference),
    }
    if let Some(platforms) = platforms {
        contact.platforms = platforms
            .iter()
            .filter_map(|platform| {
                let channel = references.channel(&platform.entry.channel)?;
                Some(Platform { channel, social_platform_id: platform.entry.social_platform_id.clone()? })
            })
            .collect();
    }
    let named: HashSet<Uuid> = custom_values.iter().map(|(field_id, _)| *field_id).collect();
    contact.custom_values.retain(|value| !named.contains(&value.field_id));
    contact.custom_values.extend(custom_values.into_iter().filter_map(|(_, value)| value));
    CustomValue::sort(&mut contact.custom_values);
}

fn set<T: Clone>(field: &mut T, value: Option<&T>) {
    if let Some(value) = value {
        field.clone_from(value);
    }
}

fn patch<T: Clone>(field: &mut Option<T>, patch: &Patch<T>) {
    match patch {
        Patch::Absent => {}
        Patch::Null => *field = None,
        Patch::Value(value) => *field = Some(value.clone()),
    }
}

/// The name and username of a new contact: each defaults to the other.
pub(crate) fn names_of_new(input: &ContactInput) -> Option<(Username, Name)> {
    match (&input.username, &input.name) {
        (Some(username), Some(name)) => Some((username.clone(), name.clone())),
        (Some(username), None) => Some((username.clone(), username.clone().into())),
        (None, Some(name)) => Some((name.clone().into(), name.clone())),
        (None, None) => None,
    }
}

/// What a body says of a field's being empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Given {
    Absent,
    Empty,
    Filled,
}

/// Notes the required fields that a new contact lacks.
pub(crate) fn check_required_in_new(
    input: &ContactInput,
    custom_values: &[(Uuid, Option<CustomValue>)],
    references: &References,
    problems: &mut Problems,
) {
    let filled: HashSet<Uuid> =
        custom_values.iter().filter(|(_, value)| value.is_some()).map(|(field_id, _)| *field_id).collect();
    for field in references.required_fields() {
        let (path, is_given) = if field.is_default {
            let has_default_groups = field.system_name == "contact_groups"
                && input.groups.is_none()
                && !references.default_groups().is_empty();
            let is_given = given(input, &field.system_name) == Given::Filled || has_default_groups;
            (field.system_name.clone(), is_given)
        } else {
            (format!("customFields.{}", field.system_name), filled.contains(&field.id))
        };
        // Each of these defaults to the other, so a problem of one is why the other is not there.
        let is_explained = match path.as_str() {
            "name" | "username" => problems.concern("name") || problems.concern("username"),
            path => problems.concern(path),
        };
        if !is_given && !is_explained {
            problems.add(path, "required", "is required");
        }
    }
}

/// Notes the required fields that an update would empty. Those it does not touch are not looked at, so that a
/// contact that breaks a newer rule can still be edited.
pub(crate) fn check_required_in_update(
    input: &ContactInput,
    references: &References,
    problems: &mut Problems,
) {
    for field in references.required_fields().filter(|field| field.is_default) {
        if given(input, &field.system_name) == Given::Empty && !problems.concern(&field.system_name) {
            problems.add(&field.system_name, "required", "is required");
        }
    }
}

/// Notes what only the outcome shows: too many tags after a merge, none left after a removal.
pub(crate) fn check_tags(
    before: &Contact,
    after: &Contact,
    references: &References,
    problems: &mut Problems,
) {
    if after.tags.len() > MAX_LIST && after.tags != before.tags {
        problems.add("tags", "too_many", format!("a contact has at most {MAX_LIST} tags"));
    }
    let are_required = references.required_fields().any(|field| field.system_name == "tags");
    if are_required && after.tags.is_empty() && !before.tags.is_empty() {
        problems.add("tags", "required", "is required");
    }
}

fn given(input: &ContactInput, system_name: &str) -> Given {
    fn nullable<T>(patch: &Patch<T>) -> Given {
        match patch {
            Patch::Absent => Given::Absent,
            Patch::Null => Given::Empty,
            Patch::Value(_) => Given::Filled,
        }
    }
    fn list<T>(list: Option<&Vec<T>>) -> Given {
        match list {
            None => Given::Absent,
            Some(list) if list.is_empty() => Given::Empty,
            Some(_) => Given::Filled,
        }
    }
    match system_name {
        // Each defaults to the other.
        "name" | "username" => match (&input.name, &input.username) {
            (None, None) => Given::Absent,
            _ => Given::Filled,
        },
        "address" => nullable(&input.address),
        "channel" => nullable(&input.channel),
        "notes" => nullable(&input.notes),
        "avatar_url" => nullable(&input.avatar_url),
        "company" => nullable(&input.company),
        "email" => list(input.emails.as_ref()),
        "phone" => list(input.phones.as_ref()),
        "contact_groups" => list(input.groups.as_ref()),
        "tags" => match &input.tags {
            Some(change) if change.action == TagAction::Replace => list(Some(&change.tags)),
            Some(_) | None => Given::Absent,
        },
        _ => Given::Absent,
    }
}
