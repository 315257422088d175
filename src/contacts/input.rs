//! What a caller says of a contact: the body of create and update, read field by field so that every
//! mistake is reported at once.

use serde_json::{Map, Value};
use uuid::Uuid;

use super::model::{EmailEntry, PhoneEntry};
use crate::{
    domain::{
        Address, ChannelName, CompanyName, Email, Invalid, Name, Notes, Phone, Region, SocialId, SystemName,
        TagName, Url, Username, parse_id,
    },
    error::Problems,
    http::{body::Fields, patch::Patch},
};

/// How many entries each list of a contact may have.
pub(super) const MAX_LIST: usize = 50;
const MAX_GROUPS: usize = 20;

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

/// What the body is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// POST: needs a name or a username, and the keys `email` and `phone`.
    Create,
    /// PUT: needs `specific_update_fields`.
    Put,
    /// PATCH: may have `specific_update_fields`.
    Patch,
}

/// A contact's fields as far as a body gives them.
#[derive(Debug, Default)]
pub(super) struct ContactInput {
    pub username: Option<Username>,
    pub name: Option<Name>,
    pub address: Patch<Address>,
    pub channel: Patch<ChannelName>,
    pub notes: Patch<Notes>,
    pub avatar_url: Patch<Url>,
    pub tags: Option<TagChange>,
    pub company: Patch<CompanyRef>,
    pub emails: Option<Vec<EmailEntry>>,
    pub phones: Option<Vec<PhoneEntry>>,
    pub custom_fields: Vec<(SystemName, Value)>,
    pub groups: Option<Vec<Placed<Uuid>>>,
    pub platforms: Option<Vec<Placed<PlatformRef>>>,
    /// The body was a form, where numbers and booleans are text.
    pub is_form: bool,
}

/// An entry of a list, with its place in the body: entries that cannot be read are left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Placed<T> {
    pub index: usize,
    pub entry: T,
}

/// What happens to the tags of a contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TagChange {
    pub action: TagAction,
    pub tags: Vec<Placed<TagRef>>,
}

/// How tags change: `MERGE` adds those that the contact does not have, `REPLACE` puts them in the place of those it
/// has, `REMOVE` takes them off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum TagAction {
    /// Adds those that the contact does not have.
    Merge,
    /// Puts them in the place of those it has.
    Replace,
    /// Takes them off.
    Remove,
}

/// A tag by its id or its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TagRef {
    Id(Uuid),
    Name(TagName),
}

/// A company by its id or its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum CompanyRef {
    Id(Uuid),
    Name(CompanyName),
}

/// An id on a social platform, the channel by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PlatformRef {
    pub channel: ChannelName,
    /// There unless a problem was noted of it.
    pub social_platform_id: Option<SocialId>,
}

impl ContactInput {
    /// Reads a body. What cannot be read is noted in `problems` and left out.
    pub(super) fn read(
        fields: Fields,
        purpose: Purpose,
        region: Option<Region>,
        problems: &mut Problems,
    ) -> Self {
        let mut body = Body { map: fields.map, is_form: fields.is_form, problems };
        body.refuse_unknown(purpose);
        body.select(purpose);
        if purpose == Purpose::Create {
            body.require_keys();
        }
        let avatar_url = body.avatar_url();
        Self {
            username: body.text("username", Username::parse),
            name: body.text("name", Name::parse),
            address: body.nullable("address", Address::parse),
            channel: body.nullable("channel", ChannelName::parse),
            notes: body.nullable("notes", Notes::parse),
            avatar_url,
            tags: body.list("tags", MAX_LIST, tag).map(|tags| TagChange { action: TagAction::Replace, tags }),
            company: body.company(),
            emails: body.list("email", MAX_LIST, email).map(entries).inspect(|list| {
                one_primary("email", list.iter().filter(|entry| entry.is_primary).count(), body.problems);
            }),
            phones: body.list("phone", MAX_LIST, |item| phone(item, region)).map(entries).inspect(|list| {
                one_primary("phone", list.iter().filter(|entry| entry.is_primary).count(), body.problems);
            }),
            custom_fields: body.custom_fields(),
            groups: body.groups(purpose),
            platforms: body.list("platformContacts", MAX_LIST, platform),
            is_form: fields.is_form,
        }
    }
}

