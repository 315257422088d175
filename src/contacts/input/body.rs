//! A body that is being read: fields are taken out of it, and what is wrong with them is noted.

use serde_json::{Map, Value};
use uuid::Uuid;

use super::{
    CompanyRef, Placed, Purpose, TagAction,
    item::{Item, group, shown},
};
use crate::{
    domain::{CompanyName, Invalid, SystemName, Url},
    error::Problems,
    http::patch::Patch,
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

/// A body that is being read; fields are taken out of it.
pub(crate) struct Body<'a> {
    pub(crate) map: Map<String, Value>,
    pub(crate) is_form: bool,
    pub(crate) problems: &'a mut Problems,
}

impl Body<'_> {
    pub(crate) fn refuse_unknown(&mut self, purpose: Purpose) {
        for name in self.map.keys() {
            let is_known = WRITABLE.contains(&name.as_str())
                || READ_ONLY.contains(&name.as_str())
                || (name == SELECTION && matches!(purpose, Purpose::Put | Purpose::Patch));
            if !is_known {
                self.problems.add(shown(name), "unknown_field", "is no field of a contact");
            }
        }
    }

    /// Leaves only the fields that `specific_update_fields` names; an empty list means all.
    pub(crate) fn select(&mut self, purpose: Purpose) {
        let selection = match (self.take(SELECTION), purpose) {
            (_, Purpose::Create | Purpose::Upsert) | (None, Purpose::Patch) => return,
            (None, Purpose::Put) => {
                let message =
                    "is required: an array of the fields to update, or [] for all that the body has";
                return self.problems.add(SELECTION, "required", message);
            }
            (Some(Value::Array(names)), _) => names,
            (Some(_), _) => {
                return self.problems.add(SELECTION, "wrong_type", "must be an array of field names");
            }
        };
        let mut selected = Vec::new();
        for (index, name) in selection.iter().enumerate() {
            let field = format!("{SELECTION}[{index}]");
            match name.as_str() {
                None => self.problems.add(field, "wrong_type", "must be the name of a field"),
                Some(name) if !WRITABLE.contains(&name) && !READ_ONLY.contains(&name) => {
                    self.problems.add(
                        field,
                        "unknown_field",
                        format!("`{}` is no field of a contact", shown(name)),
                    );
                }
                Some(name) if !self.map.contains_key(name) => {
                    self.problems.add(field, "missing", format!("the body has no field `{name}`"));
                }
                Some(name) => selected.push(name),
            }
        }
        if !selection.is_empty() {
            self.map.retain(|name, _| selected.contains(&name.as_str()));
        }
    }

    pub(crate) fn require_keys(&mut self) {
        for list in ["email", "phone"] {
            if matches!(self.map.get(list), None | Some(Value::Null)) {
                self.problems.add(list, "required", "is required: an array, which may be empty");
                self.map.remove(list);
            }
        }
        // Each defaults to the other, so that null is as good as absent.
        let is_form = self.is_form;
        self.map.retain(|name, value| {
            let is_null = value.is_null() || (is_form && value.as_str() == Some(""));
            !(is_null && ["username", "name"].contains(&name.as_str()))
        });
        if !self.map.contains_key("username") && !self.map.contains_key("name") {
            self.problems.add("username", "required", "is required, or `name`");
        }
    }

    /// Takes a field out of the body. A form's structured fields are JSON text, and empty text is null.
    pub(crate) fn take(&mut self, name: &str) -> Option<Value> {
        let value = self.map.remove(name)?;
        match value {
            Value::String(text) if self.is_form => {
                if text.is_empty() {
                    Some(Value::Null)
                } else {
                    Some(serde_json::from_str(&text).unwrap_or(Value::String(text)))
                }
            }
            value => Some(value),
        }
    }

    /// A field that is text; a form's is never looked into.
    pub(crate) fn take_text<T>(
        &mut self,
        name: &str,
        parse: impl Fn(&str) -> Result<T, Invalid>,
    ) -> Patch<T> {
        match self.map.remove(name) {
            None => Patch::Absent,
            Some(Value::Null) => Patch::Null,
            Some(Value::String(text)) if self.is_form && text.is_empty() => Patch::Null,
            Some(Value::String(text)) => match self.problems.keep(name, parse(&text)) {
                Some(value) => Patch::Value(value),
                None => Patch::Absent,
            },
            Some(_) => {
                self.problems.add(name, "wrong_type", "must be text");
                Patch::Absent
            }
        }
    }

    pub(crate) fn nullable<T>(&mut self, name: &str, parse: impl Fn(&str) -> Result<T, Invalid>) -> Patch<T> {
        self.take_text(name, parse)
    }

    /// Text that cannot be null.
    pub(crate) fn text<T>(&mut self, name: &str, parse: impl Fn(&str) -> Result<T, Invalid>) -> Option<T> {
        match self.take_text(name, parse) {
            Patch::Absent => None,
            Patch::Value(value) => Some(value),
            Patch::Null => {
                self.problems.add(name, "required", "must be text, not null or empty");
                None
            }
        }
    }

    /// `avatar_url` and `socialProfileUrl`: one value under two names.
    pub(crate) fn avatar_url(&mut self) -> Patch<Url> {
        let older = self.nullable("avatar_url", Url::parse);
        let newer = self.nullable("socialProfileUrl", Url::parse);
        match (older, newer) {
            (Patch::Absent, one) | (one, Patch::Absent) => one,
            (older, newer) => {
                if older != newer {
                    let message = "differs from `avatar_url`, which is the same value under its older name";
                    self.problems.add("socialProfileUrl", "contradiction", message);
                }
                newer
            }
        }
    }

    /// A list; null is an empty one.
    pub(crate) fn list<T>(
        &mut self,
        name: &str,
        max: usize,
        read: impl Fn(&mut Item<'_>) -> Option<T>,
    ) -> Option<Vec<Placed<T>>> {
        let items = match self.take(name)? {
            Value::Null => Vec::new(),
            Value::Array(items) => items,
            _ => {
                self.problems.add(name, "wrong_type", "must be an array");
                return None;
            }
        };
        if items.len() > max {
            self.problems.add(name, "too_many", format!("must have at most {max} entries"));
            return None;
        }
        let is_form = self.is_form;
        let mut values = Vec::with_capacity(items.len());
        for (index, value) in items.into_iter().enumerate() {
            let path = format!("{name}[{index}]");
            let entry = read(&mut Item { value, path, is_form, problems: self.problems });
            values.extend(entry.map(|entry| Placed { index, entry }));
        }
        Some(values)
    }

    /// A name, an object with `id` or `name`, or null.
    pub(crate) fn company(&mut self) -> Patch<CompanyRef> {
        let value = match (self.is_form, self.map.get("company")) {
            // A form's company is a name unless it is plainly an object.
            (true, Some(Value::String(text))) if !text.is_empty() && !text.trim_start().starts_with('{') => {
                self.map.remove("company")
            }
            _ => self.take("company"),
        };
        let Some(value) = value else { return Patch::Absent };
        if value.is_null() {
            return Patch::Null;
        }
        let mut item = Item { value, path: "company".into(), is_form: self.is_form, problems: self.problems };
        let reference = match item.value {
            Value::String(ref name) => {
                item.problems.keep("company", CompanyName::parse(name)).map(CompanyRef::Name)
            }
            Value::Object(_) => {
                item.refuse_unknown(&["id", "name", "phone", "address", "industry"]);
                item.id_or("name", |name| CompanyName::parse(name).map(CompanyRef::Name), CompanyRef::Id)
            }
            _ => {
                item.problems.add(
                    "company",
                    "wrong_type",
                    "must be a name, an object with `id` or `name`, or null",
                );
                None
            }
        };
        reference.map_or(Patch::Absent, Patch::Value)
    }

    /// An object keyed by system name, or the array that reads return.
    pub(crate) fn custom_fields(&mut self) -> Vec<(SystemName, Value)> {
        let entries: Vec<(String, Value)> = match self.take("customFields") {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Object(map)) => map.into_iter().collect(),
            Some(Value::Array(items)) => items
                .into_iter()
                .enumerate()
                .filter_map(|(index, value)| self.custom_field_entry(index, value))
                .collect(),
            Some(_) => {
                let message = "must be an object of values by system_name, or the array that reads return";
                self.problems.add("customFields", "wrong_type", message);
                Vec::new()
            }
        };
        let mut fields: Vec<(SystemName, Value)> = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            let path = format!("customFields.{}", shown(&key));
            match SystemName::parse(&key) {
                Err(_) => self.problems.add(path, "unknown_field", "there is no custom field of this name"),
                Ok(name) if fields.iter().any(|(other, _)| *other == name) => {
                    self.problems.add(path, "duplicate", "is given twice");
                }
                Ok(name) => fields.push((name, value)),
            }
        }
        fields
    }

    /// `{"system_name":…,"value":…}`, with what else reads return beside it.
    pub(crate) fn custom_field_entry(&mut self, index: usize, value: Value) -> Option<(String, Value)> {
        let path = format!("customFields[{index}]");
        let mut item = Item { value, path, is_form: self.is_form, problems: self.problems };
        item.refuse_unknown(&["system_name", "display_name", "type", "value"]);
        let name = item.required_text("system_name", |name| Ok(name.to_owned()))?;
        let value = item.value.get("value").cloned().unwrap_or(Value::Null);
        Some((name, value))
    }

    /// Ids, or objects that have one. Null in a new contact means that none were given.
    pub(crate) fn groups(&mut self, purpose: Purpose) -> Option<Vec<Placed<Uuid>>> {
        if purpose == Purpose::Create && self.map.get("contact_groups").is_some_and(Value::is_null) {
            self.map.remove("contact_groups");
        }
        let mut groups = self.list("contact_groups", MAX_GROUPS, group)?;
        let mut seen = std::collections::HashSet::new();
        groups.retain(|group| seen.insert(group.entry));
        Some(groups)
    }

    /// The `actionType` of a body that has nothing beside it but `list`, both of which it needs.
    pub(crate) fn action_type(&mut self, list: &str) -> Option<TagAction> {
        for name in self.map.keys().filter(|name| !["actionType", list].contains(&name.as_str())) {
            self.problems.add(shown(name), "unknown_field", format!("must be one of actionType, {list}"));
        }
        for name in ["actionType", list] {
            if matches!(self.map.get(name), None | Some(Value::Null)) {
                self.problems.add(name, "required", "is required");
                self.map.remove(name);
            }
        }
        // As text only: the derived reading would take `{"MERGE":null}` too.
        let action = self.map.remove("actionType")?;
        let action =
            Some(action).filter(Value::is_string).and_then(|action| serde_json::from_value(action).ok());
        if action.is_none() {
            self.problems.add("actionType", "not_an_option", "must be one of MERGE, REPLACE, REMOVE");
        }
        action
    }
}
