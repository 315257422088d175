//! `PATCH /api/v1/groups/{id}` and `PATCH /api/v1/contacts/groups/{id}`

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use uuid::Uuid;

use super::input::GroupInput;
pub use super::input::GroupPatch;
use crate::{
    auth::{ManageSettings, Principal},
    catalogue::groups::{self, Group},
    contacts::follow::Propagation,
    error::{Error, Problems, Result},
    http::{answer::Answer, body::Body, path},
    jobs::{self, Job},
    openapi::{self, Success},
    state::AppState,
};

/// Update a group
///
/// Up to 1,000 contacts of it show the change at once. With more of them the answer is 202, and a job goes through them.
#[utoipa::path(
    patch,
    path = "/api/v1/groups/{id}",
    operation_id = "patchGroup",
    tag = openapi::GROUPS,
    params(openapi::Id),
    request_body(content = GroupPatch, example = json!({"label": "Newcomers"})),
    responses(
        (status = 200, description = "The group as it is now", body = Success<Group>),
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
pub async fn patch_group(
    ManageSettings(principal): ManageSettings,
    State(state): State<AppState>,
    path::Id(id): path::Id,
    body: Body,
) -> Result<Response> {
    update(&state, &principal, id, body).await
}

/// Update a contact group
///
/// The same as `PATCH /api/v1/groups/{id}`.
#[utoipa::path(
    patch,
    path = "/api/v1/contacts/groups/{id}",
    operation_id = "patchContactGroup",
    tag = openapi::GROUPS,
    params(openapi::Id),
    request_body(content = GroupPatch, example = json!({"is_default": true})),
    responses(
        (status = 200, description = "The group as it is now", body = Success<Group>),
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
pub async fn patch_contact_group(
    ManageSettings(principal): ManageSettings,
    State(state): State<AppState>,
    path::Id(id): path::Id,
    body: Body,
) -> Result<Response> {
    update(&state, &principal, id, body).await
}

async fn update(state: &AppState, principal: &Principal, id: Uuid, body: Body) -> Result<Response> {
    let mut problems = Problems::default();
    let input = GroupInput::read_change(body, &mut problems);
    let mut tx = state.database.begin(principal.tenant).await?;
    tx.lock_catalogue().await?;
    let before = groups::get(tx.on(), principal.tenant, id).await?.ok_or(Error::NotFound)?;
    problems.into_result()?;
    let after = Group {
        id,
        value: input.value.unwrap_or_else(|| before.value.clone()),
        label: input.label.unwrap_or_else(|| before.label.clone()),
        is_default: input.is_default.unwrap_or(before.is_default),
    };
    let message = "updating group";
    if after == before {
        return Ok(Answer::success(StatusCode::OK, message, &after)?.into_response());
    }
    let change = Propagation::GroupChanged { id };
    let scope = change.scope(&mut tx).await?;
    groups::update(&mut tx, &after, &state.clock).await?;
    let job = change.carry_out(&mut tx, scope, state, principal).await?;
    jobs::commit(tx, state, None, message, job, &after).await
}