impl TagChange {
    /// Reads `{"actionType":…,"tags":[…]}`.
    pub(super) fn read(fields: Fields, problems: &mut Problems) -> Option<Self> {
        let mut body = Body { map: fields.map, is_form: fields.is_form, problems };
        for name in body.map.keys().filter(|name| !["actionType", "tags"].contains(&name.as_str())) {
            body.problems.add(shown(name), "unknown_field", "must be one of actionType, tags");
        }
        for name in ["actionType", "tags"] {
            if matches!(body.map.get(name), None | Some(Value::Null)) {
                body.problems.add(name, "required", "is required");
                body.map.remove(name);
            }
        }
        let tags = body.list("tags", MAX_LIST, tag);
        let action = body.map.remove("actionType").and_then(|action| {
            // As text only: the derived reading would take `{"MERGE":null}` too.
            let action =
                Some(action).filter(Value::is_string).and_then(|action| serde_json::from_value(action).ok());
            if action.is_none() {
                body.problems.add("actionType", "not_an_option", "must be one of MERGE, REPLACE, REMOVE");
            }
            action
        });
        Some(Self { action: action?, tags: tags? })
    }
}

fn entries<T>(list: Vec<Placed<T>>) -> Vec<T> {
    list.into_iter().map(|placed| placed.entry).collect()
}

fn one_primary(field: &str, primaries: usize, problems: &mut Problems) {
    if primaries > 1 {
        problems.add(field, "many_primaries", "at most one entry may have isPrimary");
    }
}

/// A body that is being read; fields are taken out of it.
struct Body<'a> {
    map: Map<String, Value>,
    is_form: bool,
    problems: &'a mut Problems,
}

