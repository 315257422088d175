//! The entries of a contact's lists: emails, phones, tags, groups, social ids.

use serde_json::Value;
use uuid::Uuid;

use super::{PlatformRef, TagRef};
use crate::{
    contacts::record::model::{EmailEntry, PhoneEntry},
    domain::{ChannelName, Email, Invalid, Phone, Region, SocialId, TagName, parse_id},
    error::Problems,
};

/// An entry of a list, with its path for problems.
pub(crate) struct Item<'a> {
    pub(crate) value: Value,
    pub(crate) path: String,
    pub(crate) is_form: bool,
    pub(crate) problems: &'a mut Problems,
}

impl Item<'_> {
    pub(crate) fn at(&self, key: &str) -> String {
        format!("{}.{key}", self.path)
    }

    pub(crate) fn wrong_type(&mut self, expected: &str) {
        self.problems.add(self.path.clone(), "wrong_type", format!("must be {expected}"));
    }

    pub(crate) fn refuse_unknown(&mut self, known: &[&str]) {
        let Value::Object(map) = &self.value else { return };
        for name in map.keys().filter(|name| !known.contains(&name.as_str())) {
            let field = self.at(&shown(name));
            self.problems.add(field, "unknown_field", format!("must be one of {}", known.join(", ")));
        }
    }

    pub(crate) fn required_text<T>(
        &mut self,
        key: &str,
        parse: impl Fn(&str) -> Result<T, Invalid>,
    ) -> Option<T> {
        let field = self.at(key);
        match &self.value {
            Value::Object(map) => match map.get(key) {
                Some(Value::String(text)) => self.problems.keep(field, parse(text)),
                None | Some(Value::Null) => {
                    self.problems.add(field, "required", "is required");
                    None
                }
                Some(_) => {
                    self.problems.add(field, "wrong_type", "must be text");
                    None
                }
            },
            _ => {
                self.wrong_type("an object");
                None
            }
        }
    }

    pub(crate) fn flag(&mut self, key: &str) -> bool {
        let field = self.at(key);
        match self.value.get(key) {
            None | Some(Value::Null) => false,
            Some(Value::Bool(flag)) => *flag,
            Some(Value::String(text)) if self.is_form => match text.as_str() {
                "true" | "1" | "on" => true,
                "false" | "0" | "" => false,
                _ => {
                    self.problems.add(field, "wrong_type", "must be true or false");
                    false
                }
            },
            Some(_) => {
                self.problems.add(field, "wrong_type", "must be true or false");
                false
            }
        }
    }

    /// The object's `id` where it has one, else its `key`.
    pub(crate) fn id_or<T>(
        &mut self,
        key: &str,
        parse: impl Fn(&str) -> Result<T, Invalid>,
        by_id: impl Fn(Uuid) -> T,
    ) -> Option<T> {
        match self.value.get("id") {
            None | Some(Value::Null) => self.required_text(key, parse),
            Some(_) => self.id().map(by_id),
        }
    }

    pub(crate) fn id(&mut self) -> Option<Uuid> {
        let field = self.at("id");
        let id = self.value.get("id").and_then(Value::as_str).and_then(parse_id);
        if id.is_none() {
            self.problems.add(field, "invalid_format", "must be a UUID");
        }
        id
    }
}

pub(crate) fn tag(item: &mut Item<'_>) -> Option<TagRef> {
    match &item.value {
        Value::String(name) => item.problems.keep(item.path.clone(), TagName::parse(name)).map(TagRef::Name),
        Value::Object(_) => {
            item.refuse_unknown(&["id", "name"]);
            item.id_or("name", |name| TagName::parse(name).map(TagRef::Name), TagRef::Id)
        }
        _ => {
            item.wrong_type("a name, or an object with `id` or `name`");
            None
        }
    }
}

pub(crate) fn email(item: &mut Item<'_>) -> Option<EmailEntry> {
    item.refuse_unknown(&["email", "isPrimary"]);
    let is_primary = item.flag("isPrimary");
    let email = item.required_text("email", Email::parse)?;
    Some(EmailEntry { email, is_primary })
}

pub(crate) fn phone(item: &mut Item<'_>, region: Option<Region>) -> Option<PhoneEntry> {
    item.refuse_unknown(&["phone", "isPrimary"]);
    let is_primary = item.flag("isPrimary");
    let phone = item.required_text("phone", |text| Phone::parse(text, region))?;
    Some(PhoneEntry { phone, is_primary })
}

pub(crate) fn platform(item: &mut Item<'_>) -> Option<PlatformRef> {
    if !item.value.is_object() {
        item.wrong_type("an object");
        return None;
    }
    item.refuse_unknown(&["channel", "socialPlatformId"]);
    let channel = item.required_text("channel", ChannelName::parse);
    let social_platform_id = item.required_text("socialPlatformId", SocialId::parse);
    Some(PlatformRef { channel: channel?, social_platform_id })
}

pub(crate) fn group(item: &mut Item<'_>) -> Option<Uuid> {
    match &item.value {
        Value::String(text) => {
            let id = parse_id(text);
            if id.is_none() {
                item.problems.add(item.path.clone(), "invalid_format", "must be the id of a group, a UUID");
            }
            id
        }
        Value::Object(_) => {
            item.refuse_unknown(&["id", "value", "label", "is_default"]);
            item.id()
        }
        _ => {
            item.wrong_type("the id of a group, or an object with `id`");
            None
        }
    }
}

/// A name of the caller's making, short enough to be repeated.
pub(crate) fn shown(name: &str) -> String {
    name.chars().take(50).collect()
}
