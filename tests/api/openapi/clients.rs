//! What generated clients, and whoever tries a call on the page at `/docs`, need of the document. `.ci/clients` makes
//! clients of it and calls the service through them; here every operation is looked at.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json, value::RawValue};

use super::{Operation, document, operations, schema, walk};
use crate::support::{TestApp, factory};

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

/// Whether a path leads to a schema or a parameter, not to a property or an example that is called like a keyword.
fn is_keyword(path: &str) -> bool {
    !["/properties", "/example", "/value"].iter().any(|end| path.ends_with(end))
        && !path.contains("/example/")
}

/// All values of a keyword, and where they stand.
fn keyword(document: &Value, name: &str) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    walk(document, "", &mut |path, value| {
        if let Some(value) = value.get(name).filter(|_| is_keyword(path)) {
            found.push((path.to_owned(), value.clone()));
        }
    });
    found
}

/// The parameters of an operation, their schemas resolved.
fn parameters(document: &Value, operation: &Operation) -> BTreeMap<String, Value> {
    let parameters = operation.value["parameters"].as_array().into_iter().flatten();
    parameters
        .map(|parameter| {
            let mut parameter = parameter.clone();
            parameter["schema"] = schema::resolved(document, &parameter["schema"]).clone();
            (parameter["name"].as_str().unwrap().to_owned(), parameter)
        })
        .collect()
}

/// The schema of a body, resolved, and its reference.
fn body<'a>(document: &'a Value, operation: &'a Operation, media_type: &str) -> Option<(&'a Value, &'a str)> {
    let schema = &operation.value["requestBody"]["content"].get(media_type)?["schema"];
    Some((schema::resolved(document, schema), schema["$ref"].as_str()?))
}

fn names(schema: &Value) -> BTreeSet<&str> {
    schema["properties"]
        .as_object()
        .into_iter()
        .flat_map(|fields| fields.keys().map(String::as_str))
        .collect()
}

#[test]
fn alternatives_are_types_and_never_required_names() {
    let document = document();
    assert_eq!(keyword(&document, "anyOf"), []);
    for (path, alternatives) in keyword(&document, "oneOf") {
        for one in alternatives.as_array().unwrap() {
            assert!(one.get("$ref").or(one.get("type")).is_some(), "{path}: {one}");
        }
    }
}

#[test]
fn nothing_has_a_default_which_generated_types_would_take_for_always_there() {
    assert_eq!(keyword(&document(), "default"), []);
}

#[tokio::test]
async fn parameters_with_a_few_values_list_them_and_the_service_takes_each() {
    let app = TestApp::new().await;
    let document = document();
    let contact = factory::contact(&app.writer(), json!({"company": "K-Link"})).await;
    let group = app.admin().post("/api/v1/groups", json!({"value": "vip"})).await.expect(201);
    let path_of = |operation: &Operation| {
        let is_company = operation.path.contains("/companies/");
        let id = if is_company { &contact["company"]["id"] } else { &group["data"]["id"] };
        operation.path.replace("{id}", id.as_str().unwrap()).replace("{socialPlatformId}", "U1")
    };
    let mut seen = BTreeMap::new();
    for operation in operations() {
        for (name, parameter) in parameters(&document, &operation) {
            let Some(values) = parameter["schema"].get("enum") else { continue };
            *seen.entry(name.clone()).or_insert(0) += 1;
            let path = path_of(&operation);
            for value in values.as_array().unwrap() {
                app.reader().get(&format!("{path}?{name}={}", value.as_str().unwrap())).await.expect(200);
            }
            app.reader().get(&format!("{path}?{name}=colour")).await.expect_error(422, "validation_failed");
        }
    }
    let of = |name: &str| seen.get(name).copied().unwrap_or_default();
    assert!(of("sort") == 4 && of("count") == 4 && of("by") == 1 && of("archived") == 1, "{seen:?}");
    app.finish().await;
}

