//! `GET /api/v1/channels`

use axum::{extract::State, response::Response};
use utoipa::{IntoParams, ToSchema};

use crate::{
    auth::ReadContacts,
    catalogue::channels::{self, ChannelDefinition},
    error::{Problems, Result},
    http::{listing::ListRequest, page, query::Query},
    openapi::{self, Listing},
    state::AppState,
};

/// Which channels.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the parameter; Query reads it")]
struct Archived {
    /// `true` for those that are archived, `false` for the others; without it, all.
    #[param(nullable = false, inline)]
    archived: Option<YesOrNo>,
}

#[derive(ToSchema)]
#[serde(rename_all = "lowercase")]
#[expect(dead_code, reason = "describes the parameter; Query reads it")]
enum YesOrNo {
    True,
    False,
}

/// List channels
///
/// In their order; the first that is not archived is the default. `keyword` finds any part of a name.
#[utoipa::path(
    get,
    path = "/api/v1/channels",
    operation_id = "listChannels",
    tag = openapi::CHANNELS,
    params(openapi::Keyword, Archived, openapi::Paging),
    responses(
        (status = 200, description = "A page of channels", body = Listing<ChannelDefinition>),
        openapi::ReadErrors,
    ),
    security(("bearer" = ["contacts:read"])),
)]
pub async fn list_channels(
    ReadContacts(principal): ReadContacts,
    State(state): State<AppState>,
    query: Query,
) -> Result<Response> {
    let mut problems = Problems::default();
    let request = ListRequest::from_query(&query, &mut problems);
    let is_archived = query.flag("archived", "not_an_option", &mut problems);
    problems.into_result()?;
    let (total, channels) = channels::list(&state.database, principal.tenant, &request, is_archived).await?;
    page::listing_of(request.page, total, &channels)
}
