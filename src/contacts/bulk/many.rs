//! `POST /api/v1/contacts/bulk`

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use uuid::Uuid;

use super::{
    answer::{self, BulkOutcome},
    operation::{Action, Operation},
    schema::{Atomic, BulkRequest},
    session::Session,
};
use crate::{
    auth::{Scope, WriteContacts},
    contacts::history::Author,
    database::TenantTransaction,
    domain::Region,
    error::{Problems, Result},
    http::{answer::Answer, body::Body, query::Query, reader::Reader},
    idempotency::IdempotencyKey,
    openapi::{self, Success},
    read_model::search_index,
    state::AppState,
};

/// The most operations in a request.
const MAX_OPERATIONS: usize = 1_000;

/// Above so many operations the entries of the search index are gathered.
const MANY: usize = 100;

/// Carry out many operations
///
/// Up to 1,000 of them, in a body of up to 8 MiB: `create`, `update`, `upsert`, `delete`, `tag`, `group`. What comes of
/// them is what they make one after the other; an operation that is refused leaves nothing behind and stops no other.
/// Each is answered on its own, with the status that the call of the same would have had. They become visible together.
///
/// With `atomic` either all are carried out or none is: the answer is then an error that names everything that is wrong
/// with each operation that was refused, the first 200 of it, by its place (`operations[3].contact.email[0].email`): 422 if a
/// field of any is invalid, else 409.
///
/// An `upsert` among them needs the scope `contacts:read`, too, as it tells who has a value.
#[utoipa::path(
    post,
    path = "/api/v1/contacts/bulk",
    operation_id = "bulkContacts",
    tag = openapi::CONTACTS,
    params(Atomic, openapi::IdempotencyKeyHeader),
    request_body(content = BulkRequest, examples(
        ("several" = (summary = "Something of each kind", value = json!({"operations": [
            {"action": "create", "contact": {"name": "Frank McCallister", "email": [], "phone": []}},
            {"action": "update", "id": "0198c0de-8a2f-7d40-b1c9-2f1f9f6f0a55", "contact": {"notes": null}},
            {"action": "upsert", "by": "email", "value": "may@example.com", "contact": {"name": "May"}},
            {"action": "tag", "id": "0198c0de-8a2f-7d40-b1c9-2f1f9f6f0a55", "actionType": "MERGE", "tags": ["vip"]},
            {"action": "group", "id": "0198c0de-8a2f-7d40-b1c9-2f1f9f6f0a55", "actionType": "MERGE",
             "groups": ["0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c31"]},
            {"action": "delete", "id": "0198c0de-8a2f-7d40-b1c9-2f1f9f6f0a56"},
        ]}))),
        ("atomic" = (summary = "All or nothing", value = json!({"atomic": true, "operations": [
            {"action": "create", "contact": {"name": "May", "email": [], "phone": []}},
            {"action": "upsert", "by": "phone", "value": "1-800-759-3000", "contact": {"name": "Frank"}},
        ]}))),
    )),
    responses(
        (
            status = 200,
            description = "What became of each",
            body = Success<BulkOutcome>,
            example = json!({"status": "success", "message": "carrying out operations", "data": {
                "succeeded": 1, "failed": 1, "results": [
                    {"index": 0, "status": 201, "id": "0198c0de-8a2f-7d40-b1c9-2f1f9f6f0a55", "error": null},
                    {"index": 1, "status": 404, "id": "0198c0de-8a2f-7d40-b1c9-2f1f9f6f0a56",
                     "error": {"type": "not_found", "message": "not found", "details": []}},
                ],
            }}),
        ),
        openapi::WriteErrors,
        openapi::Taken,
    ),
    security(("bearer" = ["contacts:write"])),
)]
pub async fn bulk_contacts(
    WriteContacts(principal): WriteContacts,
    State(state): State<AppState>,
    key: IdempotencyKey,
    query: Query,
    body: Body,
) -> Result<Response> {
    let mut problems = Problems::default();
    let BulkInput { is_atomic, mut operations } =
        BulkInput::read(body, &query, state.default_region, &mut problems);
    problems.into_result()?;
    // Its answer tells who has the value.
    if operations.iter().any(|operation| matches!(operation.action, Action::Upsert(_))) {
        principal.demand(Scope::ReadContacts)?;
    }

    let mut tx = key.begin(&state, &principal).await?;
    let gathers = operations.len() > MANY;
    if gathers {
        search_index::gather_entries(&mut tx).await?;
    }
    let author = Author::of_request(&principal, &state.clock);
    let mut session = Session::begin(&mut tx, &state, &author, &mut operations).await?;
    let mut outcomes = Vec::with_capacity(operations.len());
    for operation in &mut operations {
        let outcome = session.carry_out(&mut tx, operation).await?;
        outcomes.push((operation.id(), outcome));
    }
    if is_atomic && outcomes.iter().any(|(_, outcome)| outcome.is_err()) {
        return answer::refusal(outcomes).map_or_else(|| Ok(().into_response()), Err);
    }
    let growth = session.write(&mut tx).await?;
    let outcome = BulkOutcome::new(outcomes);
    let answer = Answer::success(StatusCode::OK, "carrying out operations", &outcome)?;
    let response = commit(&key, tx, growth, answer, &outcome.contact_ids()).await?;
    if gathers {
        // The caller need not wait for it.
        let database = state.database.clone();
        tokio::spawn(async move { search_index::sort_entries_in(&database).await });
    }
    Ok(response)
}

/// Commits what a session wrote, with the answer for repetitions of the request.
pub(super) async fn commit(
    key: &IdempotencyKey,
    mut tx: TenantTransaction,
    growth: Option<i64>,
    answer: Answer,
    contact_ids: &[Uuid],
) -> Result<Response> {
    if let Some(growth) = growth {
        return key.commit_change(tx, growth, answer, contact_ids).await;
    }
    key.keep(&mut tx, &answer, contact_ids).await?;
    tx.commit().await?;
    Ok(answer.into_response())
}

/// What a caller says of many operations.
struct BulkInput {
    is_atomic: bool,
    operations: Vec<Operation>,
}

impl BulkInput {
    fn read(body: Body, query: &Query, region: Option<Region>, problems: &mut Problems) -> Self {
        let of_query = query.flag("atomic", "wrong_type", problems).unwrap_or_default();
        let mut reader = Reader::new(body, problems);
        let of_body = reader.flag("atomic");
        let missing = "is required: an array of operations";
        let mut operations = reader
            .required_array("operations", missing, "must be an array of operations")
            .unwrap_or_default();
        if operations.len() > MAX_OPERATIONS {
            reader.note("operations", "too_many", format!("must have at most {MAX_OPERATIONS} operations"));
            operations.clear();
        }
        reader.refuse_unknown(&["atomic", "operations"]);
        let is_form = reader.is_form();
        let read = |(index, value)| {
            Operation::read(reader.structured(&format!("operations[{index}]"), value), is_form, region)
        };
        let operations = operations.into_iter().enumerate().map(read).collect();
        Self { is_atomic: of_query || of_body, operations }
    }
}