#[test]
fn a_pattern_is_no_list_of_words() {
    for (path, pattern) in keyword(&document(), "pattern") {
        let pattern = pattern.as_str().unwrap();
        let is_list = pattern.contains('|') && !pattern.contains(['[', '\\', '.']);
        assert!(!is_list, "{path}: {pattern} should be an enum");
    }
}

#[test]
fn a_form_has_a_schema_of_its_own_that_a_client_can_send() {
    let document = document();
    let mut media_types = BTreeMap::new();
    let mut forms = 0;
    for operation in operations() {
        for media_type in [JSON, FORM] {
            let Some((_, reference)) = body(&document, &operation, media_type) else { continue };
            let other = media_types.insert(reference.to_owned(), media_type);
            assert!(other.is_none_or(|other| other == media_type), "{reference} is JSON and a form");
        }
        let Some((form, _)) = body(&document, &operation, FORM) else { continue };
        let (json, _) = body(&document, &operation, JSON).unwrap();
        forms += 1;
        assert_eq!(names(form), names(json), "{}", operation.id);
        assert_eq!(form["required"], json["required"], "{}", operation.id);
        for (name, field) in form["properties"].as_object().unwrap() {
            let resolved = schema::resolved(&document, field);
            let is_flat = ["string", "boolean"].iter().any(|flat| resolved["type"] == *flat);
            let is_ignored = field["description"].as_str().unwrap().starts_with("Ignored");
            assert!(is_flat || is_ignored, "{}: {name} has structure: {field}", operation.id);
            let has_text = field.get("contentMediaType").is_some_and(|kind| kind == JSON);
            assert_eq!(has_text, field.get("contentSchema").is_some(), "{}: {name}", operation.id);
        }
    }
    assert!(forms > 3, "{forms}");
}

/// The documented calls of contacts send forms. Elsewhere a form beside the JSON would only stand in a typed client's way.
#[test]
fn what_creates_or_updates_a_contact_may_be_a_form_and_nothing_else() {
    let document = document();
    let forms = operations().into_iter().filter(|operation| body(&document, operation, FORM).is_some());
    let forms: BTreeSet<String> = forms.map(|operation| operation.id).collect();
    let expected = ["createContact", "patchContact", "updateContact", "upsertContact"].map(str::to_owned);
    assert_eq!(forms, BTreeSet::from(expected));
}

#[tokio::test]
async fn a_route_without_a_token_says_so() {
    let app = TestApp::new().await;
    let mut open = 0;
    for operation in operations() {
        let security = operation.value.get("security").unwrap_or_else(|| panic!("{}", operation.id));
        if operation.is_of_the_api() {
            // Any token will do for what only tells what the token says.
            assert_eq!(operation.scopes().is_empty(), operation.id == "getMe", "{}", operation.id);
            continue;
        }
        open += 1;
        assert_eq!(*security, json!([]), "{}", operation.id);
        assert_eq!(app.anon().get(&operation.path).await.status, 200, "{}", operation.path);
    }
    assert_eq!(open, 3);
    app.finish().await;
}

#[test]
fn envelopes_refer_to_what_they_hold() {
    let document = document();
    let mut seen = 0;
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        let (content, held) = match name.split_once('_') {
            Some(("Listing" | "CursorListing", content)) => (content, &schema["properties"]["data"]["items"]),
            Some(("Success", content)) => (content, &schema["properties"]["data"]),
            _ => continue,
        };
        seen += 1;
        assert_eq!(*held, json!({"$ref": format!("#/components/schemas/{content}")}), "{name}");
    }
    assert!(seen > 20, "{seen}");
}

