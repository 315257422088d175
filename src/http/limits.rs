//! What a request may take: how long its body and how long its answer may be in coming. Routes that are alike in this make a
//! router, which [`limited`] puts these limits on.
//!
//! The body is read whole before anything else looks at the request. Handlers then never wait for a slow sender while they
//! hold a database connection, and a body that is too long is read to its end and thrown away, so that its sender gets the
//! answer instead of a closed connection.

use std::time::Duration;

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{DefaultBodyLimit, Request, State},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use http_body::Body as _;
use http_body_util::BodyExt;
use tower::ServiceBuilder;

use super::{body, header::IDEMPOTENCY_KEY, retry};
use crate::error::{Error, Result};

/// The limits of a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The longest body, in bytes.
    pub body: usize,
    /// How long a request may take, its body included. Then it is answered with 503, and its transaction is rolled back by
    /// being dropped.
    pub time: Duration,
}

impl Limits {
    /// The longest body of most routes, in bytes: 1 MiB.
    pub const BODY: usize = 1024 * 1024;

    /// The longest body of a route that takes many contacts at once, in bytes: 8 MiB.
    pub const LARGE_BODY: usize = 8 * 1024 * 1024;
}

/// Puts limits on the routes of `router`, on its fallback, and on methods that it does not have. Requests that are overtaken
/// are retried within them.
pub fn limited<S: Clone + Send + Sync + 'static>(router: Router<S>, limits: Limits) -> Router<S> {
    // The first layer is the outermost.
    let layers = ServiceBuilder::new()
        .layer(middleware::from_fn_with_state(limits.time, limit_time))
        .layer(DefaultBodyLimit::disable())
        .layer(middleware::from_fn_with_state(limits.body, read_whole_body))
        .layer(middleware::from_fn(retry::retry_overtaken));
    router.method_not_allowed_fallback(async || Error::MethodNotAllowed).layer(layers)
}

async fn limit_time(State(limit): State<Duration>, request: Request, next: Next) -> Response {
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Error::Unavailable(format!("the request took longer than {limit:?}")).into_response(),
    }
}

/// How much of a body that is too long is read and thrown away before the connection is given up, in bytes.
const MAX_DISCARDED: usize = 64 * 1024 * 1024;

/// What tells one body from another ([`body::digest`]); of a request that has one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BodyDigest(pub u128);

/// Replaces the request's body by the bytes it consists of. Where it may be repeated ([`IDEMPOTENCY_KEY`]),
/// its digest goes with it.
async fn read_whole_body(State(limit): State<usize>, request: Request, next: Next) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    match read(body, limit).await {
        Ok(bytes) => {
            if parts.headers.contains_key(IDEMPOTENCY_KEY) {
                parts.extensions.insert(BodyDigest(body::digest(&parts.headers, &bytes)));
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
