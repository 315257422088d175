//! `GET /api/v1/contacts/groups`

use axum::{extract::State, response::Response};

use super::{Group, store};
use crate::{
    auth::ReadContacts,
    error::{Problems, Result},
    http::{page, page::Page, query::Query},
    openapi::{self, Listing},
    state::AppState,
};

/// List contact groups
///
/// Their ids are what `contact_groups` of a contact takes.
#[utoipa::path(
    get,
    path = "/api/v1/contacts/groups",
    operation_id = "listContactGroups",
    tag = openapi::GROUPS,
    params(openapi::Paging),
    responses(
        (status = 200, description = "A page of groups", body = Listing<Group>),
        openapi::ReadErrors,
        openapi::Invalid,
    ),
    security(("bearer" = ["contacts:read"])),
)]
pub async fn list_contact_groups(
    ReadContacts(principal): ReadContacts,
    State(state): State<AppState>,
    query: Query,
) -> Result<Response> {
    let mut problems = Problems::default();
    let page = Page::from_query(&query, &mut problems);
    problems.into_result()?;
    let (total, groups) = store::list(&state.database, principal.tenant, page).await?;
    page::listing_of(page, total, &groups)
}
