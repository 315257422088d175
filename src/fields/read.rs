//! `GET /api/v1/contacts/fields/{id}`

use axum::{extract::State, http::StatusCode, response::Response};

use crate::{
    auth::ReadContacts,
    catalogue::fields::{self, Field},
    error::{Error, Result},
    http::{envelope, path},
    openapi::{self, Success},
    state::AppState,
};

/// Retrieve a field
#[utoipa::path(
    get,
    path = "/api/v1/contacts/fields/{id}",
    operation_id = "getContactField",
    tag = openapi::FIELDS,
    params(openapi::Id),
    responses(
        (status = 200, description = "The field", body = Success<Field>),
        openapi::ReadErrors,
        openapi::Missing,
    ),
    security(("bearer" = ["contacts:read"])),
)]
pub async fn get_contact_field(
    ReadContacts(principal): ReadContacts,
    State(state): State<AppState>,
    path::Id(id): path::Id,
) -> Result<Response> {
    let stored = fields::get(state.database.on(), principal.tenant, id).await?.ok_or(Error::NotFound)?;
    Ok(envelope::success(StatusCode::OK, "field", &serde_json::to_string(&stored.field)?))
}
