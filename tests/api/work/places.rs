//! Where in a body a caller says how much there is, by the OpenAPI document.

use serde_json::{Value, json};

use crate::openapi::schema::resolved;

/// Entries have numbers of one length, or the later ones cost more.
pub(super) const FIRST: usize = 100;

pub(super) fn numbers(size: usize) -> impl Iterator<Item = usize> {
    (0..size).map(|number| FIRST + number)
}

pub(super) fn uuid(number: usize) -> String {
    format!("0198c0de-7b1c-7e1a-8f3b-{number:012x}")
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum What {
    /// An array.
    List,
    /// An object whose keys are the caller's.
    Map,
    /// An object with fields, and others that are not known.
    Object,
}

/// A place in a body where a caller says how much there is.
#[derive(Debug)]
pub(super) struct Place {
    /// Names, and `0` for the first entry of a list.
    pub path: Vec<String>,
    /// The named schema that it is in, and where in that.
    pub identity: String,
    pub what: What,
    /// Of the entries.
    pub entry: Value,
}

/// Finds the places of a schema.
pub(super) fn find(
    document: &Value,
    schema: &Value,
    path: &mut Vec<String>,
    identity: &str,
    places: &mut Vec<Place>,
) {
    let identity = schema["$ref"].as_str().unwrap_or(identity);
    let schema = resolved(document, schema);
    for key in ["oneOf", "anyOf", "allOf"] {
        for part in schema[key].as_array().into_iter().flatten() {
            find(document, part, path, identity, places);
        }
    }
    let mut found = Vec::new();
    let (properties, others) = (&schema["properties"], &schema["additionalProperties"]);
    if properties.is_object() {
        found.push((What::Object, &Value::Null));
    }
    let is_open = others.is_object() || *others == json!(true) || (others.is_null() && properties.is_null());
    if is_open && is_a(schema, "object") {
        found.push((What::Map, others));
    }
    if is_a(schema, "array") {
        found.push((What::List, &schema["items"]));
    }
    for (what, entry) in found {
        if !places.iter().any(|place| place.path == *path && place.what == what) {
            let entry = example(document, entry);
            places.push(Place { path: path.clone(), identity: identity.to_owned(), what, entry });
        }
    }
    let inner = schema["properties"].as_object().into_iter().flatten();
    let inner = inner.map(|(name, schema)| (name.as_str(), schema));
    for (name, schema) in inner.chain(schema.get("items").map(|items| ("0", items))) {
        path.push(name.to_owned());
        find(document, schema, path, &format!("{identity}.{name}"), places);
        path.pop();
    }
}

pub(super) fn is_a(schema: &Value, kind: &str) -> bool {
    schema["type"] == kind || schema["type"].as_array().is_some_and(|kinds| kinds.contains(&json!(kind)))
}

/// Something that a schema allows; text where it says nothing.
pub(super) fn example(document: &Value, schema: &Value) -> Value {
    let schema = resolved(document, schema);
    if let Some(value) = schema.get("example").or(schema.pointer("/examples/0")).or(schema.get("const")) {
        return value.clone();
    }
    if let Some(properties) = schema["properties"].as_object() {
        return properties.iter().map(|(name, schema)| (name.clone(), example(document, schema))).collect();
    }
    match schema["oneOf"].as_array().or(schema["anyOf"].as_array()).and_then(|choices| choices.last()) {
        Some(choice) => example(document, choice),
        None if schema["format"] == "uuid" => json!(uuid(0)),
        None => json!("x"),
    }
}

impl Place {
    /// Puts so many entries there.
    pub fn fill(&self, body: &mut Value, size: usize, contact_id: &str) {
        let mut at = body;
        for name in &self.path {
            if name == "0" {
                if at.get(0).is_none() {
                    *at = json!([{}]);
                }
                at = &mut at[0];
            } else {
                if !at.is_object() {
                    *at = json!({});
                }
                at = &mut at[name.as_str()];
            }
        }
        match self.what {
            What::List => *at = numbers(size).map(|number| distinct(&self.entry, number)).collect(),
            What::Map => {
                let is_prefer = self.path.last().is_some_and(|name| name == "prefer");
                let field = |number| {
                    if is_prefer {
                        (format!("customFields.cf_x{number}"), json!(contact_id))
                    } else {
                        (format!("cf_x{number}"), distinct(&self.entry, number))
                    }
                };
                *at = Value::Object(numbers(size).map(field).collect());
            }
            What::Object => {
                if !at.is_object() {
                    *at = json!({});
                }
                for number in numbers(size) {
                    at[format!("x{number}")] = json!(number);
                }
            }
        }
    }
}

/// Another one of the kind for each number.
pub(super) fn distinct(entry: &Value, number: usize) -> Value {
    match entry {
        Value::String(text) if text.len() == 36 && text.matches('-').count() == 4 => json!(uuid(number)),
        Value::String(text) if text.contains('@') => json!(format!("x{number}{text}")),
        Value::String(text) => json!(format!("{text}{number}")),
        Value::Object(fields) => {
            // What is chosen from a list stays.
            let value = |(name, value): (&String, &Value)| {
                let stays = ["channel", "action", "actionType", "type"].contains(&name.as_str());
                (name.clone(), if stays { value.clone() } else { distinct(value, number) })
            };
            fields.iter().map(value).collect()
        }
        other => other.clone(),
    }
}
