//! `GET /api/v1/groups` and `GET /api/v1/contacts/groups`

use axum::{extract::State, response::Response};

use crate::{
    auth::{Principal, ReadContacts},
    catalogue::groups::{self, Group},
    error::{Problems, Result},
    http::{listing::ListRequest, page, query::Query},
    openapi::{self, Listing},
    state::AppState,
};

/// List groups
///
/// In their order. `keyword` finds any part of a value or a label.
#[utoipa::path(
    get,
    path = "/api/v1/groups",
    operation_id = "listGroups",
    tag = openapi::GROUPS,
    params(openapi::Keyword, openapi::Paging),
    responses(
        (status = 200, description = "A page of groups", body = Listing<Group>),
        openapi::ReadErrors,
    ),
    security(("bearer" = ["contacts:read"])),
)]
pub async fn list_groups(
    ReadContacts(principal): ReadContacts,
    State(state): State<AppState>,
    query: Query,
) -> Result<Response> {
    list(&state, &principal, &query).await
}

/// List contact groups
///
/// Their ids are what `contact_groups` of a contact takes. The same as `GET /api/v1/groups`.
#[utoipa::path(
    get,
    path = "/api/v1/contacts/groups",
    operation_id = "listContactGroups",
    tag = openapi::GROUPS,
    params(openapi::Keyword, openapi::Paging),
    responses(
        (status = 200, description = "A page of groups", body = Listing<Group>),
        openapi::ReadErrors,
    ),
    security(("bearer" = ["contacts:read"])),
)]
pub async fn list_contact_groups(
    ReadContacts(principal): ReadContacts,
    State(state): State<AppState>,
    query: Query,
) -> Result<Response> {
    list(&state, &principal, &query).await
}

async fn list(state: &AppState, principal: &Principal, query: &Query) -> Result<Response> {
    let mut problems = Problems::default();
    let request = ListRequest::from_query(query, &mut problems);
    problems.into_result()?;
    let (total, groups) = groups::list(&state.database, principal.tenant, &request).await?;
    page::listing_of(request.page, total, &groups)
}
