//! `POST /api/v1/contacts/merges/{id}/undo`

use axum::{extract::State, http::StatusCode, response::Response};
use uuid::Uuid;

use super::{Kept, Merge, redirect, separate, store};
use crate::{
    auth::ReadAndWriteContacts,
    contacts::{
        history::{Action, Author},
        input::references::References,
        record::{
            load,
            model::CustomValue,
            snapshot::{self, Revived},
            write::{self, Change, Writer},
        },
    },
    database::TenantTransaction,
    error::{Detail, Error, Result},
    http::{answer::Answer, path},
    idempotency::IdempotencyKey,
    openapi::{self, Success},
    state::AppState,
};

/// Undo a merge
///
/// The contacts that were merged come back with their ids, as they were, and lead to the survivor no longer. Of the
/// survivor goes back what the merge changed and nobody changed since; other changes stay. From a list that was changed
/// since goes what the merge added, and what it took comes back. Tags, companies, groups, channels and fields are as
/// they are by now: one that was deleted is left out, one that was merged is what stands for it.
///
/// It is refused with 409 where the merge was undone already, what was before is not kept any more, the survivor is not
/// there (it may have been merged itself: then that merge is undone first), or a unique value has been taken by another
/// contact since.
#[utoipa::path(
    post,
    path = "/api/v1/contacts/merges/{id}/undo",
    operation_id = "undoContactMerge",
    tag = openapi::DUPLICATES,
    params(openapi::MergeId, openapi::IdempotencyKeyHeader),
    responses(
        (status = 200, description = "Undone", body = Success<Merge>),
        openapi::ReadErrors,
        openapi::Invalid,
        openapi::Missing,
        openapi::Taken,
    ),
    security(("bearer" = ["contacts:write", "contacts:read"])),
)]
pub async fn undo_contact_merge(
    ReadAndWriteContacts(principal): ReadAndWriteContacts,
    State(state): State<AppState>,
    path::Id(id): path::Id,
    key: IdempotencyKey,
) -> Result<Response> {
    let region = state.default_region;
    let mut tx = key.begin(&state, &principal).await?;
    let survivor_id = store::survivor_of(&mut tx, id).await?.ok_or(Error::NotFound)?;
    let is_there = !write::lock(&mut tx, &[survivor_id], region).await?.is_empty();
    let (merge, kept) = store::lock(&mut tx, id).await?.ok_or(Error::NotFound)?;
    let kept = undoable(&mut tx, &merge, kept, is_there).await?;

    let references = References::find(&mut tx, &[]).await?;
    let tenant = tx.tenant();
    let now = load::load_rows(tx.on(), tenant, &[survivor_id]).await?;
    let now = now.into_iter().next().ok_or_else(lost)?;
    let now = Revived { archived: now.archived_values(), contact: now.into_contact(region) };
    let Kept { survivor, outcome, merged, redirects } = kept;
    let kept = [survivor, outcome].into_iter().chain(merged).collect();
    let mut revived = snapshot::revive(&mut tx, kept, region).await?.into_iter();
    let (before, outcome) = revived.next().zip(revived.next()).ok_or_else(lost)?;

    let author = Author::of_request(&principal, &state.clock);
    let mut after = separate::separate(&now.contact, &before.contact, &outcome.contact);
    after.updated_at = author.at;
    let values = separate::undo_values(&now.archived, &before.archived, &outcome.archived);
    let mut changes =
        vec![Change { before: Some(now.contact), after: Some(after), action: Action::Unmerged }];
    let mut archived: Vec<(Uuid, Vec<CustomValue>)> = Vec::new();
    for Revived { mut contact, archived: values } in revived {
        contact.updated_at = author.at;
        archived.push((contact.id, values));
        changes.push(Change { before: None, after: Some(contact), action: Action::Unmerged });
    }
    let writer = Writer { fields: references.unique_fields(), author: &author, clock: &state.clock, region };
    writer.write(&mut tx, &changes).await?;
    let (stale, fresh) = replaced(&now.archived, values);
    store::remove_archived(&mut tx, survivor_id, &stale).await?;
    archived.push((survivor_id, fresh));
    let archived: Vec<_> =
        archived.iter().flat_map(|(id, values)| values.iter().map(|value| (*id, value))).collect();
    snapshot::write_archived(&mut tx, &archived, region).await?;

    store::take_back(&mut tx, &merge.merged_ids, survivor_id, &redirects).await?;
    store::note_undone(&mut tx, id, author.at).await?;
    let merge = Merge { undone_at: Some(author.at), is_undoable: false, ..merge };
    let answer = Answer::success(StatusCode::OK, "undoing merge", &merge)?;
    key.commit_change(tx, write::growth(&changes), answer, &[]).await
}

/// What is kept of a merge, where it can be undone.
async fn undoable(
    tx: &mut TenantTransaction,
    merge: &Merge,
    kept: Option<String>,
    is_there: bool,
) -> Result<Kept> {
    let refused = |code, message: &str| Error::Conflict {
        message: message.into(),
        details: vec![Detail::new("id", code, message)],
    };
    if merge.undone_at.is_some() {
        return Err(refused("undone", "the merge was undone already"));
    }
    let Some(kept) = kept else {
        let message = "the merge cannot be undone any more: what was before is no longer kept";
        return Err(refused("not_kept", message));
    };
    if !is_there {
        return Err(match redirect::missing(tx, merge.survivor_id).await? {
            Error::NotFound => refused("unknown_contact", "the surviving contact is not there any more"),
            other => other,
        });
    }
    Ok(serde_json::from_str(&kept)?)
}

/// The fields whose values go, and the values that come, for `before` to become `after`.
fn replaced(before: &[CustomValue], mut after: Vec<CustomValue>) -> (Vec<Uuid>, Vec<CustomValue>) {
    let stale = before.iter().filter(|value| !after.contains(value)).map(|value| value.field_id).collect();
    after.retain(|value| !before.contains(value));
    (stale, after)
}

fn lost() -> Error {
    Error::Internal("a locked contact vanished while its merge was undone".into())
}
