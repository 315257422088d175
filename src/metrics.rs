//! What `/metrics` shows, in the OpenMetrics text format that Prometheus reads.

use std::{sync::Arc, time::Duration};

use axum::http::Method;
use prometheus_client::{
    encoding::{EncodeLabelSet, text},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::{Registry, Unit},
};

use crate::database::PoolStatus;

/// The content type of [`Metrics::render`].
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Upper bounds of the latency histogram's buckets, in seconds.
const BUCKETS: [f64; 13] =
    [0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    method: &'static str,
    route: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Outcome {
    method: &'static str,
    route: String,
    status: u16,
}

/// The service's metrics; cheap to clone, all clones count together.
#[derive(Debug, Clone)]
pub struct Metrics(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    registry: Registry,
    requests: Family<Outcome, Counter>,
    durations: Family<Route, Histogram, fn() -> Histogram>,
    in_flight: Gauge,
    streams: Gauge,
    pool_connections: Gauge,
    pool_idle: Gauge,
    pool_max: Gauge,
}

/// Counts a request as being answered until it is dropped.
#[derive(Debug)]
pub struct InFlight(Metrics);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.0.in_flight.dec();
    }
}

/// Counts a stream as open until it is dropped.
#[derive(Debug)]
pub struct OpenStream(Metrics);

impl Drop for OpenStream {
    fn drop(&mut self) {
        self.0.0.streams.dec();
    }
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("contacts");
        let requests = Family::default();
        let new_histogram: fn() -> Histogram = || Histogram::new(BUCKETS);
        let durations = Family::new_with_constructor(new_histogram);
        let (in_flight, streams) = (Gauge::default(), Gauge::default());
        let (pool_connections, pool_idle, pool_max) = (Gauge::default(), Gauge::default(), Gauge::default());
        registry.register("http_requests", "Requests answered, by route and status", requests.clone());
        registry.register_with_unit(
            "http_request_duration",
            "Time from the request's head to the answer's head",
            Unit::Seconds,
            durations.clone(),
        );
        registry.register("http_requests_in_flight", "Requests being answered", in_flight.clone());
        registry.register("change_streams", "Streams of changes that are open", streams.clone());
        registry.register("database_connections", "Connections in the pool", pool_connections.clone());
        registry.register("database_connections_idle", "Connections not in use", pool_idle.clone());
        registry.register("database_connections_max", "The pool's size", pool_max.clone());
        Self(Arc::new(Inner {
            registry,
            requests,
            durations,
            in_flight,
            streams,
            pool_connections,
            pool_idle,
            pool_max,
        }))
    }
}

impl Metrics {
    /// Counts a request that begins.
    #[must_use]
    pub fn request_started(&self) -> InFlight {
        self.0.in_flight.inc();
        InFlight(self.clone())
    }

    /// Counts a stream that begins.
    #[must_use]
    pub fn stream_started(&self) -> OpenStream {
        self.0.streams.inc();
        OpenStream(self.clone())
    }

    /// Counts a request that was answered.
    pub fn request_finished(&self, method: &Method, route: &str, status: u16, duration: Duration) {
        let method = known_method(method);
        let outcome = Outcome { method, route: route.into(), status };
        self.0.requests.get_or_create(&outcome).inc();
        let route = Route { method, route: route.into() };
        self.0.durations.get_or_create(&route).observe(duration.as_secs_f64());
    }

    /// The text of all metrics; the pool's state is read at this moment.
    #[must_use]
    pub fn render(&self, pool: PoolStatus) -> String {
        let gauge = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        self.0.pool_connections.set(gauge(pool.connections));
        self.0.pool_idle.set(gauge(pool.idle));
        self.0.pool_max.set(gauge(pool.max));
        let mut text = String::new();
        // Writing to a String does not fail.
        let _ = text::encode(&mut text, &self.0.registry);
        text
    }
}

/// The method as a label. Callers can invent methods; these must not become labels without number.
fn known_method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
