//! Reads a request's body field by field, so that every mistake is reported at once.

use serde_json::{Map, Value};
use uuid::Uuid;

use super::{
    body::Body,
    json::{self, Unreadable},
    patch::Patch,
};
use crate::{
    domain::{Invalid, is_blank, parse_id, unencoded_number},
    error::{Error, Problems, Result},
};

/// A body, or an object in it, that is being read; fields are taken out of it.
#[derive(Debug)]
pub struct Reader<'a> {
    fields: Map<String, Value>,
    is_form: bool,
    /// What stands before a field's name in a problem: nothing, or `options[0].`.
    prefix: String,
    problems: &'a mut Problems,
}

/// An entry of a list, with its place in the body: entries that cannot be read are left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed<T> {
    /// From 0.
    pub index: usize,
    /// What was read.
    pub entry: T,
}

/// Reads a body that has one field, the id of something; `what` the body is.
///
/// # Errors
/// [`Error::Invalid`] where it has none, or anything else.
pub fn only_id(body: Body, name: &str, what: &str) -> Result<Uuid> {
    let mut problems = Problems::default();
    let mut reader = Reader::new(body, &mut problems);
    let id = reader.required_id(name);
    reader.refuse_others(what);
    problems.into_result()?;
    id.ok_or_else(|| Error::Internal(format!("{what} passed without `{name}`")))
}

impl<'a> Reader<'a> {
    /// Reads a body. What cannot be read is noted in `problems`.
    pub fn new(body: Body, problems: &'a mut Problems) -> Self {
        Self { fields: body.fields, is_form: body.is_form, prefix: String::new(), problems }
    }

