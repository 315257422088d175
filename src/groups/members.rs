//! The members of a group: `/api/v1/groups/{id}/members`

use std::collections::{HashMap, HashSet};

use axum::{extract::State, http::StatusCode, response::Response};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    auth::{Principal, ReadContacts, WriteContacts},
    catalogue::groups::{self, Group},
    contacts::{
        self,
        find::{self, CatalogueRef, Condition, ContactFilter},
        history::Author,
        input::{MAX_GROUPS, references::References},
        list::ListParameters,
        record::{
            document::Document,
            model::Contact,
            write::{self, Change, Writer},
        },
    },
    domain::parse_id,
    error::{Error, Problems, Result},
    http::{
        answer::Answer,
        body::Body,
        path,
        query::Query,
        reader::{Placed, Reader},
    },
    idempotency::IdempotencyKey,
    openapi::{self, CursorListing, Success},
    state::AppState,
};

/// How many contacts may be named at once.
const MAX_CONTACTS: usize = 1_000;

/// Contacts that are to be members, or no longer.
#[derive(ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[expect(dead_code, reason = "describes the body; Reader reads it")]
pub struct GroupMembers {
    /// The ids of the contacts.
    #[schema(max_items = 1000, example = json!(["0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c11"]))]
    contact_ids: Vec<Uuid>,
}

/// What became of the contacts that were named.
#[derive(Debug, Serialize, ToSchema)]
pub struct MembersChanged {
    /// How many were changed.
    #[schema(example = 2)]
    changed: usize,
    /// How many were left alone, since they were what they are to be already.
    #[schema(example = 0)]
    unchanged: usize,
}

/// What happens to members.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Action {
    Add,
    Remove,
}

/// List the members of a group
///
/// The contacts that are in it, newest first; with the filters, the orders and the cursors of `GET /api/v1/contacts`.
#[utoipa::path(
    get,
    path = "/api/v1/groups/{id}/members",
    operation_id = "listGroupMembers",
    tag = openapi::GROUPS,
    params(openapi::Id, openapi::Keyword, openapi::ContactFilters, openapi::Paging, openapi::Cursoring),
    responses(
        (status = 200, description = "A page of contacts", body = CursorListing<Document<'static>>),
        openapi::ReadErrors,
        openapi::Missing,
    ),
    security(("bearer" = ["contacts:read"])),
)]
pub async fn list_group_members(
    ReadContacts(principal): ReadContacts,
    State(state): State<AppState>,
    path::Id(id): path::Id,
    query: Query,
) -> Result<Response> {
    let tenant = principal.tenant;
    groups::get(state.database.on(), tenant, id).await?.ok_or(Error::NotFound)?;
    let mut problems = Problems::default();
    let parameters = format!("{id} {}", find::fingerprint(&query));
    let request = ListParameters::from_query(&query, tenant, &parameters, &mut problems);
    let mut filter =
        ContactFilter::from_query(&state.database, tenant, &query, state.default_region, &mut problems)
            .await?;
    problems.into_result()?;
    filter.conditions.push(Condition::Group(CatalogueRef::Id(id)));
    request.answer(&state, tenant, &filter).await
}

/// Add members to a group
///
/// Up to 1,000 contacts at once, all or none of them. Those that are members already are left alone; the others change:
/// `updatedAt`, and their history. A contact is in at most 20 groups. Ids that are no contact's are 422, each named.
#[utoipa::path(
    post,
    path = "/api/v1/groups/{id}/members",
    operation_id = "addGroupMembers",
    tag = openapi::GROUPS,
    params(openapi::Id, openapi::IdempotencyKeyHeader),
    request_body(
        content = GroupMembers,
        example = json!({"contactIds": ["0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c11"]})
    ),
    responses(
        (
            status = 200,
            description = "How many were added",
            body = Success<MembersChanged>,
            example = json!({
                "status": "success", "message": "adding members", "data": {"changed": 2, "unchanged": 0},
            }),
        ),
        openapi::WriteErrors,
        openapi::Missing,
    ),
    security(("bearer" = ["contacts:write"])),
)]
pub async fn add_group_members(
    WriteContacts(principal): WriteContacts,
    State(state): State<AppState>,
    path::Id(id): path::Id,
    key: IdempotencyKey,
    body: Body,
) -> Result<Response> {
    change(&state, &principal, &key, id, body, Action::Add).await
}

