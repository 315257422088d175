//! `POST /api/v1/contacts/{id}/merge`

use std::collections::HashMap;

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    Kept, Redirect,
    combine::{self, Merging},
    input::{Field, MergeInput, Preference},
    redirect, store,
};
use crate::{
    auth::ReadAndWriteContacts,
    contacts::{
        history::{Action, Author},
        input::references::References,
        record::{
            document::{self, Document},
            load::{self, Rows},
            model::CustomValue,
            snapshot::{self, Revived},
            write::{self, Change, Writer},
        },
        schema::ContactMergeInput,
    },
    database::TenantTransaction,
    domain::Region,
    error::{Error, Problems, Result},
    http::{answer::Answer, body::Body, etag, path},
    idempotency::IdempotencyKey,
    openapi::{self, Success},
    state::AppState,
};

/// What a merge made.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MergeOutcome)]
pub struct Outcome<'a> {
    /// By which it can be undone; null of a dry run.
    #[schema(required, example = "0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c81")]
    merge_id: Option<Uuid>,
    /// The contact that survives, as it is afterwards.
    contact: Document<'a>,
}

/// Merge contacts
///
/// The contact of the path survives and takes over what those of `from` have, which are gone from then on. Its lists
/// (`email`, `phone`, `tags`, `contact_groups`, `platformContacts`) get those entries of the others that it does not have,
/// in their order; its own `isPrimary` stays. Every other field, and each custom field, keeps its value, or gets the first
/// that one of `from` has. `prefer` names fields that are to be as one of the contacts has them instead, lists as a
/// whole, also where it has nothing.
///
/// Reading a contact that was merged shows the survivor; writing to it is refused with 409 and names the survivor. With
/// `dryRun` nothing is changed, and the answer shows what would become of the contact; it is refused as the merge
/// would be.
#[utoipa::path(
    post,
    path = "/api/v1/contacts/{id}/merge",
    operation_id = "mergeContacts",
    tag = openapi::DUPLICATES,
    params(openapi::ContactId, openapi::IdempotencyKeyHeader),
    request_body(content = ContactMergeInput, examples(
        ("one" = (summary = "One contact into another", value = json!({
            "from": ["0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c12"],
        }))),
        ("prefer" = (summary = "With the other's name, and only its phones", value = json!({
            "from": ["0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c12"],
            "prefer": {
                "name": "0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c12",
                "phone": "0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c12",
            },
        }))),
        ("dryRun" = (summary = "Only to see what would become of it", value = json!({
            "from": ["0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c12"], "dryRun": true,
        }))),
    )),
    responses(
        (
            status = 200,
            description = "The contact that survives, as it is or would be afterwards",
            body = Success<Outcome<'static>>,
            headers(("etag" = String, description = "Of the surviving contact; a dry run has none")),
        ),
        openapi::WriteErrors,
        openapi::Missing,
        openapi::Taken,
    ),
    security(("bearer" = ["contacts:write", "contacts:read"])),
)]
pub async fn merge_contacts(
    ReadAndWriteContacts(principal): ReadAndWriteContacts,
    State(state): State<AppState>,
    path::Id(id): path::Id,
    key: IdempotencyKey,
    body: Body,
) -> Result<Response> {
    let region = state.default_region;
    let mut problems = Problems::default();
    let input = MergeInput::read(body, id, &mut problems);

    let mut tx = key.begin(&state, &principal).await?;
    let ids: Vec<Uuid> = std::iter::once(id).chain(input.from.iter().map(|placed| placed.entry)).collect();
    let parts = Parts::lock(&mut tx, &ids, region).await?;
    if !parts.rows.contains_key(&id) {
        return Err(redirect::missing(&mut tx, id).await?);
    }
    let missing: Vec<_> =
        input.from.iter().filter(|placed| !parts.rows.contains_key(&placed.entry)).collect();
    redirect::note_missing(&mut tx, "from", &missing, &mut problems).await?;
    let references = References::find(&mut tx, &[&input.custom_fields()]).await?;
    note_unknown_fields(&input, &references, &mut problems);
    problems.into_result()?;

    let mut contacts =
        ids.iter().filter_map(|id| Some(Revived::of_live(parts.rows.get(id)?.clone(), region)));
    let survivor = contacts.next().ok_or_else(|| Error::Internal("a merge lost its survivor".into()))?;
    let others: Vec<Revived> = contacts.collect();
    let mut after = Merging { survivor: &survivor, others: &others, prefer: &input.prefer }.outcome();
    let mut problems = Problems::default();
    combine::check(&survivor.contact, &after.contact, &references, &mut problems);
    problems.into_result()?;
    let author = Author::of_request(&principal, &state.clock);
    after.contact.updated_at = author.at;
    let Revived { contact: after, archived } = after;

    // From here on the survivor stands for the others: the history goes by it.
    let (merge_id, merged_ids) = (store::next_id(&mut tx, id, &state.clock).await?, &ids[1..]);
    let redirects = store::redirects(&mut tx, merged_ids).await?;
    store::redirect(&mut tx, merged_ids, id, merge_id).await?;
    let document = document::render(&after)?;
    let mut changes =
        vec![Change { before: Some(survivor.contact), after: Some(after.clone()), action: Action::Merged }];
    changes.extend(others.into_iter().map(|other| Change {
        before: Some(other.contact),
        after: None,
        action: Action::MergedAway,
    }));
    let writer = Writer { fields: references.unique_fields(), author: &author, clock: &state.clock, region };
    writer.write(&mut tx, &changes).await?;
    if input.is_dry_run {
        // What was written is rolled back.
        let outcome = Outcome { merge_id: None, contact: Document::from(&after) };
        return Ok(Answer::success(StatusCode::OK, "merging contacts would give", &outcome)?.into_response());
    }

    // What was searched of the others has data of those that led to them.
    for redirect in &redirects {
        tx.note_others(redirect.survivor_id, &[redirect.contact_id]);
    }
    let own = CustomValue::by_field(&survivor.archived);
    let taken_over = archived.iter().filter(|value| own.get(&value.field_id) != Some(value));
    let taken_over: Vec<_> = taken_over.map(|value| (id, value)).collect();
    snapshot::write_archived(&mut tx, &taken_over, region).await?;

    let kept = parts.kept(&mut tx, &ids, redirects, input.prefer).await?;
    store::insert(&mut tx, merge_id, id, merged_ids, &author, &serde_json::to_string(&kept)?).await?;
    let outcome = Outcome { merge_id: Some(merge_id), contact: Document::from(&after) };
    let answer = Answer::success(StatusCode::OK, "merging contacts", &outcome)?.tagged(etag::of(&document));
    key.commit_change(tx, write::growth(&changes), answer, &ids).await
}

