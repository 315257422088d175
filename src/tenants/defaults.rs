//! What a new tenant starts with.

use crate::domain::FieldType;

/// Channels, the first being the default of the field `channel`.
pub(super) const CHANNELS: [&str; 9] =
    ["phone", "email", "viber", "messenger", "line", "telegram", "whatsapp", "instagram", "webchat"];

/// Groups, and whether a contact created without groups gets them.
pub(super) const GROUPS: [(&str, bool); 4] =
    [("new", false), ("lead", false), ("customer", false), ("partner", false)];

/// A default field.
pub(super) struct DefaultField {
    pub(super) system_name: &'static str,
    pub(super) display_name: &'static str,
    pub(super) field_type: FieldType,
    pub(super) is_required: bool,
}

const fn field(system_name: &'static str, display_name: &'static str, field_type: FieldType) -> DefaultField {
    DefaultField { system_name, display_name, field_type, is_required: false }
}

/// The default fields, in the order of their listing. Only the name is required: it defaults to the
/// username and the other way round, so a contact always has one.
pub(super) const FIELDS: [DefaultField; 11] = [
    DefaultField { is_required: true, ..field("name", "Name", FieldType::Text) },
    field("username", "Username", FieldType::Text),
    field("phone", "Phone", FieldType::Phone),
    field("email", "Email", FieldType::Email),
    field("company", "Company", FieldType::Text),
    field("address", "Address", FieldType::Text),
    field("channel", "Channel", FieldType::Select),
    field("notes", "Notes", FieldType::Textarea),
    field("avatar_url", "Avatar URL", FieldType::Url),
    field("tags", "Tags", FieldType::MultiSelect),
    field("contact_groups", "Groups", FieldType::MultiSelect),
];
