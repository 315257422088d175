//! `GET /api/v1/jobs`

use axum::{extract::State, response::Response};

use super::{Job, store};
use crate::{
    auth::ReadContacts,
    error::{Problems, Result},
    http::{page, page::Page, query::Query},
    openapi::{self, Listing},
    state::AppState,
};

/// List jobs
///
/// The newest first.
#[utoipa::path(
    get,
    path = "/api/v1/jobs",
    operation_id = "listJobs",
    tag = openapi::JOBS,
    params(openapi::Paging),
    responses(
        (status = 200, description = "A page of jobs", body = Listing<Job>),
        openapi::ReadErrors,
    ),
    security(("bearer" = ["contacts:read"])),
)]
pub async fn list_jobs(
    ReadContacts(principal): ReadContacts,
    State(state): State<AppState>,
    query: Query,
) -> Result<Response> {
    let mut problems = Problems::default();
    let page = Page::from_query(&query, &mut problems);
    problems.into_result()?;
    let (total, jobs) = store::list(&state.database, principal.tenant, page).await?;
    page::listing_of(page, total, &jobs)
}