/// The contacts that are merged, as far as they exist.
struct Parts {
    rows: HashMap<Uuid, Rows>,
}

impl Parts {
    async fn lock(tx: &mut TenantTransaction, ids: &[Uuid], region: Option<Region>) -> Result<Self> {
        let locked = write::lock(tx, ids, region).await?;
        let tenant = tx.tenant();
        let rows = load::load_rows(tx.on(), tenant, &locked).await?;
        Ok(Self { rows: rows.into_iter().map(|rows| (rows.id, rows)).collect() })
    }

    /// What is kept of the merge, which is written.
    async fn kept(
        mut self,
        tx: &mut TenantTransaction,
        ids: &[Uuid],
        redirects: Vec<Redirect>,
        prefer: Vec<Preference>,
    ) -> Result<Kept> {
        let tenant = tx.tenant();
        let outcome = load::load_rows(tx.on(), tenant, &ids[..1]).await?.pop();
        let mut contacts = ids.iter().filter_map(|id| self.rows.remove(id));
        match (contacts.next(), outcome) {
            (Some(survivor), Some(outcome)) => {
                Ok(Kept { survivor, outcome, merged: contacts.collect(), redirects, prefer })
            }
            _ => Err(Error::Internal("a locked contact vanished while it was merged".into())),
        }
    }
}

/// Notes the custom fields of `prefer` that do not exist.
fn note_unknown_fields(input: &MergeInput, references: &References, problems: &mut Problems) {
    for preference in &input.prefer {
        if let Field::Custom(name) = &preference.field
            && references.custom_field(name).is_none()
        {
            let path = format!("prefer.customFields.{name}");
            problems.add(path, "unknown_field", "there is no custom field of this name");
        }
    }
}
