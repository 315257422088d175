//! The request bodies as the OpenAPI document shows them. They describe; [`super::input`] reads.
//! [`crate::openapi`] makes the forms out of them.
#![expect(dead_code, reason = "these types exist for their schemas")]

use std::collections::BTreeMap;

use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{input::TagAction, record::document::Document};

/// A contact that was read.
#[derive(ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ContactRead {
    /// Always `success`.
    status: String,
    /// What was done.
    #[schema(example = "contact")]
    message: String,
    data: Document<'static>,
    /// Only where the contact that was asked for was merged into another: that one's id. `data` is that one.
    #[schema(nullable = false)]
    merged_into: Option<Uuid>,
}

/// A merge of contacts into another.
#[derive(ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ContactMergeInput {
    /// The contacts that are merged into it, none twice, in the order in which their values count.
    #[schema(min_items = 1, max_items = 20, example = json!(["0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c12"]))]
    from: Vec<Uuid>,
    /// By the names of fields: whose value the field is to have, one of the contacts that are merged or the one they are
    /// merged into. A custom field is named `customFields.cf_…`.
    prefer: Option<PreferredFields>,
    /// Whether to change nothing and answer what would become of the contact.
    #[schema(example = false)]
    dry_run: Option<bool>,
}

/// Contacts by the names of fields.
#[derive(ToSchema)]
#[schema(example = json!({"name": "0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c12"}))]
pub struct PreferredFields(BTreeMap<PreferredField, Uuid>);

/// The name of a field whose value is chosen.
#[derive(ToSchema, PartialEq, Eq, PartialOrd, Ord)]
#[schema(
    pattern = r"^(username|name|address|channel|notes|avatar_url|socialProfileUrl|tags|company|email|phone|contact_groups|platformContacts|customFields\.cf_[a-z0-9_]{1,60})$",
    example = "name"
)]
pub struct PreferredField(String);

/// An email address.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EmailInput {
    /// Kept as typed. Its domain has at least two labels; text of any script is legal.
    #[schema(format = "idn-email", max_length = 254, example = "frank@example.com")]
    email: String,
    /// Whether it is the one to use first; at most one of a contact is.
    #[serde(rename = "isPrimary")]
    #[schema(example = true)]
    is_primary: Option<bool>,
}

/// A phone number.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PhoneInput {
    /// Kept as typed. At least 3 digits (of any script) or letters, no control characters.
    #[schema(
        min_length = 3,
        max_length = 100,
        pattern = r"^[^\u0000-\u001f\u007f-\u009f]*$",
        example = "1-800-759-3000"
    )]
    phone: String,
    /// Whether it is the one to use first; at most one of a contact is.
    #[serde(rename = "isPrimary")]
    #[schema(example = true)]
    is_primary: Option<bool>,
}

/// The name of a tag; something of it must be visible.
#[derive(ToSchema)]
#[schema(
    min_length = 1,
    max_length = 100,
    pattern = r"^[^\u0000]*[^\s\u0000][^\u0000]*$",
    example = "platinum"
)]
pub struct TagName(String);

/// The name of a company; something of it must be visible.
#[derive(ToSchema)]
#[schema(
    min_length = 1,
    max_length = 255,
    pattern = r"^[^\u0000]*[^\s\u0000][^\u0000]*$",
    example = "K-Link"
)]
pub struct CompanyName(String);

/// The key of a custom field. The tenant's fields have it, see `GET /api/v1/contacts/fields`.
#[derive(ToSchema, PartialEq, Eq, PartialOrd, Ord)]
#[schema(pattern = r"^cf_[a-z0-9_]{1,60}$", example = "cf_sector")]
pub struct CustomFieldName(String);

/// A tag: its name, or the object that reads return.
#[derive(ToSchema)]
#[serde(untagged)]
pub enum TagInput {
    Name(TagName),
    Object(TagObject),
}

/// A company: its name, or the object that reads return.
#[derive(ToSchema)]
#[serde(untagged)]
pub enum CompanyInput {
    Name(CompanyName),
    Object(CompanyObject),
}

/// A tag by its `id`, or by its `name` where it has none.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TagObject {
    /// The id of a tag of the tenant.
    id: Option<Uuid>,
    /// Its name; ignored beside an `id`.
    #[schema(
        min_length = 1,
        max_length = 100,
        pattern = r"^[^\u0000]*[^\s\u0000][^\u0000]*$",
        example = "platinum"
    )]
    name: Option<String>,
}

