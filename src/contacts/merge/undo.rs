//! `POST /api/v1/contacts/merges/{id}/undo`

use axum::{extract::State, http::StatusCode, response::Response};
use uuid::Uuid;

use super::{
    Kept, Merge, redirect,
    separate::{self, Stage},
    store,
};
use crate::{
    auth::ReadAndWriteContacts,
    contacts::{
        history::{Action, Author},
        input::references::References,
        record::{
            load::{self, Rows},
            model::CustomValue,
            snapshot::{self, Catalogue, Revived},
            write::{self, Change, Writer},
        },
    },
    database::TenantTransaction,
    domain::Region,
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
/// since goes what the merge added, and what it took comes back. Later merges stand: merges are undone in any order. Tags,
/// companies, groups, channels and fields are as they are by now: one that was deleted is left out, one that was merged is
/// what stands for it.
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

    let later = store::later(&mut tx, survivor_id, id).await?;
    let references = References::find(&mut tx, &[]).await?;
    let tenant = tx.tenant();
    let now = load::load_rows(tx.on(), tenant, &[survivor_id]).await?;
    let now = Revived::of_live(now.into_iter().next().ok_or_else(lost)?, region);
    let kept_rows = later.iter().map(|(_, kept)| kept).chain([&kept]).flat_map(Kept::rows);
    let catalogue = Catalogue::find(&mut tx, kept_rows).await?;
    let undone = kept.stage(&catalogue, region);
    let merged = undone.merged.clone();
    let mut stages: Vec<Stage> = later.iter().map(|(_, kept)| kept.stage(&catalogue, region)).collect();

    let author = Author::of_request(&principal, &state.clock);
    let Revived { contact: mut after, archived } = separate::separate(&now, undone, &mut stages);
    after.updated_at = author.at;
    let mut changes =
        vec![Change { before: Some(now.contact), after: Some(after), action: Action::Unmerged }];
    let (stale, fresh) = replaced(&now.archived, archived);
    let mut archived: Vec<(Uuid, CustomValue)> =
        fresh.into_iter().map(|value| (survivor_id, value)).collect();
    for Revived { mut contact, archived: values } in merged {
        contact.updated_at = author.at;
        archived.extend(values.into_iter().map(|value| (contact.id, value)));
        changes.push(Change { before: None, after: Some(contact), action: Action::Unmerged });
    }
    let writer = Writer { fields: references.unique_fields(), author: &author, clock: &state.clock, region };
    writer.write(&mut tx, &changes).await?;
    // What led to it until now is in what the history says of it.
    let led: Vec<Uuid> =
        store::redirects(&mut tx, &[survivor_id]).await?.iter().map(|redirect| redirect.contact_id).collect();
    tx.note_others(survivor_id, &led);
    for id in changes.iter().filter_map(|change| change.after.as_ref()).map(|contact| contact.id) {
        if id != survivor_id {
            tx.note_others(id, &[survivor_id]);
        }
    }
    store::remove_archived(&mut tx, survivor_id, &stale).await?;
    let archived: Vec<_> = archived.iter().map(|(id, value)| (*id, value)).collect();
    snapshot::write_archived(&mut tx, &archived, region).await?;
    for ((id, kept), stage) in later.into_iter().zip(stages) {
        let (survivor, outcome) = (catalogue.keep(&stage.before), catalogue.keep(&stage.outcome));
        store::keep(&mut tx, id, &serde_json::to_string(&Kept { survivor, outcome, ..kept })?).await?;
    }

    store::take_back(&mut tx, &merge.merged_ids, survivor_id, &kept.redirects).await?;
    store::note_undone(&mut tx, id, author.at).await?;
    let merge = Merge { undone_at: Some(author.at), is_undoable: false, ..merge };
    let answer = Answer::success(StatusCode::OK, "undoing merge", &merge)?;
    let ids: Vec<Uuid> = changes.iter().filter_map(|change| Some(change.after.as_ref()?.id)).collect();
    key.commit_change(tx, write::growth(&changes), answer, &ids).await
}

impl Kept {
    /// The contacts that it has.
    fn rows(&self) -> impl Iterator<Item = &Rows> {
        [&self.survivor, &self.outcome].into_iter().chain(&self.merged)
    }

    fn stage(&self, catalogue: &Catalogue, region: Option<Region>) -> Stage {
        let revive = |rows: &Rows| catalogue.revive(rows.clone(), region);
        Stage {
            before: revive(&self.survivor),
            outcome: revive(&self.outcome),
            merged: self.merged.iter().map(revive).collect(),
            prefer: self.prefer.clone(),
        }
    }
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
    let (old, new) = (CustomValue::by_field(before), CustomValue::by_field(&after));
    let stale = before.iter().filter(|value| new.get(&value.field_id) != Some(value));
    let stale = stale.map(|value| value.field_id).collect();
    after.retain(|value| old.get(&value.field_id) != Some(&value));
    (stale, after)
}

fn lost() -> Error {
    Error::Internal("a locked contact vanished while its merge was undone".into())
}
