//! `DELETE /api/v1/groups/{id}` and `DELETE /api/v1/contacts/groups/{id}`

use axum::{extract::State, response::Response};
use uuid::Uuid;

use crate::{
    auth::{ManageSettings, Principal},
    catalogue::groups,
    contacts::{
        field_rules::{self, Loss},
        follow::Propagation,
    },
    error::{Error, Result},
    http::{envelope::Acknowledged, path},
    jobs::{self, Job},
    openapi::{self, Success},
    state::AppState,
};

/// Delete a group
///
/// It is gone at once, and its value is free. Where `contact_groups` is required, and it is the only group of a contact, the
/// answer is 409, and `details` name up to 20 such contacts by `conflictingId`. Up to 1,000 contacts leave it at once; with more of them the answer is
/// 202, and a job goes through them.
#[utoipa::path(
    delete,
    path = "/api/v1/groups/{id}",
    operation_id = "deleteGroup",
    tag = openapi::GROUPS,
    params(openapi::Id),
    responses(
        (
            status = 200,
            description = "Deleted",
            body = Acknowledged,
            example = json!({"status": "success", "message": "deleting group", "data": null}),
        ),
        (
            status = 202,
            description = "The job that has its contacts leave it",
            body = Success<Job>,
            headers(("location" = String, description = "Path of the job")),
        ),
        openapi::ReadErrors,
        openapi::Missing,
        openapi::Taken,
    ),
    security(("bearer" = ["settings:write"])),
)]
pub async fn delete_group(
    ManageSettings(principal): ManageSettings,
    State(state): State<AppState>,
    path::Id(id): path::Id,
) -> Result<Response> {
    delete(&state, &principal, id).await
}

/// Delete a contact group
///
/// The same as `DELETE /api/v1/groups/{id}`.
#[utoipa::path(
    delete,
    path = "/api/v1/contacts/groups/{id}",
    operation_id = "deleteContactGroup",
    tag = openapi::GROUPS,
    params(openapi::Id),
    responses(
        (
            status = 200,
            description = "Deleted",
            body = Acknowledged,
            example = json!({"status": "success", "message": "deleting group", "data": null}),
        ),
        (
            status = 202,
            description = "The job that has its contacts leave it",
            body = Success<Job>,
            headers(("location" = String, description = "Path of the job")),
        ),
        openapi::ReadErrors,
        openapi::Missing,
        openapi::Taken,
    ),
    security(("bearer" = ["settings:write"])),
)]
pub async fn delete_contact_group(
    ManageSettings(principal): ManageSettings,
    State(state): State<AppState>,
    path::Id(id): path::Id,
) -> Result<Response> {
    delete(&state, &principal, id).await
}

async fn delete(state: &AppState, principal: &Principal, id: Uuid) -> Result<Response> {
    let mut tx = state.database.begin(principal.tenant).await?;
    tx.lock_catalogue().await?;
    groups::get(tx.on(), principal.tenant, id).await?.ok_or(Error::NotFound)?;
    let change = Propagation::GroupDeleted { id };
    let scope = change.scope(&mut tx).await?;
    field_rules::refuse_emptying(&mut tx, Loss::Group(id)).await?;
    groups::retire(&mut tx, id, &state.clock).await?;
    let job = change.carry_out(&mut tx, scope, state, principal).await?;
    field_rules::refuse_emptying(&mut tx, Loss::Group(id)).await?;
    jobs::commit(tx, state, None, "deleting group", job, &()).await
}
