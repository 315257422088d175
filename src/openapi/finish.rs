//! What the annotations cannot say of the document is added to it here.

use serde_json::{Map, Value, json};

use super::{
    document::{SCHEMAS, answers, example, operations, walk},
    fitting, forms,
};

pub(super) fn finish(document: &mut Value) {
    for (pointer, additions) in additions() {
        if let (Some(Value::Object(place)), Value::Object(additions)) =
            (document.pointer_mut(&pointer), additions)
        {
            place.extend(additions);
        }
    }
    refer_to_content(document);
    fitting::choose_examples(document);
    walk(document, &mut move_example);
    walk(document, &mut describe_filter);
    walk(document, &mut raise_description);
    walk(document, &mut join_lines);
    forms::add_forms(document);
    add_scopes(document);
    add_request_id(document);
    add_examples(document);
}

/// Where in the document what is to be added.
fn additions() -> Vec<(String, Value)> {
    let schema = |name: &str| format!("/components/schemas/{name}");
    let field = |schema: &str, name: &str| format!("/components/schemas/{schema}/properties/{name}");
    let one_primary = json!({
        "contains": {"type": "object", "required": ["isPrimary"], "properties": {"isPrimary": {"const": true}}},
        "minContains": 0,
        "maxContains": 1,
    });
    let mut additions = vec![
        (field("ErrorBody", "status"), json!({"const": "error"})),
        (field("ErrorBody", "data"), json!({"type": "null"})),
        (field("Acknowledged", "status"), json!({"const": "success"})),
        (field("Acknowledged", "data"), json!({"type": "null"})),
        (field("Success_Contact", "status"), json!({"const": "success"})),
        (field("Success_Channel", "status"), json!({"const": "success"})),
        (field("Success_ContactMerge", "status"), json!({"const": "success"})),
        (field("Success_MergeOutcome", "status"), json!({"const": "success"})),
        (field("ContactRead", "status"), json!({"const": "success"})),
        (field("Health", "status"), json!({"const": "ok"})),
        // Names for generated code, which takes them from the values otherwise, where two would be the same.
        (
            schema("ContactSort"),
            json!({"x-enum-varnames": ["NAME", "NAME_DESC", "CREATED_AT", "CREATED_AT_DESC", "UPDATED_AT", "UPDATED_AT_DESC"]}),
        ),
        (
            schema("CustomFieldFilters"),
            json!({
                "propertyNames": {"pattern": "^cf_[a-z0-9_]{1,60}$"},
                "additionalProperties": {"type": "string", "maxLength": 2048},
            }),
        ),
    ];
    for (operation, action) in [
        ("BulkCreate", "create"),
        ("BulkUpdate", "update"),
        ("BulkUpsert", "upsert"),
        ("BulkDelete", "delete"),
        ("BulkTag", "tag"),
        ("BulkGroup", "group"),
    ] {
        additions.push((field(operation, "action"), json!({"const": action})));
    }
    for body in ["ContactCreate", "ContactPut", "ContactPatch", "ContactUpsert"] {
        additions.push((field(body, "email"), one_primary.clone()));
        additions.push((field(body, "phone"), one_primary.clone()));
        additions.push((field(body, "company"), json!({"example": "K-Link"})));
        additions.push((field(body, "customFields"), json!({"example": {}})));
    }
    additions
}

/// The schemas of the envelopes hold what they are about in full; a reference is put in its place. And their `status`
/// is always the same.
fn refer_to_content(document: &mut Value) {
    let Some(Value::Object(schemas)) = document.pointer_mut("/components/schemas") else { return };
    for (name, schema) in schemas {
        let (content, pointer) = match name.split_once('_') {
            Some(("Listing" | "CursorListing", content)) => (content, "/properties/data/items"),
            Some(("Success", content)) => {
                schema["properties"]["status"]["const"] = json!("success");
                (content, "/properties/data")
            }
            _ => continue,
        };
        if let Some(place) = schema.pointer_mut(pointer) {
            *place = json!({"$ref": format!("{SCHEMAS}{content}")});
        }
    }
}

/// The page at `/docs` fills in a parameter's example. One of a query should be empty there: its example goes to its
/// schema. An object, which the page fills in by itself without an example, keeps its empty one.
fn move_example(object: &mut Map<String, Value>) {
    let is_filled = object.get("example").is_some_and(|example| *example != json!({}));
    if is_filled
        && object.get("in").is_some_and(|place| place == "query")
        && let Some(example) = object.remove("example")
        && let Some(schema) = object.get_mut("schema")
    {
        schema["examples"] = json!([example]);
    }
}

