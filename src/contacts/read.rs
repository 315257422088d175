//! `GET /api/v1/contacts/{id}`

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

use super::{document::Document, list::current, store};
use crate::{
    auth::ReadContacts,
    error::{Error, Result},
    http::{
        envelope,
        etag::{self, IfNoneMatch},
        path,
    },
    openapi::{self, Success},
    state::AppState,
};

/// Retrieve a contact
///
/// Its `etag` changes with anything that it shows.
#[utoipa::path(
    get,
    path = "/api/v1/contacts/{id}",
    operation_id = "getContact",
    tag = openapi::CONTACTS,
    params(openapi::ContactId, openapi::IfNoneMatchHeader),
    responses(
        (
            status = 200,
            description = "The contact",
            body = Success<Document<'static>>,
            headers(("etag" = String, description = "Changes with anything that the contact shows")),
        ),
        openapi::Unchanged,
        openapi::ReadErrors,
        openapi::Missing,
    ),
    security(("bearer" = ["contacts:read"])),
)]
pub async fn get_contact(
    ReadContacts(principal): ReadContacts,
    State(state): State<AppState>,
    path::Id(id): path::Id,
    if_none_match: IfNoneMatch,
) -> Result<Response> {
    let stored =
        store::get_document(state.database.on(), principal.tenant, id).await?.ok_or(Error::NotFound)?;
    let document = current(&state, principal.tenant, vec![stored]).await?.pop().ok_or(Error::NotFound)?;
    let etag = etag::of(&document);
    if if_none_match.has(&etag) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, etag)]).into_response());
    }
    Ok(([(header::ETAG, etag)], envelope::success(StatusCode::OK, "contact", &document)).into_response())
}
