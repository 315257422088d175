//! `GET /api/v1/contacts/trash`

use axum::{extract::State, response::Response};

use super::{TrashedDocument, store};
use crate::{
    auth::ReadContacts,
    error::{Problems, Result},
    http::{page, page::Page, query::Query},
    openapi::{self, Listing},
    state::AppState,
};

/// List the contacts in the trash
///
/// As they were when they were deleted, the one deleted last first.
#[utoipa::path(
    get,
    path = "/api/v1/contacts/trash",
    operation_id = "listTrashedContacts",
    tag = openapi::CONTACTS,
    params(openapi::Paging),
    responses(
        (status = 200, description = "A page of the trash", body = Listing<TrashedDocument<'static>>),
        openapi::ReadErrors,
    ),
    security(("bearer" = ["contacts:read"])),
)]
pub async fn list_trashed_contacts(
    ReadContacts(principal): ReadContacts,
    State(state): State<AppState>,
    query: Query,
) -> Result<Response> {
    let mut problems = Problems::default();
    let page = Page::from_query(&query, &mut problems);
    problems.into_result()?;
    let (total, trashed) = store::list(&state.database, principal.tenant, page).await?;
    let documents = trashed
        .into_iter()
        .map(|trashed| trashed.render(state.default_region).map(|(document, _)| document))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(page::listing(page, total, documents))
}
