//! A contact with everything that belongs to it, as the tables have it.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    catalogue::{channels::Channel, companies::Company, groups::Group, tags::Tag},
    domain::{
        Address, Email, FieldType, FieldValue, Name, Notes, Phone, SearchText, SocialId, Url, Username, fold,
        index_key,
    },
};

/// A contact.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of the API")]
pub struct Contact {
    pub id: Uuid,
    pub username: Username,
    pub name: Name,
    pub address: Option<Address>,
    pub channel: Option<Channel>,
    pub notes: Option<Notes>,
    pub avatar_url: Option<Url>,
    pub tags: Vec<Tag>,
    pub company: Option<Company>,
    pub emails: Vec<EmailEntry>,
    pub phones: Vec<PhoneEntry>,
    pub custom_values: Vec<CustomValue>,
    pub groups: Vec<Group>,
    pub platforms: Vec<Platform>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// An email of a contact.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct EmailEntry {
    pub email: Email,
    pub is_primary: bool,
}

/// A phone of a contact.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct PhoneEntry {
    pub phone: Phone,
    pub is_primary: bool,
}

/// The value of a custom field, with as much of its definition as a document shows.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct CustomValue {
    pub field_id: Uuid,
    pub system_name: String,
    pub display_name: String,
    pub field_type: FieldType,
    /// Where the field stands among the tenant's.
    pub position: i32,
    pub value: FieldValue,
}

/// An id of a contact on a social platform.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Platform {
    pub channel: Channel,
    pub social_platform_id: SocialId,
}

impl CustomValue {
    /// Values by the ids of their fields: each has one of a field at most.
    pub(crate) fn by_field(values: &[Self]) -> HashMap<Uuid, &Self> {
        values.iter().map(|value| (value.field_id, value)).collect()
    }

    /// Sorts values as documents show them: by the places of their fields, then by name.
    pub fn sort(values: &mut [Self]) {
        values.sort_by(|a, b| (a.position, &a.system_name).cmp(&(b.position, &b.system_name)));
    }
}

impl Contact {
    /// A contact that has nothing but a name yet.
    #[must_use]
    pub const fn new(id: Uuid, username: Username, name: Name, now: DateTime<Utc>) -> Self {
        Self {
            id,
            username,
            name,
            address: None,
            channel: None,
            notes: None,
            avatar_url: None,
            tags: Vec::new(),
            company: None,
            emails: Vec::new(),
            phones: Vec::new(),
            custom_values: Vec::new(),
            groups: Vec::new(),
            platforms: Vec::new(),
            created_at: now,
            updated_at: now,
        }
    }

    /// The text by which contacts are sorted by name: short enough for an index.
    #[must_use]
    pub fn sort_name(&self) -> String {
        index_key(fold(self.name.as_str()))
    }

    /// The text that `keyword` searches.
    #[must_use]
    pub fn search_text(&self) -> String {
        SearchText {
            name: self.name.as_str(),
            username: self.username.as_str(),
            emails: self.emails.iter().map(|entry| entry.email.as_str()).collect(),
            phones: self.phones.iter().map(|entry| &entry.phone).collect(),
            company: self.company.as_ref().map(|company| company.name.as_str()),
            social_ids: self.platforms.iter().map(|platform| platform.social_platform_id.as_str()).collect(),
        }
        .build()
    }
}
