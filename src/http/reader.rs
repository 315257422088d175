//! Reads the flat body of something of the catalogue, field by field, so that every mistake is reported at once.

use serde_json::{Map, Value};
use uuid::Uuid;

use super::{body::Fields, patch::Patch};
use crate::{
    domain::{Invalid, parse_id},
    error::Problems,
};

/// A body, or an object in it, that is being read; fields are taken out of it.
#[derive(Debug)]
pub struct Reader<'a> {
    map: Map<String, Value>,
    is_form: bool,
    /// What stands before a field's name in a problem: nothing, or `options[0].`.
    prefix: String,
    problems: &'a mut Problems,
}

impl<'a> Reader<'a> {
    /// Reads a body. What cannot be read is noted in `problems`.
    pub fn new(fields: Fields, problems: &'a mut Problems) -> Self {
        Self { map: fields.map, is_form: fields.is_form, prefix: String::new(), problems }
    }

    /// Reads an object that stands at `path` in this body.
    pub fn object(&mut self, path: &str, value: Value) -> Option<Reader<'_>> {
        let Value::Object(map) = value else {
            self.problems.add(path, "wrong_type", "must be an object");
            return None;
        };
        Some(Reader { map, is_form: self.is_form, prefix: format!("{path}."), problems: self.problems })
    }

    /// Whether numbers and booleans are text.
    #[must_use]
    pub const fn is_form(&self) -> bool {
        self.is_form
    }

    /// Notes a problem of a field.
    pub fn note(&mut self, name: &str, code: &'static str, message: impl Into<String>) {
        self.problems.add(format!("{}{name}", self.prefix), code, message);
    }

    /// Takes a field as it is. A form's structured fields are JSON text, and empty text is null.
    pub fn take(&mut self, name: &str) -> Option<Value> {
        match self.map.remove(name)? {
            Value::String(text) if self.is_form && text.is_empty() => Some(Value::Null),
            Value::String(text) if self.is_form => {
                Some(serde_json::from_str(&text).unwrap_or(Value::String(text)))
            }
            value => Some(value),
        }
    }

    /// A field that is text; a form's is never looked into.
    pub fn text<T>(&mut self, name: &str, parse: impl Fn(&str) -> Result<T, Invalid>) -> Patch<T> {
        match self.map.remove(name) {
            None => Patch::Absent,
            Some(Value::Null) => Patch::Null,
            Some(Value::String(text)) if self.is_form && text.is_empty() => Patch::Null,
            Some(Value::String(text)) => {
                let field = format!("{}{name}", self.prefix);
                self.problems.keep(field, parse(&text)).map_or(Patch::Absent, Patch::Value)
            }
            Some(_) => {
                self.note(name, "wrong_type", "must be text");
                Patch::Absent
            }
        }
    }

    /// Text that may be left out, but not be null.
    pub fn some_text<T>(&mut self, name: &str, parse: impl Fn(&str) -> Result<T, Invalid>) -> Option<T> {
        match self.text(name, parse) {
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
        if matches!(self.map.get(name), None | Some(Value::Null)) {
            self.map.remove(name);
            self.note(name, "required", "is required");
            return None;
        }
        self.some_text(name, parse)
    }

    /// The id of something, which must be there.
    pub fn required_id(&mut self, name: &str) -> Option<Uuid> {
        self.required_text(name, |text| {
            parse_id(text).ok_or_else(|| Invalid::new("invalid_format", "must be a UUID"))
        })
    }

    /// True or false; a form's may be `true`, `1`, `on` and their opposites.
    pub fn flag(&mut self, name: &str) -> Option<bool> {
        let flag = match self.map.remove(name)? {
            Value::Bool(flag) => Some(flag),
            Value::String(text) if self.is_form => match text.as_str() {
                "true" | "1" | "on" => Some(true),
                "false" | "0" | "off" => Some(false),
                _ => None,
            },
            _ => None,
        };
        if flag.is_none() {
            self.note(name, "wrong_type", "must be true or false");
        }
        flag
    }

    /// Ignores fields that reads return and nobody sets.
    pub fn ignore(&mut self, names: &[&str]) {
        self.map.retain(|name, _| !names.contains(&name.as_str()));
    }

    /// Notes what is left: `what` has no such fields.
    pub fn refuse_others(self, what: &str) {
        for name in self.map.keys() {
            // A name of the caller's making, short enough to be repeated.
            let name: String = name.chars().take(50).collect();
            self.problems.add(
                format!("{}{name}", self.prefix),
                "unknown_field",
                format!("is no field of {what}"),
            );
        }
    }
}
