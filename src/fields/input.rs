//! What a body says of a field.

use serde_json::Value;
use utoipa::ToSchema;

use crate::{
    catalogue::fields::FieldOption,
    domain::{FieldType, SystemName, label},
    error::Problems,
    http::{body::Fields, reader::Reader},
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
    pub(super) fn read_new(fields: Fields, problems: &mut Problems) -> Self {
        let mut reader = Reader::new(fields, problems);
        let input = Self {
            display_name: reader.required_text("display_name", label),
            system_name: reader.some_text("system_name", |name| {
                SystemName::parse(name).map(|name| name.as_str().to_owned())
            }),
            field_type: reader.some_text("type", str::parse),
            is_required: reader.flag("is_required"),
            is_unique: reader.flag("is_unique"),
            options: options(&mut reader, false),
            is_default: None,
            is_archived: None,
        };
        reader.refuse_others("a new field");
        input
    }

    /// Reads the body of a change.
    pub(super) fn read_change(fields: Fields, problems: &mut Problems) -> Self {
        let mut reader = Reader::new(fields, problems);
        reader.ignore(&["id"]);
        let input = Self {
            display_name: reader.some_text("display_name", label),
            system_name: reader.some_text("system_name", |name| Ok(name.to_owned())),
            field_type: reader.some_text("type", str::parse),
            is_default: reader.flag("is_default"),
            is_required: reader.flag("is_required"),
            is_unique: reader.flag("is_unique"),
            is_archived: reader.flag("is_archived"),
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
    if items.len() > MAX_OPTIONS {
        reader.note("options", "too_many", format!("must have at most {MAX_OPTIONS} entries"));
        return None;
    }
    let mut options: Vec<OptionInput> = Vec::with_capacity(items.len());
    for (index, item) in items.into_iter().enumerate() {
        let Some(mut entry) = reader.object(&format!("options[{index}]"), item) else { continue };
        let value = entry.required_text("value", label);
        let previous =
            if is_change { entry.some_text("previousValue", |text| Ok(text.to_owned())) } else { None };
        let label = entry.some_text("label", label);
        let is_default = entry.flag("is_default").unwrap_or_default();
        entry.refuse_others("an option");
        let Some(value) = value else { continue };
        if options.iter().any(|other| other.option.value == value) {
            reader.note(&format!("options[{index}].value"), "duplicate", "is given twice");
            continue;
        }
        let label = label.unwrap_or_else(|| value.clone());
        options.push(OptionInput { index, option: FieldOption { value, label, is_default }, previous });
    }
    if options.iter().filter(|entry| entry.option.is_default).count() > 1 {
        reader.note("options", "many_defaults", "at most one entry may have is_default");
    }
    Some(options)
}
