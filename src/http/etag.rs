//! Entity tags: a digest of the stored document, so that two equal documents have equal tags on every
//! instance and any change of what a client sees changes the tag.

use axum::http::HeaderValue;
use xxhash_rust::xxh3::xxh3_128;

/// The strong entity tag of a document.
#[must_use]
pub fn of(document: &str) -> HeaderValue {
    let tag = format!("\"{:032x}\"", xxh3_128(document.as_bytes()));
    HeaderValue::from_str(&tag).unwrap_or_else(|_| HeaderValue::from_static("\"\""))
}
