//! The examples of the document: each holds against its schema, and the service takes those of its bodies.

use serde_json::{Value, json};

use super::{Operation, document, operations, schema, walk};
use crate::support::{TestApp, factory};

const JSON: &str = "application/json";

/// The schema beside which an example stands, and the example.
fn examples(holder: &Value) -> Vec<(&Value, &Value)> {
    let schema = holder.get("schema").unwrap_or(holder);
    let many = match holder.get("examples") {
        // Of a schema: the values themselves; of a parameter or a body: by name.
        Some(Value::Array(values)) => values.iter().collect(),
        Some(Value::Object(named)) => named.values().filter_map(|example| example.get("value")).collect(),
        _ => Vec::new(),
    };
    holder.get("example").into_iter().chain(many).map(|example| (schema, example)).collect()
}

#[test]
fn every_example_holds_against_its_schema() {
    let document = document();
    let mut seen = 0;
    walk(&document, "", &mut |path, value| {
        // A property may be called `example`; what holds an example has a schema or a type.
        if path.ends_with("/properties") || (value.get("schema").is_none() && value.get("type").is_none()) {
            return;
        }
        for (schema, example) in examples(value) {
            seen += 1;
            let problems = schema::problems(&document, schema, example);
            assert!(problems.is_empty(), "{path}: the example {example}: {problems:?}");
        }
    });
    assert!(seen > 10, "the document has examples");
}

/// The bodies that the document shows for an operation, with their media types.
fn example_bodies(operation: &Operation) -> Vec<(&str, Value)> {
    let contents = operation.value["requestBody"]["content"].as_object().into_iter().flatten();
    contents
        .flat_map(|(media_type, content)| {
            examples(content).into_iter().map(|(_, body)| (media_type.as_str(), body.clone()))
        })
        .collect()
}

/// As it is sent.
fn encoded(media_type: &str, body: &Value) -> String {
    if media_type == JSON {
        return body.to_string();
    }
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let fields = body.as_object().unwrap().iter().map(|(name, value)| (name, text(value)));
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// The ids of two contacts in the examples.
const EXAMPLE_ID: &str = "0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c11";
const OTHER_EXAMPLE_ID: &str = "0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c12";

/// Something that the path of an operation is about, where that is no contact.
async fn own_id(app: &TestApp, operation: &Operation) -> Option<String> {
    let admin = app.admin();
    let name = uuid::Uuid::now_v7().to_string();
    let (path, body) = [
        ("/api/v1/groups", json!({"value": name})),
        ("/api/v1/contacts/groups", json!({"value": name})),
        ("/api/v1/contacts/fields", json!({"display_name": name})),
        ("/api/v1/channels", json!({"name": name})),
    ]
    .into_iter()
    .find(|(path, _)| operation.path.starts_with(&format!("{path}/")))?;
    let made = admin.post(path, body).await.expect(201);
    Some(made["data"]["id"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn the_bodies_that_the_document_shows_are_taken_by_the_service() {
    // A form shows what the JSON shows, which is not to be there yet.
    let (of_json, of_forms) = (TestApp::new().await, TestApp::new().await);
    let document = document();
    let (mut seen, mut forms) = (0, 0);
    for operation in operations() {
        for (media_type, body) in example_bodies(&operation) {
            let app = if media_type == JSON { &of_json } else { &of_forms };
            let admin = app.admin();
            let fields = json!({"tags": ["platinum", "vip"], "company": "K-Link"});
            let contact = factory::contact(&admin, fields).await;
            let other = factory::contact(&admin, json!({"tags": ["other"], "company": "Other"})).await;
            let pointer = match operation.path.split('/').nth(3) {
                Some("tags") => "/tags/0/id",
                Some("companies") => "/company/id",
                _ => "/id",
            };
            let id = |contact: &Value| contact.pointer(pointer).unwrap().as_str().unwrap().to_owned();
            let own = own_id(app, &operation).await.unwrap_or_else(|| id(&contact));
            let path = operation.path.replace("{id}", &own);
            let path = path.replace("{key}", "email").replace("{value}", "frank@example.com");
            // The contacts that a body names are there.
            let body = body
                .to_string()
                .replace(EXAMPLE_ID, contact["id"].as_str().unwrap())
                .replace(OTHER_EXAMPLE_ID, other["id"].as_str().unwrap());
            let mut body: Value = serde_json::from_str(&body).unwrap();
            if let Some(into) = body.get_mut("into") {
                *into = json!(id(&other));
            }
            let headers = [("content-type", media_type)];
            let answer =
                admin.send(operation.method.clone(), &path, &headers, encoded(media_type, &body)).await;
            assert!(answer.status.is_success(), "{}: {body}: {}", operation.id, answer.text());
            let response = &operation.value["responses"][answer.status.as_str()];
            let schema = &schema::resolved(&document, response)["content"]["application/json"]["schema"];
            assert_eq!(schema::problems(&document, schema, &answer.json()), Vec::<String>::new());
            seen += 1;
            forms += usize::from(media_type != JSON);
        }
    }
    assert!(seen > 30 && forms > 5, "{seen} {forms}");
    of_json.finish().await;
    of_forms.finish().await;
}

#[test]
fn the_schema_checker_sees_what_does_not_fit() {
    let document = json!({"components": {"schemas": {"Tag": {
        "type": "object", "required": ["id"], "properties": {"id": {"type": "string"}},
    }}}});
    let tag = json!({"$ref": "#/components/schemas/Tag"});
    let fits = |schema: &Value, value: Value| schema::problems(&document, schema, &value).is_empty();
    assert!(fits(&tag, json!({"id": "a"})));
    assert!(!fits(&tag, json!({"id": 1})));
    assert!(!fits(&tag, json!({})));
    assert!(!fits(&tag, json!({"id": "a", "colour": "red"})));
    assert!(!fits(&tag, json!(null)));
    let tags = json!({"type": ["array", "null"], "items": tag});
    assert!(fits(&tags, json!(null)) && fits(&tags, json!([])) && fits(&tags, json!([{"id": "a"}])));
    assert!(!fits(&tags, json!([{"id": "a"}, {}])) && !fits(&tags, json!("a")));
    let either = json!({"oneOf": [{"type": "integer", "minimum": 1}, {"enum": ["a", "b"]}]});
    assert!(fits(&either, json!(1)) && fits(&either, json!("b")));
    assert!(!fits(&either, json!(0)) && !fits(&either, json!("c")) && !fits(&either, json!(1.5)));
}
