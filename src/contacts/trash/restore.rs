//! `POST /api/v1/contacts/{id}/restore`

use axum::{extract::State, http::StatusCode, response::Response};
use uuid::Uuid;

use super::store::{self, Whereabouts};
use crate::{
    auth::ReadAndWriteContacts,
    contacts::{
        history::{Action, Author},
        input::references::References,
        merge,
        record::{
            document::{self, Document},
            model::Contact,
            snapshot::{self, Revived},
            write::{Change, Writer},
        },
    },
    database::TenantTransaction,
    error::{Error, Result},
    http::{answer::Answer, etag, path},
    idempotency::IdempotencyKey,
    openapi::{self, Success},
    state::AppState,
};

/// Restore a deleted contact
///
/// It comes back from the trash with the same id. What it refers to is as it is by now: renamed tags, groups, channels
/// and fields have their new names, what was merged is what stands for it, and what was deleted is left out. Its unique
/// values are claimed again; where one is taken, nothing is restored and `details` say by which contact. Fields that
/// have come to be required do not hinder it. A contact that is not in the trash because it was restored already is a
/// conflict, too. There is no body.
#[utoipa::path(
    post,
    path = "/api/v1/contacts/{id}/restore",
    operation_id = "restoreContact",
    tag = openapi::CONTACTS,
    params(openapi::ContactId, openapi::IdempotencyKeyHeader),
    responses(
        (
            status = 200,
            description = "The contact",
            body = Success<Document<'static>>,
            headers(("etag" = String, description = "Changes with anything that the contact shows")),
        ),
        openapi::ReadErrors,
        openapi::Missing,
        openapi::Taken,
    ),
    security(("bearer" = ["contacts:write", "contacts:read"])),
)]
pub async fn restore_contact(
    ReadAndWriteContacts(principal): ReadAndWriteContacts,
    State(state): State<AppState>,
    path::Id(id): path::Id,
    key: IdempotencyKey,
) -> Result<Response> {
    let mut tx = key.begin(&state, &principal).await?;
    let references = References::find(&mut tx, &[]).await?;
    let author = Author::of_request(&principal, &state.clock);
    let region = state.default_region;
    let writer = Writer { fields: references.unique_fields(), author: &author, clock: &state.clock, region };
    let Some(contact) = restore(&mut tx, id, &writer).await? else {
        return Err(match store::whereabouts(&mut tx, id).await? {
            Whereabouts::Live => {
                Error::Conflict { message: "the contact is not in the trash".into(), details: Vec::new() }
            }
            // Deleted again since.
            Whereabouts::Trashed => Error::Overtaken,
            Whereabouts::Nowhere => merge::missing(&mut tx, id).await?,
        });
    };
    let etag = etag::of(&document::render(&contact)?);
    let answer =
        Answer::success(StatusCode::OK, "restoring contact", &Document::from(&contact))?.tagged(etag);
    key.commit_change(tx, 1, answer, &[id]).await
}

/// Takes a contact out of the trash and writes it: the contact as it is by now, and one more than before. `None`: it is
/// not in the trash.
///
/// # Errors
/// [`Error::Conflict`] where a unique value is taken, the transaction is then to be dropped; and those of the database.
pub(crate) async fn restore(
    tx: &mut TenantTransaction,
    id: Uuid,
    writer: &Writer<'_>,
) -> Result<Option<Contact>> {
    let Some(rows) = store::take(tx, id).await? else { return Ok(None) };
    let Some(Revived { mut contact, archived }) =
        snapshot::revive(tx, vec![rows], writer.region).await?.pop()
    else {
        return Err(Error::Internal("a snapshot became no contact".into()));
    };
    contact.updated_at = writer.clock.now();
    let change = Change { before: None, after: Some(contact.clone()), action: Action::Restored };
    writer.write(tx, &[change]).await?;
    let archived: Vec<_> = archived.iter().map(|value| (id, value)).collect();
    snapshot::write_archived(tx, &archived, writer.region).await?;
    Ok(Some(contact))
}
