//! Every operation of the OpenAPI document is called without a token, with too little scope, with just enough,
//! by another tenant, and with parameters that it does not know.

pub mod calls;
mod foreign;
mod idempotency;
pub mod owned;
mod queries;
mod scopes;

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{
    openapi::{self, Operation, schema},
    support::Answer,
};

/// The operations under `/api`.
fn operations() -> Vec<Operation> {
    let operations: Vec<_> = openapi::operations().into_iter().filter(Operation::is_of_the_api).collect();
    assert!(!operations.is_empty());
    operations
}

/// The answer is one that the document has for this operation.
#[track_caller]
fn assert_documented(document: &Value, operation: &Operation, answer: &Answer) {
    let status = answer.status.as_str();
    let documented = operation.value["responses"].get(status).unwrap_or_else(|| {
        panic!("{} answers {status}, which is not documented: {}", operation.id, answer.text())
    });
    let media_type = answer.header("content-type").unwrap();
    let schema = &schema::resolved(document, documented)["content"][media_type]["schema"];
    assert!(schema.is_object(), "{}: the body of {status} is not documented", operation.id);
    let body = if media_type == "application/json" { answer.json() } else { answer.text().into() };
    let problems = schema::problems(document, schema, &body);
    assert!(problems.is_empty(), "{}: {problems:?} in {}", operation.id, answer.text());
}

#[test]
fn every_operation_is_called_by_these_tests() {
    let documented: BTreeSet<String> = operations().into_iter().map(|operation| operation.id).collect();
    let called: BTreeSet<String> = calls::OPERATIONS.iter().map(|&id| id.to_owned()).collect();
    let missing: Vec<_> = documented.difference(&called).collect();
    assert!(
        missing.is_empty(),
        "{missing:?}: new operations; say in tests/api/coverage/calls.rs how to call them, so that they are tried \
         without a token, with too little scope and by another tenant"
    );
    let gone: Vec<_> = called.difference(&documented).collect();
    assert!(
        gone.is_empty(),
        "{gone:?}: no longer in the document; take them out of tests/api/coverage/calls.rs"
    );
}