/// What each entry of a filter may be: the parameter's type says only that there are several.
fn describe_filter(object: &mut Map<String, Value>) {
    let text = |max_length: u16| json!({"type": "string", "maxLength": max_length, "pattern": r"^$|^[^\u0000]*[^\s\u0000][^\u0000]*$"});
    let moment = json!({"type": "string", "format": "date-time"});
    let items = match object.get("name").and_then(Value::as_str) {
        Some("tag" | "channel" | "phone") => text(100),
        Some("company" | "group" | "socialPlatformId") => text(255),
        Some("email") => text(254),
        Some("has") => {
            json!({"type": "string", "pattern": "^$|^(email|phone|company|channel|tags?|group|contact_groups|\
            socialPlatformId|platformContacts|address|notes|avatar_url|socialProfileUrl|customFields|cf_[a-z0-9_]{1,60})$"})
        }
        Some("createdAfter" | "createdBefore" | "updatedAfter" | "updatedBefore") => moment,
        _ => return,
    };
    if let Some(schema) = object.get_mut("schema").filter(|schema| schema["type"] == "array") {
        schema["items"] = items;
        schema["maxItems"] = json!(20);
    }
}

/// The description of a field that may be null stands on the field, not on one of its alternatives.
fn raise_description(object: &mut Map<String, Value>) {
    if let Some(description) = object
        .get_mut("oneOf")
        .and_then(Value::as_array_mut)
        .filter(|alternatives| alternatives.iter().any(|one| one["type"] == "null"))
        .and_then(|alternatives| alternatives.iter_mut().find(|one| one.get("$ref").is_some()))
        .and_then(|alternative| alternative.as_object_mut()?.remove("description"))
    {
        object.entry("description").or_insert(description);
    }
}

/// A paragraph of a doc comment is one line of a description.
fn join_lines(object: &mut Map<String, Value>) {
    let Some(Value::String(description)) = object.get_mut("description") else { return };
    let mut joined = String::with_capacity(description.len());
    for line in description.lines() {
        let continues =
            !joined.is_empty() && !joined.ends_with('\n') && !line.is_empty() && !line.starts_with('|');
        joined.push_str(if joined.is_empty() {
            ""
        } else if continues {
            " "
        } else {
            "\n"
        });
        joined.push_str(line);
    }
    *description = joined;
}

/// The page at `/docs` does not show the scopes of a bearer token: each operation says the one it needs. One that needs no
/// token says so too.
fn add_scopes(document: &mut Value) {
    for operation in operations(document) {
        if operation.get("security").is_none() {
            operation["security"] = json!([]);
        }
        let scopes = operation.pointer("/security/0/bearer").and_then(Value::as_array);
        let scopes: Vec<String> = scopes
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .map(|scope| format!("`{scope}`"))
            .collect();
        if scopes.is_empty() {
            continue;
        }
        let word = if scopes.len() == 1 { "scope" } else { "scopes" };
        let description = operation["description"].as_str().unwrap_or_default();
        operation["description"] =
            json!(format!("{description}\n\nNeeds the {word} {}.", scopes.join(" and ")));
    }
}

/// Every answer has the header `x-request-id`.
fn add_request_id(document: &mut Value) {
    document["components"]["headers"] = json!({"RequestId": {
        "description": "The request's id, as the log has it: the caller's `x-request-id`, or one of the service's.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[A-Za-z0-9._-]+$"},
        "example": "0198c0de-9d04-7c52-a6e8-5b7c1d2e3f60",
    }});
    for answer in answers(document) {
        answer["headers"]["x-request-id"] = json!({"$ref": "#/components/headers/RequestId"});
    }
}

/// Gives an example to every body, of requests and of answers, that has none: it is put together from those of its
/// schemas.
fn add_examples(document: &mut Value) {
    let schemas = document["components"]["schemas"].clone();
    let add = |holder: &mut Value| {
        // An answer may have no body.
        let contents = holder.get_mut("content").and_then(Value::as_object_mut);
        let contents = contents.into_iter().flat_map(Map::values_mut);
        for content in contents.filter_map(Value::as_object_mut) {
            if !content.contains_key("example") && !content.contains_key("examples") {
                content.insert("example".into(), example(&content["schema"], &schemas).unwrap_or_default());
            }
        }
    };
    answers(document).into_iter().for_each(add);
    operations(document).filter_map(|operation| operation.get_mut("requestBody")).for_each(add);
}
