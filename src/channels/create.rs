//! `POST /api/v1/channels`

use axum::{extract::State, http::StatusCode, response::Response};
use utoipa::ToSchema;

use crate::{
    auth::ManageSettings,
    catalogue::channels::{self, ChannelDefinition},
    domain::ChannelName,
    error::{Error, Problems, Result},
    http::{answer::Answer, body::Body, reader::Reader},
    idempotency::IdempotencyKey,
    openapi::{self, Success},
    state::AppState,
};

/// A new channel.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "describes the body; Reader reads it")]
pub struct ChannelCreate {
    /// Its name, unique without regard to case; something of it must be visible.
    #[schema(
        min_length = 1,
        max_length = 100,
        pattern = r"^[^\u0000]*[^\s\u0000][^\u0000]*$",
        example = "sms"
    )]
    name: String,
}

/// Create a channel
///
/// It is the last in order.
#[utoipa::path(
    post,
    path = "/api/v1/channels",
    operation_id = "createChannel",
    tag = openapi::CHANNELS,
    params(openapi::IdempotencyKeyHeader),
    request_body = ChannelCreate,
    responses(
        (
            status = 201,
            description = "The channel",
            body = Success<ChannelDefinition>,
            headers(("location" = String, description = "Path of the new channel")),
            example = json!({
                "status": "success",
                "message": "creating channel",
                "data": {"id": "0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c42", "name": "sms", "is_archived": false},
            }),
        ),
        openapi::WriteErrors,
        openapi::Taken,
    ),
    security(("bearer" = ["settings:write"])),
)]
pub async fn create_channel(
    ManageSettings(principal): ManageSettings,
    State(state): State<AppState>,
    key: IdempotencyKey,
    body: Body,
) -> Result<Response> {
    let mut problems = Problems::default();
    let mut reader = Reader::new(body, &mut problems);
    let name = reader.required_text("name", ChannelName::parse);
    reader.refuse_others("a channel");
    problems.into_result()?;
    let name = name.ok_or_else(|| Error::Internal("a channel without a name passed".into()))?;

    let mut tx = key.begin(&state, &principal).await?;
    tx.lock_catalogue().await?;
    let channel = channels::create(&mut tx, &name, &state.clock).await?;
    let answer = Answer::success(StatusCode::CREATED, "creating channel", &channel)?
        .at(format!("/api/v1/channels/{}", channel.id));
    tx.count_change(0, true).await?;
    key.commit(tx, answer, &[]).await
}
