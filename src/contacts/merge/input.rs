//! The body of a merge, read field by field so that every mistake is reported at once.

use serde_json::{Map, Value};
use uuid::Uuid;

use crate::{
    contacts::input::ContactInput,
    domain::{SystemName, parse_id},
    error::Problems,
    http::body::Fields,
};

/// How many contacts are merged into another at once.
const MAX_FROM: usize = 20;

/// What a caller says of a merge.
#[derive(Debug, Default)]
pub(super) struct MergeInput {
    /// The contacts that are merged, each with its place in the body.
    pub from: Vec<(usize, Uuid)>,
    pub prefer: Vec<Preference>,
    pub is_dry_run: bool,
}

/// Whose value a field is to have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Preference {
    pub field: Field,
    pub id: Uuid,
}

/// A field of a contact that may be preferred.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Field {
    Username,
    Name,
    Address,
    Channel,
    Notes,
    AvatarUrl,
    Tags,
    Company,
    Email,
    Phone,
    Groups,
    Platforms,
    /// By its `cf_` name.
    Custom(String),
}

impl Field {
    /// The field of this name, as the API has it; `None` where there can be none.
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "username" => Self::Username,
            "name" => Self::Name,
            "address" => Self::Address,
            "channel" => Self::Channel,
            "notes" => Self::Notes,
            "avatar_url" | "socialProfileUrl" => Self::AvatarUrl,
            "tags" => Self::Tags,
            "company" => Self::Company,
            "email" => Self::Email,
            "phone" => Self::Phone,
            "contact_groups" => Self::Groups,
            "platformContacts" => Self::Platforms,
            _ => {
                let name = SystemName::parse(name.strip_prefix("customFields.")?).ok()?;
                Self::Custom(name.as_str().to_owned())
            }
        })
    }
}

impl MergeInput {
    /// Reads a body. What cannot be read is noted in `problems` and left out. `id`: the contact that survives.
    pub(super) fn read(fields: Fields, id: Uuid, problems: &mut Problems) -> Self {
        let Fields { mut map, is_form } = fields;
        for name in map.keys().filter(|name| !["from", "prefer", "dryRun"].contains(&name.as_str())) {
            problems.add(shown(name), "unknown_field", "must be one of from, prefer, dryRun");
        }
        let mut take = |name: &str| map.remove(name).map(|value| structured(value, is_form));
        let from = read_from(take("from"), id, problems);
        let prefer = read_prefer(take("prefer"), id, &from, problems);
        let is_dry_run = match take("dryRun") {
            None | Some(Value::Null) => false,
            Some(Value::Bool(is_dry_run)) => is_dry_run,
            Some(_) => {
                problems.add("dryRun", "wrong_type", "must be true or false");
                false
            }
        };
        Self { from, prefer, is_dry_run }
    }

    /// The custom fields that it names, as a body whose references are looked up.
    pub(super) fn custom_fields(&self) -> ContactInput {
        let names = self.prefer.iter().filter_map(|preference| match &preference.field {
            Field::Custom(name) => Some((SystemName::parse(name).ok()?, Value::Null)),
            _ => None,
        });
        ContactInput { custom_fields: names.collect(), ..ContactInput::default() }
    }
}

/// A field of a form may carry JSON text; empty text is null.
fn structured(value: Value, is_form: bool) -> Value {
    match value {
        Value::String(text) if is_form && text.is_empty() => Value::Null,
        Value::String(text) if is_form => serde_json::from_str(&text).unwrap_or(Value::String(text)),
        value => value,
    }
}

fn read_from(value: Option<Value>, id: Uuid, problems: &mut Problems) -> Vec<(usize, Uuid)> {
    let items = match value {
        None | Some(Value::Null) => {
            problems.add("from", "required", "is required: the ids of the contacts to merge");
            return Vec::new();
        }
        Some(Value::Array(items)) => items,
        Some(_) => {
            problems.add("from", "wrong_type", "must be an array of ids");
            return Vec::new();
        }
    };
    if items.is_empty() {
        problems.add("from", "required", "must name at least one contact");
    }
    if items.len() > MAX_FROM {
        problems.add("from", "too_many", format!("must have at most {MAX_FROM} entries"));
        return Vec::new();
    }
    let mut from: Vec<(usize, Uuid)> = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let field = format!("from[{index}]");
        match item.as_str().and_then(parse_id) {
            None if item.is_string() => {
                problems.add(field, "invalid_format", "must be the id of a contact, a UUID");
            }
            None => problems.add(field, "wrong_type", "must be the id of a contact"),
            Some(one) if one == id => {
                problems.add(field, "itself", "is the contact that the others are merged into");
            }
            Some(one) if from.iter().any(|(_, other)| *other == one) => {
                problems.add(field, "duplicate", "is given twice");
            }
            Some(one) => from.push((index, one)),
        }
    }
    from
}

fn read_prefer(
    value: Option<Value>,
    id: Uuid,
    from: &[(usize, Uuid)],
    problems: &mut Problems,
) -> Vec<Preference> {
    let map = match value {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(map)) => map,
        Some(_) => {
            problems.add("prefer", "wrong_type", "must be an object: ids of contacts by names of fields");
            Map::new()
        }
    };
    let mut prefer: Vec<Preference> = Vec::with_capacity(map.len());
    for (name, value) in map {
        let path = format!("prefer.{}", shown(&name));
        let Some(field) = Field::named(&name) else {
            problems.add(path, "unknown_field", "is no field of a contact");
            continue;
        };
        let preferred = value.as_str().and_then(parse_id);
        let is_concerned = |one: &Uuid| *one == id || from.iter().any(|(_, other)| other == one);
        match preferred.filter(is_concerned) {
            None if value.is_string() => {
                problems.add(path, "not_an_option", "must be the id of one of the contacts that are merged");
            }
            None => problems.add(path, "wrong_type", "must be the id of one of the contacts that are merged"),
            Some(one) => {
                let contradicts = |other: &Preference| other.field == field && other.id != one;
                if prefer.iter().any(contradicts) {
                    let message = "differs from `avatar_url`, which is the same field under its older name";
                    problems.add(path, "contradiction", message);
                } else {
                    prefer.push(Preference { field, id: one });
                }
            }
        }
    }
    prefer
}

/// A name of the caller's making, short enough to be repeated.
fn shown(name: &str) -> String {
    name.chars().take(70).collect()
}
