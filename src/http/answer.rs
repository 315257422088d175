//! An answer that can be kept: what a request that is repeated is answered again.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};

use super::envelope;

/// A successful answer of a call that writes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    status: u16,
    location: Option<String>,
    etag: Option<String>,
    /// JSON.
    body: String,
}

impl Answer {
    /// An answer whose body is JSON already.
    #[must_use]
    pub const fn new(status: StatusCode, body: String) -> Self {
        Self { status: status.as_u16(), location: None, etag: None, body }
    }

    /// `{"status":"success","message":…,"data":…}`.
    ///
    /// # Errors
    /// [`serde_json::Error`] where `data` cannot be serialised.
    pub fn success(status: StatusCode, message: &str, data: &impl Serialize) -> serde_json::Result<Self> {
        Ok(Self::new(status, envelope::success_text(message, &serde_json::to_string(data)?)))
    }

    /// Where what was made is found: a path.
    #[must_use]
    pub fn at(self, location: String) -> Self {
        Self { location: Some(location), ..self }
    }

    /// The entity tag of what the body holds.
    #[must_use]
    pub fn tagged(self, etag: String) -> Self {
        Self { etag: Some(etag), ..self }
    }
}

impl From<Answer> for Response<String> {
    fn from(answer: Answer) -> Self {
        let mut response = Self::new(answer.body);
        *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
        let mut add = |name, value: Option<String>| {
            if let Some(value) = value.and_then(|value| HeaderValue::try_from(value).ok()) {
                response.headers_mut().insert(name, value);
            }
        };
        add(header::CONTENT_TYPE, Some("application/json".to_owned()));
        add(header::LOCATION, answer.location);
        add(header::ETAG, answer.etag);
        response
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        Response::<String>::from(self).into_response()
    }
}
