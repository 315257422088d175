//! The body of a merge, read field by field so that every mistake is reported at once.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::{
    contacts::input::ContactInput,
    domain::{SystemName, parse_id},
    error::Problems,
    http::{
        body::Body,
        reader::{Placed, Reader, shown},
    },
};

/// How many contacts are merged into another at once.
const MAX_FROM: usize = 20;

/// What a caller says of a merge.
#[derive(Debug, Default)]
pub(super) struct MergeInput {
    /// The contacts that are merged.
    pub from: Vec<Placed<Uuid>>,
    pub prefer: Vec<Preference>,
    pub is_dry_run: bool,
}

/// Whose value a field is to have. It is kept with the merge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Preference {
    pub field: Field,
    pub id: Uuid,
}

/// A field of a contact that may be preferred.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
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
    pub(super) fn read(body: Body, id: Uuid, problems: &mut Problems) -> Self {
        let mut reader = Reader::new(body, problems);
        reader.refuse_unknown(&["from", "prefer", "dryRun"]);
        let from = read_from(&mut reader, id);
        let prefer = read_prefer(&mut reader, id, &from);
        Self { from, prefer, is_dry_run: reader.flag("dryRun") }
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

fn read_from(reader: &mut Reader<'_>, id: Uuid) -> Vec<Placed<Uuid>> {
    let missing = "is required: the ids of the contacts to merge";
    let Some(items) = reader.required_array("from", missing, "must be an array of ids") else {
        return Vec::new();
    };
    if items.is_empty() {
        reader.note("from", "required", "must name at least one contact");
    }
    let mut seen = HashSet::new();
    let read = |reader: &mut Reader<'_>, path: &str, item: Value| {
        match item.as_str().map(parse_id) {
            None => reader.note(path, "wrong_type", "must be the id of a contact"),
            Some(None) => reader.note(path, "invalid_format", "must be the id of a contact, a UUID"),
            Some(Some(one)) if one == id => {
                reader.note(path, "itself", "is the contact that the others are merged into");
            }
            Some(Some(one)) if seen.insert(one) => return Some(one),
            Some(Some(_)) => reader.note(path, "duplicate", "is given twice"),
        }
        None
    };
    reader.entries("from", items, MAX_FROM, read).unwrap_or_default()
}

fn read_prefer(reader: &mut Reader<'_>, id: Uuid, from: &[Placed<Uuid>]) -> Vec<Preference> {
    let fields = match reader.take("prefer") {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(fields)) => fields,
        Some(_) => {
            let message = "must be an object: ids of contacts by names of fields";
            reader.note("prefer", "wrong_type", message);
            Map::new()
        }
    };
    let is_concerned = |one: &Uuid| *one == id || from.iter().any(|other| other.entry == *one);
    let mut prefer: Vec<Preference> = Vec::with_capacity(fields.len());
    let mut preferred = HashMap::new();
    for (name, value) in fields {
        let Some(field) = Field::named(&name) else {
            reader.note(&format!("prefer.{}", shown(&name)), "unknown_field", "is no field of a contact");
            continue;
        };
        let path = format!("prefer.{name}");
        let Some(id) = value.as_str().and_then(parse_id).filter(is_concerned) else {
            let code = if value.is_string() { "not_an_option" } else { "wrong_type" };
            reader.note(&path, code, "must be the id of one of the contacts that are merged");
            continue;
        };
        if *preferred.entry(field.clone()).or_insert(id) == id {
            prefer.push(Preference { field, id });
        } else {
            let message = "differs from `avatar_url`, which is the same field under its older name";
            reader.note(&path, "contradiction", message);
        }
    }
    prefer
}
