//! `GET /api/v1/channels/{id}`

use axum::{extract::State, http::StatusCode, response::Response};

use crate::{
    auth::ReadContacts,
    catalogue::channels::{self, ChannelDefinition},
    error::{Error, Result},
    http::{envelope, path},
    openapi::{self, Success},
    state::AppState,
};

/// Retrieve a channel
#[utoipa::path(
    get,
    path = "/api/v1/channels/{id}",
    operation_id = "getChannel",
    tag = openapi::CHANNELS,
    params(openapi::Id),
    responses(
        (status = 200, description = "The channel", body = Success<ChannelDefinition>),
        openapi::ReadErrors,
        openapi::Missing,
    ),
    security(("bearer" = ["contacts:read"])),
)]
pub async fn get_channel(
    ReadContacts(principal): ReadContacts,
    State(state): State<AppState>,
    path::Id(id): path::Id,
) -> Result<Response> {
    let channel = channels::get(state.database.on(), principal.tenant, id).await?.ok_or(Error::NotFound)?;
    Ok(envelope::success(StatusCode::OK, "channel", &serde_json::to_string(&channel)?))
}
