//! `GET /api/v1/contacts/merges`

use axum::{extract::State, response::Response};

use super::{Merge, store};
use crate::{
    auth::ReadContacts,
    error::{Problems, Result},
    http::{page, page::Page, query::Query},
    openapi::{self, Listing},
    state::AppState,
};

/// List merges
///
/// The newest first, those that were undone among them.
#[utoipa::path(
    get,
    path = "/api/v1/contacts/merges",
    operation_id = "listContactMerges",
    tag = openapi::DUPLICATES,
    params(openapi::Paging),
    responses(
        (status = 200, description = "A page of merges", body = Listing<Merge>),
        openapi::ReadErrors,
    ),
    security(("bearer" = ["contacts:read"])),
)]
pub async fn list_contact_merges(
    ReadContacts(principal): ReadContacts,
    State(state): State<AppState>,
    query: Query,
) -> Result<Response> {
    let mut problems = Problems::default();
    let page = Page::from_query(&query, &mut problems);
    problems.into_result()?;
    let (total, merges) = store::list(&state.database, principal.tenant, page).await?;
    page::listing_of(page, total, &merges)
}
