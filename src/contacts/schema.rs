//! The request bodies as the OpenAPI document shows them. They describe; [`super::input`] reads.
#![expect(dead_code, reason = "these types exist for their schemas")]

use std::collections::BTreeMap;

use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::input::TagAction;

/// An email address.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EmailInput {
    #[schema(format = "email", max_length = 254, example = "frank@example.com")]
    email: String,
    /// Whether it is the one to use first; at most one of a contact is.
    #[serde(rename = "isPrimary")]
    is_primary: Option<bool>,
}

/// A phone number, kept as typed.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PhoneInput {
    /// At least 3 digits or letters.
    #[schema(min_length = 3, max_length = 100, example = "1-800-759-3000")]
    phone: String,
    /// Whether it is the one to use first; at most one of a contact is.
    #[serde(rename = "isPrimary")]
    is_primary: Option<bool>,
}

/// The name of a tag.
#[derive(ToSchema)]
#[schema(min_length = 1, max_length = 100)]
pub struct TagNameInput(String);

/// The name of a company.
#[derive(ToSchema)]
#[schema(min_length = 1, max_length = 255)]
pub struct CompanyNameInput(String);

/// A tag: its name, or the object that reads return.
#[derive(ToSchema)]
#[serde(untagged)]
pub enum TagInput {
    Name(TagNameInput),
    Object(NamedInput),
}

/// A company: its name, or the object that reads return.
#[derive(ToSchema)]
#[serde(untagged)]
pub enum CompanyInput {
    Name(CompanyNameInput),
    Object(CompanyObjectInput),
}

/// Something by its `id`, or by its `name` where it has none.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NamedInput {
    id: Option<Uuid>,
    #[schema(min_length = 1, max_length = 100)]
    name: Option<String>,
}

/// A company by its `id`, or by its `name` where it has none; the rest is ignored.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CompanyObjectInput {
    id: Option<Uuid>,
    #[schema(min_length = 1, max_length = 255)]
    name: Option<String>,
    phone: Option<String>,
    address: Option<String>,
    industry: Option<String>,
}

/// Values by `system_name`, or the array that reads return.
#[derive(ToSchema)]
#[serde(untagged)]
pub enum CustomFieldsInput {
    /// Null removes a value.
    Object(BTreeMap<String, Value>),
    Array(Vec<CustomFieldInput>),
}

/// A value, as reads return it.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomFieldInput {
    #[schema(example = "cf_sector")]
    system_name: String,
    display_name: Option<String>,
    #[serde(rename = "type")]
    field_type: Option<String>,
    #[schema(example = "Finance")]
    value: Value,
}

/// A group: its id, or the object that reads return.
#[derive(ToSchema)]
#[serde(untagged)]
pub enum GroupInput {
    Id(Uuid),
    Object(GroupObjectInput),
}

/// A group by its `id`; the rest is ignored.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupObjectInput {
    id: Uuid,
    value: Option<String>,
    label: Option<String>,
    is_default: Option<bool>,
}

/// An id on a social platform.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlatformInput {
    /// Name of one of the tenant's channels.
    #[schema(example = "viber")]
    channel: String,
    #[serde(rename = "socialPlatformId")]
    #[schema(min_length = 1, max_length = 255, example = "U1234")]
    social_platform_id: String,
}

/// A change of a contact's tags.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TagsPatch {
    #[serde(rename = "actionType")]
    #[schema(inline)]
    action_type: TagAction,
    #[schema(max_items = 50, example = json!(["vip", "new"]))]
    tags: Vec<TagInput>,
}

