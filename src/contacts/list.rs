//! `GET /api/v1/contacts` and `GET /api/v1/contacts/social-platforms/{socialPlatformId}`

use std::collections::HashMap;

use axum::{extract::State, response::Response};
use uuid::Uuid;

use super::{
    document::{self, Document, VERSION},
    filter::{ContactFilter, PARAMETERS},
    load,
    store::{self, StoredDocument},
};
use crate::{
    auth::ReadContacts,
    domain::SocialId,
    error::{Problems, Result},
    http::{page, page::Page, path, query::Query},
    openapi::{self, Listing},
    state::AppState,
    tenants::TenantId,
};

/// List contacts
///
/// Newest first. `keyword` finds any part of a word, without regard to case or accents, in name, username,
/// emails, phones, company name and social ids; words separated by spaces must all be found. Digits with phone
/// punctuation are matched against the digits of the phones.
#[utoipa::path(
    get,
    path = "/api/v1/contacts",
    operation_id = "listContacts",
    tag = openapi::CONTACTS,
    params(openapi::Keyword, openapi::SocialPlatformId, openapi::Paging),
    responses(
        (status = 200, description = "A page of contacts", body = Listing<Document<'static>>),
        openapi::ReadErrors,
        openapi::Invalid,
    ),
    security(("bearer" = ["contacts:read"])),
)]
pub async fn list_contacts(
    ReadContacts(principal): ReadContacts,
    State(state): State<AppState>,
    query: Query,
) -> Result<Response> {
    let mut problems = Problems::default();
    query.refuse_repeated(&PARAMETERS, &mut problems);
    let page = Page::from_query(&query, &mut problems);
    let filter = ContactFilter::from_query(&query, &mut problems);
    problems.into_result()?;
    list(&state, principal.tenant, &filter, page).await
}

/// Filter by social platform id
///
/// The contacts that have this id on any social platform.
#[utoipa::path(
    get,
    path = "/api/v1/contacts/social-platforms/{socialPlatformId}",
    operation_id = "listContactsBySocialPlatformId",
    tag = openapi::CONTACTS,
    params(openapi::SocialPlatformIdInPath, openapi::Paging),
    responses(
        (status = 200, description = "A page of contacts, perhaps empty", body = Listing<Document<'static>>),
        openapi::ReadErrors,
        openapi::Invalid,
        openapi::Missing,
    ),
    security(("bearer" = ["contacts:read"])),
)]
pub async fn list_contacts_by_social_platform_id(
    ReadContacts(principal): ReadContacts,
    State(state): State<AppState>,
    path::Text(id): path::Text,
    query: Query,
) -> Result<Response> {
    let mut problems = Problems::default();
    let page = Page::from_query(&query, &mut problems);
    let social_platform_id = problems.keep("socialPlatformId", SocialId::parse(&id));
    problems.into_result()?;
    let filter = ContactFilter { social_platform_id, ..ContactFilter::default() };
    list(&state, principal.tenant, &filter, page).await
}

/// An unfiltered total stands in the tenant's counter; a filtered one is counted, and then tells whether
/// there is a page to look for.
async fn list(state: &AppState, tenant: TenantId, filter: &ContactFilter, page: Page) -> Result<Response> {
    let database = &state.database;
    let (total, documents) = if filter.is_empty() {
        store::list_all(database, tenant, page).await?
    } else {
        let total = store::count(database, tenant, filter).await?;
        let documents = if page.offset() < total {
            store::list_filtered(database, tenant, filter, page).await?
        } else {
            Vec::new()
        };
        (total, documents)
    };
    let documents = current(state, tenant, documents).await?;
    Ok(page::listing(page, total, documents))
}

/// The texts of stored documents; those of an older shape are rendered anew.
pub(super) async fn current(
    state: &AppState,
    tenant: TenantId,
    stored: Vec<StoredDocument>,
) -> Result<Vec<String>> {
    let outdated: Vec<Uuid> =
        stored.iter().filter(|one| one.document_version != VERSION).map(|one| one.id).collect();
    if outdated.is_empty() {
        return Ok(stored.into_iter().map(|one| one.document).collect());
    }
    let mut anew = HashMap::new();
    for contact in load::load(state.database.on(), tenant, &outdated, state.default_region).await? {
        anew.insert(contact.id, document::render(&contact)?);
    }
    Ok(stored.into_iter().map(|one| anew.remove(&one.id).unwrap_or(one.document)).collect())
}
