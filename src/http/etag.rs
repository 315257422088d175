//! Entity tags: a digest of the stored document, so that two equal documents have equal tags on every
//! instance and any change of what a client sees changes the tag. And the conditions that clients make of them
//! (RFC 9110, 13.1).

use std::convert::Infallible;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderName, header, request::Parts},
    response::{IntoResponse, Response},
};
use xxhash_rust::xxh3::xxh3_128;

use crate::error::{Error, Result};

/// The strong entity tag of a document.
#[must_use]
pub fn of(document: &str) -> String {
    format!("\"{:032x}\"", xxh3_128(document.as_bytes()))
}

/// An answer with the entity tag of what it is about.
#[must_use]
pub fn tagged(etag: String, answer: Response) -> Response {
    ([(header::ETAG, etag)], answer).into_response()
}

/// `If-Match`: change it only if it is still the one I read.
#[derive(Debug, Clone, Default)]
pub struct IfMatch(Option<Tags>);

/// `If-None-Match`: send it only if it is not the one I have.
#[derive(Debug, Clone, Default)]
pub struct IfNoneMatch(Option<Tags>);

#[derive(Debug, Clone)]
enum Tags {
    /// `*`: whatever there is.
    Any,
    /// As they stand in the header, quotes and `W/` included.
    List(Vec<String>),
}

impl Tags {
    /// The tags of a header, of all its lines; `None` where it is not there. Tags of ours hold no commas.
    fn of(headers: &HeaderMap, name: HeaderName) -> Option<Self> {
        let mut tags = Vec::new();
        let mut is_there = false;
        for value in headers.get_all(name) {
            is_there = true;
            let text = value.to_str().unwrap_or_default();
            if text.trim() == "*" {
                return Some(Self::Any);
            }
            tags.extend(text.split(',').map(|tag| tag.trim().to_owned()).filter(|tag| !tag.is_empty()));
        }
        is_there.then_some(Self::List(tags))
    }
}

impl IfMatch {
    /// Whether there is a condition at all.
    #[must_use]
    pub const fn is_given(&self) -> bool {
        self.0.is_some()
    }

    /// The condition holds of a document, by strong comparison: a weak tag never matches.
    ///
    /// # Errors
    /// [`Error::PreconditionFailed`] where it does not.
    pub fn check(&self, document: &str) -> Result<()> {
        match &self.0 {
            Some(Tags::List(tags)) if !tags.contains(&of(document)) => Err(Error::PreconditionFailed),
            _ => Ok(()),
        }
    }
}

impl IfNoneMatch {
    /// Whether the client has what this tag stands for, by weak comparison.
    #[must_use]
    pub fn has(&self, etag: &str) -> bool {
        match &self.0 {
            None => false,
            Some(Tags::Any) => true,
            Some(Tags::List(tags)) => tags.iter().any(|tag| tag.strip_prefix("W/").unwrap_or(tag) == etag),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(Tags::of(&parts.headers, header::IF_MATCH)))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IfNoneMatch {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(Tags::of(&parts.headers, header::IF_NONE_MATCH)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(name: HeaderName, values: &[&str]) -> Option<Tags> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(name.clone(), value.parse().unwrap());
        }
        Tags::of(&headers, name)
    }

    #[test]
    fn if_match_holds_for_the_same_strong_tag_for_any_and_where_it_is_not_given() {
        let tag = of("{}");
        let holds = |values: &[&str]| IfMatch(tags(header::IF_MATCH, values)).check("{}").is_ok();
        assert!(holds(&[]) && holds(&["*"]) && holds(&[&tag]));
        assert!(holds(&[r#""x""#, &tag]) && holds(&[&format!(r#""x", {tag}"#)]));
        assert!(!holds(&[r#""x""#]) && !holds(&[&format!("W/{tag}")]) && !holds(&[""]));
    }

    #[test]
    fn if_none_match_knows_a_weak_tag_too() {
        let tag = of("{}");
        let has = |values: &[&str]| IfNoneMatch(tags(header::IF_NONE_MATCH, values)).has(&tag);
        assert!(has(&["*"]) && has(&[&tag]) && has(&[&format!("W/{tag}")]));
        assert!(!has(&[]) && !has(&[r#""x""#]) && !has(&[""]));
    }
}
