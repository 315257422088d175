//! `PATCH /api/v1/tags/{id}`

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::Value;
use utoipa::ToSchema;

use super::colour;
use crate::{
    auth::ManageSettings,
    catalogue::tags::{self, TagEntry},
    contacts::follow::Propagation,
    domain::TagName,
    error::{Error, Problems, Result},
    http::{answer::Answer, body::Body, patch::Patch, path, reader::Reader},
    jobs::{self, Job},
    openapi::{self, Success},
    state::AppState,
};

/// What is to be different in a tag.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[expect(dead_code, reason = "describes the body; Reader reads it")]
pub struct TagPatch {
    /// Its name, unique without regard to case; something of it must be visible.
    #[schema(
        nullable = false,
        min_length = 1,
        max_length = 100,
        pattern = r"^[^\u0000]*[^\s\u0000][^\u0000]*$",
        example = "platinum plus"
    )]
    name: Option<String>,
    /// In which colour to show it.
    #[schema(pattern = "^#[0-9A-Fa-f]{6}$", example = "#e5e4e2")]
    colour: Option<String>,
    /// Ignored: what `GET` returns may be sent back.
    id: Option<Value>,
    /// Ignored.
    contacts: Option<Value>,
    /// Ignored.
    created_at: Option<Value>,
    /// Ignored.
    updated_at: Option<Value>,
}

/// Update a tag
///
/// Changes the fields that the body has; null clears the colour. A new name shows at once in all contacts that have the
/// tag; where they are more than 1,000, the answer is 202 with a job, which reaches them one after the other.
#[utoipa::path(
    patch,
    path = "/api/v1/tags/{id}",
    operation_id = "patchTag",
    tag = openapi::TAGS,
    params(openapi::Id),
    request_body(content = TagPatch, examples(
        ("name" = (summary = "Rename it", value = json!({"name": "platinum plus"}))),
        ("colour" = (summary = "Show it in another colour", value = json!({"colour": "#e5e4e2"}))),
    )),
    responses(
        (status = 200, description = "The tag as it is now", body = Success<TagEntry>),
        (
            status = 202,
            description = "It is renamed, and a job shows it in the contacts",
            body = Success<Job>,
            headers(("location" = String, description = "Path of the job")),
        ),
        openapi::WriteErrors,
        openapi::Missing,
        openapi::Taken,
    ),
    security(("bearer" = ["settings:write"])),
)]
pub async fn patch_tag(
    ManageSettings(principal): ManageSettings,
    State(state): State<AppState>,
    path::Id(id): path::Id,
    body: Body,
) -> Result<Response> {
    let mut problems = Problems::default();
    let mut reader = Reader::new(body, &mut problems);
    reader.ignore(&["id", "contacts", "createdAt", "updatedAt"]);
    let name = reader.some_text("name", TagName::parse);
    let colour = reader.text("colour", colour::parse);
    reader.refuse_others("a tag");
    problems.into_result()?;

    let mut tx = state.database.begin(principal.tenant).await?;
    tx.lock_catalogue().await?;
    let tenant = tx.tenant();
    let before = tags::get(tx.on(), tenant, id).await?.ok_or(Error::NotFound)?;
    let mut after = before.clone();
    match colour {
        Patch::Absent => {}
        Patch::Null => after.colour = None,
        Patch::Value(colour) => after.colour = Some(colour),
    }
    if let Some(name) = &name {
        name.as_str().clone_into(&mut after.name);
    }
    if after == before {
        return Ok(Answer::success(StatusCode::OK, "updating tag", &before)?.into_response());
    }
    after.updated_at = state.clock.now();
    if after.name == before.name {
        tags::update(&mut tx, &after).await?;
        tx.count_change(0, false).await?;
        return jobs::commit(tx, &state, None, "updating tag", None, &after).await;
    }
    tags::check_free(&mut tx, &after).await?;
    let change = Propagation::TagRenamed { id };
    let scope = change.scope(&mut tx).await?;
    tags::update(&mut tx, &after).await?;
    let job = change.carry_out(&mut tx, scope, &state, &principal).await?;
    jobs::commit(tx, &state, None, "updating tag", job, &after).await
}
