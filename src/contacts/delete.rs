//! `DELETE /api/v1/contacts/{id}`

use axum::{extract::State, response::Response};

use super::{
    document,
    history::{Action, Author},
    merge, trash,
    write::{self, Change, Writer},
};
use crate::{
    auth::WriteContacts,
    error::Result,
    http::{
        envelope::{self, Acknowledged},
        etag::IfMatch,
        path,
    },
    openapi,
    state::AppState,
};

/// Delete a contact
///
/// Its unique values are free again. Companies and tags stay.
#[utoipa::path(
    delete,
    path = "/api/v1/contacts/{id}",
    operation_id = "deleteContact",
    tag = openapi::CONTACTS,
    params(openapi::ContactId, openapi::IfMatchHeader),
    responses(
        (
            status = 200,
            description = "Deleted",
            body = Acknowledged,
            example = json!({"status": "success", "message": "deleting contact", "data": null}),
        ),
        openapi::ReadErrors,
        openapi::Missing,
        openapi::Taken,
        openapi::Outdated,
    ),
    security(("bearer" = ["contacts:write"])),
)]
pub async fn delete_contact(
    WriteContacts(principal): WriteContacts,
    State(state): State<AppState>,
    path::Id(id): path::Id,
    if_match: IfMatch,
) -> Result<Response> {
    let mut tx = state.database.begin(principal.tenant).await?;
    let Some(before) = write::lock_and_load(&mut tx, &[id], state.default_region).await?.pop() else {
        return Err(merge::missing(&mut tx, id).await?);
    };
    if if_match.is_given() {
        if_match.check(&document::render(&before)?)?;
    }
    let author = Author::of_request(&principal, &state.clock);
    trash::put(&mut tx, &[id], &author).await?;
    let change = Change { before: Some(before), after: None, action: Action::Deleted };
    let writer = Writer { fields: &[], author: &author, clock: &state.clock, region: state.default_region };
    writer.write(&mut tx, &[change]).await?;
    tx.commit_change(-1).await?;
    Ok(envelope::acknowledged("deleting contact"))
}
