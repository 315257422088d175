//! The fields of a contact's body that are about contacts alone; what any body has, the [`Reader`] reads.

use std::collections::HashSet;

use serde_json::Value;
use uuid::Uuid;

use super::{
    CompanyRef, MAX_LIST, Purpose, TagAction,
    item::{group, id_or_name},
};
use crate::{
    domain::{CompanyName, SystemName, Url},
    http::{
        patch::Patch,
        reader::{Placed, Reader, says_nothing, shown},
    },
};

/// How many groups a contact may be in.
pub(crate) const MAX_GROUPS: usize = 20;

/// What may be written, under the API's own names.
const WRITABLE: [&str; 14] = [
    "username",
    "name",
    "address",
    "channel",
    "notes",
    "avatar_url",
    "socialProfileUrl",
    "tags",
    "company",
    "email",
    "phone",
    "customFields",
    "contact_groups",
    "platformContacts",
];

/// What reads return and writes ignore, so that a client may send back the object it read.
const READ_ONLY: [&str; 3] = ["id", "createdAt", "updatedAt"];

const SELECTION: &str = "specific_update_fields";

pub(super) fn refuse_unknown(reader: &mut Reader<'_>, purpose: Purpose) {
    let is_known = |name: &str| {
        WRITABLE.contains(&name)
            || READ_ONLY.contains(&name)
            || (name == SELECTION && matches!(purpose, Purpose::Put | Purpose::Patch))
    };
    reader.refuse(is_known, || "is no field of a contact".to_owned());
}

/// Leaves only the fields that `specific_update_fields` names; an empty list means all.
pub(super) fn select(reader: &mut Reader<'_>, purpose: Purpose) {
    let selection = match (reader.take(SELECTION), purpose) {
        (_, Purpose::Create | Purpose::Upsert) | (None, Purpose::Patch) => return,
        (None, Purpose::Put) => {
            let message = "is required: an array of the fields to update, or [] for all that the body has";
            return reader.note(SELECTION, "required", message);
        }
        (Some(Value::Array(names)), _) => names,
        (Some(_), _) => {
            return reader.note(SELECTION, "wrong_type", "must be an array of field names");
        }
    };
    let mut selected = HashSet::new();
    for (index, name) in selection.iter().enumerate() {
        let field = format!("{SELECTION}[{index}]");
        match name.as_str() {
            None => reader.note(&field, "wrong_type", "must be the name of a field"),
            Some(name) if !WRITABLE.contains(&name) && !READ_ONLY.contains(&name) => {
                reader.note(&field, "unknown_field", format!("`{}` is no field of a contact", shown(name)));
            }
            Some(name) if reader.get(name).is_none() => {
                reader.note(&field, "missing", format!("the body has no field `{name}`"));
            }
            Some(name) => {
                selected.insert(name);
            }
        }
    }
    if !selection.is_empty() {
        reader.retain(|name| selected.contains(name));
    }
}

/// Notes what a new contact cannot be without.
pub(super) fn require_keys(reader: &mut Reader<'_>) {
    for list in ["email", "phone"] {
        reader.require(list, "is required: an array, which may be empty");
    }
    // Each defaults to the other, so that null is as good as absent.
    for name in ["username", "name"] {
        let value = reader.get(name);
        if value.is_some_and(Value::is_null)
            || (reader.is_form() && value.and_then(Value::as_str) == Some(""))
        {
            reader.ignore(&[name]);
        }
    }
    if reader.get("username").is_none() && reader.get("name").is_none() {
        reader.note("username", "required", "is required, or `name`");
    }
}

/// `avatar_url` and `socialProfileUrl`: one value under two names.
pub(super) fn avatar_url(reader: &mut Reader<'_>) -> Patch<Url> {
    let older = reader.text("avatar_url", Url::parse);
    let newer = reader.text("socialProfileUrl", Url::parse);
    match (older, newer) {
        (Patch::Absent, one) | (one, Patch::Absent) => one,
        (older, newer) => {
            if older != newer {
                let message = "differs from `avatar_url`, which is the same value under its older name";
                reader.note("socialProfileUrl", "contradiction", message);
            }
            newer
        }
    }
}

