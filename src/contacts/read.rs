//! `GET /api/v1/contacts/{id}`

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

use super::{list::current, merge, schema::ContactRead};
use crate::{
    auth::ReadContacts,
    error::{Error, Result},
    http::{
        envelope,
        etag::{self, IfNoneMatch},
        path,
    },
    openapi,
    state::AppState,
};

/// Retrieve a contact
///
/// Its `etag` changes with anything that it shows.
///
/// A contact that was merged into another is answered with that one: `data` and `etag` are that one's, and `mergedInto`
/// beside `data` has its id.
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
            body = ContactRead,
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
    let stored = match state.documents.get(&state.database, principal.tenant, id).await? {
        Some(stored) => stored,
        None => {
            merge::survivor_document(&state.database, principal.tenant, id).await?.ok_or(Error::NotFound)?
        }
    };
    let merged_into = Some(stored.id).filter(|found| *found != id);
    let document = current(&state, principal.tenant, vec![stored]).await?.pop().ok_or(Error::NotFound)?;
    let etag = etag::of(&document);
    // The caller's own cache may keep it, and asks each time whether it is still so.
    let headers = [(header::ETAG, etag.as_str()), (header::CACHE_CONTROL, "private, no-cache")];
    if if_none_match.has(&etag) {
        return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    let body = match merged_into {
        None => envelope::success(StatusCode::OK, "contact", &document),
        Some(survivor) => {
            envelope::success_beside(StatusCode::OK, "contact", &document, "mergedInto", survivor)
        }
    };
    Ok((headers, body).into_response())
}
