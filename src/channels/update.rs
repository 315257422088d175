//! `PATCH /api/v1/channels/{id}`

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use utoipa::ToSchema;

use crate::{
    auth::ManageSettings,
    catalogue::channels::{self, ChannelDefinition},
    contacts::follow::Propagation,
    domain::ChannelName,
    error::{Error, Problems, Result},
    http::{answer::Answer, body::Body, path, reader::Reader},
    jobs::{self, Job},
    openapi::{self, Success},
    state::AppState,
};

/// Changes of a channel.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "describes the body; Reader reads it")]
pub struct ChannelPatch {
    /// Its name, unique without regard to case; something of it must be visible.
    #[schema(
        nullable = false,
        min_length = 1,
        max_length = 100,
        pattern = r"^[^\u0000]*[^\s\u0000][^\u0000]*$",
        example = "sms"
    )]
    name: Option<String>,
    /// Whether it is out of use.
    #[schema(nullable = false, example = false)]
    is_archived: Option<bool>,
    /// Ignored: as reads return it.
    id: Option<serde_json::Value>,
}

/// Update a channel
///
/// Renames it, archives it, or takes it back into use. One that is archived is no option of the field `channel`, and no
/// contact can get it; contacts that have it keep it. A new name shows at once in up to 1,000 contacts; with more of
/// them the answer is 202, and a job goes through them.
#[utoipa::path(
    patch,
    path = "/api/v1/channels/{id}",
    operation_id = "patchChannel",
    tag = openapi::CHANNELS,
    params(openapi::Id),
    request_body(content = ChannelPatch, examples(
        ("rename" = (summary = "Rename it", value = json!({"name": "Signal"}))),
        ("archive" = (summary = "Archive it", value = json!({"is_archived": true}))),
        ("restore" = (summary = "Take it back into use", value = json!({"is_archived": false}))),
    )),
    responses(
        (status = 200, description = "The channel as it is now", body = Success<ChannelDefinition>),
        (
            status = 202,
            description = "The job that has its contacts show the change",
            body = Success<Job>,
            headers(("location" = String, description = "Path of the job")),
        ),
        openapi::WriteErrors,
        openapi::Missing,
        openapi::Taken,
    ),
    security(("bearer" = ["settings:write"])),
)]
pub async fn patch_channel(
    ManageSettings(principal): ManageSettings,
    State(state): State<AppState>,
    path::Id(id): path::Id,
    body: Body,
) -> Result<Response> {
    let mut problems = Problems::default();
    let mut reader = Reader::new(body, &mut problems);
    reader.ignore(&["id"]);
    let name = reader.some_text("name", ChannelName::parse);
    let is_archived = reader.some_flag("is_archived");
    reader.refuse_others("a channel");

    let mut tx = state.database.begin(principal.tenant).await?;
    tx.lock_catalogue().await?;
    let before = channels::get(tx.on(), principal.tenant, id).await?.ok_or(Error::NotFound)?;
    problems.into_result()?;
    let after = ChannelDefinition {
        id,
        name: name.map_or_else(|| before.name.clone(), |name| name.as_str().to_owned()),
        is_archived: is_archived.unwrap_or(before.is_archived),
    };
    let message = "updating channel";
    if after == before {
        return Ok(Answer::success(StatusCode::OK, message, &after)?.into_response());
    }
    let job = if after.name == before.name {
        channels::update(&mut tx, &before, &after, &state.clock).await?;
        tx.count_change(0, true).await?;
        None
    } else {
        let change = Propagation::ChannelRenamed { id };
        let scope = change.scope(&mut tx).await?;
        channels::update(&mut tx, &before, &after, &state.clock).await?;
        change.carry_out(&mut tx, scope, &state, &principal).await?
    };
    jobs::commit(tx, &state, None, message, job, &after).await
}
