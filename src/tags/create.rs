//! `POST /api/v1/tags`

use axum::{extract::State, http::StatusCode, response::Response};
use utoipa::ToSchema;

use super::colour;
use crate::{
    auth::ManageSettings,
    catalogue::tags::{self, TagEntry},
    domain::TagName,
    error::{Error, Problems, Result},
    http::{answer::Answer, body::Body, reader::Reader},
    idempotency::IdempotencyKey,
    openapi::{self, Success},
    state::AppState,
};

/// A new tag.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "describes the body; Reader reads it")]
pub struct TagCreate {
    /// Its name, unique without regard to case; something of it must be visible.
    #[schema(
        min_length = 1,
        max_length = 100,
        pattern = r"^[^\u0000]*[^\s\u0000][^\u0000]*$",
        example = "gold"
    )]
    name: String,
    /// In which colour to show it.
    #[schema(pattern = "^#[0-9A-Fa-f]{6}$", example = "#ffd700")]
    colour: Option<String>,
}

/// Create a tag
///
/// Contacts make the tags that they name, too.
#[utoipa::path(
    post,
    path = "/api/v1/tags",
    operation_id = "createTag",
    tag = openapi::TAGS,
    params(openapi::IdempotencyKeyHeader),
    request_body = TagCreate,
    responses(
        (
            status = 201,
            description = "The tag",
            body = Success<TagEntry>,
            headers(("location" = String, description = "Path of the new tag")),
        ),
        openapi::WriteErrors,
        openapi::Taken,
    ),
    security(("bearer" = ["settings:write"])),
)]
pub async fn create_tag(
    ManageSettings(principal): ManageSettings,
    State(state): State<AppState>,
    key: IdempotencyKey,
    body: Body,
) -> Result<Response> {
    let mut problems = Problems::default();
    let mut reader = Reader::new(body, &mut problems);
    let name = reader.required_text("name", TagName::parse);
    let colour = reader.text("colour", colour::parse);
    reader.refuse_others("a tag");
    problems.into_result()?;
    let name = name.ok_or_else(|| Error::Internal("a tag without a name passed".into()))?;

    let mut tx = key.begin(&state, &principal).await?;
    let tag = tags::create(&mut tx, &name, colour.value().cloned(), &state.clock).await?;
    let answer =
        Answer::success(StatusCode::CREATED, "creating tag", &tag)?.at(format!("/api/v1/tags/{}", tag.id));
    key.commit_change(tx, 0, answer, &[]).await
}
