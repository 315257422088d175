//! An operation: what a caller wants done with one contact.

use std::sync::Arc;

use serde_json::{Map, Value};
use uuid::Uuid;

use super::target::{Asked, Target};
use crate::{
    contacts::input::{ContactInput, GroupChange, Purpose, TagAction, TagChange, shown},
    domain::{Region, parse_id},
    error::{Error, Problems},
    http::{body::Fields, etag::IfMatch},
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
        let mut operation = Self::new(Action::Unreadable, Arc::default(), Paths::Own);
        match structured(value, is_form) {
            Value::Object(map) => operation.read_map(Frame { map, is_form, region }),
            _ => operation.frame.add("", "wrong_type", "must be an object"),
        }
        operation
    }

    /// Reads an operation that is done to any contact: one that changes or deletes it.
    pub(super) fn read_for_any(map: Map<String, Value>, is_form: bool, region: Option<Region>) -> Self {
        let mut operation = Self::new(Action::Unreadable, Arc::default(), Paths::Own);
        let mut frame = Frame { map, is_form, region };
        let id = Some(Uuid::nil());
        let names = ["update", "delete", "tag", "group"];
        match frame.action(&names, &mut operation.frame) {
            Some("update") => operation.update(&mut frame, id),
            Some("delete") => operation.action = Action::Delete(id),
            Some("tag") => operation.tag(&mut frame, id),
            Some(_) => operation.group(&mut frame, id),
            None => return operation,
        }
        frame.refuse_others(&mut operation.frame);
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

    fn read_map(&mut self, mut frame: Frame) {
        let names = ["create", "update", "upsert", "delete", "tag", "group"];
        let Some(name) = frame.action(&names, &mut self.frame) else { return };
        match name {
            "create" => {
                self.action = Action::Create;
                self.contact(&mut frame, Purpose::Create);
            }
            "upsert" => {
                let by = frame.text("by", &mut self.frame);
                let value = frame.text("value", &mut self.frame);
                if let (Some(by), Some(value)) = (by, value) {
                    let asked = Asked::read(&by, value, ("by", "value"), &mut self.frame);
                    self.action = asked.map_or(Action::Unreadable, Action::Upsert);
                }
                self.contact(&mut frame, Purpose::Upsert);
            }
            _ => {
                let id = frame.id(&mut self.frame);
                match name {
                    "update" => self.update(&mut frame, id),
                    "tag" => self.tag(&mut frame, id),
                    "group" => self.group(&mut frame, id),
                    _ => self.action = Action::Delete(id),
                }
            }
        }
        frame.refuse_others(&mut self.frame);
    }

    fn contact(&mut self, frame: &mut Frame, purpose: Purpose) {
        self.paths = Paths::InContact;
        match frame.take("contact") {
            Some(Value::Object(map)) => {
                let fields = Fields { map, is_form: frame.is_form };
                let input = ContactInput::read(fields, purpose, frame.region, &mut self.problems);
                self.input = Arc::new(input);
            }
            None | Some(Value::Null) => self.frame.add("contact", "required", "is required"),
            Some(_) => self.frame.add("contact", "wrong_type", "must be an object"),
        }
    }

    fn update(&mut self, frame: &mut Frame, id: Option<Uuid>) {
        self.action = Action::Update(id);
        self.contact(frame, Purpose::Patch);
    }

    fn tag(&mut self, frame: &mut Frame, id: Option<Uuid>) {
        self.action = Action::Update(id);
        let tags = TagChange::read(frame.rest(), &mut self.problems);
        self.input = Arc::new(ContactInput { tags, ..ContactInput::default() });
    }

    fn group(&mut self, frame: &mut Frame, id: Option<Uuid>) {
        self.paths = Paths::OfGroups;
        self.action = Action::Update(id);
        let Some(change) = GroupChange::read(frame.rest(), &mut self.problems) else { return };
        self.action = Action::Group(id, change.action);
        self.input = Arc::new(ContactInput { groups: Some(change.groups), ..ContactInput::default() });
    }
}

/// The object that an operation is, while it is read.
struct Frame {
    map: Map<String, Value>,
    is_form: bool,
    region: Option<Region>,
}

impl Frame {
    fn take(&mut self, name: &str) -> Option<Value> {
        self.map.remove(name).map(|value| structured(value, self.is_form))
    }

    fn action(&mut self, names: &[&'static str], problems: &mut Problems) -> Option<&'static str> {
        let given = self.map.remove("action");
        let action = given.as_ref().and_then(Value::as_str);
        let found = names.iter().copied().find(|name| Some(*name) == action);
        if found.is_none() {
            let code = if matches!(given, None | Some(Value::Null)) { "required" } else { "not_an_option" };
            problems.add("action", code, format!("must be one of {}", names.join(", ")));
        }
        found
    }

    fn text(&mut self, name: &str, problems: &mut Problems) -> Option<String> {
        match self.map.remove(name) {
            Some(Value::String(text)) => return Some(text),
            None | Some(Value::Null) => problems.add(name, "required", "is required"),
            Some(_) => problems.add(name, "wrong_type", "must be text"),
        }
        None
    }

    fn id(&mut self, problems: &mut Problems) -> Option<Uuid> {
        self.text("id", problems).as_deref().and_then(parse_id)
    }

    /// What was not taken yet.
    fn rest(&mut self) -> Fields {
        Fields { map: std::mem::take(&mut self.map), is_form: self.is_form }
    }

    fn refuse_others(&self, problems: &mut Problems) {
        for name in self.map.keys() {
            problems.add(shown(name), "unknown_field", "is no field of this operation");
        }
    }
}

/// In a form, what has structure may be JSON text.
pub(super) fn structured(value: Value, is_form: bool) -> Value {
    match value {
        Value::String(text) if is_form && text.is_empty() => Value::Null,
        Value::String(text) if is_form => serde_json::from_str(&text).unwrap_or(Value::String(text)),
        value => value,
    }
}