    /// Reads an object that stands at `path` in this one.
    pub fn object(&mut self, path: &str, value: Value) -> Option<Reader<'_>> {
        let Value::Object(fields) = value else {
            self.note(path, "wrong_type", "must be an object");
            return None;
        };
        let prefix = format!("{}{path}.", self.prefix);
        Some(Reader { fields, is_form: self.is_form, prefix, problems: self.problems })
    }

    /// Whether numbers and booleans are text.
    #[must_use]
    pub const fn is_form(&self) -> bool {
        self.is_form
    }

    /// Notes a problem of a field, or of what stands at a path such as `tags[0]`.
    pub fn note(&mut self, path: &str, code: &'static str, message: impl Into<String>) {
        self.problems.add(format!("{}{path}", self.prefix), code, message);
    }

    /// What was made of a text, or its problem noted.
    pub fn keep<T>(&mut self, path: &str, parsed: Result<T, Invalid>) -> Option<T> {
        parsed.map_err(|invalid| self.note(path, invalid.code, invalid.message)).ok()
    }

    /// A field as it was sent, left where it is.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.fields.get(name)
    }

    /// Takes a field as it was sent.
    pub fn take_raw(&mut self, name: &str) -> Option<Value> {
        self.fields.remove(name)
    }

    /// Takes a field that may have structure.
    pub fn take(&mut self, name: &str) -> Option<Value> {
        let value = self.take_raw(name)?;
        Some(self.structured(name, value))
    }

    /// A value that may have structure: a form's is JSON text, and empty text is null.
    pub fn structured(&mut self, path: &str, value: Value) -> Value {
        match value {
            Value::String(text) if self.is_form && text.is_empty() => Value::Null,
            Value::String(text) if self.is_form => match json::parse(text.as_bytes()) {
                Ok(value) => value,
                Err(Unreadable::NoJson(_)) => Value::String(text),
                Err(Unreadable::RepeatedKey(error)) => {
                    self.note(path, "repeated", error.to_string());
                    Value::Null
                }
            },
            value => value,
        }
    }

    /// What was not taken yet.
    pub fn rest(&mut self) -> Body {
        Body { fields: std::mem::take(&mut self.fields), is_form: self.is_form }
    }

    /// A field that must be there; one that is null is taken for absent.
    pub fn require(&mut self, name: &str, message: &str) -> bool {
        let is_there = !matches!(self.get(name), None | Some(Value::Null));
        if !is_there {
            self.fields.remove(name);
            self.note(name, "required", message);
        }
        is_there
    }

    /// A field that is text, or null: blank text is no value. A form's is never looked into.
    pub fn text<T>(&mut self, name: &str, parse: impl Fn(&str) -> Result<T, Invalid>) -> Patch<T> {
        self.text_or_null(name, says_nothing, parse)
    }

    /// A field that is text, or null; so is text of which `is_null`.
    fn text_or_null<T>(
        &mut self,
        name: &str,
        is_null: impl Fn(&str) -> bool,
        parse: impl Fn(&str) -> Result<T, Invalid>,
    ) -> Patch<T> {
        match self.take_raw(name) {
            None => Patch::Absent,
            Some(Value::Null) => Patch::Null,
            Some(Value::String(text)) if is_null(&text) => Patch::Null,
            Some(Value::String(text)) => {
                // In a form the `+` of a number may have become a space.
                let number = if self.is_form { unencoded_number(&text) } else { None };
                let parsed = parse(number.as_ref().unwrap_or(&text));
                self.keep(name, parsed).map_or(Patch::Absent, Patch::Value)
            }
            Some(_) => {
                self.note(name, "wrong_type", "must be text");
                Patch::Absent
            }
        }
    }

    /// Text that may be left out, but not be null.
    pub fn some_text<T>(&mut self, name: &str, parse: impl Fn(&str) -> Result<T, Invalid>) -> Option<T> {
        // A form has no null.
        let is_form = self.is_form;
        match self.text_or_null(name, |text| is_form && text.is_empty(), parse) {
            Patch::Absent => None,
            Patch::Value(value) => Some(value),
            Patch::Null => {
                self.note(name, "required", "must be text, not null or empty");
                None
            }
        }
    }

    /// Text that must be there.
    pub fn required_text<T>(&mut self, name: &str, parse: impl Fn(&str) -> Result<T, Invalid>) -> Option<T> {
        if self.require(name, "is required") { self.some_text(name, parse) } else { None }
    }

    /// The id of something, which must be there.
    pub fn required_id(&mut self, name: &str) -> Option<Uuid> {
        self.required_text(name, |text| {
            parse_id(text).ok_or_else(|| Invalid::new("invalid_format", "must be a UUID"))
        })
    }

    /// Whether something is so; it is not where the field is absent or null.
    pub fn flag(&mut self, name: &str) -> bool {
        self.nullable_flag(name).value().copied().unwrap_or_default()
    }

    /// True or false; may be left out, but not be null.
    pub fn some_flag(&mut self, name: &str) -> Option<bool> {
        let flag = self.nullable_flag(name);
        if flag == Patch::Null {
            self.note(name, "wrong_type", "must be true or false");
        }
        flag.value().copied()
    }

    /// True or false; a form's may be `true`, `1`, `on` and their opposites, and empty text is null.
    fn nullable_flag(&mut self, name: &str) -> Patch<bool> {
        let value = self.take_raw(name);
        let text = value.as_ref().and_then(Value::as_str).filter(|_| self.is_form);
        match (&value, text) {
            (None, _) => Patch::Absent,
            (Some(Value::Null), _) | (_, Some("")) => Patch::Null,
            (Some(Value::Bool(flag)), _) => Patch::Value(*flag),
            (_, Some("true" | "1" | "on")) => Patch::Value(true),
            (_, Some("false" | "0" | "off")) => Patch::Value(false),
            _ => {
                self.note(name, "wrong_type", "must be true or false");
                Patch::Absent
            }
        }
    }

    /// A list, of which `read` is handed each entry and its path; null is an empty one.
    pub fn list<T>(
        &mut self,
        name: &str,
        max: usize,
        read: impl FnMut(&mut Self, &str, Value) -> Option<T>,
    ) -> Option<Vec<Placed<T>>> {
        match self.take(name)? {
            Value::Null => Some(Vec::new()),
            Value::Array(items) => self.entries(name, items, max, read),
            _ => {
                self.note(name, "wrong_type", "must be an array");
                None
            }
        }
    }

    /// Takes an array that must be there; `missing` and `wrong_type` are what is said where it is not.
    pub fn required_array(&mut self, name: &str, missing: &str, wrong_type: &str) -> Option<Vec<Value>> {
        match self.take(name) {
            None | Some(Value::Null) => self.note(name, "required", missing),
            Some(Value::Array(items)) => return Some(items),
            Some(_) => self.note(name, "wrong_type", wrong_type),
        }
        None
    }

    /// The entries of an array that was taken.
    pub fn entries<T>(
        &mut self,
        name: &str,
        items: Vec<Value>,
        max: usize,
        mut read: impl FnMut(&mut Self, &str, Value) -> Option<T>,
    ) -> Option<Vec<Placed<T>>> {
        if items.len() > max {
            self.note(name, "too_many", format!("must have at most {max} entries"));
            return None;
        }
        let mut entries = Vec::with_capacity(items.len());
        for (index, item) in items.into_iter().enumerate() {
            let entry = read(self, &format!("{name}[{index}]"), item);
            entries.extend(entry.map(|entry| Placed { index, entry }));
        }
        Some(entries)
    }

    /// Leaves only the fields that are `wanted`.
    pub fn retain(&mut self, wanted: impl Fn(&str) -> bool) {
        self.fields.retain(|name, _| wanted(name));
    }

    /// Ignores fields that reads return and nobody sets.
    pub fn ignore(&mut self, names: &[&str]) {
        self.retain(|name| !names.contains(&name));
    }

    /// Notes the fields that were not taken and are not `known`, by the message that is made for them.
    pub fn refuse(&mut self, is_known: impl Fn(&str) -> bool, message: impl Fn() -> String) {
        for name in self.fields.keys().filter(|name| !is_known(name)) {
            self.problems.add(format!("{}{}", self.prefix, shown(name)), "unknown_field", message());
        }
    }

    /// Notes the fields that were not taken and are not `known`.
    pub fn refuse_unknown(&mut self, known: &[&str]) {
        self.refuse(|name| known.contains(&name), || format!("must be one of {}", known.join(", ")));
    }

    /// Notes what is left: `what` has no such fields.
    pub fn refuse_others(mut self, what: &str) {
        self.refuse(|_| false, || format!("is no field of {what}"));
    }
}

/// Whether text is no value. One with a NUL is refused for it.
#[must_use]
pub fn says_nothing(text: &str) -> bool {
    is_blank(text) && !text.contains('\0')
}

/// A name of the caller's making, short enough to be repeated.
#[must_use]
pub fn shown(name: &str) -> String {
    name.chars().take(50).collect()
}
