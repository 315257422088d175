//! What a body says of a group.

use utoipa::ToSchema;

use crate::{
    domain::label,
    error::Problems,
    http::{body::Body, reader::Reader},
};

/// A new group.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "describes the body; GroupInput reads it")]
pub struct GroupCreate {
    /// Its key, which no other group has; something of it must be visible.
    #[schema(
        min_length = 1,
        max_length = 255,
        pattern = r"^[^\u0000]*[^\s\u0000][^\u0000]*$",
        example = "vip"
    )]
    value: String,
    /// Its name for people; the value unless it is given.
    #[schema(
        nullable = false,
        min_length = 1,
        max_length = 255,
        pattern = r"^[^\u0000]*[^\s\u0000][^\u0000]*$",
        example = "Very important people"
    )]
    label: Option<String>,
    /// Whether contacts that are created without groups get it.
    #[schema(nullable = false, example = false)]
    is_default: Option<bool>,
}

/// Changes of a group.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "describes the body; GroupInput reads it")]
pub struct GroupPatch {
    /// Its key, which no other group has; something of it must be visible.
    #[schema(
        nullable = false,
        min_length = 1,
        max_length = 255,
        pattern = r"^[^\u0000]*[^\s\u0000][^\u0000]*$",
        example = "vip"
    )]
    value: Option<String>,
    /// Its name for people.
    #[schema(
        nullable = false,
        min_length = 1,
        max_length = 255,
        pattern = r"^[^\u0000]*[^\s\u0000][^\u0000]*$",
        example = "Very important people"
    )]
    label: Option<String>,
    /// Whether contacts that are created without groups get it.
    #[schema(nullable = false, example = false)]
    is_default: Option<bool>,
    /// Ignored: as reads return it.
    id: Option<serde_json::Value>,
}

/// A group as far as a body gives it.
#[derive(Debug)]
pub(super) struct GroupInput {
    pub value: Option<String>,
    pub label: Option<String>,
    pub is_default: Option<bool>,
}

impl GroupInput {
    /// Reads the body of a new group.
    pub(super) fn read_new(body: Body, problems: &mut Problems) -> Self {
        let mut reader = Reader::new(body, problems);
        let value = reader.required_text("value", label);
        Self::read_rest(reader, value)
    }

    /// Reads the body of a change.
    pub(super) fn read_change(body: Body, problems: &mut Problems) -> Self {
        let mut reader = Reader::new(body, problems);
        reader.ignore(&["id"]);
        let value = reader.some_text("value", label);
        Self::read_rest(reader, value)
    }

    fn read_rest(mut reader: Reader<'_>, value: Option<String>) -> Self {
        let label = reader.some_text("label", label);
        let is_default = reader.some_flag("is_default");
        reader.refuse_others("a group");
        Self { value, label, is_default }
    }
}
