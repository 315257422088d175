//! What a body says of a field.

use std::collections::HashSet;

use serde_json::Value;
use utoipa::ToSchema;

use crate::{
    catalogue::fields::FieldOption,
    domain::{FieldType, SystemName, label, spelling_key},
    error::Problems,
    http::{
        body::Body,
        reader::{Placed, Reader},
    },
};

/// The most options of a field.
const MAX_OPTIONS: usize = 500;

/// A new field.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "describes the body; FieldInput reads it")]
pub struct FieldCreate {
    /// Its name for people; something of it must be visible.
    #[schema(
        min_length = 1,
        max_length = 255,
        pattern = r"^[^\u0000]*[^\s\u0000][^\u0000]*$",
        example = "Sector"
    )]
    display_name: String,
    /// Its key; made of the display name unless it is given.
    #[schema(nullable = false, pattern = "^cf_[a-z0-9_]{1,60}$", example = "cf_sector")]
    system_name: Option<String>,
    /// What its values are; `text` unless it is given.
    #[serde(rename = "type")]
    #[schema(value_type = FieldType, required = false)]
    field_type: Option<FieldType>,
    /// Whether a contact must have a value of it.
    #[schema(nullable = false, example = false)]
    is_required: Option<bool>,
    /// Whether no two contacts may have the same value of it.
    #[schema(nullable = false, example = false)]
    is_unique: Option<bool>,
    /// What may be chosen, in order: of `select` and `multi_select`, which need at least one.
    #[schema(nullable = false, max_items = 500, example = json!([]))]
    options: Option<Vec<NewOption>>,
}

/// An option of a new field.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "describes the body; FieldInput reads it")]
pub struct NewOption {
    /// What a contact's value is; something of it must be visible.
    #[schema(
        min_length = 1,
        max_length = 255,
        pattern = r"^[^\u0000]*[^\s\u0000][^\u0000]*$",
        example = "gold"
    )]
    value: String,
    /// Its name for people; the value unless it is given.
    #[schema(
        nullable = false,
        min_length = 1,
        max_length = 255,
        pattern = r"^[^\u0000]*[^\s\u0000][^\u0000]*$",
        example = "Gold"
    )]
    label: Option<String>,
    /// Whether it is the one to offer first; at most one is.
    #[schema(nullable = false, example = false)]
    is_default: Option<bool>,
}

/// Changes of a field.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "describes the body; FieldInput reads it")]
pub struct FieldPatch {
    /// Its name for people; something of it must be visible.
    #[schema(
        nullable = false,
        min_length = 1,
        max_length = 255,
        pattern = r"^[^\u0000]*[^\s\u0000][^\u0000]*$",
        example = "Sector"
    )]
    display_name: Option<String>,
    /// What its values are.
    #[serde(rename = "type")]
    #[schema(value_type = FieldType, required = false)]
    field_type: Option<FieldType>,
    /// Whether a contact must have a value of it.
    #[schema(nullable = false, example = false)]
    is_required: Option<bool>,
    /// Whether no two contacts may have the same value of it.
    #[schema(nullable = false, example = false)]
    is_unique: Option<bool>,
    /// Whether it is out of use.
    #[schema(nullable = false, example = false)]
    is_archived: Option<bool>,
    /// All that may be chosen, in order.
    #[schema(nullable = false, max_items = 500, example = json!([]))]
    options: Option<Vec<ChangedOption>>,
    /// As reads return it; it does not change.
    #[schema(nullable = false, example = "cf_sector")]
    system_name: Option<String>,
    /// As reads return it; it does not change.
    #[schema(nullable = false, example = false)]
    is_default: Option<bool>,
    /// Ignored: as reads return it.
    id: Option<Value>,
}

