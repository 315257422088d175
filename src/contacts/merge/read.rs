//! `GET /api/v1/contacts/merges/{id}`

use axum::{extract::State, http::StatusCode, response::Response};

use super::{Merge, store};
use crate::{
    auth::ReadContacts,
    error::{Error, Result},
    http::{envelope, path},
    openapi::{self, Success},
    state::AppState,
};

/// Retrieve a merge
#[utoipa::path(
    get,
    path = "/api/v1/contacts/merges/{id}",
    operation_id = "getContactMerge",
    tag = openapi::DUPLICATES,
    params(openapi::MergeId),
    responses(
        (status = 200, description = "The merge", body = Success<Merge>),
        openapi::ReadErrors,
        openapi::Missing,
    ),
    security(("bearer" = ["contacts:read"])),
)]
pub async fn get_contact_merge(
    ReadContacts(principal): ReadContacts,
    State(state): State<AppState>,
    path::Id(id): path::Id,
) -> Result<Response> {
    let merge = store::get(&state.database, principal.tenant, id).await?.ok_or(Error::NotFound)?;
    Ok(envelope::success(StatusCode::OK, "merge", &serde_json::to_string(&merge)?))
}
