//! `GET /api/v1/contacts/{id}/history`

use axum::{extract::State, response::Response};

use super::{HistoryEntry, store};
use crate::{
    auth::ReadContacts,
    error::{Error, Problems, Result},
    http::{page, page::Page, path, query::Query},
    openapi::{self, Listing},
    state::AppState,
};

/// List what was done to a contact
///
/// The newest first: who did what, when, by which request, and the fields before and after. Also of a contact that is
/// in the trash. What is older than `HISTORY_RETENTION_DAYS` is forgotten.
#[utoipa::path(
    get,
    path = "/api/v1/contacts/{id}/history",
    operation_id = "getContactHistory",
    tag = openapi::CONTACTS,
    params(openapi::ContactId, openapi::Paging),
    responses(
        (status = 200, description = "A page of the contact's history", body = Listing<HistoryEntry>),
        openapi::ReadErrors,
        openapi::Missing,
    ),
    security(("bearer" = ["contacts:read"])),
)]
pub async fn get_contact_history(
    ReadContacts(principal): ReadContacts,
    State(state): State<AppState>,
    path::Id(id): path::Id,
    query: Query,
) -> Result<Response> {
    let mut problems = Problems::default();
    let page = Page::from_query(&query, &mut problems);
    problems.into_result()?;
    let (total, entries) =
        store::list(&state.database, principal.tenant, id, page).await?.ok_or(Error::NotFound)?;
    page::listing_of(page, total, &entries)
}
