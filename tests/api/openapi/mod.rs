//! The OpenAPI document: that the committed one is the service's, and that it holds together.

mod clients;
mod examples;
pub mod schema;

use std::collections::{BTreeMap, BTreeSet};

use axum::{
    body::Body,
    http::{Method, StatusCode},
};
use serde_json::Value;

use crate::support::TestApp;

/// The document that the service serves.
pub fn document() -> Value {
    serde_json::from_str(&contacts::router::openapi_text().unwrap()).unwrap()
}

/// An operation of the document.
pub struct Operation {
    pub id: String,
    pub method: Method,
    /// With its parameters in braces.
    pub path: String,
    pub value: Value,
}

impl Operation {
    pub fn is_of_the_api(&self) -> bool {
        self.path.starts_with("/api/")
    }

    /// The scopes that its security lists.
    pub fn scopes(&self) -> Vec<String> {
        let requirements = self.value["security"].as_array().into_iter().flatten();
        let scopes =
            requirements.flat_map(|requirement| requirement["bearer"].as_array().into_iter().flatten());
        scopes.map(|scope| scope.as_str().unwrap().to_owned()).collect()
    }
}

/// All operations of the document.
pub fn operations() -> Vec<Operation> {
    let mut operations = Vec::new();
    for (path, item) in document()["paths"].as_object().unwrap() {
        for (method, value) in item.as_object().unwrap() {
            let Ok(method) = method.to_ascii_uppercase().parse::<Method>() else { continue };
            if method.as_str().len() > 7 {
                continue; // `parameters`, `description`
            }
            let id = value["operationId"].as_str().unwrap_or_default().to_owned();
            operations.push(Operation { id, method, path: path.clone(), value: value.clone() });
        }
    }
    operations
}

/// Calls `visit` with every value of a document and its path.
fn walk(value: &Value, path: &str, visit: &mut impl FnMut(&str, &Value)) {
    visit(path, value);
    match value {
        Value::Object(map) => {
            map.iter().for_each(|(name, value)| walk(value, &format!("{path}/{name}"), visit));
        }
        Value::Array(items) => {
            items
                .iter()
                .enumerate()
                .for_each(|(index, value)| walk(value, &format!("{path}/{index}"), visit));
        }
        _ => {}
    }
}

fn is_filled(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !text.trim().is_empty())
}

#[test]
fn the_committed_document_is_the_services() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        committed == contacts::router::openapi_text().unwrap(),
        "openapi.json is not the document of this version; refresh it: cargo run -- openapi > openapi.json"
    );
}

#[tokio::test]
async fn the_served_document_is_the_committed_one() {
    let app = TestApp::new().await;
    let answer = app.anon().get("/openapi.json").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.text(), contacts::router::openapi_text().unwrap());
    app.finish().await;
}

#[test]
fn it_is_openapi_3_1_with_a_title_and_the_crates_version() {
    let document = document();
    let version = document["openapi"].as_str().unwrap();
    assert!(version.starts_with("3.1."), "{version}");
    assert!(is_filled(&document["info"]["title"]));
    assert_eq!(document["info"]["version"], env!("CARGO_PKG_VERSION"));
}

#[test]
fn every_operation_has_an_id_of_its_own_a_tag_a_summary_and_described_answers() {
    let document = document();
    let tags: BTreeSet<&str> =
        document["tags"].as_array().unwrap().iter().map(|tag| tag["name"].as_str().unwrap()).collect();
    let (mut ids, mut used) = (BTreeSet::new(), BTreeSet::new());
    for operation in operations() {
        let (id, value) = (&operation.id, &operation.value);
        assert!(!id.is_empty(), "{} {} has no operationId", operation.method, operation.path);
        assert!(ids.insert(id.clone()), "two operations are called {id}");
        assert!(is_filled(&value["summary"]), "{id} has no summary");
        let own = value["tags"].as_array().unwrap();
        assert!(!own.is_empty(), "{id} has no tag");
        for tag in own {
            let tag = tag.as_str().unwrap();
            assert!(tags.contains(tag), "{id}: the tag {tag} is not described");
            used.insert(tag.to_owned());
        }
        let responses = value["responses"].as_object().unwrap();
        assert!(responses.keys().any(|status| status.starts_with('2')), "{id} has no success");
        for (status, response) in responses {
            let response = schema::resolved(&document, response);
            assert!(is_filled(&response["description"]), "{id}: {status} has no description");
        }
    }
    assert_eq!(used.len(), tags.len(), "a described tag is used by no operation");
}

