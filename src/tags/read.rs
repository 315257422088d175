//! `GET /api/v1/tags/{id}`

use axum::{extract::State, http::StatusCode, response::Response};

use crate::{
    auth::ReadContacts,
    catalogue::tags::{self, TagEntry},
    error::{Error, Result},
    http::{envelope, path},
    openapi::{self, Success},
    state::AppState,
};

/// Retrieve a tag
#[utoipa::path(
    get,
    path = "/api/v1/tags/{id}",
    operation_id = "getTag",
    tag = openapi::TAGS,
    params(openapi::Id),
    responses(
        (status = 200, description = "The tag", body = Success<TagEntry>),
        openapi::ReadErrors,
        openapi::Missing,
    ),
    security(("bearer" = ["contacts:read"])),
)]
pub async fn get_tag(
    ReadContacts(principal): ReadContacts,
    State(state): State<AppState>,
    path::Id(id): path::Id,
) -> Result<Response> {
    let tag = tags::get(state.database.on(), principal.tenant, id).await?.ok_or(Error::NotFound)?;
    Ok(envelope::success(StatusCode::OK, "tag", &serde_json::to_string(&tag)?))
}
