//! The API's contact: what reads return and what is stored finished beside the rows. This is the one place
//! that renders it.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Serialize, Serializer};
use utoipa::ToSchema;
use uuid::Uuid;

use super::model::{Contact, CustomValue, Platform};
use crate::{
    catalogue::{companies::Company, groups::Group, tags::Tag},
    domain::FieldType,
};

/// The shape of [`Document`]. To be raised with every change of it: documents of an older shape are then
/// rendered again when they are met, and by `contacts reindex`.
pub const VERSION: i16 = 1;

/// A contact as the API shows it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Contact, example = json!({
    "id": "0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c11",
    "username": "frank",
    "name": "Frank McCallister",
    "address": null,
    "channel": "phone",
    "notes": null,
    "avatar_url": "https://assets.example.com/avatars/frank.jpg",
    "socialProfileUrl": "https://assets.example.com/avatars/frank.jpg",
    "tags": [{"id": "0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c21", "name": "platinum"}],
    "company": {
        "id": "0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c51", "name": "K-Link", "phone": null, "address": null,
        "industry": null,
    },
    "email": [{"email": "frank@example.com", "isPrimary": true}],
    "phone": [{"phone": "1-800-759-3000", "isPrimary": true}],
    "customFields": [
        {"system_name": "cf_sector", "display_name": "Sector", "type": "text", "value": "Finance"},
    ],
    "contact_groups": [
        {"id": "0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c31", "value": "new", "label": "new", "is_default": false},
    ],
    "platformContacts": [{"channel": "viber", "socialPlatformId": "U1234"}],
    "createdAt": "2026-01-08T17:46:48.123456Z",
    "updatedAt": "2026-01-08T17:46:48.123456Z",
}))]
pub struct Document<'a> {
    /// The contact's id.
    id: Uuid,
    /// The name it goes by in the system it comes from.
    #[schema(example = "frank")]
    username: &'a str,
    /// The name to show; the username unless it was given.
    #[schema(example = "Frank McCallister")]
    name: &'a str,
    /// Postal address.
    #[schema(required, example = "Dagon Seikkan Township")]
    address: Option<&'a str>,
    /// Name of the channel it came from.
    #[schema(required, example = "phone")]
    channel: Option<&'a str>,
    /// What an agent noted.
    #[schema(required)]
    notes: Option<&'a str>,
    /// URL of a picture. The same value as `socialProfileUrl`, under its older name.
    #[schema(required, example = "https://assets.example.com/avatars/frank.jpg")]
    avatar_url: Option<&'a str>,
    /// URL of a picture. The same value as `avatar_url`, under its newer name.
    #[serde(rename = "socialProfileUrl")]
    #[schema(required, example = "https://assets.example.com/avatars/frank.jpg")]
    social_profile_url: Option<&'a str>,
    /// Its tags, in the order given.
    tags: &'a [Tag],
    /// Its company.
    #[schema(required)]
    company: Option<&'a Company>,
    /// Its email addresses, in the order given.
    email: Vec<EmailDocument<'a>>,
    /// Its phone numbers as typed, in the order given.
    phone: Vec<PhoneDocument<'a>>,
    /// Its values of custom fields, in the order of the fields.
    #[serde(rename = "customFields")]
    custom_fields: Vec<CustomFieldDocument<'a>>,
    /// The groups it is in, in the order given.
    contact_groups: &'a [Group],
    /// Its ids on social platforms.
    #[serde(rename = "platformContacts")]
    platform_contacts: Vec<PlatformDocument<'a>>,
    /// When it was created (UTC).
    #[serde(rename = "createdAt", serialize_with = "timestamp")]
    created_at: DateTime<Utc>,
    /// When it was last changed (UTC).
    #[serde(rename = "updatedAt", serialize_with = "timestamp")]
    updated_at: DateTime<Utc>,
}

/// An email address.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ContactEmail)]
pub struct EmailDocument<'a> {
    /// The address as typed.
    #[schema(example = "frank@example.com")]
    email: &'a str,
    /// Whether it is the one to use first.
    #[serde(rename = "isPrimary")]
    is_primary: bool,
}

/// A phone number.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ContactPhone)]
pub struct PhoneDocument<'a> {
    /// The number as typed.
    #[schema(example = "1-800-759-3000")]
    phone: &'a str,
    /// Whether it is the one to use first.
    #[serde(rename = "isPrimary")]
    is_primary: bool,
}

/// The value of a custom field.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ContactCustomField)]
pub struct CustomFieldDocument<'a> {
    /// The field's key.
    #[schema(example = "cf_sector")]
    system_name: &'a str,
    /// The field's name for people.
    #[schema(example = "Sector")]
    display_name: &'a str,
    #[serde(rename = "type")]
    field_type: FieldType,
    /// Text, a number, a boolean or a list of texts, as the type has it.
    #[schema(example = "Finance")]
    value: serde_json::Value,
}

/// An id on a social platform.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PlatformContact)]
pub struct PlatformDocument<'a> {
    /// Name of the channel.
    #[schema(example = "viber")]
    channel: &'a str,
    /// The id, exactly as the platform has it.
    #[serde(rename = "socialPlatformId")]
    #[schema(example = "U1234")]
    social_platform_id: &'a str,
}

/// RFC 3339 in UTC with microseconds, always of the same length.
pub(crate) fn timestamp<S: Serializer>(time: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&time.to_rfc3339_opts(SecondsFormat::Micros, true))
}

/// Renders a contact as JSON text.
///
/// # Errors
/// None is known; serialisation of these types does not fail.
pub fn render(contact: &Contact) -> serde_json::Result<String> {
    serde_json::to_string(&Document::from(contact))
}

impl<'a> From<&'a Contact> for Document<'a> {
    fn from(contact: &'a Contact) -> Self {
        let avatar_url = contact.avatar_url.as_ref().map(crate::domain::Url::as_str);
        Self {
            id: contact.id,
            username: contact.username.as_str(),
            name: contact.name.as_str(),
            address: contact.address.as_ref().map(crate::domain::Address::as_str),
            channel: contact.channel.as_ref().map(|channel| channel.name.as_str()),
            notes: contact.notes.as_ref().map(crate::domain::Notes::as_str),
            avatar_url,
            social_profile_url: avatar_url,
            tags: &contact.tags,
            company: contact.company.as_ref(),
            email: contact
                .emails
                .iter()
                .map(|entry| EmailDocument { email: entry.email.as_str(), is_primary: entry.is_primary })
                .collect(),
            phone: contact
                .phones
                .iter()
                .map(|entry| PhoneDocument { phone: entry.phone.as_str(), is_primary: entry.is_primary })
                .collect(),
            custom_fields: contact.custom_values.iter().map(CustomFieldDocument::from).collect(),
            contact_groups: &contact.groups,
            platform_contacts: contact.platforms.iter().map(PlatformDocument::from).collect(),
            created_at: contact.created_at,
            updated_at: contact.updated_at,
        }
    }
}

impl<'a> From<&'a CustomValue> for CustomFieldDocument<'a> {
    fn from(value: &'a CustomValue) -> Self {
        Self {
            system_name: &value.system_name,
            display_name: &value.display_name,
            field_type: value.field_type,
            value: value.value.to_json(),
        }
    }
}

impl<'a> From<&'a Platform> for PlatformDocument<'a> {
    fn from(platform: &'a Platform) -> Self {
        Self { channel: &platform.channel.name, social_platform_id: platform.social_platform_id.as_str() }
    }
}
