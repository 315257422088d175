//! `GET /api/v1/tags`

use axum::{extract::State, response::Response};

use crate::{
    auth::ReadContacts,
    catalogue::tags::{self, TagEntry},
    error::{Problems, Result},
    http::{listing::ListRequest, page, query::Query},
    openapi::{self, Listing},
    state::AppState,
};

/// List tags
///
/// By name. `keyword` finds any part of a word of the name, without regard to case or accents; words separated by spaces
/// must all be found.
#[utoipa::path(
    get,
    path = "/api/v1/tags",
    operation_id = "listTags",
    tag = openapi::TAGS,
    params(openapi::Keyword, openapi::Paging),
    responses(
        (status = 200, description = "A page of tags", body = Listing<TagEntry>),
        openapi::ReadErrors,
    ),
    security(("bearer" = ["contacts:read"])),
)]
pub async fn list_tags(
    ReadContacts(principal): ReadContacts,
    State(state): State<AppState>,
    query: Query,
) -> Result<Response> {
    let mut problems = Problems::default();
    let request = ListRequest::from_query(&query, &mut problems);
    problems.into_result()?;
    let (total, tags) = tags::list(&state.database, principal.tenant, &request).await?;
    page::listing_of(request.page, total, &tags)
}
