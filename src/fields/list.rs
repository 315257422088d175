//! `GET /api/v1/contacts/fields`

use axum::{extract::State, response::Response};

use crate::{
    auth::ReadContacts,
    catalogue::fields::{self, Field},
    error::{Problems, Result},
    http::{listing::ListRequest, page, query::Query},
    openapi::{self, Listing},
    state::AppState,
};

/// List the fields of a contact
///
/// The default fields first, then the custom ones. `keyword` finds any part of a display name or of a key.
#[utoipa::path(
    get,
    path = "/api/v1/contacts/fields",
    operation_id = "listContactFields",
    tag = openapi::FIELDS,
    params(openapi::Keyword, openapi::Paging),
    responses(
        (status = 200, description = "A page of fields", body = Listing<Field>),
        openapi::ReadErrors,
    ),
    security(("bearer" = ["contacts:read"])),
)]
pub async fn list_contact_fields(
    ReadContacts(principal): ReadContacts,
    State(state): State<AppState>,
    query: Query,
) -> Result<Response> {
    let mut problems = Problems::default();
    let request = ListRequest::from_query(&query, &mut problems);
    problems.into_result()?;
    let (total, fields) = fields::list(&state.database, principal.tenant, &request).await?;
    page::listing_of(request.page, total, &fields)
}
