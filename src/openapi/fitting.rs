//! Which examples of errors an operation shows: those that it may answer itself.

use serde_json::{Map, Value, json};

use super::document::operations;

const RESPONSES: &str = "#/components/responses/";
/// Where an answer has its examples.
const EXAMPLES: &str = "/content/application~1json/examples";

/// Which of the examples of answers that operations share fit an operation: by its `operationId`, else by its tag.
const FITTING: [(&str, &[&str]); 26] = [
    ("createContact", &["contact", "key"]),
    ("upsertContact", &["contact", "key"]),
    ("patchContactTags", &["tags", "merged"]),
    ("deleteContact", &["permanent", "merged"]),
    ("restoreContact", &["reused", "trash", "contact", "key"]),
    ("bulkContacts", &["operations", "key"]),
    ("bulkContactsByFilter", &["filter"]),
    ("mergeContacts", &["from", "merged", "key"]),
    ("undoContactMerge", &["reused", "undone", "key"]),
    ("mergeTag", &["intoTag"]),
    ("mergeCompany", &["intoCompany"]),
    ("deleteCompany", &["detach", "companyInUse", "leftWithout"]),
    ("deleteTag", &["leftWithout"]),
    ("deleteGroup", &["leftWithout"]),
    ("deleteContactGroup", &["leftWithout"]),
    ("createContactField", &["field", "fieldKey"]),
    ("patchContactField", &["field", "fieldRule"]),
    ("addGroupMembers", &["members"]),
    ("removeGroupMembers", &["members"]),
    ("deleteChannel", &["channelInUse"]),
    ("Contacts", &["contact", "merged"]),
    ("Tags", &["tag"]),
    ("Companies", &["company"]),
    ("Groups", &["group"]),
    ("Fields", &["field"]),
    ("Channels", &["channel"]),
];

/// Each operation shows those examples of the errors it shares with others that fit it. Such an answer is shared by the
/// operations that show the same ones, and named after them.
pub(super) fn choose_examples(document: &mut Value) {
    let Some(shared) = document.pointer("/components/responses").and_then(Value::as_object).cloned() else {
        return;
    };
    let mut answers = shared.clone();
    for operation in operations(document) {
        let fitting = fitting(operation);
        for answer in operation["responses"].as_object_mut().into_iter().flat_map(Map::values_mut) {
            let Some(name) = answer["$ref"].as_str().and_then(|text| text.strip_prefix(RESPONSES)) else {
                continue;
            };
            let Some(examples) = shared[name].pointer(EXAMPLES).and_then(Value::as_object) else { continue };
            let chosen: Vec<&&str> = fitting.iter().filter(|name| examples.contains_key(**name)).collect();
            let own = chosen.iter().fold(name.to_owned(), |own, example| format!("{own}_{example}"));
            let mut copy = shared[name].clone();
            if let Some(Value::Object(examples)) = copy.pointer_mut(EXAMPLES) {
                examples.retain(|name, _| chosen.iter().any(|chosen| **chosen == name));
            }
            answers.remove(name);
            *answer = json!({"$ref": format!("{RESPONSES}{own}")});
            answers.insert(own, copy);
        }
    }
    document["components"]["responses"] = answers.into();
}

/// The names of the examples of shared answers that fit an operation.
fn fitting(operation: &Value) -> Vec<&'static str> {
    let of = |name: &Value| FITTING.iter().find(|(fits, _)| name == fits).map(|(_, examples)| *examples);
    let own = of(&operation["operationId"]).or_else(|| of(&operation["tags"][0])).unwrap_or_default();
    let mut names = own.to_vec();
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    if parameters.into_iter().any(|parameter| parameter["name"] == "pageSize") {
        names.push("page");
    }
    if operation.get("requestBody").is_some() {
        names.push("body");
    }
    names.push("query");
    names
}
