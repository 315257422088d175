//! `POST /api/v1/contacts/{id}/restore`

use axum::{extract::State, http::StatusCode, response::Response};

use super::store;
use crate::{
    auth::WriteContacts,
    contacts::{
        document::{self, Document},
        history::{Action, Author},
        references::References,
        snapshot::{self, Revived},
        store::get_document,
        write::{Change, Writer},
    },
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
        openapi::Invalid,
    ),
    security(("bearer" = ["contacts:write"])),
)]
pub async fn restore_contact(
    WriteContacts(principal): WriteContacts,
    State(state): State<AppState>,
    path::Id(id): path::Id,
    key: IdempotencyKey,
) -> Result<Response> {
    let region = state.default_region;
    let mut tx = key.begin(&state, &principal).await?;
    let Some(rows) = store::take(&mut tx, id).await? else {
        drop(tx);
        return match get_document(state.database.on(), principal.tenant, id).await? {
            Some(_) => Err(Error::Conflict {
                message: "the contact is not in the trash".into(),
                details: Vec::new(),
            }),
            None => Err(Error::NotFound),
        };
    };
    let references = References::find(&mut tx, &[]).await?;
    let Some(Revived { mut contact, archived }) = snapshot::revive(&mut tx, vec![rows], region).await?.pop()
    else {
        return Err(Error::Internal("a snapshot became no contact".into()));
    };
    contact.updated_at = state.clock.now();
    let etag = etag::of(&document::render(&contact)?);
    let answer =
        Answer::success(StatusCode::OK, "restoring contact", &Document::from(&contact))?.tagged(etag);

    let author = Author::of_request(&principal, &state.clock);
    let writer = Writer { fields: &references.fields, author: &author, clock: &state.clock, region };
    let change = Change { before: None, after: Some(contact), action: Action::Restored };
    writer.write(&mut tx, &[change]).await?;
    let archived: Vec<_> = archived.iter().map(|value| (id, value)).collect();
    snapshot::write_archived(&mut tx, &archived, region).await?;
    key.commit_change(tx, 1, answer, &[id]).await
}
