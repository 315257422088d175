//! The forms beside JSON bodies.

use serde_json::{Map, Value, json};

use super::document::{SCHEMAS, example, operations};

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

/// The pattern of a text that may be empty.
const ANY_TEXT: &str = r"^[^\u0000]*$";
/// The pattern of a text of which something must be visible.
const VISIBLE_TEXT: &str = r"^[^\u0000]*[^\s\u0000][^\u0000]*$";

/// What is said of a form.
const FORM_NOTE: &str = " As a form: a field with structure carries JSON text, or its parts are named in brackets \
(`tags[]=vip`, `email[0][email]=frank@example.com`); empty text means null.";

/// A form has a schema of its own, by which generated clients tell it from JSON: its fields with structure are texts that
/// hold JSON, and its texts cannot be null but empty.
pub(super) fn add_forms(document: &mut Value) {
    let schemas = document["components"]["schemas"].clone();
    let mut forms = Map::new();
    for operation in operations(document) {
        let Some(contents) = operation.pointer_mut("/requestBody/content") else { continue };
        let (example, examples) =
            (contents[JSON].get("example").cloned(), contents[JSON].get("examples").cloned());
        let Some(content) = contents.get_mut(FORM) else { continue };
        let name = content["schema"]["$ref"].as_str().and_then(|text| text.strip_prefix(SCHEMAS));
        let Some(name) = name.map(str::to_owned) else { continue };
        if let Some(example) = example {
            content["example"] = as_form(&example);
        }
        if let Some(mut examples) = examples {
            for example in examples.as_object_mut().into_iter().flat_map(Map::values_mut) {
                example["value"] = as_form(&example["value"]);
            }
            content["examples"] = examples;
        }
        let form = form_of(&schemas[&name], &schemas);
        let name = format!("{name}Form");
        content["schema"]["$ref"] = json!(format!("{SCHEMAS}{name}"));
        forms.insert(name, form);
    }
    if let Some(Value::Object(schemas)) = document.pointer_mut("/components/schemas") {
        schemas.extend(forms);
    }
}

fn form_of(body: &Value, schemas: &Value) -> Value {
    let mut form = body.clone();
    for field in form["properties"].as_object_mut().into_iter().flat_map(Map::values_mut) {
        let types = types(field, schemas);
        if types.contains(&"string") {
            if types.len() > 1 {
                *field = text_of(field);
            }
        } else if types.iter().any(|one| ["array", "object"].contains(one)) {
            *field = json_text_of(field, schemas);
        }
    }
    if body["required"].as_array().is_none_or(Vec::is_empty) {
        // Without a field there is no form, only an empty body.
        form["minProperties"] = json!(1);
    }
    form["description"] = json!(format!("{}{FORM_NOTE}", body["description"].as_str().unwrap_or_default()));
    form
}

/// A body as the fields of a form.
fn as_form(body: &Value) -> Value {
    let field = |value: &Value| match value {
        Value::Null => json!(""),
        Value::Array(_) | Value::Object(_) => json!(value.to_string()),
        flat => flat.clone(),
    };
    body.as_object().into_iter().flatten().map(|(name, value)| (name.clone(), field(value))).collect()
}

/// What has structure, as a text of a form that holds JSON.
fn json_text_of(field: &Value, schemas: &Value) -> Value {
    let mut content = field.clone();
    let mut text = json!({"type": "string", "contentMediaType": "application/json"});
    if let Some(description) = content.as_object_mut().and_then(|content| content.remove("description")) {
        text["description"] = description;
    }
    if let Some(example) = example(&content, schemas) {
        text["example"] = json!(example.to_string());
    }
    text["contentSchema"] = content;
    text
}

/// A text that may be null, or is one of several things that may be said, as a text of a form.
fn text_of(field: &Value) -> Value {
    let mut text = json!({"type": "string"});
    for key in ["description", "maxLength", "pattern", "example"] {
        if let Some(value) = field.get(key) {
            text[key] = value.clone();
        }
    }
    let pattern = field["pattern"].as_str().unwrap_or(VISIBLE_TEXT);
    if pattern != ANY_TEXT {
        text["pattern"] = json!(format!("^$|{pattern}"));
    }
    text
}

/// The types of value that a schema allows; none where it allows any.
fn types<'a>(schema: &'a Value, schemas: &'a Value) -> Vec<&'a str> {
    if let Some(name) = schema["$ref"].as_str().and_then(|text| text.strip_prefix(SCHEMAS)) {
        return types(&schemas[name], schemas);
    }
    let alternatives = schema["oneOf"].as_array().into_iter().flatten();
    let mut found: Vec<&str> = alternatives.flat_map(|one| types(one, schemas)).collect();
    match &schema["type"] {
        Value::String(one) => found.push(one),
        Value::Array(several) => found.extend(several.iter().filter_map(Value::as_str)),
        _ => {}
    }
    found
}
