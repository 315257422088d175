//! One line a request, one observation a request, and the request's id on its answer.

use std::{
    sync::{
        LazyLock,
        atomic::{AtomicU64, Ordering},
    },
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use axum::{
    extract::{MatchedPath, Request, State},
    http::HeaderValue,
    middleware::Next,
    response::Response,
};
use uuid::{Builder, Uuid};
use xxhash_rust::xxh3::xxh3_128_with_seed;

use super::header::REQUEST_ID;
use crate::{
    metrics::Metrics,
    request::{self, RequestContext},
};

/// What stands for the route of a request that matched none.
const NO_ROUTE: &str = "none";

/// Middleware: gives the request its context, then logs and counts the answer.
pub async fn observe(State(metrics): State<Metrics>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let route = route.as_ref().map_or(NO_ROUTE, MatchedPath::as_str);
    let context = RequestContext::new(request_id(&request));
    let in_flight = metrics.request_started();

    let mut response = request::scope(context.clone(), next.run(request)).await;

    drop(in_flight);
    let status = response.status().as_u16();
    let duration = started.elapsed();
    metrics.request_finished(&method, route, status, duration);
    tracing::info!(
        target: "contacts::request",
        %method,
        %route,
        status,
        duration_ms = (duration.as_secs_f64() * 100_000.0).round() / 100.0,
        tenant = %context.tenant().unwrap_or("-"),
        queries = context.statements(),
        request_id = %context.request_id,
        "answered"
    );
    if let Ok(value) = HeaderValue::from_str(&context.request_id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

/// The caller's id where it is sane (1 to 128 of `A-Z a-z 0-9 . _ -`), else a new one.
fn request_id(request: &Request) -> String {
    request
        .headers()
        .get(REQUEST_ID)
        .and_then(|value| value.to_str().ok())
        .filter(|id| (1..=128).contains(&id.len()))
        .filter(|id| id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte)))
        .map_or_else(|| new_id().to_string(), str::to_owned)
}

/// A UUID of version 7 that is not made of the system's random bytes: these are a call to the kernel for each request, and
/// a request's id is no secret. What it is made of instead is random once a process, and then counted.
fn new_id() -> Uuid {
    static SEED: LazyLock<u64> = LazyLock::new(|| getrandom::u64().unwrap_or_default());
    static REQUESTS: AtomicU64 = AtomicU64::new(0);
    let request = REQUESTS.fetch_add(1, Ordering::Relaxed);
    let bytes = xxh3_128_with_seed(&request.to_ne_bytes(), *SEED).to_ne_bytes();
    let milliseconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let (random, _) = bytes.split_first_chunk().unwrap_or((&[0; 10], &[]));
    Builder::from_unix_timestamp_millis(u64::try_from(milliseconds).unwrap_or_default(), random).into_uuid()
}
