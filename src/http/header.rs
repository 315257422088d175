//! Headers that have no name of their own in the `http` crate.

use axum::http::HeaderName;

/// The request's id, in and out.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// By which libraries for browsers say that a page called.
pub const REQUESTED_WITH: HeaderName = HeaderName::from_static("x-requested-with");

/// What tracing libraries add to the calls of a page (W3C Trace Context, W3C Baggage, Sentry).
pub const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
/// As [`TRACEPARENT`].
pub const TRACESTATE: HeaderName = HeaderName::from_static("tracestate");
/// As [`TRACEPARENT`].
pub const BAGGAGE: HeaderName = HeaderName::from_static("baggage");
/// As [`TRACEPARENT`].
pub const SENTRY_TRACE: HeaderName = HeaderName::from_static("sentry-trace");

/// By which a request says that it may be sent again.
pub const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// By which a client that reads a stream again says which event was its last.
pub const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
