//! The one error of the service and its envelope.
//!
//! Handlers and stores return [`Error`]; it turns into the documented JSON envelope. What a caller may
//! know is in the envelope; the cause of a 5xx goes to the log under the request's id and nowhere else.

mod database;

use std::{any::Any, borrow::Cow};

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{domain::Invalid, readiness::NotReady, request};

pub use database::database_message;

/// Seconds a caller is asked to wait before it tries again after a 503.
const RETRY_AFTER_SECONDS: &str = "1";

/// The `Result` of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Everything that ends a request other than with success.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// 400: the body or the query cannot be read at all.
    #[error("{0}")]
    Malformed(String),
    /// 401: no token at all.
    #[error("send a token in the header `Authorization: Bearer …`")]
    NoToken,
    /// 401: a token that does not hold.
    #[error("{message}")]
    Unauthenticated {
        /// What is wrong with it, for programs.
        code: &'static str,
        /// What is wrong with it, for people.
        message: &'static str,
    },
    /// 403: the token is good but may not do this.
    #[error("{0}")]
    Forbidden(String),
    /// 404: unknown route, unknown id, or somebody else's.
    #[error("not found")]
    NotFound,
    /// 405: the route exists under other methods.
    #[error("this route does not take that method")]
    MethodNotAllowed,
    /// 408: the body did not come.
    #[error("the body did not come in time")]
    RequestTimeout,
    /// 409: a unique value is taken.
    #[error("{message}")]
    Conflict {
        /// What collided, in a sentence.
        message: String,
        /// Each value that is taken, with the id that has it.
        details: Vec<Detail>,
    },
    /// 410: what was changed since this cursor is not known any more, or it is of another history.
    #[error("{message}")]
    Gone {
        /// Why, and what is to be done.
        message: &'static str,
        /// The cursor to go on from once everything was read anew.
        next_cursor: String,
    },
    /// 412: `If-Match` does not hold.
    #[error("the contact is not, or no longer, the one that `If-Match` names")]
    PreconditionFailed,
    /// 413: the body is longer than this many bytes.
    #[error("the body is longer than {0} bytes")]
    PayloadTooLarge(usize),
    /// 415: the body is neither JSON nor a form.
    #[error("{0}")]
    UnsupportedMediaType(String),
    /// 422: every invalid field of the request.
    #[error("the request has {} invalid field{}", .0.len(), if .0.len() == 1 { "" } else { "s" })]
    Invalid(Vec<Detail>),
    /// 503: the database cannot be reached or is overloaded, or the request took too long.
    #[error("the service is unavailable at the moment; try again")]
    Unavailable(String),
    /// 503: a statement took longer than it may. Fewer rows at once may do, where the caller goes through many.
    #[error("the service is unavailable at the moment; try again")]
    TooSlow(String),
    /// 503: the service has not started yet, or cannot go on. The reason is for the caller too.
    #[error("{0}")]
    NotReady(#[from] NotReady),
    /// Another request changed, while this one was carried out, what it goes by, mostly of the catalogue; it is to be
    /// retried. 503 where that happens again and again.
    #[error("the service is unavailable at the moment; try again")]
    Overtaken,
    /// The same, told by the database. The text has the SQLSTATE and the constraint, for the log.
    #[error("the service is unavailable at the moment; try again")]
    Collided(String),
    /// No failure: the request was carried out before, and this is its answer. An error so that no handler can go on.
    #[error("the request was carried out before")]
    Answered(Box<Response<String>>),
    /// 500: a defect. The cause is logged, never sent.
    #[error("the service failed to answer; its log has the cause under this request id")]
    Internal(String),
}

/// What marks the answer to a request that is to be retried ([`Error::is_overtaken`]): by what it was overtaken, for the
/// log.
#[derive(Debug, Clone)]
pub struct Overtaken(pub String);

/// One invalid or conflicting field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Detail {
    /// Where: a path such as `phone[0].phone`, or the name of a parameter; empty for the body as a whole.
    #[schema(example = "phone[0].phone")]
    pub field: String,
    /// What is wrong, for programs: `ambiguous`, `blank`, `contains_nul`, `contradiction`, `duplicate`, `in_use`,
    /// `invalid_format`, `itself`, `many_defaults`, `many_primaries`, `merged`, `missing`, `not_allowed`, `not_an_option`,
    /// `not_found`, `not_kept`, `out_of_range`, `repeated`, `required`, `reused`, `taken`, `too_long`, `too_many`,
    /// `too_short`, `undone`, `unknown_channel`, `unknown_company`, `unknown_contact`, `unknown_field`,
    /// `unknown_group`, `unknown_tag`, `wrong_type`; of tokens `missing`, `malformed`, `bad_signature`, `expired`,
    /// `not_yet_valid`, `wrong_issuer`, `wrong_audience`; others may come.
    #[schema(value_type = String, example = "too_short")]
    pub code: &'static str,
    /// What is wrong, for people.
    #[schema(example = "must have at least 3 digits or letters")]
    pub message: String,
    /// The contact (or other object) that has the value already; on conflicts only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub conflicting_id: Option<Uuid>,
}

