//! What a caller says of a contact: the body of create and update, read field by field so that every
//! mistake is reported at once. [`body`] reads fields, [`item`] the entries of lists.

pub(crate) mod apply;
mod body;
mod item;
pub(crate) mod references;

use serde_json::Value;
use uuid::Uuid;

use self::body::Body;
pub(crate) use self::{body::MAX_GROUPS, item::shown};
use super::record::model::{EmailEntry, PhoneEntry};
use crate::{
    domain::{
        Address, ChannelName, CompanyName, Name, Notes, Region, SocialId, SystemName, TagName, Url, Username,
    },
    error::Problems,
    http::{body::Fields, patch::Patch},
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

/// An entry of a list, with its place in the body: entries that cannot be read are left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Placed<T> {
    pub index: usize,
    pub entry: T,
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
        fields: Fields,
        purpose: Purpose,
        region: Option<Region>,
        problems: &mut Problems,
    ) -> Self {
        let mut body = Body { map: fields.map, is_form: fields.is_form, problems };
        body.refuse_unknown(purpose);
        body.select(purpose);
        if purpose == Purpose::Create {
            body.require_keys();
        }
        let avatar_url = body.avatar_url();
        Self {
            username: body.text("username", Username::parse),
            name: body.text("name", Name::parse),
            address: body.nullable("address", Address::parse),
            channel: body.nullable("channel", ChannelName::parse),
            notes: body.nullable("notes", Notes::parse),
            avatar_url,
            tags: body
                .list("tags", MAX_LIST, item::tag)
                .map(|tags| TagChange { action: TagAction::Replace, tags }),
            company: body.company(),
            emails: body.list("email", MAX_LIST, item::email).map(entries).inspect(|list| {
                one_primary("email", list.iter().filter(|entry| entry.is_primary).count(), body.problems);
            }),
            phones: body.list("phone", MAX_LIST, |entry| item::phone(entry, region)).map(entries).inspect(
                |list| {
                    one_primary("phone", list.iter().filter(|entry| entry.is_primary).count(), body.problems);
                },
            ),
            custom_fields: body.custom_fields(),
            groups: body.groups(purpose),
            platforms: body.list("platformContacts", MAX_LIST, item::platform),
            is_form: fields.is_form,
        }
    }
}

impl TagChange {
    /// Reads `{"actionType":…,"tags":[…]}`.
    pub(crate) fn read(fields: Fields, problems: &mut Problems) -> Option<Self> {
        let mut body = Body { map: fields.map, is_form: fields.is_form, problems };
        let action = body.action_type("tags");
        let tags = body.list("tags", MAX_LIST, item::tag);
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
    pub(crate) fn read(fields: Fields, problems: &mut Problems) -> Option<Self> {
        let mut body = Body { map: fields.map, is_form: fields.is_form, problems };
        let action = body.action_type("groups");
        let mut groups = body.list("groups", MAX_GROUPS, item::group);
        let mut seen = std::collections::HashSet::new();
        if let Some(groups) = &mut groups {
            groups.retain(|group| seen.insert(group.entry));
        }
        Some(Self { action: action?, groups: groups? })
    }
}

fn entries<T>(list: Vec<Placed<T>>) -> Vec<T> {
    list.into_iter().map(|placed| placed.entry).collect()
}

fn one_primary(field: &str, primaries: usize, problems: &mut Problems) {
    if primaries > 1 {
        problems.add(field, "many_primaries", "at most one entry may have isPrimary");
    }
}
