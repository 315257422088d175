//! The envelopes of answers: they differ by endpoint, as the documented API has it.

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The answer of a call that changes something and returns nothing.
#[derive(Debug, Serialize, ToSchema)]
pub struct Acknowledged {
    /// Always `success`.
    #[schema(value_type = String)]
    status: &'static str,
    /// What was done.
    #[schema(value_type = String, example = "updating contact")]
    message: &'static str,
    /// Always null.
    #[schema(value_type = serde_json::Value)]
    data: (),
}

/// `{"status":"success","message":…,"data":null}`.
#[must_use]
pub fn acknowledged(message: &'static str) -> Response {
    let body = Acknowledged { status: "success", message, data: () };
    json(StatusCode::OK, serde_json::to_string(&body).unwrap_or_default())
}

/// `{"status":"success","message":…,"data":…}` around a document that is JSON already.
#[must_use]
pub fn success(status: StatusCode, message: &str, document: &str) -> Response {
    json(status, success_text(message, document))
}

/// As [`success`], with an id beside the document.
#[must_use]
pub fn success_beside(status: StatusCode, message: &str, document: &str, name: &str, id: Uuid) -> Response {
    let mut text = success_text(message, document);
    text.truncate(text.len() - 1);
    json(status, format!(r#"{text},"{name}":"{id}"}}"#))
}

/// The text of [`success`].
pub(super) fn success_text(message: &str, document: &str) -> String {
    format!(r#"{{"status":"success","message":"{message}","data":{document}}}"#)
}

/// An answer whose body is JSON already.
#[must_use]
pub fn json(status: StatusCode, body: impl Into<Body>) -> Response {
    let content_type = HeaderValue::from_static("application/json");
    (status, [(header::CONTENT_TYPE, content_type)], body.into()).into_response()
}
