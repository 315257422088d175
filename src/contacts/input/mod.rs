//! What a caller says of a contact: the body of create and update, read field by field so that every
//! mistake is reported at once. [`body`] has what is particular to fields of contacts, [`item`] the entries of their lists.

pub(crate) mod apply;
mod body;
mod item;
pub(crate) mod references;

use serde_json::Value;
use uuid::Uuid;

pub(crate) use self::body::MAX_GROUPS;
use super::record::model::{EmailEntry, PhoneEntry};
use crate::{
    domain::{
        Address, ChannelName, CompanyName, Name, Notes, Region, SocialId, SystemName, TagName, Url, Username,
    },
    error::Problems,
    http::{
        body::Body,
        patch::Patch,
        reader::{Placed, Reader},
    },
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

impl ContactInput {
    /// Reads a body. What cannot be read is noted in `problems` and left out.
    pub(crate) fn read(
        body: Body,
        purpose: Purpose,
        region: Option<Region>,
        problems: &mut Problems,
    ) -> Self {
        let is_form = body.is_form;
        let reader = &mut Reader::new(body, problems);
        body::refuse_unknown(reader, purpose);
        body::select(reader, purpose);
        if purpose == Purpose::Create {
            body::require_keys(reader);
        }
        let avatar_url = body::avatar_url(reader);
        Self {
            username: reader.some_text("username", Username::parse),
            name: reader.some_text("name", Name::parse),
            address: reader.text("address", Address::parse),
            channel: reader.text("channel", ChannelName::parse),
            notes: reader.text("notes", Notes::parse),
            avatar_url,
            tags: reader
                .list("tags", MAX_LIST, item::tag)
                .map(|tags| TagChange { action: TagAction::Replace, tags }),
            company: body::company(reader),
            emails: body::list_with_primary(reader, "email", item::email, |entry| entry.is_primary),
            phones: body::list_with_primary(
                reader,
                "phone",
                |reader, path, value| item::phone(reader, path, value, region),
                |entry| entry.is_primary,
            ),
            custom_fields: body::custom_fields(reader),
            groups: body::contact_groups(reader, purpose),
            platforms: reader.list("platformContacts", MAX_LIST, item::platform),
            is_form,
        }
    }
}

impl TagChange {
    /// Reads `{"actionType":…,"tags":[…]}`.
    pub(crate) fn read(body: Body, problems: &mut Problems) -> Option<Self> {
        let mut reader = Reader::new(body, problems);
        let action = body::action_type(&mut reader, "tags");
        let tags = reader.list("tags", MAX_LIST, item::tag);
        Some(Self { action: action?, tags: tags? })
    }
}

/// What happens to the groups of a contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GroupChange {
    pub action: TagAction,
    pub groups: Vec<Placed<Uuid>>,
}

impl GroupChange {
    /// Reads `{"actionType":…,"groups":[…]}`.
    pub(crate) fn read(body: Body, problems: &mut Problems) -> Option<Self> {
        let mut reader = Reader::new(body, problems);
        let action = body::action_type(&mut reader, "groups");
        let groups = body::groups(&mut reader, "groups");
        Some(Self { action: action?, groups: groups? })
    }
}
