//! An operation: what a caller wants done with one contact.

use std::sync::Arc;

use serde_json::Value;
use uuid::Uuid;

use super::target::{Asked, By, Target};
use crate::{
    contacts::input::{ContactInput, GroupChange, Purpose, TagAction, TagChange},
    domain::{Region, parse_id},
    error::{Error, Problems},
    http::{body::Body, etag::IfMatch, reader::Reader},
};

/// What is to be done with which contact. `None` in the place of an id: there cannot be a contact of it.
#[derive(Debug, Clone)]
pub(super) enum Action {
    /// The operation's problems say why it is none.
    Unreadable,
    Create,
    Update(Option<Uuid>),
    Upsert(Asked),
    Delete(Option<Uuid>),
    /// The groups are those of the input.
    Group(Option<Uuid>, TagAction),
}

/// An operation, with what is wrong with it.
#[derive(Debug)]
pub(super) struct Operation {
    pub action: Action,
    /// Operations on many contacts may share it.
    pub input: Arc<ContactInput>,
    /// What is wrong around the input: with its id, say.
    pub frame: Problems,
    /// What is wrong with the input, as the input names it.
    pub problems: Problems,
    /// Where the input's fields stand in the operation.
    pub paths: Paths,
    pub if_match: IfMatch,
    /// Of an upsert, once it was looked up.
    pub target: Option<Target>,
}

/// Where the fields of an input stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Paths {
    /// Where they say.
    Own,
    /// In `contact`.
    InContact,
    /// `contact_groups` is `groups`.
    OfGroups,
}

impl Paths {
    pub(super) fn of(self, field: &str) -> String {
        match (self, field.strip_prefix("contact_groups")) {
            (Self::InContact, _) if field.is_empty() => "contact".to_owned(),
            (Self::InContact, _) => format!("contact.{field}"),
            (Self::OfGroups, Some(rest)) => format!("groups{rest}"),
            (Self::Own, _) | (Self::OfGroups, None) => field.to_owned(),
        }
    }
}

impl Operation {
    /// An operation that nothing is wrong with.
    pub(super) fn new(action: Action, input: Arc<ContactInput>, paths: Paths) -> Self {
        Self {
            action,
            input,
            frame: Problems::default(),
            problems: Problems::default(),
            paths,
            if_match: IfMatch::default(),
            target: None,
        }
    }

    /// Reads an operation of a list.
    pub(super) fn read(value: Value, is_form: bool, region: Option<Region>) -> Self {
        let Value::Object(fields) = value else {
            let mut operation = Self::new(Action::Unreadable, Arc::default(), Paths::Own);
            operation.frame.add("", "wrong_type", "must be an object");
            return operation;
        };
        let names = ["create", "update", "upsert", "delete", "tag", "group"];
        Self::read_body(Body { fields, is_form }, region, &names, |reader| {
            reader.required_text("id", |text| Ok(parse_id(text))).flatten()
        })
    }

    /// Reads an operation that is done to any contact: one that changes or deletes it.
    pub(super) fn read_for_any(body: Body, region: Option<Region>) -> Self {
        Self::read_body(body, region, &["update", "delete", "tag", "group"], |_| Some(Uuid::nil()))
    }

    fn read_body(
        body: Body,
        region: Option<Region>,
        names: &[&str],
        id: impl Fn(&mut Reader<'_>) -> Option<Uuid>,
    ) -> Self {
        let mut operation = Self::new(Action::Unreadable, Arc::default(), Paths::Own);
        let mut frame = Problems::default();
        let mut reader = Reader::new(body, &mut frame);
        if let Some(name) = action(&mut reader, names) {
            match name {
                "create" => {
                    operation.action = Action::Create;
                    operation.contact(&mut reader, Purpose::Create, region);
                }
                "upsert" => {
                    let by = reader.required_text("by", By::parse);
                    let value = reader.required_text("value", |text| Ok(text.to_owned()));
                    if let (Some(by), Some(value)) = (by, value) {
                        operation.action = Action::Upsert(Asked { by, value, names: ("by", "value") });
                    }
                    operation.contact(&mut reader, Purpose::Upsert, region);
                }
                "update" => {
                    operation.action = Action::Update(id(&mut reader));
                    operation.contact(&mut reader, Purpose::Patch, region);
                }
                "tag" => {
                    operation.action = Action::Update(id(&mut reader));
                    operation.tag(&mut reader);
                }
                "group" => {
                    let id = id(&mut reader);
                    operation.group(&mut reader, id);
                }
                _ => operation.action = Action::Delete(id(&mut reader)),
            }
            reader.refuse_others("this operation");
        }
        operation.frame = frame;
        operation
    }

    /// The same for another contact.
    pub(super) fn of(&self, id: Uuid) -> Self {
        let action = match &self.action {
            Action::Update(_) => Action::Update(Some(id)),
            Action::Delete(_) => Action::Delete(Some(id)),
            Action::Group(_, action) => Action::Group(Some(id), *action),
            other => other.clone(),
        };
        Self::new(action, Arc::clone(&self.input), self.paths)
    }

    /// The contact that it names.
    pub(super) const fn id(&self) -> Option<Uuid> {
        match self.action {
            Action::Update(id) | Action::Delete(id) | Action::Group(id, _) => id,
            Action::Unreadable | Action::Create | Action::Upsert(_) => None,
        }
    }

    /// The custom field that an upsert looks for.
    pub(super) fn asked_field(&self) -> Option<&str> {
        match &self.action {
            Action::Upsert(asked) => asked.field(),
            _ => None,
        }
    }

    /// Everything that is wrong with it.
    pub(super) fn invalid(&mut self, problems: Problems) -> Error {
        let mut all = std::mem::take(&mut self.frame);
        let paths = self.paths;
        all.add_all(problems, |field| paths.of(field));
        all.into_result().err().unwrap_or_else(|| Error::Internal("a good operation was refused".into()))
    }

    fn contact(&mut self, reader: &mut Reader<'_>, purpose: Purpose, region: Option<Region>) {
        self.paths = Paths::InContact;
        match reader.take("contact") {
            Some(Value::Object(fields)) => {
                let body = Body { fields, is_form: reader.is_form() };
                self.input = Arc::new(ContactInput::read(body, purpose, region, &mut self.problems));
            }
            None | Some(Value::Null) => reader.note("contact", "required", "is required"),
            Some(_) => reader.note("contact", "wrong_type", "must be an object"),
        }
    }

    fn tag(&mut self, reader: &mut Reader<'_>) {
        let tags = TagChange::read(reader.rest(), &mut self.problems);
        self.input = Arc::new(ContactInput { tags, ..ContactInput::default() });
    }

    fn group(&mut self, reader: &mut Reader<'_>, id: Option<Uuid>) {
        self.paths = Paths::OfGroups;
        self.action = Action::Update(id);
        let Some(change) = GroupChange::read(reader.rest(), &mut self.problems) else { return };
        self.action = Action::Group(id, change.action);
        self.input = Arc::new(ContactInput { groups: Some(change.groups), ..ContactInput::default() });
    }
}

/// The `action`, one of `names`.
fn action<'a>(reader: &mut Reader<'_>, names: &[&'a str]) -> Option<&'a str> {
    let given = reader.take_raw("action");
    let action = given.as_ref().and_then(Value::as_str);
    let found = names.iter().copied().find(|name| Some(*name) == action);
    if found.is_none() {
        let code = if matches!(given, None | Some(Value::Null)) { "required" } else { "not_an_option" };
        reader.note("action", code, format!("must be one of {}", names.join(", ")));
    }
    found
}
