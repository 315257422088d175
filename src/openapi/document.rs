//! The parts of the document as JSON, for those who add to it.

use serde_json::{Map, Value, json};

/// How references to schemas begin.
pub(super) const SCHEMAS: &str = "#/components/schemas/";

/// Calls `change` on every object of the document.
pub(super) fn walk(value: &mut Value, change: &mut impl FnMut(&mut Map<String, Value>)) {
    match value {
        Value::Object(object) => {
            change(object);
            object.values_mut().for_each(|value| walk(value, change));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| walk(item, change)),
        _ => {}
    }
}

/// An example of what a schema allows; nothing of a field that may be anything.
pub(super) fn example(schema: &Value, schemas: &Value) -> Option<Value> {
    if let Some(name) = schema["$ref"].as_str().and_then(|text| text.strip_prefix(SCHEMAS)) {
        return example(&schemas[name], schemas);
    }
    if let Some(value) = schema.get("example").or(schema.get("const")).or(schema.pointer("/enum/0")) {
        return Some(value.clone());
    }
    if let Some(properties) = schema["properties"].as_object() {
        let examples =
            properties.iter().filter_map(|(name, schema)| Some((name.clone(), example(schema, schemas)?)));
        return Some(examples.collect());
    }
    if schema["oneOf"]
        .as_array()
        .is_some_and(|alternatives| alternatives.iter().any(|one| one["type"] == "null"))
    {
        return Some(Value::Null);
    }
    match schema["type"].as_str()? {
        "array" => Some(json!([example(&schema["items"], schemas)?])),
        "null" => Some(Value::Null),
        _ => None,
    }
}

/// The operations that stand in the document.
pub(super) fn operations(document: &mut Value) -> impl Iterator<Item = &mut Value> {
    let paths = document["paths"].as_object_mut().into_iter().flat_map(Map::values_mut);
    paths.filter_map(Value::as_object_mut).flat_map(Map::values_mut)
}

/// The answers that stand in the document, those of operations and those that are shared.
pub(super) fn answers(document: &mut Value) -> Vec<&mut Value> {
    let Value::Object(document) = document else { return Vec::new() };
    let mut answers: Vec<&mut Value> = Vec::new();
    for (key, value) in document {
        match key.as_str() {
            "components" => {
                answers.extend(value["responses"].as_object_mut().into_iter().flat_map(Map::values_mut));
            }
            "paths" => {
                let paths = value.as_object_mut().into_iter().flat_map(Map::values_mut);
                let operations = paths.filter_map(Value::as_object_mut).flat_map(Map::values_mut);
                answers.extend(operations.flat_map(|operation| {
                    operation["responses"].as_object_mut().into_iter().flat_map(Map::values_mut)
                }));
            }
            _ => {}
        }
    }
    answers.retain(|answer| answer.get("$ref").is_none());
    answers
}
