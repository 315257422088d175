//! One line a request, one observation a request, and the request's id on its answer.

use std::{
    sync::{
        Arc, LazyLock,
        atomic::{AtomicU64, Ordering},
    },
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderValue, Method},
    middleware::Next,
    response::Response,
};
use uuid::{Builder, Uuid};
use xxhash_rust::xxh3::xxh3_128_with_seed;

use super::header::REQUEST_ID;
use crate::{
    metrics::{InFlight, Metrics},
    request::{self, RequestContext},
};

/// What stands for the route of a request that matched none.
const NO_ROUTE: &str = "none";

/// What is logged and counted of a request whose caller went away before it was answered: no status of HTTP, but what
/// proxies log of it.
const CALLER_GONE: u16 = 499;

/// Middleware: gives the request its context, then logs and counts the answer, or that its caller went away.
pub async fn observe(State(metrics): State<Metrics>, request: Request, next: Next) -> Response {
    let mut observed = Observed {
        started: Instant::now(),
        method: request.method().clone(),
        route: request.extensions().get::<MatchedPath>().cloned(),
        context: RequestContext::new(request_id(&request)),
        in_flight: Some(metrics.request_started()),
        metrics,
    };
    let mut response = request::scope(observed.context.clone(), next.run(request)).await;
    observed.end(response.status().as_u16());
    if let Ok(value) = HeaderValue::from_str(&observed.context.request_id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

/// A request that is being answered. Where its caller goes away, the server drops it.
struct Observed {
    started: Instant,
    method: Method,
    route: Option<MatchedPath>,
    context: Arc<RequestContext>,
    metrics: Metrics,
    /// Until it has ended.
    in_flight: Option<InFlight>,
}

impl Observed {
    /// Logs and counts how it ended.
    fn end(&mut self, status: u16) {
        let Self { started, method, context, metrics, .. } = self;
        self.in_flight = None;
        let route = self.route.as_ref().map_or(NO_ROUTE, MatchedPath::as_str);
        let duration = started.elapsed();
        metrics.request_finished(method, route, status, duration);
        tracing::info!(
            target: "contacts::request",
            %method,
            %route,
            status,
            duration_ms = (duration.as_secs_f64() * 100_000.0).round() / 100.0,
            tenant = %context.tenant().unwrap_or("-"),
            queries = context.statements(),
            request_id = %context.request_id,
            "{}",
            if status == CALLER_GONE { "the caller went away" } else { "answered" }
        );
    }
}

impl Drop for Observed {
    fn drop(&mut self) {
        if self.in_flight.is_some() {
            self.end(CALLER_GONE);
        }
    }
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
