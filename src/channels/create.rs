//! `POST /api/v1/channels`

use axum::{extract::State, http::StatusCode, response::Response};
use serde_json::Value;
use utoipa::ToSchema;

use super::{Channel, store};
use crate::{
    auth::ManageSettings,
    domain::ChannelName,
    error::{Problems, Result},
    http::{answer::Answer, body::Fields},
    idempotency::IdempotencyKey,
    openapi::{self, Success},
    state::AppState,
};

/// A new channel.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "describes the body; Fields reads it")]
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
    request_body(content(
        (ChannelCreate = "application/json"),
        (ChannelCreate = "application/x-www-form-urlencoded"),
    )),
    responses(
        (
            status = 201,
            description = "The channel",
            body = Success<Channel>,
            example = json!({
                "status": "success",
                "message": "creating channel",
                "data": {"id": "0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c42", "name": "sms"},
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
    mut fields: Fields,
) -> Result<Response> {
    let mut problems = Problems::default();
    let name = match fields.map.remove("name") {
        Some(Value::String(name)) => problems.keep("name", ChannelName::parse(&name)),
        None | Some(Value::Null) => {
            problems.add("name", "required", "is required");
            None
        }
        Some(_) => {
            problems.add("name", "wrong_type", "must be text");
            None
        }
    };
    for unknown in fields.map.keys() {
        problems.add(
            unknown.chars().take(50).collect::<String>(),
            "unknown_field",
            "is no field of a channel",
        );
    }
    problems.into_result()?;
    let Some(name) = name else {
        return Err(crate::Error::Internal("a channel without a name passed".into()));
    };

    let mut tx = key.begin(&state, &principal).await?;
    let channel = store::create(&mut tx, &name, &state.clock).await?;
    let answer = Answer::success(StatusCode::CREATED, "creating channel", &channel)?;
    key.commit_change(tx, 0, answer, &[]).await
}