impl Body<'_> {
    fn refuse_unknown(&mut self, purpose: Purpose) {
        for name in self.map.keys() {
            let is_known = WRITABLE.contains(&name.as_str())
                || READ_ONLY.contains(&name.as_str())
                || (name == SELECTION && purpose != Purpose::Create);
            if !is_known {
                self.problems.add(shown(name), "unknown_field", "is no field of a contact");
            }
        }
    }

    /// Leaves only the fields that `specific_update_fields` names; an empty list means all.
    fn select(&mut self, purpose: Purpose) {
        let selection = match (self.take(SELECTION), purpose) {
            (_, Purpose::Create) | (None, Purpose::Patch) => return,
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

    fn require_keys(&mut self) {
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
    fn take(&mut self, name: &str) -> Option<Value> {
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
    fn take_text<T>(&mut self, name: &str, parse: impl Fn(&str) -> Result<T, Invalid>) -> Patch<T> {
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

    fn nullable<T>(&mut self, name: &str, parse: impl Fn(&str) -> Result<T, Invalid>) -> Patch<T> {
        self.take_text(name, parse)
    }

    /// Text that cannot be null.
    fn text<T>(&mut self, name: &str, parse: impl Fn(&str) -> Result<T, Invalid>) -> Option<T> {
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
    fn avatar_url(&mut self) -> Patch<Url> {
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
    fn list<T>(
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
    fn company(&mut self) -> Patch<CompanyRef> {
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
    fn custom_fields(&mut self) -> Vec<(SystemName, Value)> {
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
    fn custom_field_entry(&mut self, index: usize, value: Value) -> Option<(String, Value)> {
        let path = format!("customFields[{index}]");
        let mut item = Item { value, path, is_form: self.is_form, problems: self.problems };
        item.refuse_unknown(&["system_name", "display_name", "type", "value"]);
        let name = item.required_text("system_name", |name| Ok(name.to_owned()))?;
        let value = item.value.get("value").cloned().unwrap_or(Value::Null);
        Some((name, value))
    }

    /// Ids, or objects that have one. Null in a new contact means that none were given.
    fn groups(&mut self, purpose: Purpose) -> Option<Vec<Placed<Uuid>>> {
        if purpose == Purpose::Create && self.map.get("contact_groups").is_some_and(Value::is_null) {
            self.map.remove("contact_groups");
        }
        let mut groups = self.list("contact_groups", MAX_GROUPS, group)?;
        let mut seen = std::collections::HashSet::new();
        groups.retain(|group| seen.insert(group.entry));
        Some(groups)
    }
}

/// An entry of a list, with its path for problems.
struct Item<'a> {
    value: Value,
    path: String,
    is_form: bool,
    problems: &'a mut Problems,
}

impl Item<'_> {
    fn at(&self, key: &str) -> String {
        format!("{}.{key}", self.path)
    }

    fn wrong_type(&mut self, expected: &str) {
        self.problems.add(self.path.clone(), "wrong_type", format!("must be {expected}"));
    }

    fn refuse_unknown(&mut self, known: &[&str]) {
        let Value::Object(map) = &self.value else { return };
        for name in map.keys().filter(|name| !known.contains(&name.as_str())) {
            let field = self.at(&shown(name));
            self.problems.add(field, "unknown_field", format!("must be one of {}", known.join(", ")));
        }
    }

    fn required_text<T>(&mut self, key: &str, parse: impl Fn(&str) -> Result<T, Invalid>) -> Option<T> {
        let field = self.at(key);
        match &self.value {
            Value::Object(map) => match map.get(key) {
                Some(Value::String(text)) => self.problems.keep(field, parse(text)),
                None | Some(Value::Null) => {
                    self.problems.add(field, "required", "is required");
                    None
                }
                Some(_) => {
                    self.problems.add(field, "wrong_type", "must be text");
                    None
                }
            },
            _ => {
                self.wrong_type("an object");
                None
            }
        }
    }

    fn flag(&mut self, key: &str) -> bool {
        let field = self.at(key);
        match self.value.get(key) {
            None | Some(Value::Null) => false,
            Some(Value::Bool(flag)) => *flag,
            Some(Value::String(text)) if self.is_form => match text.as_str() {
                "true" | "1" | "on" => true,
                "false" | "0" | "" => false,
                _ => {
                    self.problems.add(field, "wrong_type", "must be true or false");
                    false
                }
            },
            Some(_) => {
                self.problems.add(field, "wrong_type", "must be true or false");
                false
            }
        }
    }

    /// The object's `id` where it has one, else its `key`.
    fn id_or<T>(
        &mut self,
        key: &str,
        parse: impl Fn(&str) -> Result<T, Invalid>,
        by_id: impl Fn(Uuid) -> T,
    ) -> Option<T> {
        match self.value.get("id") {
            None | Some(Value::Null) => self.required_text(key, parse),
            Some(_) => self.id().map(by_id),
        }
    }

    fn id(&mut self) -> Option<Uuid> {
        let field = self.at("id");
        let id = self.value.get("id").and_then(Value::as_str).and_then(parse_id);
        if id.is_none() {
            self.problems.add(field, "invalid_format", "must be a UUID");
        }
        id
    }
}

fn tag(item: &mut Item<'_>) -> Option<TagRef> {
    match &item.value {
        Value::String(name) => item.problems.keep(item.path.clone(), TagName::parse(name)).map(TagRef::Name),
        Value::Object(_) => {
            item.refuse_unknown(&["id", "name"]);
            item.id_or("name", |name| TagName::parse(name).map(TagRef::Name), TagRef::Id)
        }
        _ => {
            item.wrong_type("a name, or an object with `id` or `name`");
            None
        }
    }
}

fn email(item: &mut Item<'_>) -> Option<EmailEntry> {
    item.refuse_unknown(&["email", "isPrimary"]);
    let is_primary = item.flag("isPrimary");
    let email = item.required_text("email", Email::parse)?;
    Some(EmailEntry { email, is_primary })
}

fn phone(item: &mut Item<'_>, region: Option<Region>) -> Option<PhoneEntry> {
    item.refuse_unknown(&["phone", "isPrimary"]);
    let is_primary = item.flag("isPrimary");
    let phone = item.required_text("phone", |text| Phone::parse(text, region))?;
    Some(PhoneEntry { phone, is_primary })
}

fn platform(item: &mut Item<'_>) -> Option<PlatformRef> {
    if !item.value.is_object() {
        item.wrong_type("an object");
        return None;
    }
    item.refuse_unknown(&["channel", "socialPlatformId"]);
    let channel = item.required_text("channel", ChannelName::parse);
    let social_platform_id = item.required_text("socialPlatformId", SocialId::parse);
    Some(PlatformRef { channel: channel?, social_platform_id })
}

fn group(item: &mut Item<'_>) -> Option<Uuid> {
    match &item.value {
        Value::String(text) => {
            let id = parse_id(text);
            if id.is_none() {
                item.problems.add(item.path.clone(), "invalid_format", "must be the id of a group, a UUID");
            }
            id
        }
        Value::Object(_) => {
            item.refuse_unknown(&["id", "value", "label", "is_default"]);
            item.id()
        }
        _ => {
            item.wrong_type("the id of a group, or an object with `id`");
            None
        }
    }
}

/// A name of the caller's making, short enough to be repeated.
fn shown(name: &str) -> String {
    name.chars().take(50).collect()
}
