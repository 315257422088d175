//! `GET /api/v1/contacts/duplicates`

mod store;

use axum::{extract::State, response::Response};
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};

use self::store::{Found, Group};
use super::{list::current, record::document::Document};
use crate::{
    auth::ReadContacts,
    catalogue::companies::Company,
    domain::fold,
    error::{Problems, Result},
    http::{
        page::{self, Page},
        query::Query,
    },
    openapi::{self, Listing},
    state::AppState,
};

/// Why contacts may be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = DuplicateReason)]
pub enum Reason {
    /// They have the same phone: the same number in whatever notation.
    Phone,
    /// They have the same email, without regard to case.
    Email,
    /// They have the same name, without regard to case and accents, in the same company.
    Name,
}

impl Reason {
    const ALL: [Self; 3] = [Self::Email, Self::Name, Self::Phone];

    /// As it is sent.
    const fn as_str(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Email => "email",
            Self::Name => "name",
        }
    }

    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == name)
    }

    /// The reasons that are asked for: `by`, or all.
    fn from_query(query: &Query, problems: &mut Problems) -> Vec<Self> {
        query.refuse_repeated(&["by"], problems);
        match query.get("by").filter(|name| !name.is_empty()) {
            None => Self::ALL.to_vec(),
            Some(name) => {
                let reason = Self::named(name);
                if reason.is_none() {
                    problems.add("by", "not_an_option", "must be one of phone, email, name");
                }
                reason.into_iter().collect()
            }
        }
    }
}

/// Contacts that may be one.
#[derive(Serialize, ToSchema)]
#[schema(as = Duplicates)]
pub struct Duplicates {
    reason: Reason,
    /// What they share: the phone in international form, or its digits where it is no number of any plan; the email in
    /// lower case; the name without case and accents.
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
        openapi::Invalid,
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
