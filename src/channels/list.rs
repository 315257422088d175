//! `GET /api/v1/channels`

use axum::{extract::State, response::Response};

use super::{Channel, store};
use crate::{
    auth::ReadContacts,
    error::{Problems, Result},
    http::{page, page::Page, query::Query},
    openapi::{self, Listing},
    state::AppState,
};

/// List channels
///
/// In their order; the first is the default.
#[utoipa::path(
    get,
    path = "/api/v1/channels",
    operation_id = "listChannels",
    tag = openapi::CHANNELS,
    params(openapi::Paging),
    responses(
        (status = 200, description = "A page of channels", body = Listing<Channel>),
        openapi::ReadErrors,
        openapi::Invalid,
    ),
    security(("bearer" = ["contacts:read"])),
)]
pub async fn list_channels(
    ReadContacts(principal): ReadContacts,
    State(state): State<AppState>,
    query: Query,
) -> Result<Response> {
    let mut problems = Problems::default();
    let page = Page::from_query(&query, &mut problems);
    problems.into_result()?;
    let (total, channels) = store::list(&state.database, principal.tenant, page).await?;
    page::listing_of(page, total, &channels)
}
