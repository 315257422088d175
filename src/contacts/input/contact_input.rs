//! What a caller says of a contact, as far as a body gives it.

use serde_json::Value;
use uuid::Uuid;

use crate::{
    contacts::record::model::{EmailEntry, PhoneEntry},
    domain::{Address, ChannelName, CompanyName, Name, Notes, SocialId, SystemName, TagName, Url, Username},
    http::{patch::Patch, reader::Placed},
};

/// How many entries each list of a contact may have.
pub(crate) const MAX_LIST: usize = 50;

/// What the body is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// POST: needs a name or a username, and the keys `email` and `phone`.
    Create,
    /// PUT: needs `specific_update_fields`.
    Put,
    /// PATCH: may have `specific_update_fields`.
    Patch,
    /// Creates or updates, as it turns out.
    Upsert,
}

/// A contact's fields as far as a body gives them.
#[derive(Debug, Clone, Default)]
pub(crate) struct ContactInput {
    pub username: Option<Username>,
    pub name: Option<Name>,
    pub address: Patch<Address>,
    pub channel: Patch<ChannelName>,
    pub notes: Patch<Notes>,
    pub avatar_url: Patch<Url>,
    pub tags: Option<TagChange>,
    pub company: Patch<CompanyRef>,
    pub emails: Option<Vec<EmailEntry>>,
    pub phones: Option<Vec<PhoneEntry>>,
    pub custom_fields: Vec<(SystemName, Value)>,
    pub groups: Option<Vec<Placed<Uuid>>>,
    pub platforms: Option<Vec<Placed<PlatformRef>>>,
    /// The body was a form, where numbers and booleans are text.
    pub is_form: bool,
}

/// What happens to the tags of a contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TagChange {
    pub action: TagAction,
    pub tags: Vec<Placed<TagRef>>,
}

/// How tags change: `MERGE` adds those that the contact does not have, `REPLACE` puts them in the place of those it
/// has, `REMOVE` takes them off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum TagAction {
    /// Adds those that the contact does not have.
    Merge,
    /// Puts them in the place of those it has.
    Replace,
    /// Takes them off.
    Remove,
}

/// A tag by its id or its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TagRef {
    Id(Uuid),
    Name(TagName),
}

/// A company by its id or its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum CompanyRef {
    Id(Uuid),
    Name(CompanyName),
}

/// An id on a social platform, the channel by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PlatformRef {
    pub channel: ChannelName,
    /// There unless a problem was noted of it.
    pub social_platform_id: Option<SocialId>,
}

/// What happens to the groups of a contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GroupChange {
    pub action: TagAction,
    pub groups: Vec<Placed<Uuid>>,
}
