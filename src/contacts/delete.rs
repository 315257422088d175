//! `DELETE /api/v1/contacts/{id}`

use axum::{extract::State, response::Response};
use uuid::Uuid;

use super::{
    erase,
    history::{Action, Author},
    record::{
        document,
        write::{self, Change, Writer},
    },
    trash::{self, Whereabouts},
};
use crate::{
    auth::{Principal, Scope, WriteContacts},
    database::TenantTransaction,
    domain::Region,
    error::{Error, Problems, Result},
    http::{
        envelope::{self, Acknowledged},
        etag::IfMatch,
        path,
        query::Query,
    },
    openapi,
    state::AppState,
};

/// Delete a contact
///
/// It goes to the trash: no other call finds it, and its unique values are free again. Companies and tags stay. From the
/// trash it can be restored until it has been there for `TRASH_RETENTION_DAYS`.
///
/// With `permanent=true` it is erased for good, also from the trash, with its history and every answer that is kept for
/// an `Idempotency-Key`, and with what was merged into it. That cannot be undone, and needs the scope `contacts:erase`
/// besides.
#[utoipa::path(
    delete,
    path = "/api/v1/contacts/{id}",
    operation_id = "deleteContact",
    tag = openapi::CONTACTS,
    params(openapi::ContactId, openapi::Permanent, openapi::IfMatchHeader),
    responses(
        (
            status = 200,
            description = "Deleted, or erased",
            body = Acknowledged,
            examples(
                ("deleted" = (summary = "It is in the trash", value = json!({
                    "status": "success", "message": "deleting contact", "data": null,
                }))),
                ("erased" = (summary = "It is gone for good", value = json!({
                    "status": "success", "message": "erasing contact", "data": null,
                }))),
            ),
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
    query: Query,
) -> Result<Response> {
    let mut problems = Problems::default();
    let is_permanent = query.flag("permanent", "not_an_option", &mut problems).unwrap_or_default();
    problems.into_result()?;
    if is_permanent {
        principal.demand(Scope::EraseContacts)?;
        erase_contact(&state, &principal, id, &if_match).await?;
        return Ok(envelope::acknowledged("erasing contact"));
    }
    let mut tx = state.database.begin(principal.tenant).await?;
    let before = write::lock_and_check(&mut tx, id, &if_match, state.default_region).await?.contact;
    let author = Author::of_request(&principal, &state.clock);
    trash::put(&mut tx, &[id], &author).await?;
    let change = Change { before: Some(before), after: None, action: Action::Deleted };
    let writer = Writer { fields: &[], author: &author, clock: &state.clock, region: state.default_region };
    writer.write(&mut tx, &[change]).await?;
    tx.commit_change(-1).await?;
    Ok(envelope::acknowledged("deleting contact"))
}

/// Erases a contact, wherever it is.
async fn erase_contact(state: &AppState, principal: &Principal, id: Uuid, if_match: &IfMatch) -> Result<()> {
    let mut tx = state.database.begin(principal.tenant).await?;
    lock(&mut tx, id, if_match, state.default_region).await?;
    let erased = erase::erase(&mut tx, &[id]).await?;
    tx.commit_change(-erased.live).await
}

/// Locks a contact, in the trash too, of which `If-Match` must hold.
async fn lock(
    tx: &mut TenantTransaction,
    id: Uuid,
    if_match: &IfMatch,
    region: Option<Region>,
) -> Result<()> {
    match write::lock_and_check(tx, id, if_match, region).await {
        Err(Error::NotFound) => {}
        found => return found.map(|_| ()),
    }
    if let Some(trashed) = trash::lock(tx, id).await? {
        return if_match.check(&document::render(&trashed.into_contact(region))?);
    }
    // It was looked for in one place after the other, and may have moved meanwhile.
    match trash::whereabouts(tx, id).await? {
        Whereabouts::Nowhere => Err(Error::NotFound),
        Whereabouts::Live | Whereabouts::Trashed => Err(Error::Overtaken),
    }
}