#[test]
fn moments_have_one_type_and_one_way_to_be_written() {
    let document = document();
    let formats: BTreeSet<String> = keyword(&document, "format")
        .into_iter()
        .filter_map(|(_, format)| Some(format.as_str()?.to_owned()))
        .filter(|format| format.contains("date") || format.contains("time"))
        .collect();
    assert_eq!(formats, BTreeSet::from(["date-time".to_owned()]));

    let is_moment = |schema: &Value| schema["format"] == "date-time";
    let mut seen = 0;
    for (path, properties) in keyword(&document, "properties") {
        for (name, schema) in properties.as_object().unwrap() {
            let is_ignored =
                schema["description"].as_str().is_some_and(|description| description.starts_with("Ignored"));
            if (name.ends_with("At") || name == "at") && !is_ignored {
                seen += 1;
                assert!(is_moment(schema), "{path}: {name}: {schema}");
            }
        }
    }
    for operation in operations() {
        for (name, parameter) in parameters(&document, &operation) {
            if name.ends_with("After") || name.ends_with("Before") {
                seen += 1;
                assert!(is_moment(&parameter["schema"]["items"]), "{}: {name}", operation.id);
            }
        }
    }
    assert!(seen > 15, "{seen}");

    walk(&document, "", &mut |path, value| {
        let Some(text) = value.as_str().filter(|_| path.contains("/example")) else { return };
        let is_day =
            |text: &str| text.len() >= 10 && text.as_bytes()[4] == b'-' && text.as_bytes()[7] == b'-';
        if text.is_ascii() && is_day(text) && text[..4].bytes().all(|byte| byte.is_ascii_digit()) {
            let is_in_utc = chrono::DateTime::parse_from_rfc3339(text).is_ok() && text.ends_with('Z');
            assert!(is_in_utc, "{path}: {text}");
        }
    });
}

#[test]
fn filters_of_custom_fields_are_a_parameter_that_clients_can_send() {
    let document = document();
    let mut seen = 0;
    for operation in operations() {
        let parameters = parameters(&document, &operation);
        if !parameters.contains_key("tag") {
            continue;
        }
        seen += 1;
        let filters = &parameters["customFields"];
        assert_eq!(
            (&filters["style"], &filters["explode"]),
            (&json!("form"), &json!(true)),
            "{}",
            operation.id
        );
        let schema = &filters["schema"];
        assert_eq!(schema["type"], "object", "{}", operation.id);
        assert_eq!(schema["additionalProperties"]["type"], "string", "{}", operation.id);
        assert!(schema["propertyNames"]["pattern"].as_str().unwrap().starts_with("^cf_"), "{}", operation.id);
        // Else the page at `/docs` makes one up, and sends it.
        assert_eq!(filters["example"], json!({}), "{}", operation.id);
    }
    assert_eq!(seen, 2);
}

#[test]
fn it_says_whose_it_is_without_an_address_that_was_made_up() {
    let contact = document()["info"]["contact"].clone();
    assert!(contact["name"].as_str().is_some_and(|name| name.contains("contacts")), "{contact}");
    assert!(contact.get("email").is_none() && contact.get("url").is_none(), "{contact}");
}

/// The examples that stand first, in the order of the text, of the bodies of requests and of answers.
fn first_examples() -> Vec<(String, String, Value)> {
    type Raw<'a> = BTreeMap<String, &'a RawValue>;
    fn at<'a>(text: &'a str, name: &str) -> Option<&'a str> {
        serde_json::from_str::<Raw>(text).ok()?.get(name).map(|value| value.get())
    }
    fn first(content: &str) -> Option<Value> {
        if let Some(example) = at(content, "example") {
            return serde_json::from_str(example).ok();
        }
        let examples = at(content, "examples")?;
        let name = examples.split('"').nth(1)?;
        serde_json::from_str(at(at(examples, name)?, "value")?).ok()
    }
    let text = contacts::router::openapi_text().unwrap();
    let components = at(&text, "components").unwrap();
    let shared = at(components, "responses").unwrap();
    let mut found = Vec::new();
    for (_, item) in serde_json::from_str::<Raw>(at(&text, "paths").unwrap()).unwrap() {
        for (_, operation) in serde_json::from_str::<Raw>(item.get()).unwrap() {
            let id: String = serde_json::from_str(at(operation.get(), "operationId").unwrap()).unwrap();
            let mut add = |what: &str, holder: &str| {
                for (_, content) in
                    at(holder, "content").iter().flat_map(|text| serde_json::from_str::<Raw>(text)).flatten()
                {
                    let example =
                        first(content.get()).unwrap_or_else(|| panic!("{id} {what} has an example"));
                    found.push((id.clone(), what.to_owned(), example));
                }
            };
            if let Some(request) = at(operation.get(), "requestBody") {
                add("request", request);
            }
            for (status, answer) in
                serde_json::from_str::<Raw>(at(operation.get(), "responses").unwrap()).unwrap()
            {
                let reference = at(answer.get(), "$ref").map(|text| text.trim_matches('"'));
                let name = reference.and_then(|text| text.strip_prefix("#/components/responses/"));
                add(&status, name.map_or(answer.get(), |name| at(shared, name).unwrap()));
            }
        }
    }
    found
}

