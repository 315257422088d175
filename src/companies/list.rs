//! `GET /api/v1/companies`

use axum::{extract::State, response::Response};

use crate::{
    auth::ReadContacts,
    catalogue::companies::{self, CompanyEntry},
    error::{Problems, Result},
    http::{listing::ListRequest, page, query::Query},
    openapi::{self, Listing},
    state::AppState,
};

/// List companies
///
/// By name. `keyword` finds any part of a word of the name, without regard to case or accents; words separated by spaces
/// must all be found.
#[utoipa::path(
    get,
    path = "/api/v1/companies",
    operation_id = "listCompanies",
    tag = openapi::COMPANIES,
    params(openapi::Keyword, openapi::Paging),
    responses(
        (status = 200, description = "A page of companies", body = Listing<CompanyEntry>),
        openapi::ReadErrors,
    ),
    security(("bearer" = ["contacts:read"])),
)]
pub async fn list_companies(
    ReadContacts(principal): ReadContacts,
    State(state): State<AppState>,
    query: Query,
) -> Result<Response> {
    let mut problems = Problems::default();
    let request = ListRequest::from_query(&query, &mut problems);
    problems.into_result()?;
    let (total, companies) = companies::list(&state.database, principal.tenant, &request).await?;
    page::listing_of(request.page, total, &companies)
}
