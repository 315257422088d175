//! As much of JSON Schema as the document uses: whether a value is what its schema says.

use serde_json::{Map, Value};
use uuid::Uuid;

/// What is wrong with `value` by `schema`. A property that a schema with properties does not name is wrong too:
/// what the service answers is documented.
pub fn problems(document: &Value, schema: &Value, value: &Value) -> Vec<String> {
    let mut problems = Vec::new();
    Checker { document, is_part: false }.check(schema, value, "", &mut problems);
    problems
}

/// What a reference leads to; what is none is itself.
pub fn resolved<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    match value.get("$ref").and_then(Value::as_str) {
        Some(reference) => {
            let target = document.pointer(reference.trim_start_matches('#'));
            resolved(document, target.unwrap_or_else(|| panic!("{reference} leads nowhere")))
        }
        None => value,
    }
}

struct Checker<'a> {
    document: &'a Value,
    /// The schema is a part of another, which names the properties.
    is_part: bool,
}

impl Checker<'_> {
    fn check(&self, schema: &Value, value: &Value, path: &str, problems: &mut Vec<String>) {
        let schema = resolved(self.document, schema);
        let part = Self { is_part: schema.get("properties").is_some(), ..*self };
        for key in ["oneOf", "anyOf"] {
            if let Some(Value::Array(choices)) = schema.get(key)
                && !choices.iter().any(|choice| part.fits(choice, value))
            {
                problems.push(format!("{path}: {value} is none of {key}"));
            }
        }
        if let Some(Value::Array(parts)) = schema.get("allOf") {
            let part = Self { is_part: true, ..*self };
            for also in parts {
                part.check(also, value, path, problems);
            }
            if schema.get("properties").is_none() {
                self.check_names(parts, value, path, problems);
            }
        }
        if schema.get("const").is_some_and(|constant| constant != value) {
            problems.push(format!("{path}: {value} is not {}", schema["const"]));
        }
        if let Some(Value::Array(values)) = schema.get("enum")
            && !values.contains(value)
        {
            problems.push(format!("{path}: {value} is not in the enum"));
        }
        if !has_type(schema.get("type"), value) {
            problems.push(format!("{path}: {value} is not of type {}", schema["type"]));
        }
        self.check_bounds(schema, value, path, problems);
        match value {
            Value::Object(map) => self.check_object(schema, map, path, problems),
            Value::Array(items) => {
                let many = schema.get("maxItems").and_then(Value::as_u64);
                if many.is_some_and(|maximum| items.len() as u64 > maximum) {
                    problems.push(format!("{path}: too many items"));
                }
                let whole = Self { is_part: false, ..*self };
                for (index, item) in items.iter().enumerate() {
                    if let Some(schema) = schema.get("items") {
                        whole.check(schema, item, &format!("{path}/{index}"), problems);
                    }
                }
            }
            _ => {}
        }
    }

    /// Each property is named by one of the parts that a schema consists of.
    fn check_names(&self, parts: &[Value], value: &Value, path: &str, problems: &mut Vec<String>) {
        let names: Vec<&String> = parts
            .iter()
            .filter_map(|part| resolved(self.document, part).get("properties")?.as_object())
            .flat_map(Map::keys)
            .collect();
        let unknown = value.as_object().into_iter().flat_map(Map::keys).filter(|name| !names.contains(name));
        problems.extend(unknown.map(|name| format!("{path}/{name} is not documented")));
    }

    fn fits(&self, schema: &Value, value: &Value) -> bool {
        let mut problems = Vec::new();
        self.check(schema, value, "", &mut problems);
        problems.is_empty()
    }

    fn check_bounds(&self, schema: &Value, value: &Value, path: &str, problems: &mut Vec<String>) {
        if let Some(number) = value.as_f64() {
            let below = schema.get("minimum").and_then(Value::as_f64).is_some_and(|minimum| number < minimum);
            let above = schema.get("maximum").and_then(Value::as_f64).is_some_and(|maximum| number > maximum);
            if below || above {
                problems.push(format!("{path}: {value} is out of bounds"));
            }
        }
        if let Some(text) = value.as_str() {
            let length = text.chars().count() as u64;
            let short =
                schema.get("minLength").and_then(Value::as_u64).is_some_and(|minimum| length < minimum);
            let long =
                schema.get("maxLength").and_then(Value::as_u64).is_some_and(|maximum| length > maximum);
            if short || long {
                problems.push(format!("{path}: {value} is too short or too long"));
            }
            let is_well_formed = match schema.get("format").and_then(Value::as_str) {
                Some("uuid") => Uuid::try_parse(text).is_ok(),
                Some("date-time") => chrono::DateTime::parse_from_rfc3339(text).is_ok(),
                _ => true,
            };
            if !is_well_formed {
                problems.push(format!("{path}: {value} has not the format {}", schema["format"]));
            }
        }
    }

    fn check_object(&self, schema: &Value, map: &Map<String, Value>, path: &str, problems: &mut Vec<String>) {
        for name in schema.get("required").and_then(Value::as_array).into_iter().flatten() {
            if !map.contains_key(name.as_str().expect("a name")) {
                problems.push(format!("{path}: {name} is missing"));
            }
        }
        let properties = schema.get("properties").and_then(Value::as_object);
        let others = schema.get("additionalProperties");
        let whole = Self { is_part: false, ..*self };
        for (name, value) in map {
            let path = format!("{path}/{name}");
            match (properties.and_then(|properties| properties.get(name)), others) {
                (Some(schema), _) | (None, Some(schema @ Value::Object(_))) => {
                    whole.check(schema, value, &path, problems);
                }
                (None, Some(Value::Bool(true))) => {}
                (None, None) if properties.is_none() || self.is_part => {}
                (None, _) => problems.push(format!("{path} is not documented")),
            }
        }
    }
}

fn has_type(expected: Option<&Value>, value: &Value) -> bool {
    match expected {
        None => true,
        Some(Value::Array(types)) => types.iter().any(|one| has_type(Some(one), value)),
        Some(name) => match name.as_str().expect("a type") {
            "object" => value.is_object(),
            "array" => value.is_array(),
            "string" => value.is_string(),
            "boolean" => value.is_boolean(),
            "null" => value.is_null(),
            "integer" => value.is_i64() || value.is_u64(),
            "number" => value.is_number(),
            other => panic!("no type of JSON: {other}"),
        },
    }
}
