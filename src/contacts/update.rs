//! `PUT /api/v1/contacts/{id}` and `PATCH /api/v1/contacts/{id}`

use axum::{extract::State, response::Response};
use uuid::Uuid;

use super::{
    history::Author,
    input::{ContactInput, Purpose, apply, references::References},
    record::{
        document,
        model::{Contact, CustomValue},
        write::{self, Change, Writer},
    },
    schema::{ContactPatch, ContactPut},
};
use crate::{
    auth::{Principal, WriteContacts},
    clock::Clock,
    domain::Region,
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

/// Update a contact, naming the fields
///
/// `specific_update_fields` is required: only the fields it names change; `[]` means all that the body has.
/// Null clears a field, lists are replaced whole, `customFields` changes only the keys given. What `GET`
/// returns may be sent back.
#[utoipa::path(
    put,
    path = "/api/v1/contacts/{id}",
    operation_id = "updateContact",
    tag = openapi::CONTACTS,
    params(openapi::ContactId, openapi::IfMatchHeader),
    request_body(content(
        (ContactPut = "application/json", examples(
            ("all" = (summary = "All that the body has", value = json!({
                "specific_update_fields": [], "notes": "Moved to Mandalay.", "address": null,
            }))),
            ("some" = (summary = "Some of what the body has", value = json!({
                "specific_update_fields": ["company"], "name": "Frank McCallister", "company": "K-Link",
            }))),
        )),
        (ContactPut = "application/x-www-form-urlencoded"),
    )),
    responses(
        (
            status = 200,
            description = "Updated",
            body = Acknowledged,
            headers(("etag" = String, description = "The contact's, as it is now")),
        ),
        openapi::WriteErrors,
        openapi::Missing,
        openapi::Taken,
        openapi::Outdated,
    ),
    security(("bearer" = ["contacts:write"])),
)]
pub async fn put_contact(
    WriteContacts(principal): WriteContacts,
    State(state): State<AppState>,
    path::Id(id): path::Id,
    if_match: IfMatch,
    body: Body,
) -> Result<Response> {
    let mut problems = Problems::default();
    let input = ContactInput::read(body, Purpose::Put, state.default_region, &mut problems);
    let tag = update(&state, &principal, id, &if_match, input, problems).await?;
    Ok(etag::tagged(tag, envelope::acknowledged("updating contact")))
}

/// Update a contact
///
/// Changes the fields that the body has; with `specific_update_fields` only those of them that it names. Null clears
/// a field, lists are replaced whole, `customFields` changes only the keys given.
#[utoipa::path(
    patch,
    path = "/api/v1/contacts/{id}",
    operation_id = "patchContact",
    tag = openapi::CONTACTS,
    params(openapi::ContactId, openapi::IfMatchHeader),
    request_body(content(
        (ContactPatch = "application/json", examples(
            ("notes" = (summary = "A text", value = json!({"notes": "Moved to Mandalay."}))),
            ("phones" = (summary = "A list, as a whole", value = json!({
                "phone": [{"phone": "1-800-759-3000"}, {"phone": "+95 9 797 877 765", "isPrimary": true}],
            }))),
            ("nothing" = (summary = "Clear a field", value = json!({"company": null}))),
        )),
        (ContactPatch = "application/x-www-form-urlencoded"),
    )),
    responses(
        (
            status = 200,
            description = "Updated",
            body = Acknowledged,
            headers(("etag" = String, description = "The contact's, as it is now")),
        ),
        openapi::WriteErrors,
        openapi::Missing,
        openapi::Taken,
        openapi::Outdated,
    ),
    security(("bearer" = ["contacts:write"])),
)]
pub async fn patch_contact(
    WriteContacts(principal): WriteContacts,
    State(state): State<AppState>,
    path::Id(id): path::Id,
    if_match: IfMatch,
    body: Body,
) -> Result<Response> {
    let mut problems = Problems::default();
    let input = ContactInput::read(body, Purpose::Patch, state.default_region, &mut problems);
    let tag = update(&state, &principal, id, &if_match, input, problems).await?;
    Ok(etag::tagged(tag, envelope::acknowledged("updating contact")))
}

/// Changes a contact as `input` says, if that changes anything; its entity tag afterwards.
pub(super) async fn update(
    state: &AppState,
    principal: &Principal,
    id: Uuid,
    if_match: &IfMatch,
    input: ContactInput,
    mut problems: Problems,
) -> Result<String> {
    let region = state.default_region;
    let mut tx = state.database.begin(principal.tenant).await?;
    let checked = write::lock_and_check(&mut tx, id, if_match, region).await?;
    let before = &checked.contact;

    let mut references = References::find(&mut tx, &[&input]).await?;
    references.check(&mut tx, &input, Some(before), &mut problems).await?;
    let edit = Edit::read(&input, &references, region, &mut problems);
    problems.into_result()?;
    references.create_missing(&mut tx, &[&input], &state.clock).await?;
    let mut problems = Problems::default();
    let after = edit.apply_to(before, &references, &state.clock, &mut problems);
    problems.into_result()?;
    let Some(after) = after else { return Ok(etag::of(&checked.document()?)) };
    let tag = etag::of(&document::render(&after)?);

    let author = Author::of_request(principal, &state.clock);
    let writer = Writer { fields: references.unique_fields(), author: &author, clock: &state.clock, region };
    writer.write(&mut tx, &[Change::update(checked.contact, after)]).await?;
    tx.commit_change(0).await?;
    Ok(tag)
}

/// What a body changes in a contact.
pub(super) struct Edit<'a> {
    input: &'a ContactInput,
    custom_values: Vec<(Uuid, Option<CustomValue>)>,
}

impl<'a> Edit<'a> {
    /// Notes what the body would empty and may not, and reads its custom values.
    pub(super) fn read(
        input: &'a ContactInput,
        references: &References,
        region: Option<Region>,
        problems: &mut Problems,
    ) -> Self {
        let custom_values = references.custom_values(input, region, problems);
        apply::check_required_in_update(input, references, problems);
        Self { input, custom_values }
    }

    /// The contact as it is afterwards; `None` where nothing changes. Notes what only the outcome shows.
    pub(super) fn apply_to(
        self,
        before: &Contact,
        references: &References,
        clock: &Clock,
        problems: &mut Problems,
    ) -> Option<Contact> {
        self.apply_and(before, references, clock, problems, |_, _| {})
    }

    /// As [`apply_to`](Self::apply_to), with what `also` changes besides.
    pub(super) fn apply_and(
        self,
        before: &Contact,
        references: &References,
        clock: &Clock,
        problems: &mut Problems,
        also: impl FnOnce(&mut Contact, &mut Problems),
    ) -> Option<Contact> {
        let mut after = before.clone();
        apply::apply(&mut after, self.input, self.custom_values, references);
        also(&mut after, problems);
        if after == *before {
            return None;
        }
        apply::check_tags(before, &after, references, problems);
        after.updated_at = clock.now();
        Some(after)
    }
}
