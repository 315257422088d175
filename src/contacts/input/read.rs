//! Reading a body of a contact, field by field, so that every mistake is reported at once.

use super::{
    body,
    contact_input::{ContactInput, GroupChange, MAX_LIST, Purpose, TagAction, TagChange},
    item,
};
use crate::{
    domain::{Address, ChannelName, Name, Notes, Region, Username},
    error::Problems,
    http::{body::Body, reader::Reader},
};

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

impl GroupChange {
    /// Reads `{"actionType":…,"groups":[…]}`.
    pub(crate) fn read(body: Body, problems: &mut Problems) -> Option<Self> {
        let mut reader = Reader::new(body, problems);
        let action = body::action_type(&mut reader, "groups");
        let groups = body::groups(&mut reader, "groups");
        Some(Self { action: action?, groups: groups? })
    }
}