/// A list of which at most one entry may have `isPrimary`.
pub(super) fn list_with_primary<T>(
    reader: &mut Reader<'_>,
    name: &str,
    read: impl Fn(&mut Reader<'_>, &str, Value) -> Option<T>,
    is_primary: impl Fn(&T) -> bool,
) -> Option<Vec<T>> {
    let placed = reader.list(name, MAX_LIST, |reader, path, value| read(reader, path, value))?;
    let entries: Vec<T> = placed.into_iter().map(|placed| placed.entry).collect();
    if entries.iter().filter(|entry| is_primary(entry)).count() > 1 {
        reader.note(name, "many_primaries", "at most one entry may have isPrimary");
    }
    Some(entries)
}

/// A name, an object with `id` or `name`, or null.
pub(super) fn company(reader: &mut Reader<'_>) -> Patch<CompanyRef> {
    let value = match reader.take_raw("company") {
        None => return Patch::Absent,
        Some(Value::String(text)) if says_nothing(&text) => return Patch::Null,
        // A form's company is a name unless it is plainly an object.
        Some(Value::String(text)) if !text.trim_start().starts_with('{') => Value::String(text),
        Some(value) => reader.structured("company", value),
    };
    let reference = match value {
        Value::Null => return Patch::Null,
        Value::String(name) => reader.keep("company", CompanyName::parse(&name)).map(CompanyRef::Name),
        Value::Object(_) => reader.object("company", value).and_then(|mut company| {
            company.refuse_unknown(&["id", "name", "phone", "address", "industry"]);
            let by_name = |name: &str| CompanyName::parse(name).map(CompanyRef::Name);
            id_or_name(&mut company, CompanyRef::Id, by_name)
        }),
        _ => {
            reader.note("company", "wrong_type", "must be a name, an object with `id` or `name`, or null");
            None
        }
    };
    reference.map_or(Patch::Absent, Patch::Value)
}

/// An object keyed by system name, or the array that reads return.
pub(super) fn custom_fields(reader: &mut Reader<'_>) -> Vec<(SystemName, Value)> {
    let entries: Vec<(String, Value)> = match reader.take("customFields") {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Object(fields)) => fields.into_iter().collect(),
        Some(Value::Array(items)) => items
            .into_iter()
            .enumerate()
            .filter_map(|(index, value)| custom_field(reader, &format!("customFields[{index}]"), value))
            .collect(),
        Some(_) => {
            let message = "must be an object of values by system_name, or the array that reads return";
            reader.note("customFields", "wrong_type", message);
            Vec::new()
        }
    };
    let mut fields: Vec<(SystemName, Value)> = Vec::with_capacity(entries.len());
    let mut seen = HashSet::new();
    for (key, value) in entries {
        let path = format!("customFields.{}", shown(&key));
        match SystemName::parse(&key) {
            Err(_) => reader.note(&path, "unknown_field", "there is no custom field of this name"),
            Ok(name) if seen.insert(name.clone()) => fields.push((name, value)),
            Ok(_) => reader.note(&path, "duplicate", "is given twice"),
        }
    }
    fields
}

/// `{"system_name":…,"value":…}`, with what else reads return beside it.
fn custom_field(reader: &mut Reader<'_>, path: &str, value: Value) -> Option<(String, Value)> {
    let mut entry = reader.object(path, value)?;
    entry.refuse_unknown(&["system_name", "display_name", "type", "value"]);
    let name = entry.required_text("system_name", |name| Ok(name.to_owned()))?;
    Some((name, entry.take_raw("value").unwrap_or(Value::Null)))
}

/// The `contact_groups`. Null in a new contact means that none were given.
pub(super) fn contact_groups(reader: &mut Reader<'_>, purpose: Purpose) -> Option<Vec<Placed<Uuid>>> {
    if purpose == Purpose::Create && reader.get("contact_groups").is_some_and(Value::is_null) {
        reader.ignore(&["contact_groups"]);
    }
    groups(reader, "contact_groups")
}

/// Groups, each once: ids, or objects that have one.
pub(super) fn groups(reader: &mut Reader<'_>, name: &str) -> Option<Vec<Placed<Uuid>>> {
    let mut groups = reader.list(name, MAX_GROUPS, group)?;
    let mut seen = HashSet::new();
    groups.retain(|group| seen.insert(group.entry));
    Some(groups)
}

/// The `actionType` of a body that has nothing beside it but `list`, both of which it needs.
pub(super) fn action_type(reader: &mut Reader<'_>, list: &str) -> Option<TagAction> {
    reader.refuse_unknown(&["actionType", list]);
    for name in ["actionType", list] {
        reader.require(name, "is required");
    }
    // As text only: the derived reading would take `{"MERGE":null}` too.
    let action = reader.take_raw("actionType")?;
    let action = Some(action).filter(Value::is_string).and_then(|action| serde_json::from_value(action).ok());
    if action.is_none() {
        reader.note("actionType", "not_an_option", "must be one of MERGE, REPLACE, REMOVE");
    }
    action
}
