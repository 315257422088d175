//! `POST /api/v1/contacts/bulk/by-filter`: at once where few contacts pass the filter, else by a job.

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::Value;
use uuid::Uuid;

use super::{
    filtered::{self, ByFilter},
    many::commit,
    named::Named,
    operation::{Action, Operation},
    schema::{BulkByFilterOutcome, BulkByFilterRequest},
};
use crate::{
    auth::ReadAndWriteContacts,
    contacts::{
        find::{self, Among, ContactFilter},
        follow::AT_ONCE,
        history::Author,
        input::{TagAction, references::References},
        update::Edit,
    },
    database::TenantTransaction,
    domain::TenantId,
    error::{Problems, Result},
    http::{
        answer::Answer,
        body::Body,
        query::Query,
        reader::{Reader, shown},
    },
    idempotency::IdempotencyKey,
    jobs::{self, Job},
    openapi::{self, Success},
    state::AppState,
};

/// Do one thing with all contacts that pass a filter
///
/// `delete` moves them to the trash; `tag`, with `actionType` and `tags`, and `group`, with `actionType` and `groups`,
/// change these lists; `update`, with `contact`, changes them as PATCH does. The filters are those of the listing, each
/// a text or an array of texts; without any, `all` has to be true. `dryRun` only counts.
///
/// Up to 1,000 contacts are changed at once. More of them are left to a job, which goes through those that were created
/// before it, by their ids, and changes those that pass the filter by the time it comes to them. What the filter and the
/// operation name is what was called so when the job was made: it may be renamed or merged meanwhile. `done` counts the
/// contacts that it came to. A contact that cannot be
/// changed (the 51st tag, a unique value) is counted as failed and stops nothing.
#[utoipa::path(
    post,
    path = "/api/v1/contacts/bulk/by-filter",
    operation_id = "bulkContactsByFilter",
    tag = openapi::CONTACTS,
    params(openapi::IdempotencyKeyHeader),
    request_body(content = BulkByFilterRequest, examples(
        ("dryRun" = (summary = "How many it would be", value = json!({
            "filter": {"tag": "lapsed", "updatedBefore": "2025-01-01T00:00:00Z"}, "action": "delete", "dryRun": true,
        }))),
        ("tag" = (summary = "Tag the contacts of a company", value = json!({
            "filter": {"company": "K-Link", "has": ["email", "phone"]},
            "action": "tag", "actionType": "MERGE", "tags": ["partner"],
        }))),
        ("group" = (summary = "Take contacts out of a group", value = json!({
            "filter": {"group": "new", "createdBefore": "2025-01-01T00:00:00Z"},
            "action": "group", "actionType": "REMOVE",
            "groups": ["0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c31"],
        }))),
    )),
    responses(
        (
            status = 200,
            description = "Done, or counted with `dryRun`",
            body = Success<BulkByFilterOutcome>,
            example = json!({
                "status": "success", "message": "changing contacts",
                "data": {"matched": 42, "changed": 41, "failed": 0},
            }),
        ),
        (
            status = 202,
            description = "More than 1,000 contacts: a job does it",
            body = Success<Job>,
            headers(("location" = String, description = "Path of the job")),
        ),
        openapi::WriteErrors,
    ),
    security(("bearer" = ["contacts:write", "contacts:read"])),
)]
pub async fn bulk_contacts_by_filter(
    ReadAndWriteContacts(principal): ReadAndWriteContacts,
    State(state): State<AppState>,
    key: IdempotencyKey,
    body: Body,
) -> Result<Response> {
    let mut problems = Problems::default();
    let input = ByFilterInput::read(body, &mut problems);
    let mut operation = Operation::read_for_any(input.operation.clone(), state.default_region);
    let mut settled = input.filter(&state, principal.tenant, &mut problems).await?;

    let mut tx = key.begin(&state, &principal).await?;
    let mut references = check(&mut tx, &state, &mut operation, &mut problems).await?;
    problems.into_result()?;
    settled.settle(&mut tx).await?;
    let filter = settled.current(&mut tx, state.default_region).await?;
    let until = state.clock.now();
    let among = Among::CreatedUntil(until, Uuid::nil());
    if input.is_dry_run {
        let matched = find::store::count(&mut tx, &filter, among).await?;
        let outcome = BulkByFilterOutcome { matched, changed: None, failed: None };
        return Ok(Answer::success(StatusCode::OK, "counting contacts", &outcome)?.into_response());
    }
    let ids = find::store::ids(&mut tx, &filter, among, AT_ONCE + 1).await?;
    if ids.len() > AT_ONCE {
        let total = find::store::count(&mut tx, &filter, among).await?;
        references.create_missing(&mut tx, &[&operation.input], &state.clock).await?;
        let named = Named::of(&operation.input, &references);
        let Body { fields: operation, is_form } = input.operation;
        let task = ByFilter { filter: settled, until, operation, is_form, named };
        let job = jobs::insert(&mut tx, &task, total, &state, &principal).await?;
        let answer = Answer::success(StatusCode::ACCEPTED, "changing contacts", &job)?.at(job.path());
        key.keep(&mut tx, &answer, &[]).await?;
        tx.commit_change(0).await?;
        state.new_jobs.notify_one();
        return Ok(answer.into_response());
    }
    let author = Author::of_request(&principal, &state.clock);
    let done = filtered::change(&mut tx, &state, &author, &filter, &operation, &ids).await?;
    let outcome = BulkByFilterOutcome {
        matched: i64::try_from(done.matched).unwrap_or(i64::MAX),
        changed: Some(done.changed),
        failed: Some(done.failed),
    };
    let answer = Answer::success(StatusCode::OK, "changing contacts", &outcome)?;
    commit(&key, tx, done.growth, answer, &[]).await
}

