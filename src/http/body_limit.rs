//! Reads the whole body before anything else looks at the request.
//!
//! Handlers then never wait for a slow sender while they hold a database connection, and a body that is too
//! long is read to its end and thrown away, so that its sender gets the answer instead of a closed connection.

use axum::{
    body::{Body, Bytes},
    extract::Request,
    http::HeaderName,
    middleware::Next,
    response::{IntoResponse, Response},
};
use http_body::Body as _;
use http_body_util::BodyExt;
use xxhash_rust::xxh3::xxh3_128;

use crate::error::{Error, Result};

/// The longest body a request may have, in bytes, unless its route has a limit of its own.
const MAX_BODY: usize = 1024 * 1024;

/// The longest body of a route that takes many contacts at once.
pub const MAX_LARGE_BODY: usize = 8 * 1024 * 1024;

/// The routes that take many contacts at once.
const LARGE: [&str; 1] = ["/api/v1/contacts/bulk"];

/// How much of a body that is too long is read and thrown away before the connection is given up, in bytes.
const MAX_DISCARDED: usize = 64 * 1024 * 1024;

/// The header by which a request says that it may be sent again.
pub const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// What tells one body from another; of a request that has one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BodyDigest(pub u128);

/// Middleware: replaces the request's body by the bytes it consists of. Where it may be repeated ([`IDEMPOTENCY_KEY`]),
/// its digest goes with it.
pub async fn read_whole_body(request: Request, next: Next) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    let limit = if LARGE.contains(&parts.uri.path()) { MAX_LARGE_BODY } else { MAX_BODY };
    match read(body, limit).await {
        Ok(bytes) => {
            if parts.headers.contains_key(IDEMPOTENCY_KEY) {
                parts.extensions.insert(BodyDigest(xxh3_128(&bytes)));
            }
            next.run(Request::from_parts(parts, Body::from(bytes))).await
        }
        Err(error) => error.into_response(),
    }
}

async fn read(mut body: Body, limit: usize) -> Result<Bytes> {
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if announced > MAX_DISCARDED {
        return Err(Error::PayloadTooLarge(limit));
    }
    let mut bytes = Vec::with_capacity(announced.min(limit));
    let mut length = 0_usize;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| Error::Malformed(format!("the body broke off: {error}")))?;
        let Ok(data) = frame.into_data() else { continue };
        length += data.len();
        if length > MAX_DISCARDED {
            break;
        }
        if length <= limit {
            bytes.extend_from_slice(&data);
        }
    }
    if length > limit { Err(Error::PayloadTooLarge(limit)) } else { Ok(bytes.into()) }
}
