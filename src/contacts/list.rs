//! `GET /api/v1/contacts` and `GET /api/v1/contacts/social-platforms/{socialPlatformId}`

use std::{borrow::Cow, collections::HashMap};

use axum::{extract::State, response::Response};
use sqlx::PgExecutor;
use uuid::Uuid;

use super::{
    find::{self, CatalogueRef, Condition, ContactFilter, Count, Position, Sort},
    record::{
        document::{self, Document, VERSION},
        load,
    },
};
use crate::{
    auth::ReadContacts,
    catalogue::companies,
    domain::{Region, SocialId, TenantId},
    error::{Error, Problems, Result},
    http::{page, path, query::Query},
    openapi::{self, CursorListing},
    read_model::StoredDocument,
    state::AppState,
};

/// List contacts
///
/// Newest first. `keyword` finds any part of a word, without regard to case or accents, in name, username,
/// emails, phones, company name and social ids; words separated by spaces must all be found. Digits with phone
/// punctuation are matched against the digits of the phones.
///
/// All filters combine with AND, and each may be given several times: `tag=vip&tag=new` is what has both. Beside those
/// listed, `cf_<name>=` finds contacts by their value in a custom field.
///
/// `page` turns pages by number; `cursor`, with the `nextCursor` of the page before, goes on from where that page
/// ended, however deep, and neither skips nor repeats a contact when others are created meanwhile.
#[utoipa::path(
    get,
    path = "/api/v1/contacts",
    operation_id = "listContacts",
    tag = openapi::CONTACTS,
    params(openapi::Keyword, openapi::ContactFilters, openapi::Paging, openapi::Cursoring),
    responses(
        (status = 200, description = "A page of contacts", body = CursorListing<Document<'static>>),
        openapi::ReadErrors,
    ),
    security(("bearer" = ["contacts:read"])),
)]
pub async fn list_contacts(
    ReadContacts(principal): ReadContacts,
    State(state): State<AppState>,
    query: Query,
) -> Result<Response> {
    let mut problems = Problems::default();
    let parameters = find::fingerprint(&query);
    let request = ListParameters::from_query(&query, principal.tenant, &parameters, &mut problems);
    let region = state.default_region;
    let filter =
        ContactFilter::from_query(&state.database, principal.tenant, &query, region, &mut problems).await?;
    problems.into_result()?;
    request.answer(&state, principal.tenant, &filter).await
}

/// Filter by social platform id
///
/// The contacts that have this id on any social platform.
#[utoipa::path(
    get,
    path = "/api/v1/contacts/social-platforms/{socialPlatformId}",
    operation_id = "listContactsBySocialPlatformId",
    tag = openapi::CONTACTS,
    params(openapi::SocialPlatformIdInPath, openapi::Paging, openapi::Cursoring),
    responses(
        (
            status = 200,
            description = "A page of contacts, perhaps empty",
            body = CursorListing<Document<'static>>,
        ),
        openapi::ReadErrors,
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
    let social_id = problems.keep("socialPlatformId", SocialId::parse(&id));
    let request = ListParameters::from_query(&query, principal.tenant, &id, &mut problems);
    problems.into_result()?;
    let conditions = social_id.map(Condition::SocialId).into_iter().collect();
    let filter = ContactFilter { keyword: None, conditions };
    request.answer(&state, principal.tenant, &filter).await
}

/// List the contacts of a company
///
/// Newest first.
#[utoipa::path(
    get,
    path = "/api/v1/companies/{id}/contacts",
    operation_id = "listCompanyContacts",
    tag = openapi::COMPANIES,
    params(openapi::Id, openapi::Paging, openapi::Cursoring),
    responses(
        (
            status = 200,
            description = "A page of contacts, perhaps empty",
            body = CursorListing<Document<'static>>,
        ),
        openapi::ReadErrors,
        openapi::Missing,
    ),
    security(("bearer" = ["contacts:read"])),
)]
pub async fn list_company_contacts(
    ReadContacts(principal): ReadContacts,
    State(state): State<AppState>,
    path::Id(id): path::Id,
    query: Query,
) -> Result<Response> {
    let mut problems = Problems::default();
    let request =
        ListParameters::from_query(&query, principal.tenant, &format!("company {id}"), &mut problems);
    problems.into_result()?;
    if !companies::exists(state.database.on(), principal.tenant, id).await? {
        return Err(Error::NotFound);
    }
    let conditions = vec![Condition::Company(CatalogueRef::Id(id))];
    request.answer(&state, principal.tenant, &ContactFilter { keyword: None, conditions }).await
}

/// What a listing is asked for, beside its filter.
pub(crate) struct ListParameters {
    sort: Sort,
    count: Count,
    position: Position,
    /// What a cursor of this listing is made for.
    parameters: String,
}

impl ListParameters {
    pub(crate) fn from_query(query: &Query, tenant: TenantId, filter: &str, problems: &mut Problems) -> Self {
        let sort = Sort::from_query(query, problems);
        let count = Count::from_query(query, problems);
        let parameters = format!("{tenant:?} {sort:?} {filter}");
        let position = Position::from_query(query, sort, &parameters, problems);
        Self { sort, count, position, parameters }
    }

    pub(crate) async fn answer(
        self,
        state: &AppState,
        tenant: TenantId,
        filter: &ContactFilter,
    ) -> Result<Response> {
        let Self { sort, count, position, parameters } = self;
        let found = find::store::find(state, tenant, filter, sort, &position, count).await?;
        let documents = found.documents()?;
        let next = found.goes_on_after.as_ref().map(|(key, id)| position.next(key, *id, &parameters));
        let documents = current(state, tenant, documents).await?;
        Ok(page::listing_with_cursor(position.page, found.total, next.as_deref(), documents))
    }
}

/// The texts of stored documents; those of an older shape are rendered again.
pub(super) async fn current<'a>(
    state: &AppState,
    tenant: TenantId,
    stored: Vec<StoredDocument<'a>>,
) -> Result<Vec<Cow<'a, str>>> {
    current_on(state.database.on(), tenant, stored, state.default_region).await
}

/// The same, by a statement of the caller's.
pub(in crate::contacts) async fn current_on<'a>(
    executor: impl PgExecutor<'_>,
    tenant: TenantId,
    stored: Vec<StoredDocument<'a>>,
    region: Option<Region>,
) -> Result<Vec<Cow<'a, str>>> {
    let outdated: Vec<Uuid> =
        stored.iter().filter(|one| one.document_version != VERSION).map(|one| one.id).collect();
    if outdated.is_empty() {
        return Ok(stored.into_iter().map(|one| one.document).collect());
    }
    let mut anew = HashMap::new();
    for contact in load::load(executor, tenant, &outdated, region).await? {
        anew.insert(contact.id, document::render(&contact)?);
    }
    Ok(stored.into_iter().map(|one| anew.remove(&one.id).map_or(one.document, Cow::Owned)).collect())
}
