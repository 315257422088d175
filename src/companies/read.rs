//! `GET /api/v1/companies/{id}`

use axum::{extract::State, http::StatusCode, response::Response};

use crate::{
    auth::ReadContacts,
    catalogue::companies::{self, CompanyEntry},
    error::{Error, Result},
    http::{envelope, path},
    openapi::{self, Success},
    state::AppState,
};

/// Retrieve a company
#[utoipa::path(
    get,
    path = "/api/v1/companies/{id}",
    operation_id = "getCompany",
    tag = openapi::COMPANIES,
    params(openapi::Id),
    responses(
        (status = 200, description = "The company", body = Success<CompanyEntry>),
        openapi::ReadErrors,
        openapi::Missing,
    ),
    security(("bearer" = ["contacts:read"])),
)]
pub async fn get_company(
    ReadContacts(principal): ReadContacts,
    State(state): State<AppState>,
    path::Id(id): path::Id,
) -> Result<Response> {
    let company = companies::get(state.database.on(), principal.tenant, id).await?.ok_or(Error::NotFound)?;
    Ok(envelope::success(StatusCode::OK, "company", &serde_json::to_string(&company)?))
}