/// What a caller says of an operation on the contacts that pass a filter.
struct ByFilterInput {
    /// As parameters of a listing.
    conditions: Vec<(String, String)>,
    is_all: bool,
    is_dry_run: bool,
    /// What else the body has.
    operation: Body,
}

impl ByFilterInput {
    fn read(body: Body, problems: &mut Problems) -> Self {
        let mut reader = Reader::new(body, problems);
        let is_all = reader.flag("all");
        let is_dry_run = reader.flag("dryRun");
        let mut conditions = Vec::new();
        match reader.take("filter") {
            None | Some(Value::Null) => {}
            Some(Value::Object(filter)) => {
                for (name, value) in filter {
                    read_condition(&name, value, &mut conditions, &mut reader);
                }
            }
            Some(_) => reader.note("filter", "wrong_type", "must be an object of filters"),
        }
        if is_all && !conditions.is_empty() {
            reader.note("all", "contradiction", "is for no filter at all, and there is one");
        }
        Self { conditions, is_all, is_dry_run, operation: reader.rest() }
    }

    /// The filter, which is empty only where that was said.
    async fn filter(
        &self,
        state: &AppState,
        tenant: TenantId,
        problems: &mut Problems,
    ) -> Result<ContactFilter> {
        let query: Query = self.conditions.iter().cloned().collect();
        let mut own = Problems::default();
        let filter =
            ContactFilter::from_query(&state.database, tenant, &query, state.default_region, &mut own)
                .await?;
        if filter.keyword.is_none() && query.get("keyword").is_some() && own.is_empty() {
            own.add("keyword", "blank", "has nothing that can be searched for");
        }
        let is_refused = !own.is_empty() || problems.concern("filter");
        problems.add_all(own, |field| format!("filter.{field}"));
        if filter.is_empty() && !self.is_all && !is_refused {
            let message =
                "is required: what contacts are to have; or `all`: true, for every contact there is";
            problems.add("filter", "required", message);
        }
        Ok(filter)
    }
}

fn read_condition(name: &str, value: Value, conditions: &mut Vec<(String, String)>, reader: &mut Reader<'_>) {
    let path = format!("filter.{}", shown(name));
    let name = openapi::name_of_filter(name);
    if !find::is_filter(name) {
        let message =
            format!("must be one of {}, or the cf_ name of a custom field", find::PARAMETERS.join(", "));
        return reader.note(&path, "unknown_field", message);
    }
    let values = match value {
        Value::Array(values) if !values.is_empty() => values,
        value => vec![value],
    };
    for value in values {
        match value {
            // In a listing an empty one restricts nothing. Here that would be many contacts more than were meant.
            Value::String(text) if text.is_empty() => reader.note(&path, "blank", "must not be empty"),
            Value::String(text) => conditions.push((name.to_owned(), text)),
            Value::Number(_) | Value::Bool(_) => conditions.push((name.to_owned(), value.to_string())),
            _ => reader.note(&path, "wrong_type", "must be a text, or an array of texts"),
        }
    }
}

/// Notes what is wrong with an operation whatever the contact, so that it is not refused for each of them.
async fn check(
    tx: &mut TenantTransaction,
    state: &AppState,
    operation: &mut Operation,
    problems: &mut Problems,
) -> Result<References> {
    let mut own = std::mem::take(&mut operation.problems);
    let mut references = References::find(tx, &[&operation.input]).await?;
    if !matches!(operation.action, Action::Group(_, TagAction::Remove)) {
        references.check(tx, &operation.input, None, &mut own).await?;
    }
    if matches!(operation.action, Action::Update(_)) {
        Edit::read(&operation.input, None, &references, state.default_region, &mut own);
    }
    problems.add_all(std::mem::take(&mut operation.frame), str::to_owned);
    let paths = operation.paths;
    problems.add_all(own, |field| paths.of(field));
    Ok(references)
}
