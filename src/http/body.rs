//! Request bodies: JSON, or the forms that the documented `curl -d` calls send. Either becomes one JSON
//! object, so that everything behind reads a single shape.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::{HeaderMap, header},
};
use serde_json::{Map, Value};
use xxhash_rust::xxh3::xxh3_128;

use super::{form, header::IDEMPOTENCY_KEY, json, limits::PendingBody};
use crate::{
    domain::canonical_number,
    error::{Error, Result},
};

/// What some editors and spreadsheets write before a text in UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

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
        let mut bytes = Bytes::new();
        if let Some(pending) = request.extensions().get::<PendingBody>().cloned() {
            bytes = pending.read().await?;
            if request.headers().contains_key(IDEMPOTENCY_KEY) {
                pending.note_digest(digest(request.headers(), &bytes));
            }
        }
        let bytes = without_mark(&bytes);
        if bytes.is_empty() {
            return Err(Error::Malformed("the body is empty; send a JSON object or a form".into()));
        }
        match kind {
            Some(Kind::Json) => Self::from_json(bytes),
            Some(Kind::Form) => Ok(Self { fields: form::parse(bytes)?, is_form: true }),
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
        match json::parse(bytes) {
            Ok(Value::Object(fields)) => Ok(Self { fields, is_form: false }),
            Ok(_) => Err(Error::invalid("", "wrong_type", "the body must be a JSON object")),
            Err(error) => Err(Error::Malformed(format!("the body is not valid JSON: {error}"))),
        }
    }
}

fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes)
}

/// What tells one body from another: the same for those that say the same, in whatever order of keys and however their
/// numbers, texts and spaces are written. Of what cannot be read, that it is the same to the byte.
#[must_use]
pub fn digest(headers: &HeaderMap, bytes: &[u8]) -> u128 {
    let text = match Kind::of(headers) {
        Ok(Some(Kind::Json)) => {
            json::parse(without_mark(bytes)).ok().map(|value| format!("json {}", canonical(value)))
        }
        Ok(Some(Kind::Form)) => {
            form::parse(without_mark(bytes)).ok().map(|fields| format!("form {}", Value::Object(fields)))
        }
        _ => None,
    };
    text.map_or_else(|| xxh3_128(bytes), |text| xxh3_128(text.as_bytes()))
}

/// A value with its numbers in one writing; the keys of an object are in order already.
fn canonical(value: Value) -> Value {
    match value {
        Value::Number(number) => {
            let plain = canonical_number(&number).ok().and_then(|text| text.parse().ok());
            Value::Number(plain.unwrap_or(number))
        }
        Value::Array(items) => items.into_iter().map(canonical).collect(),
        Value::Object(fields) => fields.into_iter().map(|(name, value)| (name, canonical(value))).collect(),
        value => value,
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn of(kind: &'static str, body: &str) -> u128 {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        digest(&headers, body.as_bytes())
    }

    #[test]
    fn bodies_that_say_the_same_have_the_same_digest_however_they_are_written() {
        let json = |body: &str| of("application/json", body);
        let one = json(r#"{"name":"Zoë","customFields":{"cf_b":[1.5,null],"cf_a":1000}}"#);
        for same in [
            "{ \"customFields\":\n {\"cf_a\":1e3, \"cf_b\":[1.50,null]}, \"name\":\"Zo\\u00eb\"}",
            "\u{feff}{\"name\":\"Zoë\",\"customFields\":{\"cf_b\":[15e-1,null],\"cf_a\":1000.0}}",
        ] {
            assert_eq!(json(same), one, "{same}");
        }
        for other in [
            r#"{"name":"Zoë","customFields":{"cf_b":[null,1.5],"cf_a":1000}}"#,
            r#"{"name":"Zoë","customFields":{"cf_b":[1.5,null],"cf_a":"1000"}}"#,
            r#"{"name":"Zoë ","customFields":{"cf_b":[1.5,null],"cf_a":1000}}"#,
            r#"{"name":"Zoë","customFields":{"cf_b":[1.5],"cf_a":1000}}"#,
            r#"{"name":"Zoë","name":"Zoë"}"#,
            "{",
            "",
        ] {
            assert_ne!(json(other), one, "{other}");
        }
        let form = |body: &str| of("application/x-www-form-urlencoded", body);
        assert_eq!(form("name=Frank+M&tags[]=a"), form("tags%5B0%5D=a&name=Frank%20M"));
        assert_ne!(form("name=Frank&tags[]=a&tags[]=b"), form("name=Frank&tags[]=b&tags[]=a"));
        assert_ne!(form("name=a"), json(r#"{"name":"a"}"#));
    }
}