/// One body in its two forms: JSON, and an HTML form whose structured fields are JSON text. `lists` are the
/// types of `email`, `phone` and of either in a form, `selection` those of `specific_update_fields`.
macro_rules! contact_body {
    (
        $(#[$doc:meta])* $json:ident, $form:ident, lists: $email:ty, $phone:ty, $form_list:ty
        $(, selection: $selection:ty, $form_selection:ty)?
    ) => {
        $(#[$doc])*
        #[derive(ToSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $json {
            /// The name it goes by in the system it comes from; the name where it is not given.
            #[schema(nullable = false, min_length = 1, max_length = 255, example = "frank")]
            username: Option<String>,
            /// The name to show; the username where it is not given.
            #[schema(nullable = false, min_length = 1, max_length = 255, example = "Frank McCallister")]
            name: Option<String>,
            /// Postal address.
            #[schema(max_length = 1000)]
            address: Option<String>,
            /// Name of one of the tenant's channels, in any case.
            #[schema(min_length = 1, max_length = 100, example = "phone")]
            channel: Option<String>,
            /// What an agent noted.
            #[schema(max_length = 10000)]
            notes: Option<String>,
            /// URL (http or https) of a picture, under its older name.
            #[schema(format = "uri", max_length = 2048, example = "https://assets.example.com/avatars/frank.jpg")]
            avatar_url: Option<String>,
            /// The same under its newer name.
            #[serde(rename = "socialProfileUrl")]
            #[schema(format = "uri", max_length = 2048, example = "https://assets.example.com/avatars/frank.jpg")]
            social_profile_url: Option<String>,
            /// Found by name without regard to case, or made.
            #[schema(max_items = 50, example = json!(["platinum"]))]
            tags: Option<Vec<TagInput>>,
            /// Found by name without regard to case, or made.
            company: Option<CompanyInput>,
            #[schema(max_items = 50)]
            email: $email,
            #[schema(max_items = 50)]
            phone: $phone,
            #[serde(rename = "customFields")]
            custom_fields: Option<CustomFieldsInput>,
            /// Without it a new contact gets the tenant's default groups.
            #[schema(max_items = 20)]
            contact_groups: Option<Vec<GroupInput>>,
            /// Ids on social platforms.
            #[serde(rename = "platformContacts")]
            #[schema(max_items = 50)]
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
                /// The fields to update; `[]` means all that the body has.
                #[schema(example = json!([]))]
                specific_update_fields: $selection,
            )?
        }

        /// The same as a form: structured fields are JSON text, or bracketed names such as `tags[]=a`,
        /// `email[0][email]=a@b.c`. Empty text means null.
        #[derive(ToSchema)]
        pub struct $form {
            #[schema(nullable = false, example = "frank")]
            username: Option<String>,
            #[schema(nullable = false, example = "Frank McCallister")]
            name: Option<String>,
            address: Option<String>,
            channel: Option<String>,
            notes: Option<String>,
            avatar_url: Option<String>,
            #[serde(rename = "socialProfileUrl")]
            social_profile_url: Option<String>,
            #[schema(example = r#"["platinum"]"#)]
            tags: Option<String>,
            #[schema(example = "K-Link")]
            company: Option<String>,
            #[schema(example = r#"[{"email":"frank@example.com","isPrimary":true}]"#)]
            email: $form_list,
            #[schema(example = r#"[{"phone":"1-800-759-3000","isPrimary":true}]"#)]
            phone: $form_list,
            #[serde(rename = "customFields")]
            #[schema(example = r#"{}"#)]
            custom_fields: Option<String>,
            #[schema(example = r#"[]"#)]
            contact_groups: Option<String>,
            #[serde(rename = "platformContacts")]
            #[schema(example = r#"[{"channel":"viber","socialPlatformId":"U1234"}]"#)]
            platform_contacts: Option<String>,
            $(
                #[schema(example = r#"[]"#)]
                specific_update_fields: $form_selection,
            )?
        }
    };
}

contact_body! {
    /// A new contact; `username` or `name` is required.
    ContactCreate, ContactCreateForm, lists: Vec<EmailInput>, Vec<PhoneInput>, String
}
contact_body! {
    /// A contact to be updated, with the fields to update.
    ContactPut, ContactPutForm, lists: Option<Vec<EmailInput>>, Option<Vec<PhoneInput>>, Option<String>, selection: Vec<String>, String
}
contact_body! {
    /// A contact to be updated.
    ContactPatch, ContactPatchForm, lists: Option<Vec<EmailInput>>, Option<Vec<PhoneInput>>, Option<String>,
    selection: Option<Vec<String>>, Option<String>
}
