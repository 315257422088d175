//! `POST /api/v1/groups` and `POST /api/v1/contacts/groups`

use axum::{extract::State, http::StatusCode, response::Response};

pub use super::input::GroupCreate;
use super::input::GroupInput;
use crate::{
    auth::{ManageSettings, Principal},
    catalogue::groups::{self, Group},
    error::{Error, Problems, Result},
    http::{answer::Answer, body::Body},
    idempotency::IdempotencyKey,
    openapi::{self, Success},
    state::AppState,
};

/// Create a group
///
/// It is the last in order.
#[utoipa::path(
    post,
    path = "/api/v1/groups",
    operation_id = "createGroup",
    tag = openapi::GROUPS,
    params(openapi::IdempotencyKeyHeader),
    request_body(content = GroupCreate, example = json!({"value": "vip", "label": "Very important people"})),
    responses(
        (
            status = 201,
            description = "The group",
            body = Success<Group>,
            headers(("location" = String, description = "Path of the new group")),
        ),
        openapi::WriteErrors,
        openapi::Taken,
    ),
    security(("bearer" = ["settings:write"])),
)]
pub async fn create_group(
    ManageSettings(principal): ManageSettings,
    State(state): State<AppState>,
    key: IdempotencyKey,
    body: Body,
) -> Result<Response> {
    create(&state, &principal, &key, body).await
}

/// Create a contact group
///
/// The same as `POST /api/v1/groups`.
#[utoipa::path(
    post,
    path = "/api/v1/contacts/groups",
    operation_id = "createContactGroup",
    tag = openapi::GROUPS,
    params(openapi::IdempotencyKeyHeader),
    request_body(content = GroupCreate, example = json!({"value": "reseller", "is_default": false})),
    responses(
        (
            status = 201,
            description = "The group",
            body = Success<Group>,
            headers(("location" = String, description = "Path of the new group")),
        ),
        openapi::WriteErrors,
        openapi::Taken,
    ),
    security(("bearer" = ["settings:write"])),
)]
pub async fn create_contact_group(
    ManageSettings(principal): ManageSettings,
    State(state): State<AppState>,
    key: IdempotencyKey,
    body: Body,
) -> Result<Response> {
    create(&state, &principal, &key, body).await
}

async fn create(
    state: &AppState,
    principal: &Principal,
    key: &IdempotencyKey,
    body: Body,
) -> Result<Response> {
    let mut problems = Problems::default();
    let input = GroupInput::read_new(body, &mut problems);
    problems.into_result()?;
    let value = input.value.ok_or_else(|| Error::Internal("a group without a value passed".into()))?;
    let group = Group {
        id: state.clock.new_id(),
        label: input.label.unwrap_or_else(|| value.clone()),
        value,
        is_default: input.is_default.unwrap_or_default(),
    };

    let mut tx = key.begin(state, principal).await?;
    tx.lock_catalogue().await?;
    groups::create(&mut tx, &group, &state.clock).await?;
    let answer = Answer::success(StatusCode::CREATED, "creating group", &group)?
        .at(format!("/api/v1/groups/{}", group.id));
    tx.count_change(0, true).await?;
    key.commit(tx, answer, &[]).await
}
