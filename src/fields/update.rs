//! `PATCH /api/v1/contacts/fields/{id}`

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};

pub use super::input::{ChangedOption, FieldPatch};
use super::{input::FieldInput, plan::Plan};
use crate::{
    auth::{ManageSettings, Principal},
    catalogue::fields::{self, Field, Stored},
    contacts::field_rules::{self, Converted, Pass},
    database::TenantTransaction,
    error::{Detail, Error, Problems, Result},
    http::{answer::Answer, body::Body, path},
    jobs::{self, Job},
    openapi::{self, Success},
    state::AppState,
};

/// Update a field
///
/// | | default fields | custom fields |
/// |---|---|---|
/// | `display_name` | yes | yes; contacts show the change |
/// | `is_required` | yes | yes |
/// | `is_unique` | yes, but for `company`, `tags`, `channel` and `contact_groups` | yes |
/// | `is_archived` | no | yes: `true` hides its values and frees the unique ones, `false` brings them back |
/// | `type` | no | yes, if every value that contacts have is one of the new type |
/// | `options` | no; those of `channel` are the channels | yes, of `select` and `multi_select`: the whole list, in order |
/// | `system_name`, `is_default` | no | no |
///
/// What is not allowed is 422, unless it is what the field has already: what `GET` returns may be sent back.
///
/// An option with a `previousValue` is renamed, and contacts that have it follow. One that is left out is removed.
///
/// A change that contacts stand in the way of is 409, and `details` name up to 20 of them by `conflictingId`: those
/// without a value where it becomes required, those that share one where it becomes unique, those whose value is none
/// of the new type, those that have an option that is to be removed. The same holds for a field that comes back from the
/// archive.
///
/// Up to 1,000 contacts show the change at once. With more of them the answer is 202, and a job goes through them; only
/// the values of a field that changes its type are always written at once.
#[utoipa::path(
    patch,
    path = "/api/v1/contacts/fields/{id}",
    operation_id = "patchContactField",
    tag = openapi::FIELDS,
    params(openapi::Id),
    request_body(content = FieldPatch, examples(
        ("name" = (summary = "Another name for people", value = json!({"display_name": "Industry"}))),
        ("rules" = (summary = "The rules", value = json!({"is_required": false, "is_unique": false}))),
    )),
    responses(
        (status = 200, description = "The field as it is now", body = Success<Field>),
        (
            status = 202,
            description = "The job that has contacts show the change",
            body = Success<Job>,
            headers(("location" = String, description = "Path of the job")),
        ),
        openapi::WriteErrors,
        openapi::Missing,
        openapi::Taken,
    ),
    security(("bearer" = ["settings:write"])),
)]
pub async fn patch_contact_field(
    ManageSettings(principal): ManageSettings,
    State(state): State<AppState>,
    path::Id(id): path::Id,
    body: Body,
) -> Result<Response> {
    let mut problems = Problems::default();
    let input = FieldInput::read_change(body, &mut problems);
    let mut tx = state.database.begin(principal.tenant).await?;
    tx.lock_catalogue().await?;
    let Stored { field, is_renaming } =
        fields::get(tx.on(), principal.tenant, id).await?.ok_or(Error::NotFound)?;
    let plan = Plan::new(field, input, &mut problems);
    problems.into_result()?;
    let message = "updating field";
    if plan.is_empty() {
        return Ok(Answer::success(StatusCode::OK, message, &plan.after)?.into_response());
    }
    if is_renaming && (plan.changes_type() || plan.changes_options()) {
        return Err(Error::Conflict {
            message:
                "contacts still follow an earlier change of its options; try again when that job has ended"
                    .into(),
            details: Vec::new(),
        });
    }
    let job = carry_out(&mut tx, &plan, &state, &principal).await?;
    jobs::commit(tx, &state, None, message, job, &plan.after).await
}

/// Writes the change and what follows from it. Whatever contacts might stand in the way of is looked at again once it is
/// counted, when nobody else commits any more.
async fn carry_out(
    tx: &mut TenantTransaction,
    plan: &Plan,
    state: &AppState,
    principal: &Principal,
) -> Result<Option<Job>> {
    let (field, region) = (&plan.after, state.default_region);
    check(tx, plan).await?;
    fields::update(tx, field, &state.clock).await?;
    if plan.changes_options() {
        fields::write_options(tx, field, &plan.renames).await?;
    }
    if let Some(step) = plan.step() {
        fields::add_step(tx, field.id, &step).await?;
    }
    let mut converted = None;
    if plan.changes_type() {
        let Converted { contacts, offenders } =
            field_rules::convert(tx, field, plan.before.field_type, region).await?;
        if !offenders.is_empty() {
            return Err(conflict(format!("there are values that are no {}", field.field_type), offenders));
        }
        converted = Some(contacts);
    }
    if plan.gives_up() {
        field_rules::give_up(tx, field.id).await?;
    }
    if plan.takes_again() {
        // Of earlier times, when it was unique, too.
        field_rules::give_up(tx, field.id).await?;
        claim(tx, field, state, Pass::First).await?;
    }

    let job = match plan.propagation() {
        Some(change) => {
            let scope = change.scope(tx).await?;
            change.carry_out(tx, scope, state, principal).await?
        }
        None => {
            tx.count_change(0, true).await?;
            None
        }
    };
    check(tx, plan).await?;
    if let Some(contacts) = converted
        && contacts != field_rules::count_with_value(tx, field.id).await?
    {
        return Err(Error::Overtaken);
    }
    if plan.takes_again() {
        claim(tx, field, state, Pass::Last).await?;
    }
    Ok(job)
}

/// No contact stands in the way of the new rules.
async fn check(tx: &mut TenantTransaction, plan: &Plan) -> Result<()> {
    if plan.begins_to_demand() {
        let offenders = field_rules::lacking(tx, &plan.after).await?;
        if !offenders.is_empty() {
            return Err(lacking_values(offenders));
        }
    }
    if !plan.removed.is_empty() {
        let removed: Vec<&str> = plan.removed.iter().map(String::as_str).collect();
        let (count, offenders) = field_rules::with_options(tx, plan.after.id, &removed).await?;
        if count > 0 {
            let contacts =
                if count == 1 { "1 contact has".to_owned() } else { format!("{count} contacts have") };
            return Err(conflict(format!("{contacts} an option that is to be removed"), offenders));
        }
    }
    Ok(())
}

async fn claim(tx: &mut TenantTransaction, field: &Field, state: &AppState, pass: Pass) -> Result<()> {
    let offenders = field_rules::claim(tx, field, state.default_region, pass).await?;
    if offenders.is_empty() {
        return Ok(());
    }
    Err(conflict("there are contacts that share a value, so it cannot be unique".into(), offenders))
}

/// What a field that becomes required is refused with.
pub(super) fn lacking_values(offenders: Vec<Detail>) -> Error {
    conflict("there are contacts without a value, so it cannot be required".into(), offenders)
}

fn conflict(message: String, details: Vec<Detail>) -> Error {
    Error::Conflict { message, details }
}