/// The body of every error answer.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ErrorBody {
    /// Always `error`.
    #[schema(value_type = String)]
    status: &'static str,
    /// What happened, in a sentence.
    #[schema(example = "the request has 1 invalid field")]
    message: String,
    /// Always null.
    #[schema(value_type = serde_json::Value)]
    data: (),
    /// The kind of error and its details.
    error: ErrorKind,
    /// The id of this request, also in the header `x-request-id` and in the log.
    #[schema(example = "0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c11")]
    request_id: String,
}

/// What kind of error it is.
#[derive(Debug, Serialize, ToSchema)]
pub struct ErrorKind {
    /// The kind, for programs; it goes with the status.
    #[serde(rename = "type")]
    kind: ErrorType,
    /// The fields concerned; empty where none is.
    details: Vec<Detail>,
    /// With `gone` only: the cursor to go on from once everything was read anew.
    #[serde(rename = "nextCursor", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    next_cursor: Option<String>,
}

/// The values of `error.type`.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ErrorType {
    MalformedRequest,
    Unauthenticated,
    Forbidden,
    NotFound,
    MethodNotAllowed,
    RequestTimeout,
    Conflict,
    Gone,
    PreconditionFailed,
    PayloadTooLarge,
    UnsupportedMediaType,
    ValidationFailed,
    Internal,
    Unavailable,
}

impl Error {
    /// A 422 with a single field.
    #[must_use]
    pub fn invalid(field: impl Into<String>, code: &'static str, message: impl Into<String>) -> Self {
        Self::Invalid(vec![Detail::new(field, code, message)])
    }

    /// What a panic was about.
    #[must_use]
    pub fn of_panic(panic: &(dyn Any + Send)) -> Self {
        let cause = panic
            .downcast_ref::<&str>()
            .copied()
            .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
            .unwrap_or("unknown");
        Self::Internal(format!("a panic: {cause}"))
    }

    /// Whether another transaction was in the way: what was to be done is to be tried again.
    #[must_use]
    pub const fn is_overtaken(&self) -> bool {
        matches!(self, Self::Overtaken | Self::Collided(_))
    }

    /// What was wrong, for those who look after the service; what a caller is told of a 5xx hides it.
    #[must_use]
    pub fn cause(&self) -> Cow<'_, str> {
        match self {
            Self::Unavailable(cause)
            | Self::TooSlow(cause)
            | Self::Collided(cause)
            | Self::Internal(cause) => cause.into(),
            Self::Overtaken => "others changed meanwhile what it goes by".into(),
            error => error.to_string().into(),
        }
    }

    /// Whether it is of the moment: answered with 503, and perhaps gone a little later.
    pub(crate) fn is_unavailable(&self) -> bool {
        self.status_and_kind().0 == StatusCode::SERVICE_UNAVAILABLE
    }

    /// The status that it is answered with, and what `error.type` then says.
    pub(crate) fn status_and_kind(&self) -> (StatusCode, ErrorType) {
        match self {
            Self::Malformed(_) => (StatusCode::BAD_REQUEST, ErrorType::MalformedRequest),
            Self::NoToken | Self::Unauthenticated { .. } => {
                (StatusCode::UNAUTHORIZED, ErrorType::Unauthenticated)
            }
            Self::Forbidden(_) => (StatusCode::FORBIDDEN, ErrorType::Forbidden),
            Self::NotFound => (StatusCode::NOT_FOUND, ErrorType::NotFound),
            Self::MethodNotAllowed => (StatusCode::METHOD_NOT_ALLOWED, ErrorType::MethodNotAllowed),
            Self::RequestTimeout => (StatusCode::REQUEST_TIMEOUT, ErrorType::RequestTimeout),
            Self::Conflict { .. } => (StatusCode::CONFLICT, ErrorType::Conflict),
            Self::Gone { .. } => (StatusCode::GONE, ErrorType::Gone),
            Self::PayloadTooLarge(_) => (StatusCode::PAYLOAD_TOO_LARGE, ErrorType::PayloadTooLarge),
            Self::UnsupportedMediaType(_) => {
                (StatusCode::UNSUPPORTED_MEDIA_TYPE, ErrorType::UnsupportedMediaType)
            }
            Self::Invalid(_) => (StatusCode::UNPROCESSABLE_ENTITY, ErrorType::ValidationFailed),
            Self::PreconditionFailed => (StatusCode::PRECONDITION_FAILED, ErrorType::PreconditionFailed),
            Self::Unavailable(_)
            | Self::TooSlow(_)
            | Self::NotReady(_)
            | Self::Overtaken
            | Self::Collided(_) => (StatusCode::SERVICE_UNAVAILABLE, ErrorType::Unavailable),
            // Of `Answered` this is never sent: its answer is.
            Self::Internal(_) | Self::Answered(_) => (StatusCode::INTERNAL_SERVER_ERROR, ErrorType::Internal),
        }
    }
}

/// The longest text of a detail, in bytes: a message may list what the tenant has many of.
const MAX_TEXT: usize = 1_000;

