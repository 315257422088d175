//! `PUT /api/v1/contacts/{id}` and `PATCH /api/v1/contacts/{id}`

use axum::{extract::State, response::Response};
use uuid::Uuid;

use super::{
    apply,
    batch::{Batch, Lists},
    input::{ContactInput, Purpose},
    load,
    references::References,
    rewrite,
    schema::{ContactPatch, ContactPut},
    store, unique,
};
use crate::{
    auth::{Principal, WriteContacts},
    error::{Error, Problems, Result},
    http::{
        body::Fields,
        envelope::{self, Acknowledged},
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
    params(openapi::ContactId),
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
        (status = 200, description = "Updated", body = Acknowledged),
        openapi::WriteErrors,
        openapi::Missing,
        openapi::Taken,
    ),
    security(("bearer" = ["contacts:write"])),
)]
pub async fn put_contact(
    WriteContacts(principal): WriteContacts,
    State(state): State<AppState>,
    path::Id(id): path::Id,
    fields: Fields,
) -> Result<Response> {
    let mut problems = Problems::default();
    let input = ContactInput::read(fields, Purpose::Put, state.default_region, &mut problems);
    update(&state, &principal, id, input, problems).await?;
    Ok(envelope::acknowledged("updating contact"))
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
    params(openapi::ContactId),
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
        (status = 200, description = "Updated", body = Acknowledged),
        openapi::WriteErrors,
        openapi::Missing,
        openapi::Taken,
    ),
    security(("bearer" = ["contacts:write"])),
)]
pub async fn patch_contact(
    WriteContacts(principal): WriteContacts,
    State(state): State<AppState>,
    path::Id(id): path::Id,
    fields: Fields,
) -> Result<Response> {
    let mut problems = Problems::default();
    let input = ContactInput::read(fields, Purpose::Patch, state.default_region, &mut problems);
    update(&state, &principal, id, input, problems).await?;
    Ok(envelope::acknowledged("updating contact"))
}

/// Changes a contact as `input` says, if that changes anything.
pub(super) async fn update(
    state: &AppState,
    principal: &Principal,
    id: Uuid,
    input: ContactInput,
    mut problems: Problems,
) -> Result<()> {
    let region = state.default_region;
    let mut tx = state.database.begin(principal.tenant).await?;
    // The lock comes in a statement of its own: what is read behind it is then what it guards.
    if !store::lock(&mut tx, id).await? {
        return Err(Error::NotFound);
    }
    let before = load::load(tx.on(), principal.tenant, &[id], region).await?.pop().ok_or(Error::NotFound)?;

    let mut references = References::find(&mut tx, &input, false).await?;
    references.check(&mut tx, &input, &mut problems).await?;
    let custom_values = references.custom_values(&input, region, &mut problems);
    apply::check_required_in_update(&input, &references, &mut problems);
    problems.into_result()?;
    references.create_missing(&mut tx, &input, &state.clock).await?;

    let mut after = before.clone();
    apply::apply(&mut after, input, custom_values, &references);
    if after == before {
        return Ok(());
    }
    let mut problems = Problems::default();
    apply::check_tags(&before, &after, &references, &mut problems);
    problems.into_result()?;
    after.updated_at = state.clock.now();

    let old_claims = unique::claims(&before, &references.fields, region);
    let new_claims = unique::claims(&after, &references.fields, region);
    let (unique_fields, new_claims) = unique::changes(&old_claims, new_claims);
    let lists = Lists::changed(&before, &after);
    rewrite::row(&mut tx, &after).await?;
    let search_text = after.search_text();
    if search_text != before.search_text() {
        rewrite::search(&mut tx, id, after.created_at, &search_text).await?;
    }
    if lists.any() || !unique_fields.is_empty() {
        let mut batch = Batch::default();
        batch.add_lists(&after, lists, region);
        batch.add_claims(after.id, &new_claims);
        rewrite::clear_lists(&mut tx, after.id, lists, &unique_fields).await?;
        batch.insert(&mut tx).await?;
    }
    tx.commit_change(0).await
}
