//! `GET /api/v1/tags`

use axum::{extract::State, response::Response};

use super::{Tag, store};
use crate::{
    auth::ReadContacts,
    error::{Problems, Result},
    http::{page, page::Page, query::Query},
    openapi::{self, Listing},
    state::AppState,
};

/// List tags
///
/// By name.
#[utoipa::path(
    get,
    path = "/api/v1/tags",
    operation_id = "listTags",
    tag = openapi::TAGS,
    params(openapi::Paging),
    responses(
        (status = 200, description = "A page of tags", body = Listing<Tag>),
        openapi::ReadErrors,
        openapi::Invalid,
    ),
    security(("bearer" = ["contacts:read"])),
)]
pub async fn list_tags(
    ReadContacts(principal): ReadContacts,
    State(state): State<AppState>,
    query: Query,
) -> Result<Response> {
    let mut problems = Problems::default();
    let page = Page::from_query(&query, &mut problems);
    problems.into_result()?;
    let (total, tags) = store::list(&state.database, principal.tenant, page).await?;
    page::listing_of(page, total, &tags)
}
