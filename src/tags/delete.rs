//! `DELETE /api/v1/tags/{id}`

use axum::{extract::State, response::Response};

use crate::{
    auth::ManageSettings,
    catalogue::tags,
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

/// Delete a tag
///
/// Takes it off the contacts that have it. Its name is free at once. Where `tags` is required, and it is the only tag of a
/// contact, the answer is 409, and `details` name up to 20 such contacts by `conflictingId`. Where more than 1,000 contacts have it, the answer
/// is 202 with a job, which takes it off one after the other.
#[utoipa::path(
    delete,
    path = "/api/v1/tags/{id}",
    operation_id = "deleteTag",
    tag = openapi::TAGS,
    params(openapi::Id),
    responses(
        (
            status = 200,
            description = "Deleted",
            body = Acknowledged,
            example = json!({"status": "success", "message": "deleting tag", "data": null}),
        ),
        (
            status = 202,
            description = "It is deleted, and a job takes it off the contacts",
            body = Success<Job>,
            headers(("location" = String, description = "Path of the job")),
        ),
        openapi::ReadErrors,
        openapi::Missing,
        openapi::Taken,
    ),
    security(("bearer" = ["settings:write"])),
)]
pub async fn delete_tag(
    ManageSettings(principal): ManageSettings,
    State(state): State<AppState>,
    path::Id(id): path::Id,
) -> Result<Response> {
    let mut tx = state.database.begin(principal.tenant).await?;
    tx.lock_catalogue().await?;
    if !tags::exists(&mut tx, id).await? {
        return Err(Error::NotFound);
    }
    let change = Propagation::TagDeleted { id };
    let scope = change.scope(&mut tx).await?;
    field_rules::refuse_emptying(&mut tx, Loss::Tag(id)).await?;
    tags::retire(&mut tx, id, None, state.clock.now()).await?;
    let job = change.carry_out(&mut tx, scope, &state, &principal).await?;
    field_rules::refuse_emptying(&mut tx, Loss::Tag(id)).await?;
    jobs::commit(tx, &state, None, "deleting tag", job, &()).await
}