/// A company by its `id`, or by its `name` where it has none.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CompanyObject {
    /// The id of a company of the tenant.
    id: Option<Uuid>,
    /// Its name; ignored beside an `id`.
    #[schema(
        min_length = 1,
        max_length = 255,
        pattern = r"^[^\u0000]*[^\s\u0000][^\u0000]*$",
        example = "K-Link"
    )]
    name: Option<String>,
    /// Ignored: as reads return it.
    phone: Option<Value>,
    /// Ignored: as reads return it.
    address: Option<Value>,
    /// Ignored: as reads return it.
    industry: Option<Value>,
}

/// Values by the keys of custom fields, or the array that reads return. Which keys there are, and what their
/// values may be, is the tenant's to say: see `GET /api/v1/contacts/fields`.
///
/// | `type` | value |
/// |---|---|
/// | `text`, `textarea` | up to 1,000 and 10,000 characters |
/// | `url`, `email`, `phone` | as `avatar_url`, and as in `email` and `phone` |
/// | `number` | a number of up to 40 characters |
/// | `date` | `2026-01-08` |
/// | `datetime` | `2026-01-08T17:46:48Z`, with any offset |
/// | `checkbox` | true or false |
/// | `select` | the value of one of the field's options |
/// | `multi_select` | an array of such values, none twice |
///
/// Null, a blank text and an empty array remove a value; fields that are not named keep theirs.
#[derive(ToSchema)]
#[serde(untagged)]
pub enum CustomFieldsInput {
    Object(CustomFieldValues),
    Array(Vec<CustomFieldInput>),
}

/// Values by the keys of custom fields.
#[derive(ToSchema)]
#[schema(example = json!({}))]
pub struct CustomFieldValues(BTreeMap<CustomFieldName, Value>);

/// The value of a custom field, as reads return it.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomFieldInput {
    system_name: CustomFieldName,
    /// Ignored: as reads return it.
    display_name: Option<Value>,
    /// Ignored: as reads return it.
    #[serde(rename = "type")]
    field_type: Option<Value>,
    /// As the field's type has it; null, or nothing, removes the value.
    #[schema(example = "Finance")]
    value: Option<Value>,
}

/// A group: its id, or the object that reads return.
#[derive(ToSchema)]
#[serde(untagged)]
pub enum GroupInput {
    Id(Uuid),
    Object(GroupObject),
}

/// A group by its `id`.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupObject {
    /// The id of a group of the tenant.
    id: Uuid,
    /// Ignored: as reads return it.
    value: Option<Value>,
    /// Ignored: as reads return it.
    label: Option<Value>,
    /// Ignored: as reads return it.
    is_default: Option<Value>,
}

/// An id on a social platform.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlatformInput {
    /// Name of one of the tenant's channels, without regard to case.
    #[schema(
        min_length = 1,
        max_length = 100,
        pattern = r"^[^\u0000]*[^\s\u0000][^\u0000]*$",
        example = "viber"
    )]
    channel: String,
    /// The id; something of it must be visible.
    #[serde(rename = "socialPlatformId")]
    #[schema(
        min_length = 1,
        max_length = 255,
        pattern = r"^[^\u0000]*[^\s\u0000][^\u0000]*$",
        example = "U1234"
    )]
    social_platform_id: String,
}

/// A change of a contact's tags.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TagsPatch {
    /// `MERGE` adds tags, `REPLACE` puts them in the place of the contact's own, `REMOVE` takes them off.
    #[serde(rename = "actionType")]
    action_type: TagAction,
    /// Found by name without regard to case, or made. A contact has at most 50.
    #[schema(max_items = 50, example = json!(["vip", "new"]))]
    tags: Vec<TagInput>,
}

/// The name of a field of a contact, as bodies have it.
#[derive(ToSchema)]
pub enum FieldName {
    #[serde(rename = "username")]
    Username,
    #[serde(rename = "name")]
    Name,
    #[serde(rename = "address")]
    Address,
    #[serde(rename = "channel")]
    Channel,
    #[serde(rename = "notes")]
    Notes,
    #[serde(rename = "avatar_url")]
    AvatarUrl,
    #[serde(rename = "socialProfileUrl")]
    SocialProfileUrl,
    #[serde(rename = "tags")]
    Tags,
    #[serde(rename = "company")]
    Company,
    #[serde(rename = "email")]
    Email,
    #[serde(rename = "phone")]
    Phone,
    #[serde(rename = "customFields")]
    CustomFields,
    #[serde(rename = "contact_groups")]
    ContactGroups,
    #[serde(rename = "platformContacts")]
    PlatformContacts,
    #[serde(rename = "id")]
    Id,
    #[serde(rename = "createdAt")]
    CreatedAt,
    #[serde(rename = "updatedAt")]
    UpdatedAt,
}