#[test]
fn every_call_of_the_api_documents_its_scope_and_the_errors_it_may_answer() {
    let document = document();
    let schemes = document["components"]["securitySchemes"].as_object().unwrap();
    let mut seen = 0;
    for operation in operations().into_iter().filter(Operation::is_of_the_api) {
        seen += 1;
        let id = &operation.id;
        assert_eq!(operation.scopes().is_empty(), id == "getMe", "{id} lists the scopes it needs");
        for requirement in operation.value["security"].as_array().unwrap() {
            for scheme in requirement.as_object().unwrap().keys() {
                assert!(schemes.contains_key(scheme), "{id}: there is no security scheme {scheme}");
            }
        }
        for status in ["401", "403", "500", "503"] {
            if operation.scopes().is_empty() && status == "403" {
                continue;
            }
            let response = schema::resolved(&document, &operation.value["responses"][status]);
            let schema = &response["content"]["application/json"]["schema"];
            assert!(schema.is_object(), "{id} does not document the body of {status}");
        }
        let has_body = operation.value.get("requestBody").is_some();
        match operation.method.as_str() {
            "PUT" | "PATCH" => assert!(has_body, "{id}"),
            // One on an object may say everything by its path.
            "POST" => assert!(has_body || operation.path.contains("{id}/"), "{id}"),
            _ => assert!(!has_body, "{id}"),
        }
        for status in ["415", "422"] {
            let is_documented = operation.value["responses"].get(status).is_some();
            assert!(is_documented || !has_body, "{id} takes a body and does not document {status}");
        }
    }
    assert!(seen > 0);
}

#[test]
fn every_parameter_of_a_path_is_documented_and_no_other() {
    let document = document();
    for operation in operations() {
        let in_path: BTreeSet<String> = operation
            .path
            .split('/')
            .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
            .map(str::to_owned)
            .collect();
        let mut documented = BTreeSet::new();
        for parameter in operation.value["parameters"].as_array().into_iter().flatten() {
            let parameter = schema::resolved(&document, parameter);
            assert!(is_filled(&parameter["description"]), "{}: {parameter}", operation.id);
            if parameter["in"] == "path" {
                assert_eq!(parameter["required"], true, "{}: {parameter}", operation.id);
                documented.insert(parameter["name"].as_str().unwrap().to_owned());
            }
        }
        assert_eq!(documented, in_path, "{}", operation.id);
    }
}

#[test]
fn every_reference_leads_somewhere() {
    let document = document();
    let mut seen = 0;
    walk(&document, "", &mut |path, value| {
        let Some(reference) = value.get("$ref") else { return };
        let reference = reference.as_str().unwrap_or_else(|| panic!("{path}: $ref is no text"));
        let pointer =
            reference.strip_prefix('#').unwrap_or_else(|| panic!("{path}: {reference} leads outside"));
        assert!(document.pointer(pointer).is_some(), "{path}: {reference} leads nowhere");
        seen += 1;
    });
    assert!(seen > 10, "the document has references");
}

#[tokio::test]
async fn a_method_that_is_not_documented_is_not_allowed() {
    let app = TestApp::new().await;
    let mut methods: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for operation in operations() {
        let of_path = methods.entry(operation.path).or_default();
        of_path.insert(operation.method.to_string());
        if operation.method == Method::GET {
            of_path.insert("HEAD".to_owned());
        }
    }
    for (path, documented) in methods {
        let mut path = path;
        for (name, value) in [
            ("{id}", "0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c11"),
            ("{socialPlatformId}", "U1"),
            ("{key}", "email"),
            ("{value}", "frank@example.com"),
        ] {
            path = path.replace(name, value);
        }
        for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "FROBNICATE"] {
            let request = method.parse::<Method>().unwrap();
            let answer = app.anon().send(request, &path, &[], Body::empty()).await;
            if documented.contains(method) {
                assert_ne!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
            } else {
                assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
                if method != "HEAD" {
                    answer.expect_error(405, "method_not_allowed");
                }
                let allow = answer.header("allow").unwrap_or_else(|| panic!("{method} {path}: no Allow"));
                let allowed: BTreeSet<String> = allow.split(',').map(|one| one.trim().to_owned()).collect();
                assert_eq!(allowed, documented, "{method} {path}");
            }
        }
    }
    app.finish().await;
}
