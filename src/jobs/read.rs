//! `GET /api/v1/jobs/{id}`

use axum::{extract::State, http::StatusCode, response::Response};

use super::{Job, store};
use crate::{
    auth::ReadContacts,
    error::{Error, Result},
    http::{envelope, path},
    openapi::{self, Success},
    state::AppState,
};

/// Retrieve a job
///
/// How far a change got that concerns many contacts: what answered 202 names it.
#[utoipa::path(
    get,
    path = "/api/v1/jobs/{id}",
    operation_id = "getJob",
    tag = openapi::JOBS,
    params(openapi::Id),
    responses(
        (status = 200, description = "The job", body = Success<Job>),
        openapi::ReadErrors,
        openapi::Missing,
    ),
    security(("bearer" = ["contacts:read"])),
)]
pub async fn get_job(
    ReadContacts(principal): ReadContacts,
    State(state): State<AppState>,
    path::Id(id): path::Id,
) -> Result<Response> {
    let job = store::get(&state.database, principal.tenant, id).await?.ok_or(Error::NotFound)?;
    Ok(envelope::success(StatusCode::OK, "job", &serde_json::to_string(&job)?))
}
