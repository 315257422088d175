//! `GET /api/v1/contacts/trash/{id}`

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

use super::{TrashedDocument, store};
use crate::{
    auth::ReadContacts,
    contacts::record::document,
    error::{Error, Result},
    http::{
        envelope,
        etag::{self, IfNoneMatch},
        path,
    },
    openapi::{self, Success},
    state::AppState,
};

/// Retrieve a contact in the trash
///
/// As it was when it was deleted; its `etag` is the one that it had then.
#[utoipa::path(
    get,
    path = "/api/v1/contacts/trash/{id}",
    operation_id = "getTrashedContact",
    tag = openapi::CONTACTS,
    params(openapi::ContactId, openapi::IfNoneMatchHeader),
    responses(
        (
            status = 200,
            description = "The contact as it was",
            body = Success<TrashedDocument<'static>>,
            headers(("etag" = String, description = "The one that the contact had when it was deleted")),
        ),
        openapi::Unchanged,
        openapi::ReadErrors,
        openapi::Missing,
    ),
    security(("bearer" = ["contacts:read"])),
)]
pub async fn get_trashed_contact(
    ReadContacts(principal): ReadContacts,
    State(state): State<AppState>,
    path::Id(id): path::Id,
    if_none_match: IfNoneMatch,
) -> Result<Response> {
    let trashed = store::get(&state.database, principal.tenant, id).await?.ok_or(Error::NotFound)?;
    let (shown, contact) = trashed.render(state.default_region)?;
    let etag = etag::of(&document::render(&contact)?);
    if if_none_match.has(&etag) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, etag)]).into_response());
    }
    Ok(([(header::ETAG, etag)], envelope::success(StatusCode::OK, "contact", &shown)).into_response())
}
