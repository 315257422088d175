//! What is told of a change.

use std::fmt::Write;

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::cursor::Place;
use crate::{
    catalogue::{
        channels::ChannelDefinition, companies::CompanyEntry, fields::Field, groups::Group, tags::TagEntry,
    },
    contacts::record::document::Document,
};

/// What something is that changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = ChangedType)]
pub(super) enum Kind {
    /// A contact.
    Contact,
    /// A tag.
    Tag,
    /// A company.
    Company,
    /// A group.
    Group,
    /// A channel.
    Channel,
    /// A field of contacts.
    Field,
}

impl Kind {
    pub const ALL: [Self; 6] =
        [Self::Contact, Self::Tag, Self::Company, Self::Group, Self::Channel, Self::Field];

    /// As the log and the API have it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Contact => "contact",
            Self::Tag => "tag",
            Self::Company => "company",
            Self::Group => "group",
            Self::Channel => "channel",
            Self::Field => "field",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// What happened to something that changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ToSchema)]
#[schema(as = ChangeEvent, rename_all = "lowercase")]
pub(super) enum Event {
    /// It was created.
    Create,
    /// It was changed, or shows something else that was.
    Update,
    /// It is deleted; a contact is in the trash.
    Delete,
    /// It came back from the trash.
    Restore,
    /// It is gone for good.
    Erase,
    /// Others were merged into it; without `data` it was merged itself, into `mergedInto`.
    Merge,
    /// The merge was undone.
    Unmerge,
}

impl Event {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Restore => "restore",
            Self::Erase => "erase",
            Self::Merge => "merge",
            Self::Unmerge => "unmerge",
        }
    }

    /// Of something that is there, whose last entry has this action. Where that says that it went, it has come back since.
    pub fn of_live(action: &str) -> Self {
        match action {
            "created" => Self::Create,
            "deleted" | "restored" => Self::Restore,
            "merged" => Self::Merge,
            "mergedAway" | "unmerged" => Self::Unmerge,
            _ => Self::Update,
        }
    }
}

/// What something is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum State {
    /// There: the JSON that reading it answers.
    Live(String),
    /// In the trash, or deleted.
    Deleted,
    /// Gone for good.
    Erased,
    /// Another one stands for it.
    MergedInto(Uuid),
}

/// Something that changed, at the place of its last change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub place: Place,
    pub kind: Kind,
    pub id: Uuid,
    /// What the last entry says that was done.
    pub action: String,
}

impl Entry {
    /// Whether it was there before and is after, as far as the log knew.
    pub fn is_update(&self) -> bool {
        matches!(&*self.action, "updated" | "renamed")
    }
}

/// An entry as it is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Item {
    pub place: Place,
    /// JSON.
    pub text: String,
}

impl Item {
    /// `fields`: those that changed; `None` where it is not known, or all of them.
    pub fn new(entry: &Entry, state: &State, fields: Option<&[String]>) -> Self {
        let (event, merged_into) = match state {
            State::Live(_) => (Event::of_live(&entry.action), None),
            State::Deleted => (Event::Delete, None),
            State::Erased => (Event::Erase, None),
            State::MergedInto(other) => (Event::Merge, Some(other)),
        };
        let data = if let State::Live(document) = state { document } else { "null" };
        let fields = match (state, fields) {
            (State::Live(_), Some(fields)) => Value::from(fields).to_string(),
            _ => "null".to_owned(),
        };
        let merged_into = merged_into.map_or("null".to_owned(), |id| format!("\"{id}\""));
        let mut text = String::with_capacity(data.len() + 200);
        // Writing to a string does not fail.
        let _ = write!(
            text,
            r#"{{"type":"{}","id":"{}","event":"{}","change":{},"changedFields":{fields},"data":{data},"mergedInto":{merged_into}}}"#,
            entry.kind.as_str(),
            entry.id,
            event.as_str(),
            entry.place.change,
        );
        Self { place: entry.place, text }
    }
}

/// Something that changed, as it is now.
#[derive(ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Change, example = json!({
    "type": "contact", "id": "0198c0de-8a2f-7d40-b1c9-2f1f9f6f0a55", "event": "merge", "change": 42,
    "changedFields": null, "data": null, "mergedInto": "0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c11",
}))]
#[expect(dead_code, reason = "describes the answer; Item writes it")]
pub(super) struct ItemSchema {
    /// What it is.
    r#type: Kind,
    /// Its id.
    id: Uuid,
    /// What was done to it last.
    event: Event,
    /// The number of that change; the numbers of a tenant grow.
    #[schema(minimum = 1)]
    change: i64,
    /// The fields that were changed since the cursor, without `updatedAt`; null where any may have been, and where it is gone. Something may
    /// have changed in `data` that is not named here yet: then it comes again.
    #[schema(required)]
    changed_fields: Option<Vec<String>>,
    /// What reading it answers now; null where it is gone.
    #[schema(required)]
    data: Option<Changed>,
    /// Which one stands for it, where it was merged.
    #[schema(required)]
    merged_into: Option<Uuid>,
}

/// What reading something answers.
#[derive(ToSchema)]
#[serde(untagged)]
#[schema(as = Changed)]
#[expect(dead_code, reason = "describes the answer; Item writes it")]
pub(super) enum Changed {
    /// A contact.
    Contact(Document<'static>),
    /// A tag.
    Tag(TagEntry),
    /// A company.
    Company(CompanyEntry),
    /// A group.
    Group(Group),
    /// A channel.
    Channel(ChannelDefinition),
    /// A field.
    Field(Field),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(action: &str, state: &State, fields: Option<&[String]>) -> Value {
        let place = Place { change: 42, position: 3 };
        let entry = Entry { place, kind: Kind::Contact, id: Uuid::nil(), action: action.into() };
        serde_json::from_str(&Item::new(&entry, state, fields).text).unwrap()
    }

    #[test]
    fn the_event_agrees_with_what_it_is_now() {
        let (live, other) = (State::Live(r#"{"name":"a"}"#.into()), Uuid::from_u128(7));
        for (action, event) in [
            ("created", "create"),
            ("updated", "update"),
            ("renamed", "update"),
            ("restored", "restore"),
            ("deleted", "restore"),
            ("merged", "merge"),
            ("mergedAway", "unmerge"),
            ("unmerged", "unmerge"),
        ] {
            let item = told(action, &live, None);
            assert_eq!((&item["event"], &item["data"]["name"]), (&event.into(), &"a".into()), "{action}");
            for (gone, event, into) in [
                (State::Deleted, "delete", Value::Null),
                (State::Erased, "erase", Value::Null),
                (State::MergedInto(other), "merge", other.to_string().into()),
            ] {
                let item = told(action, &gone, Some(&["name".into()]));
                assert_eq!(
                    (&item["event"], &item["mergedInto"], &item["data"], &item["changedFields"]),
                    (&event.into(), &into, &Value::Null, &Value::Null),
                    "{action}"
                );
            }
        }
        let item = told("updated", &live, Some(&["name".into(), "a\"b".into()]));
        assert_eq!(item["changedFields"], serde_json::json!(["name", "a\"b"]));
        assert_eq!((&item["type"], &item["change"]), (&"contact".into(), &42.into()));
    }
}
