//! `POST /api/v1/tags/{id}/merge`

use axum::{extract::State, response::Response};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    auth::ManageSettings,
    catalogue::tags::{self, TagEntry},
    contacts::follow::Propagation,
    error::{Error, Result},
    http::{body::Body, path, reader},
    idempotency::IdempotencyKey,
    jobs::{self, Job},
    openapi::{self, Success},
    state::AppState,
};

/// Which tag takes another's place.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "describes the body; Reader reads it")]
pub struct TagMerge {
    /// The id of the tag that stays.
    #[schema(example = "0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c29")]
    into: Uuid,
}

/// Merge a tag into another
///
/// The tag of the path is gone; its contacts have the tag `into` in its place, each once. Its name is free at once, and
/// its id still leads to `into` where a contact names it. Where more than 1,000 contacts had it, the answer is 202 with a
/// job, which reaches them one after the other.
#[utoipa::path(
    post,
    path = "/api/v1/tags/{id}/merge",
    operation_id = "mergeTag",
    tag = openapi::TAGS,
    params(openapi::Id, openapi::IdempotencyKeyHeader),
    request_body = TagMerge,
    responses(
        (status = 200, description = "The tag that stays", body = Success<TagEntry>),
        (
            status = 202,
            description = "They are merged, and a job changes the contacts",
            body = Success<Job>,
            headers(("location" = String, description = "Path of the job")),
        ),
        openapi::WriteErrors,
        openapi::Missing,
    ),
    security(("bearer" = ["settings:write"])),
)]
pub async fn merge_tag(
    ManageSettings(principal): ManageSettings,
    State(state): State<AppState>,
    path::Id(from): path::Id,
    key: IdempotencyKey,
    body: Body,
) -> Result<Response> {
    let into = reader::only_id(body, "into", "a merge")?;
    let mut tx = key.begin(&state, &principal).await?;
    tx.lock_catalogue().await?;
    let tenant = tx.tenant();
    if !tags::exists(&mut tx, from).await? {
        return Err(Error::NotFound);
    }
    if from == into {
        return Err(Error::invalid("into", "itself", "must be another tag than the one that is merged"));
    }
    let Some(mut tag) = tags::get(tx.on(), tenant, into).await? else {
        return Err(Error::invalid("into", "unknown_tag", "there is no tag with this id"));
    };
    let change = Propagation::TagMerged { from, into };
    let scope = change.scope(&mut tx).await?;
    if scope.is_at_once() {
        tag.contacts += tags::count_only_in(&mut tx, from, into).await?;
    }
    tags::retire(&mut tx, from, Some(into), state.clock.now()).await?;
    let job = change.carry_out(&mut tx, scope, &state, &principal).await?;
    jobs::commit(tx, &state, Some(&key), "merging tags", job, &tag).await
}
