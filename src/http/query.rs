//! The query string: valid UTF-8, each parameter read at most once. Parameters the route does not know are
//! left alone, as clients add their own (a cache buster, a tracking id).

use axum::{extract::FromRequestParts, http::request::Parts};
use percent_encoding::percent_decode_str;

use crate::error::{Error, Problems, Result};

/// The decoded parameters of a request, in the order given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query(Vec<(String, String)>);

impl Query {
    /// Decodes a raw query string.
    ///
    /// # Errors
    /// [`Error::Malformed`] where it is no UTF-8 once decoded.
    pub fn parse(raw: &str) -> Result<Self> {
        if percent_decode_str(raw).decode_utf8().is_err() {
            return Err(Error::Malformed("the query string is not UTF-8".into()));
        }
        Ok(Self(form_urlencoded::parse(raw.as_bytes()).into_owned().collect()))
    }

    /// The value of a parameter, the first where it is given more than once.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Every parameter, in the order given.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// A parameter that is `true` or `false`; `None` where it is not given, or empty. Anything else is noted under `code`.
    pub fn flag(&self, name: &str, code: &'static str, problems: &mut Problems) -> Option<bool> {
        self.refuse_repeated(&[name], problems);
        match self.get(name).unwrap_or_default() {
            "" => None,
            "true" => Some(true),
            "false" => Some(false),
            _ => {
                problems.add(name, code, "must be true or false");
                None
            }
        }
    }

    /// Notes each of `names` that is given more than once: which one was meant cannot be known.
    pub fn refuse_repeated(&self, names: &[&str], problems: &mut Problems) {
        for name in names {
            if self.0.iter().filter(|(key, _)| key == name).count() > 1 {
                problems.add(*name, "repeated", "must be given once");
            }
        }
    }
}

impl FromIterator<(String, String)> for Query {
    fn from_iter<T: IntoIterator<Item = (String, String)>>(parameters: T) -> Self {
        Self(parameters.into_iter().collect())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        Self::parse(parts.uri.query().unwrap_or_default())
    }
}