/// An option of a field that is changed.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "describes the body; FieldInput reads it")]
pub struct ChangedOption {
    /// What a contact's value is; something of it must be visible.
    #[schema(
        min_length = 1,
        max_length = 255,
        pattern = r"^[^\u0000]*[^\s\u0000][^\u0000]*$",
        example = "gold"
    )]
    value: String,
    /// What its value was until now: contacts that have it follow.
    #[serde(rename = "previousValue")]
    #[schema(nullable = false, min_length = 1, max_length = 255, example = "golden")]
    previous_value: Option<String>,
    /// Its name for people; the value unless it is given.
    #[schema(
        nullable = false,
        min_length = 1,
        max_length = 255,
        pattern = r"^[^\u0000]*[^\s\u0000][^\u0000]*$",
        example = "Gold"
    )]
    label: Option<String>,
    /// Whether it is the one to offer first; at most one is.
    #[schema(nullable = false, example = false)]
    is_default: Option<bool>,
}

/// A field as far as a body gives it.
#[derive(Debug, Default)]
pub(super) struct FieldInput {
    pub display_name: Option<String>,
    pub system_name: Option<String>,
    pub field_type: Option<FieldType>,
    pub is_default: Option<bool>,
    pub is_required: Option<bool>,
    pub is_unique: Option<bool>,
    pub is_archived: Option<bool>,
    pub options: Option<Vec<OptionInput>>,
}

/// An option of a body.
#[derive(Debug)]
pub(super) struct OptionInput {
    /// Its place in the body.
    pub index: usize,
    pub option: FieldOption,
    /// What it was called.
    pub previous: Option<String>,
}

impl FieldInput {
    /// Reads the body of a new field.
    pub(super) fn read_new(body: Body, problems: &mut Problems) -> Self {
        let mut reader = Reader::new(body, problems);
        let input = Self {
            display_name: reader.required_text("display_name", label),
            system_name: reader.some_text("system_name", |name| {
                SystemName::parse(name).map(|name| name.as_str().to_owned())
            }),
            field_type: reader.some_text("type", str::parse),
            is_required: reader.some_flag("is_required"),
            is_unique: reader.some_flag("is_unique"),
            options: options(&mut reader, false),
            is_default: None,
            is_archived: None,
        };
        reader.refuse_others("a new field");
        input
    }

    /// Reads the body of a change.
    pub(super) fn read_change(body: Body, problems: &mut Problems) -> Self {
        let mut reader = Reader::new(body, problems);
        reader.ignore(&["id"]);
        let input = Self {
            display_name: reader.some_text("display_name", label),
            system_name: reader.some_text("system_name", |name| Ok(name.to_owned())),
            field_type: reader.some_text("type", str::parse),
            is_default: reader.some_flag("is_default"),
            is_required: reader.some_flag("is_required"),
            is_unique: reader.some_flag("is_unique"),
            is_archived: reader.some_flag("is_archived"),
            options: options(&mut reader, true),
        };
        reader.refuse_others("a field");
        input
    }
}

fn options(reader: &mut Reader<'_>, is_change: bool) -> Option<Vec<OptionInput>> {
    let Value::Array(items) = reader.take("options")? else {
        reader.note("options", "wrong_type", "must be an array");
        return None;
    };
    let mut seen = HashSet::new();
    let read = |reader: &mut Reader<'_>, path: &str, item: Value| {
        let mut entry = reader.object(path, item)?;
        let value = entry.required_text("value", label);
        let previous =
            if is_change { entry.some_text("previousValue", |text| Ok(text.to_owned())) } else { None };
        let label = entry.some_text("label", label);
        let is_default = entry.some_flag("is_default").unwrap_or_default();
        entry.refuse_others("an option");
        let value = value?;
        if !seen.insert(spelling_key(&value)) {
            reader.note(&format!("{path}.value"), "duplicate", "is given twice");
            return None;
        }
        let label = label.unwrap_or_else(|| value.clone());
        Some((FieldOption { value, label, is_default }, previous))
    };
    let options = reader.entries("options", items, MAX_OPTIONS, read)?;
    if options.iter().filter(|placed| placed.entry.0.is_default).count() > 1 {
        reader.note("options", "many_defaults", "at most one entry may have is_default");
    }
    let option = |Placed { index, entry: (option, previous) }| OptionInput { index, option, previous };
    Some(options.into_iter().map(option).collect())
}
