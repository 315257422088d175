//! The entries of a contact's lists: emails, phones, tags, groups, social ids.

use serde_json::Value;
use uuid::Uuid;

use super::{PlatformRef, TagRef};
use crate::{
    contacts::record::model::{EmailEntry, PhoneEntry},
    domain::{ChannelName, Email, Invalid, Phone, Region, SocialId, TagName, parse_id, unencoded_email},
    http::reader::Reader,
};

pub(super) fn tag(reader: &mut Reader<'_>, path: &str, value: Value) -> Option<TagRef> {
    match value {
        Value::String(name) => reader.keep(path, TagName::parse(&name)).map(TagRef::Name),
        Value::Object(_) => {
            let mut entry = reader.object(path, value)?;
            entry.refuse_unknown(&["id", "name"]);
            id_or_name(&mut entry, TagRef::Id, |name| TagName::parse(name).map(TagRef::Name))
        }
        _ => {
            reader.note(path, "wrong_type", "must be a name, or an object with `id` or `name`");
            None
        }
    }
}

pub(super) fn email(reader: &mut Reader<'_>, path: &str, value: Value) -> Option<EmailEntry> {
    let mut entry = reader.object(path, value)?;
    entry.refuse_unknown(&["email", "isPrimary"]);
    let is_primary = entry.flag("isPrimary");
    let parse = if entry.is_form() { unencoded_email } else { Email::parse };
    let email = entry.required_text("email", parse)?;
    Some(EmailEntry { email, is_primary })
}

pub(super) fn phone(
    reader: &mut Reader<'_>,
    path: &str,
    value: Value,
    region: Option<Region>,
) -> Option<PhoneEntry> {
    let mut entry = reader.object(path, value)?;
    entry.refuse_unknown(&["phone", "isPrimary"]);
    let is_primary = entry.flag("isPrimary");
    let phone = entry.required_text("phone", |text| Phone::parse(text, region))?;
    Some(PhoneEntry { phone, is_primary })
}

pub(super) fn platform(reader: &mut Reader<'_>, path: &str, value: Value) -> Option<PlatformRef> {
    let mut entry = reader.object(path, value)?;
    entry.refuse_unknown(&["channel", "socialPlatformId"]);
    let channel = entry.required_text("channel", ChannelName::parse);
    let social_platform_id = entry.required_text("socialPlatformId", SocialId::parse);
    Some(PlatformRef { channel: channel?, social_platform_id })
}

pub(super) fn group(reader: &mut Reader<'_>, path: &str, value: Value) -> Option<Uuid> {
    match value {
        Value::String(text) => {
            let id = parse_id(&text);
            if id.is_none() {
                reader.note(path, "invalid_format", "must be the id of a group, a UUID");
            }
            id
        }
        Value::Object(_) => {
            let mut entry = reader.object(path, value)?;
            entry.refuse_unknown(&["id", "value", "label", "is_default"]);
            id(&mut entry)
        }
        _ => {
            reader.note(path, "wrong_type", "must be the id of a group, or an object with `id`");
            None
        }
    }
}

/// What an object names: by its `id` where it has one, else by its `name`.
pub(super) fn id_or_name<T>(
    entry: &mut Reader<'_>,
    by_id: impl Fn(Uuid) -> T,
    by_name: impl Fn(&str) -> Result<T, Invalid>,
) -> Option<T> {
    match entry.get("id") {
        None | Some(Value::Null) => entry.required_text("name", by_name),
        Some(_) => id(entry).map(by_id),
    }
}

fn id(entry: &mut Reader<'_>) -> Option<Uuid> {
    let id = entry.get("id").and_then(Value::as_str).and_then(parse_id);
    if id.is_none() {
        entry.note("id", "invalid_format", "must be a UUID");
    }
    id
}
