//! What operators and their tools ask: alive, ready, metrics.

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use utoipa::ToSchema;

use crate::{
    database::migrations, error::Result, http::envelope, metrics, openapi, readiness::NotReady, request,
    state::AppState,
};

/// How the service is.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes answers; this module writes them as text")]
pub struct Health {
    /// Always `ok`; a service that is not answers with an error.
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
        openapi::Errors,
    ),
)]
pub async fn liveness() -> Response {
    envelope::json(StatusCode::OK, OK)
}

/// Whether it can serve
///
/// The service has started and is not about to stop, the database is reachable and has every migration of this version,
/// and nothing that runs in the background fails again and again.
#[utoipa::path(
    get,
    path = "/readyz",
    operation_id = "getReadiness",
    tag = openapi::OPERATIONS,
    responses(
        (status = 200, description = "Ready; 503 where it is not, and `message` says why", body = Health),
        openapi::Errors,
    ),
)]
pub async fn readiness(State(state): State<AppState>) -> Result<Response> {
    state.readiness.check()?;
    match migrations::are_applied(&state.database).await {
        Ok(true) => Ok(envelope::json(StatusCode::OK, OK)),
        Ok(false) => Err(NotReady::LacksMigrations.into()),
        Err(error) => {
            tracing::warn!(request_id = request::id(), cause = %error, "the database cannot be used");
            Err(NotReady::NoDatabase.into())
        }
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
        (
            status = 200,
            description = "All metrics",
            body = String,
            content_type = "application/openmetrics-text",
            example = "# HELP contacts_http_requests Requests answered, by route and status.\n\
                # TYPE contacts_http_requests counter\n\
                contacts_http_requests_total{method=\"GET\",route=\"/api/v1/contacts\",status=\"200\"} 65\n\
                # EOF\n",
        ),
        openapi::Errors,
    ),
)]
pub async fn metrics(State(state): State<AppState>) -> Response {
    let text = state.metrics.render(state.database.status());
    ([(header::CONTENT_TYPE, metrics::CONTENT_TYPE)], text).into_response()
}