#[test]
fn what_the_page_would_send_by_itself_does_no_harm() {
    let document = document();
    walk(&document, "", &mut |path, value| {
        assert!(value.get("all").is_none_or(|all| *all != json!(true)), "{path}: {value}");
    });
    let firsts = first_examples();
    let mut seen = 0;
    for operation in operations() {
        let Some((schema, _)) = body(&document, &operation, JSON) else { continue };
        if names(schema).contains("dryRun") {
            seen += 1;
            let (_, _, example) =
                firsts.iter().find(|(id, what, _)| *id == operation.id && what == "request").unwrap();
            assert_eq!(example["dryRun"], true, "{}: {example}", operation.id);
        }
        // A parameter's example is sent, unless it is one of its path.
        for (name, parameter) in parameters(&document, &operation) {
            let example = parameter.get("example").filter(|_| parameter["in"] != "path");
            assert!(example.is_none_or(|example| *example == json!({})), "{}: {name}", operation.id);
        }
    }
    assert_eq!(seen, 2);
}

#[test]
fn the_error_that_an_operation_shows_first_is_one_of_its_own() {
    let document = document();
    let firsts = first_examples();
    let mut seen = 0;
    for operation in operations() {
        let parameters = parameters(&document, &operation);
        let mut own: BTreeSet<&str> = parameters.keys().map(String::as_str).collect();
        own.extend(body(&document, &operation, JSON).map(|(schema, _)| names(schema)).unwrap_or_default());
        for (_, status, example) in
            firsts.iter().filter(|(id, status, _)| *id == operation.id && status.starts_with('4'))
        {
            for detail in example["error"]["details"].as_array().unwrap() {
                seen += 1;
                let field = detail["field"].as_str().unwrap();
                let field = field.split(['.', '[']).next().unwrap();
                // What is in use is named by the object's own field, and what contacts would lack by theirs; an unknown
                // parameter is nobody's.
                // Every call has the header of the token, which is no parameter of its own.
                let is_own = own.contains(field)
                    || detail["code"] == "in_use"
                    || detail["code"] == "unknown_parameter"
                    || operation.id.starts_with("delete") && detail["code"] == "required"
                    || field == "Authorization";
                assert!(is_own, "{} {status}: it has no {field}: {example}", operation.id);
            }
            let message = example["message"].as_str().unwrap();
            let of = |kinds: &[&str]| kinds.iter().any(|kind| message.contains(kind));
            let resource = operation.value["tags"][0].as_str().unwrap();
            if status == "409" && !of(&["contacts belong", "there are contacts", "be unique"]) {
                let kind = match resource {
                    "Tags" => "tag",
                    "Companies" => "company",
                    "Groups" => "group",
                    "Fields" => "field",
                    "Channels" => "channel",
                    "Duplicates" => "merge",
                    _ => "contact",
                };
                assert!(of(&[kind, "operations"]), "{} 409: {message}", operation.id);
            }
        }
    }
    assert!(seen > 50, "{seen}");
}
