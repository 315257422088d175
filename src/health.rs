//! What operators and their tools ask: alive, ready, metrics.

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use utoipa::ToSchema;

use crate::{
    database::migrations,
    error::{Error, ErrorBody, Result},
    http::envelope,
    metrics, openapi,
    state::AppState,
};

/// How the service is.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes answers; this module writes them as text")]
pub struct Health {
    #[schema(example = "ok", pattern = "^ok$")]
    status: String,
}

const OK: &str = r#"{"status":"ok"}"#;

/// Whether the process is alive
///
/// Says nothing of the database: a service that waits for its database need not be restarted.
#[utoipa::path(
    get,
    path = "/healthz",
    operation_id = "getLiveness",
    tag = openapi::OPERATIONS,
    responses(
        (status = 200, description = "Alive", body = Health),
        (status = 413, description = "`payload_too_large`: the body is longer than 1 MiB", body = ErrorBody),
    ),
)]
pub async fn liveness() -> Response {
    envelope::json(StatusCode::OK, OK)
}

/// Whether it can serve
///
/// The database is reachable and has every migration of this version.
#[utoipa::path(
    get,
    path = "/readyz",
    operation_id = "getReadiness",
    tag = openapi::OPERATIONS,
    responses(
        (status = 200, description = "Ready", body = Health),
        (status = 413, description = "`payload_too_large`: the body is longer than 1 MiB", body = ErrorBody),
        (status = 503, description = "`unavailable`: not ready; the log says why", body = ErrorBody),
    ),
)]
pub async fn readiness(State(state): State<AppState>) -> Result<Response> {
    match migrations::are_applied(state.database.pool()).await {
        Ok(true) => Ok(envelope::json(StatusCode::OK, OK)),
        Ok(false) => Err(Error::Unavailable("the database lacks migrations; run `contacts migrate`".into())),
        Err(error) => Err(Error::Unavailable(error.to_string())),
    }
}

/// Metrics
///
/// Requests by route and status, their durations, the pool's state, in the `OpenMetrics` text format.
#[utoipa::path(
    get,
    path = "/metrics",
    operation_id = "getMetrics",
    tag = openapi::OPERATIONS,
    responses(
        (status = 200, description = "All metrics", body = String, content_type = "application/openmetrics-text"),
        (status = 413, description = "`payload_too_large`: the body is longer than 1 MiB", body = ErrorBody),
    ),
)]
pub async fn metrics(State(state): State<AppState>) -> Response {
    let text = state.metrics.render(state.database.pool());
    ([(header::CONTENT_TYPE, metrics::CONTENT_TYPE)], text).into_response()
}
