//! `GET /api/v1/groups/{id}` and `GET /api/v1/contacts/groups/{id}`

use axum::{extract::State, http::StatusCode, response::Response};
use uuid::Uuid;

use crate::{
    auth::{Principal, ReadContacts},
    catalogue::groups::{self, Group},
    error::{Error, Result},
    http::{envelope, path},
    openapi::{self, Success},
    state::AppState,
};

/// Retrieve a group
#[utoipa::path(
    get,
    path = "/api/v1/groups/{id}",
    operation_id = "getGroup",
    tag = openapi::GROUPS,
    params(openapi::Id),
    responses(
        (status = 200, description = "The group", body = Success<Group>),
        openapi::ReadErrors,
        openapi::Missing,
    ),
    security(("bearer" = ["contacts:read"])),
)]
pub async fn get_group(
    ReadContacts(principal): ReadContacts,
    State(state): State<AppState>,
    path::Id(id): path::Id,
) -> Result<Response> {
    read(&state, &principal, id).await
}

/// Retrieve a contact group
///
/// The same as `GET /api/v1/groups/{id}`.
#[utoipa::path(
    get,
    path = "/api/v1/contacts/groups/{id}",
    operation_id = "getContactGroup",
    tag = openapi::GROUPS,
    params(openapi::Id),
    responses(
        (status = 200, description = "The group", body = Success<Group>),
        openapi::ReadErrors,
        openapi::Missing,
    ),
    security(("bearer" = ["contacts:read"])),
)]
pub async fn get_contact_group(
    ReadContacts(principal): ReadContacts,
    State(state): State<AppState>,
    path::Id(id): path::Id,
) -> Result<Response> {
    read(&state, &principal, id).await
}

async fn read(state: &AppState, principal: &Principal, id: Uuid) -> Result<Response> {
    let group = groups::get(state.database.on(), principal.tenant, id).await?.ok_or(Error::NotFound)?;
    Ok(envelope::success(StatusCode::OK, "group", &serde_json::to_string(&group)?))
}