/// The bodies of create and update differ in what is required: `nullable` of the two names, the type of the
/// lists `email` and `phone`, and what `specific_update_fields` is.
macro_rules! contact_body {
    (
        $(#[$doc:meta])* $name:ident, nullable names: $nullable:literal, $email:ty, $phone:ty
        $(, $(#[$selection_doc:meta])* $selection:ty)?
    ) => {
        $(#[$doc])*
        #[derive(ToSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            /// The name it goes by in the system it comes from; something of it must be visible. The name where a
            /// new contact has none.
            #[schema(nullable = $nullable, min_length = 1, max_length = 255,
                pattern = r"^[^\u0000]*[^\s\u0000][^\u0000]*$", example = "frank")]
            username: Option<String>,
            /// The name to show; something of it must be visible. The username where a new contact has none.
            #[schema(nullable = $nullable, min_length = 1, max_length = 255,
                pattern = r"^[^\u0000]*[^\s\u0000][^\u0000]*$", example = "Frank McCallister")]
            name: Option<String>,
            /// Postal address.
            #[schema(max_length = 1000, pattern = r"^[^\u0000]*$", example = "12 Strand Road, Yangon")]
            address: Option<String>,
            /// Name of one of the tenant's channels, without regard to case.
            #[schema(min_length = 1, max_length = 100, pattern = r"^[^\u0000]*[^\s\u0000][^\u0000]*$",
                example = "phone")]
            channel: Option<String>,
            /// What an agent noted.
            #[schema(max_length = 10000, pattern = r"^[^\u0000]*$", example = "Prefers to be called in the morning.")]
            notes: Option<String>,
            /// URL (http or https) of a picture, under its older name.
            #[schema(format = "uri", max_length = 2048, pattern = "^[Hh][Tt][Tt][Pp][Ss]?://[A-Za-z0-9]",
                example = "https://assets.example.com/avatars/frank.jpg")]
            avatar_url: Option<String>,
            /// The same under its newer name. Both at once must be equal.
            #[serde(rename = "socialProfileUrl")]
            #[schema(format = "uri", max_length = 2048, pattern = "^[Hh][Tt][Tt][Pp][Ss]?://[A-Za-z0-9]",
                example = "https://assets.example.com/avatars/frank.jpg")]
            social_profile_url: Option<String>,
            /// Found by name without regard to case, or made. Null is the same as none.
            #[schema(max_items = 50, example = json!(["platinum"]))]
            tags: Option<Vec<TagInput>>,
            /// Found by name without regard to case, or made; or by id.
            company: Option<CompanyInput>,
            /// Email addresses, in the order to be kept.
            #[schema(max_items = 50, example = json!([{"email": "frank@example.com", "isPrimary": true}]))]
            email: $email,
            /// Phone numbers, in the order to be kept.
            #[schema(max_items = 50, example = json!([{"phone": "1-800-759-3000", "isPrimary": true}]))]
            phone: $phone,
            /// Values of custom fields.
            #[serde(rename = "customFields")]
            custom_fields: Option<CustomFieldsInput>,
            /// Groups by their ids. A new contact without them gets the tenant's default groups.
            #[schema(max_items = 20, example = json!([]))]
            contact_groups: Option<Vec<GroupInput>>,
            /// Ids on social platforms.
            #[serde(rename = "platformContacts")]
            #[schema(max_items = 50, example = json!([{"channel": "viber", "socialPlatformId": "U1234"}]))]
            platform_contacts: Option<Vec<PlatformInput>>,
            /// Ignored: as reads return it.
            id: Option<Value>,
            /// Ignored: as reads return it.
            #[serde(rename = "createdAt")]
            created_at: Option<Value>,
            /// Ignored: as reads return it.
            #[serde(rename = "updatedAt")]
            updated_at: Option<Value>,
            $(
                $(#[$selection_doc])*
                #[schema(example = json!([]))]
                specific_update_fields: $selection,
            )?
        }
    };
}

contact_body! {
    /// A new contact. `username` or `name` is required, and the keys `email` and `phone` are, whose arrays may be
    /// empty.
    ContactCreate, nullable names: true, Vec<EmailInput>, Vec<PhoneInput>
}
contact_body! {
    /// Changes of a contact, with the fields to update.
    ContactPut, nullable names: false, Option<Vec<EmailInput>>, Option<Vec<PhoneInput>>,
    /// The fields to update, each of which the body has; `[]` means all that it has.
    Vec<FieldName>
}
contact_body! {
    /// Changes of a contact.
    ContactPatch, nullable names: false, Option<Vec<EmailInput>>, Option<Vec<PhoneInput>>,
    /// The fields to update, each of which the body has; without it, or with `[]`, all that it has.
    #[schema(nullable = false)]
    Option<Vec<FieldName>>
}
contact_body! {
    /// A contact that is created or updated, as it turns out. A new one needs `username` or `name`.
    ContactUpsert, nullable names: false, Option<Vec<EmailInput>>, Option<Vec<PhoneInput>>
}
