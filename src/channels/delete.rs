//! `DELETE /api/v1/channels/{id}`

use axum::{extract::State, response::Response};

use crate::{
    auth::ManageSettings,
    catalogue::channels,
    error::{Detail, Error, Result},
    http::{
        envelope::{self, Acknowledged},
        path,
    },
    openapi,
    state::AppState,
};

/// Delete a channel
///
/// Refused with 409 while contacts have it, as their channel or as that of a social id; the message says how many. One
/// that is in use can be archived.
#[utoipa::path(
    delete,
    path = "/api/v1/channels/{id}",
    operation_id = "deleteChannel",
    tag = openapi::CHANNELS,
    params(openapi::Id),
    responses(
        (
            status = 200,
            description = "Deleted",
            body = Acknowledged,
            example = json!({"status": "success", "message": "deleting channel", "data": null}),
        ),
        openapi::ReadErrors,
        openapi::Missing,
        openapi::Taken,
    ),
    security(("bearer" = ["settings:write"])),
)]
pub async fn delete_channel(
    ManageSettings(principal): ManageSettings,
    State(state): State<AppState>,
    path::Id(id): path::Id,
) -> Result<Response> {
    let mut tx = state.database.begin(principal.tenant).await?;
    tx.lock_catalogue().await?;
    let channel = channels::get(tx.on(), principal.tenant, id).await?.ok_or(Error::NotFound)?;
    let users = channels::users(&mut tx, id).await?;
    if users > 0 {
        let contacts = if users == 1 { "1 contact has".to_owned() } else { format!("{users} contacts have") };
        return Err(Error::Conflict {
            message: format!("{contacts} this channel; archive it to keep others from getting it"),
            details: vec![Detail::new(
                "name",
                "in_use",
                format!("`{}` is the channel of contacts", channel.name),
            )],
        });
    }
    channels::delete(&mut tx, &channel).await?;
    tx.count_change(0, true).await?;
    tx.commit().await?;
    Ok(envelope::acknowledged("deleting channel"))
}
