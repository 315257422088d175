//! Request bodies: JSON, or the forms that the documented `curl -d` calls send. Either becomes one JSON
//! object, so that everything behind reads a single shape.

use axum::{
    extract::{FromRequest, Request},
    http::{HeaderMap, header},
};
use serde_json::{Map, Value};

use super::{form, limits::PendingBody};
use crate::error::{Error, Result};

/// A request body, as it was sent.
#[derive(Debug, Clone, Default)]
pub struct Body {
    /// Its fields, by name.
    pub fields: Map<String, Value>,
    /// The body was a form: numbers and booleans are text in it, and empty text stands for null.
    pub is_form: bool,
}

impl<S: Send + Sync> FromRequest<S> for Body {
    type Rejection = Error;

    async fn from_request(request: Request, _: &S) -> Result<Self> {
        let kind = Kind::of(request.headers())?;
        let bytes = PendingBody::read(request.extensions()).await?;
        if bytes.is_empty() {
            return Err(Error::Malformed("the body is empty; send a JSON object or a form".into()));
        }
        match kind {
            Some(Kind::Json) => Self::from_json(&bytes),
            Some(Kind::Form) => Ok(Self { fields: form::parse(&bytes)?, is_form: true }),
            None => Err(Error::UnsupportedMediaType(ACCEPTED.into())),
        }
    }
}

const ACCEPTED: &str =
    "the body must be application/json or application/x-www-form-urlencoded, in UTF-8 and not compressed";

enum Kind {
    Json,
    Form,
}

impl Kind {
    /// What the body says it is; `None` where it says nothing.
    fn of(headers: &HeaderMap) -> Result<Option<Self>> {
        let refused = || Error::UnsupportedMediaType(ACCEPTED.into());
        if headers.get(header::CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
            return Err(refused());
        }
        let Some(value) = headers.get(header::CONTENT_TYPE) else { return Ok(None) };
        let value = value.to_str().map_err(|_| refused())?.to_ascii_lowercase();
        let mut parts = value.split(';').map(str::trim);
        let kind = match parts.next() {
            Some("application/json") => Self::Json,
            Some("application/x-www-form-urlencoded") => Self::Form,
            _ => return Err(refused()),
        };
        let is_utf8 = parts
            .filter_map(|parameter| parameter.strip_prefix("charset="))
            .all(|charset| matches!(charset.trim_matches('"'), "utf-8" | "utf8" | "us-ascii"));
        if is_utf8 { Ok(Some(kind)) } else { Err(refused()) }
    }
}

impl Body {
    fn from_json(bytes: &[u8]) -> Result<Self> {
        match serde_json::from_slice(bytes) {
            Ok(Value::Object(fields)) => Ok(Self { fields, is_form: false }),
            Ok(_) => Err(Error::invalid("", "wrong_type", "the body must be a JSON object")),
            Err(error) => Err(Error::Malformed(format!("the body is not valid JSON: {error}"))),
        }
    }
}