impl Detail {
    /// A detail without a conflicting id.
    #[must_use]
    pub fn new(field: impl Into<String>, code: &'static str, message: impl Into<String>) -> Self {
        Self { field: bounded(field.into()), code, message: bounded(message.into()), conflicting_id: None }
    }
}

fn bounded(mut text: String) -> String {
    if text.len() > MAX_TEXT {
        text.truncate(text.floor_char_boundary(MAX_TEXT));
        text.push('…');
    }
    text
}

/// More problems than a body of any sense can have; a body of ninety thousand unknown fields would otherwise be
/// answered with megabytes.
pub const MAX_PROBLEMS: usize = 200;

/// Collects every invalid field of a request, so that the answer names all of them at once.
#[derive(Debug, Default)]
pub struct Problems(Vec<Detail>);

impl Problems {
    /// Notes a problem. Beyond the first 200 it only matters that there are some.
    pub fn add(&mut self, field: impl Into<String>, code: &'static str, message: impl Into<String>) {
        if self.0.len() == MAX_PROBLEMS {
            return;
        }
        self.0.push(Detail::new(field, code, message));
    }

    /// Notes a problem that another contact explains.
    pub fn add_conflict(
        &mut self,
        field: impl Into<String>,
        code: &'static str,
        message: impl Into<String>,
        conflicting_id: Uuid,
    ) {
        if self.0.len() < MAX_PROBLEMS {
            self.0.push(Detail { conflicting_id: Some(conflicting_id), ..Detail::new(field, code, message) });
        }
    }

    /// The value of a parse, or its problem noted under `field`.
    pub fn keep<T>(&mut self, field: impl Into<String>, parsed: Result<T, Invalid>) -> Option<T> {
        parsed.map_err(|invalid| self.add(field, invalid.code, invalid.message)).ok()
    }

    /// Whether something was noted of `field` or of a part of it.
    #[must_use]
    pub fn concern(&self, field: &str) -> bool {
        self.0.iter().any(|detail| {
            detail
                .field
                .strip_prefix(field)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        })
    }

    /// Notes all that was noted elsewhere, with the field's name as `name` makes it.
    pub fn add_all(&mut self, other: Self, name: impl Fn(&str) -> String) {
        for detail in other.0 {
            if self.0.len() < MAX_PROBLEMS {
                self.0.push(Detail { field: name(&detail.field), ..detail });
            }
        }
    }

    /// Whether nothing was noted.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// `Ok` where nothing was noted.
    ///
    /// # Errors
    /// [`Error::Invalid`] with everything that was noted.
    pub fn into_result(self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(Error::Invalid(self.0)) }
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let (status, kind) = match self {
            Self::Answered(answer) => return answer.into_response(),
            ref error => error.status_and_kind(),
        };
        match &self {
            Self::Internal(cause) => {
                tracing::error!(request_id = request::id(), cause, "internal error");
            }
            Self::Unavailable(cause) | Self::TooSlow(cause) => {
                tracing::warn!(request_id = request::id(), cause, "unavailable");
            }
            Self::NotReady(reason) => {
                tracing::warn!(request_id = request::id(), %reason, "not ready");
            }
            _ => {}
        }
        // An error code is for callers who sent something (RFC 6750, 3.1).
        let challenge = match self {
            Self::NoToken => r#"Bearer realm="contacts""#,
            _ => r#"Bearer realm="contacts", error="invalid_token""#,
        };
        let message = self.to_string();
        let overtaken = self.is_overtaken().then(|| Overtaken(self.cause().into_owned()));
        let mut next_cursor = None;
        let details = match self {
            Self::Gone { next_cursor: next, .. } => {
                next_cursor = Some(next);
                Vec::new()
            }
            Self::Invalid(details) | Self::Conflict { details, .. } => details,
            Self::NoToken => vec![Detail::new("Authorization", "missing", message.as_str())],
            Self::Unauthenticated { code, .. } => vec![Detail::new("Authorization", code, message.as_str())],
            _ => Vec::new(),
        };
        let body = ErrorBody {
            status: "error",
            message,
            data: (),
            error: ErrorKind { kind, details, next_cursor },
            request_id: request::id(),
        };
        // Serialising these types does not fail.
        let body = serde_json::to_string(&body).unwrap_or_default();
        let json = HeaderValue::from_static("application/json");
        let mut response = (status, [(header::CONTENT_TYPE, json)], body).into_response();
        let headers = response.headers_mut();
        match status {
            StatusCode::UNAUTHORIZED => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
            }
            StatusCode::REQUEST_TIMEOUT => {
                headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
            }
            StatusCode::SERVICE_UNAVAILABLE => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER_SECONDS));
            }
            _ => {}
        }
        if let Some(overtaken) = overtaken {
            response.extensions_mut().insert(overtaken);
        }
        response
    }
}

impl From<serde_json::Error> for Error {
    /// Serialising our own types does not fail; if it does, it is a defect.
    fn from(error: serde_json::Error) -> Self {
        Self::Internal(error.to_string())
    }
}

impl From<std::convert::Infallible> for Error {
    fn from(never: std::convert::Infallible) -> Self {
        match never {}
    }
}
