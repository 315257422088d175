//! `DELETE /api/v1/contacts/{id}`

use axum::{extract::State, response::Response};

use super::store;
use crate::{
    auth::WriteContacts,
    error::{Error, Result},
    http::{
        envelope::{self, Acknowledged},
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
    params(openapi::ContactId),
    responses(
        (
            status = 200,
            description = "Deleted",
            body = Acknowledged,
            example = json!({"status": "success", "message": "deleting contact", "data": null}),
        ),
        openapi::ReadErrors,
        openapi::Missing,
    ),
    security(("bearer" = ["contacts:write"])),
)]
pub async fn delete_contact(
    WriteContacts(principal): WriteContacts,
    State(state): State<AppState>,
    path::Id(id): path::Id,
) -> Result<Response> {
    let mut tx = state.database.begin(principal.tenant).await?;
    if !store::delete(&mut tx, id).await? {
        return Err(Error::NotFound);
    }
    tx.commit_change(-1).await?;
    Ok(envelope::acknowledged("deleting contact"))
}
