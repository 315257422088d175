//! `GET /api/v1/contacts/duplicates`

use axum::{extract::State, response::Response};
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};

use super::{
    reason::Reason,
    store::{self, Found, Group},
};
use crate::{
    auth::ReadContacts,
    catalogue::companies::Company,
    contacts::{list::current, record::document::Document},
    domain::fold,
    error::{Problems, Result},
    http::{
        page::{self, Page},
        query::Query,
    },
    openapi::{self, Listing},
    state::AppState,
};

/// Contacts that may be one.
#[derive(Serialize, ToSchema)]
#[schema(as = Duplicates)]
pub struct Duplicates {
    reason: Reason,
    /// What they share: the phone in international form, or its digits where it is no number of any plan, with `;ext=` and
    /// its extension behind it; the email in lower case, its domain in ASCII; the name without case and accents.
    #[schema(example = "+18007593000")]
    value: String,
    /// The company in which they share a name.
    #[schema(required)]
    company: Option<Company>,
    /// How many they are.
    #[schema(example = 2, minimum = 2)]
    count: i64,
    /// The oldest of them, at most 20, the oldest first.
    #[schema(max_items = 20)]
    #[schema(value_type = Vec<Document<'static>>)]
    contacts: Vec<Box<RawValue>>,
}

impl Duplicates {
    fn of(group: Group, contacts: Vec<Box<RawValue>>) -> Self {
        // A long name is compared by a digest of it.
        let value = if group.reason == Reason::Name { fold(&group.name) } else { group.value };
        Self { reason: group.reason, value, company: group.company, count: group.count, contacts }
    }
}

/// What duplicates have in common.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the parameter; Query reads it")]
struct By {
    /// Only those that share this; without it, all.
    #[param(nullable = false)]
    by: Option<Reason>,
}

/// List duplicates
///
/// Contacts that may be one, in groups: those that have the same phone or the same email, and those of one company that
/// have the same name. A contact may be in several groups. By what is shared, character by character.
#[utoipa::path(
    get,
    path = "/api/v1/contacts/duplicates",
    operation_id = "listDuplicates",
    tag = openapi::DUPLICATES,
    params(By, openapi::Paging),
    responses(
        (status = 200, description = "A page of groups", body = Listing<Duplicates>),
        openapi::ReadErrors,
    ),
    security(("bearer" = ["contacts:read"])),
)]
pub async fn list_duplicates(
    ReadContacts(principal): ReadContacts,
    State(state): State<AppState>,
    query: Query,
) -> Result<Response> {
    let mut problems = Problems::default();
    let page = Page::from_query(&query, &mut problems);
    let reasons = Reason::from_query(&query, &mut problems);
    problems.into_result()?;
    let Found { total, groups, members } =
        store::find(&state.database, principal.tenant, &reasons, page).await?;
    let mut documents = current(&state, principal.tenant, members).await?.into_iter();
    let mut texts = Vec::with_capacity(groups.len());
    for group in groups {
        let contacts =
            documents.by_ref().take(group.shown).map(|document| RawValue::from_string(document.into()));
        let contacts = contacts.collect::<Result<Vec<_>, _>>()?;
        texts.push(serde_json::to_string(&Duplicates::of(group, contacts))?);
    }
    Ok(page::listing(page, total, texts))
}