/// Remove members from a group
///
/// As adding them, the other way round. Where `contact_groups` is required, a contact cannot leave its last group.
#[utoipa::path(
    post,
    path = "/api/v1/groups/{id}/members/remove",
    operation_id = "removeGroupMembers",
    tag = openapi::GROUPS,
    params(openapi::Id, openapi::IdempotencyKeyHeader),
    request_body(
        content = GroupMembers,
        example = json!({"contactIds": ["0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c11"]})
    ),
    responses(
        (
            status = 200,
            description = "How many were removed",
            body = Success<MembersChanged>,
            example = json!({
                "status": "success", "message": "removing members", "data": {"changed": 2, "unchanged": 0},
            }),
        ),
        openapi::WriteErrors,
        openapi::Missing,
    ),
    security(("bearer" = ["contacts:write"])),
)]
pub async fn remove_group_members(
    WriteContacts(principal): WriteContacts,
    State(state): State<AppState>,
    path::Id(id): path::Id,
    key: IdempotencyKey,
    body: Body,
) -> Result<Response> {
    change(&state, &principal, &key, id, body, Action::Remove).await
}

async fn change(
    state: &AppState,
    principal: &Principal,
    key: &IdempotencyKey,
    group_id: Uuid,
    body: Body,
    action: Action,
) -> Result<Response> {
    let mut problems = Problems::default();
    let named = read(body, &mut problems);
    let mut tx = key.begin(state, principal).await?;
    tx.see_catalogue().await?;
    let group = groups::get(tx.on(), principal.tenant, group_id).await?.ok_or(Error::NotFound)?;
    problems.into_result()?;

    let ids: Vec<Uuid> = named.iter().map(|placed| placed.entry).collect();
    let loaded = write::lock_and_load(&mut tx, &ids, state.default_region).await?;
    let references = References::find(&mut tx, &[]).await?;
    let mut problems = Problems::default();
    let found: HashMap<Uuid, &Contact> = loaded.iter().map(|contact| (contact.id, contact)).collect();
    let missing: Vec<_> = named.iter().filter(|placed| !found.contains_key(&placed.entry)).collect();
    contacts::note_missing(&mut tx, "contactIds", &missing, &mut problems).await?;
    let mut changes = Vec::new();
    for Placed { index, entry: id } in &named {
        let path = format!("contactIds[{index}]");
        let Some(before) = found.get(id) else { continue };
        let Some(mut after) = changed(before, &group, action) else { continue };
        let is_required = || references.required_fields().any(|field| field.system_name == "contact_groups");
        if after.groups.len() > MAX_GROUPS {
            problems.add(path, "too_many", format!("a contact is in at most {MAX_GROUPS} groups"));
        } else if after.groups.is_empty() && is_required() {
            problems.add(path, "required", "has to be in a group");
        } else {
            after.updated_at = state.clock.now();
            changes.push(Change::update((*before).clone(), after));
        }
    }
    problems.into_result()?;

    let author = Author::of_request(principal, &state.clock);
    let region = state.default_region;
    let writer = Writer { fields: references.unique_fields(), author: &author, clock: &state.clock, region };
    let counts = MembersChanged { changed: changes.len(), unchanged: named.len() - changes.len() };
    let message = match action {
        Action::Add => "adding members",
        Action::Remove => "removing members",
    };
    let answer = Answer::success(StatusCode::OK, message, &counts)?;
    if changes.is_empty() {
        return key.commit(tx, answer, &[]).await;
    }
    writer.write(&mut tx, &changes).await?;
    key.commit_change(tx, 0, answer, &[]).await
}

/// The contact as it is to be; `None` where it is so already.
fn changed(before: &Contact, group: &Group, action: Action) -> Option<Contact> {
    let is_member = before.groups.iter().any(|other| other.id == group.id);
    let mut after = before.clone();
    match action {
        Action::Add if !is_member => after.groups.push(group.clone()),
        Action::Remove if is_member => after.groups.retain(|other| other.id != group.id),
        Action::Add | Action::Remove => return None,
    }
    Some(after)
}

/// The ids that a body names, each once.
fn read(body: Body, problems: &mut Problems) -> Vec<Placed<Uuid>> {
    let mut reader = Reader::new(body, problems);
    let items = reader.required_array("contactIds", "is required", "must be an array").unwrap_or_default();
    let mut seen = HashSet::new();
    let read = |reader: &mut Reader<'_>, path: &str, item: Value| {
        let id = item.as_str().and_then(parse_id);
        if id.is_none() {
            reader.note(path, "invalid_format", "must be the id of a contact, a UUID");
        }
        id.filter(|id| seen.insert(*id))
    };
    let ids = reader.entries("contactIds", items, MAX_CONTACTS, read);
    reader.refuse_others("this call");
    ids.unwrap_or_default()
}
