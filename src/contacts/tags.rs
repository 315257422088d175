//! `PATCH /api/v1/contacts/{id}/tags`

use axum::{extract::State, response::Response};

use super::{
    input::{ContactInput, TagChange},
    schema::TagsPatch,
    update::update,
};
use crate::{
    auth::WriteContacts,
    error::{Problems, Result},
    http::{
        body::Body,
        envelope::{self, Acknowledged},
        etag::{self, IfMatch},
        path,
    },
    openapi,
    state::AppState,
};

/// Update the tags of a contact
///
/// `MERGE` adds tags and makes those that do not exist, `REPLACE` puts them in the place of the contact's own,
/// `REMOVE` takes them off.
#[utoipa::path(
    patch,
    path = "/api/v1/contacts/{id}/tags",
    operation_id = "patchContactTags",
    tag = openapi::CONTACTS,
    params(openapi::ContactId, openapi::IfMatchHeader),
    request_body(content = TagsPatch, examples(
        ("merge" = (summary = "Add tags", value = json!({"actionType": "MERGE", "tags": ["vip", "new"]}))),
        ("remove" = (summary = "Take one off", value = json!({"actionType": "REMOVE", "tags": ["new"]}))),
    )),
    responses(
        (
            status = 200,
            description = "Updated",
            body = Acknowledged,
            headers(("etag" = String, description = "The contact's, as it is now")),
            example = json!({
                "status": "success", "message": "Contact tags updated successfully", "data": null,
            }),
        ),
        openapi::WriteErrors,
        openapi::Missing,
        openapi::Taken,
        openapi::Outdated,
    ),
    security(("bearer" = ["contacts:write"])),
)]
pub async fn patch_contact_tags(
    WriteContacts(principal): WriteContacts,
    State(state): State<AppState>,
    path::Id(id): path::Id,
    if_match: IfMatch,
    body: Body,
) -> Result<Response> {
    let mut problems = Problems::default();
    let tags = TagChange::read(body, &mut problems);
    let input = ContactInput { tags, ..ContactInput::default() };
    let tag = update(&state, &principal, id, &if_match, input, problems).await?;
    Ok(etag::tagged(tag, envelope::acknowledged("Contact tags updated successfully")))
}
