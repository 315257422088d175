//! `POST /api/v1/contacts/fields`

use std::collections::HashSet;

use axum::{extract::State, http::StatusCode, response::Response};

pub use super::input::{FieldCreate, NewOption};
use super::{input::FieldInput, plan, update::lacking_values};
use crate::{
    auth::ManageSettings,
    catalogue::fields::{self, Field},
    contacts::field_rules,
    database::TenantTransaction,
    domain::{FieldType, SystemName},
    error::{Error, Problems, Result},
    http::{answer::Answer, body::Body},
    idempotency::IdempotencyKey,
    openapi::{self, Success},
    state::AppState,
};

/// Create a field
///
/// A custom one, the last in order. Without a `system_name` it gets one that is made of the display name, `cf_` before
/// it, and a number at its end where it is taken. A field that is required at once is refused with 409 while there are
/// contacts, which have no value of it.
#[utoipa::path(
    post,
    path = "/api/v1/contacts/fields",
    operation_id = "createContactField",
    tag = openapi::FIELDS,
    params(openapi::IdempotencyKeyHeader),
    request_body(content = FieldCreate, examples(
        ("text" = (summary = "The least there can be", value = json!({"display_name": "Sector"}))),
        ("select" = (summary = "A choice", value = json!({
            "display_name": "Level", "system_name": "cf_loyalty_level", "type": "select",
            "options": [
                {"value": "gold", "label": "Gold", "is_default": false},
                {"value": "silver", "label": "Silver", "is_default": true},
            ],
        }))),
        ("unique" = (summary = "A number of which no two contacts have the same", value = json!({
            "display_name": "Customer number", "type": "number", "is_unique": true,
        }))),
    )),
    responses(
        (
            status = 201,
            description = "The field",
            body = Success<Field>,
            headers(("location" = String, description = "Path of the new field")),
        ),
        openapi::WriteErrors,
        openapi::Taken,
    ),
    security(("bearer" = ["settings:write"])),
)]
pub async fn create_contact_field(
    ManageSettings(principal): ManageSettings,
    State(state): State<AppState>,
    key: IdempotencyKey,
    body: Body,
) -> Result<Response> {
    let mut problems = Problems::default();
    let input = FieldInput::read_new(body, &mut problems);
    let mut field = Field {
        id: state.clock.new_id(),
        system_name: input.system_name.unwrap_or_default(),
        display_name: input.display_name.unwrap_or_default(),
        field_type: input.field_type.unwrap_or(FieldType::Text),
        is_default: false,
        is_archived: false,
        is_required: input.is_required.unwrap_or_default(),
        is_unique: input.is_unique.unwrap_or_default(),
        options: input.options.unwrap_or_default().into_iter().map(|entry| entry.option).collect(),
    };
    if !problems.concern("type") {
        plan::check_options(&field, &mut problems);
    }
    problems.into_result()?;

    let mut tx = key.begin(&state, &principal).await?;
    tx.lock_catalogue().await?;
    let is_given = !field.system_name.is_empty();
    if !is_given {
        field.system_name = free_name(&mut tx, &field.display_name).await?;
    }
    match fields::create(&mut tx, &field, &state.clock).await {
        // Somebody was faster with a name that this caller did not ask for.
        Err(Error::Conflict { .. }) if !is_given => return Err(Error::Overtaken),
        made => made?,
    }
    tx.count_change(0, true).await?;
    if field.is_required {
        // Nobody else commits any more.
        let offenders = field_rules::lacking(&mut tx, &field).await?;
        if !offenders.is_empty() {
            return Err(lacking_values(offenders));
        }
    }
    let answer = Answer::success(StatusCode::CREATED, "creating field", &field)?
        .at(format!("/api/v1/contacts/fields/{}", field.id));
    key.commit(tx, answer, &[]).await
}

/// A key that no field has.
async fn free_name(tx: &mut TenantTransaction, display_name: &str) -> Result<String> {
    let name = SystemName::of_display_name(display_name);
    // Numbers may take the place of its last characters.
    let beginning: String = name.as_str().chars().take(50).collect();
    let taken: HashSet<String> = fields::system_names(tx, &beginning).await?.into_iter().collect();
    let names = std::iter::once(name.clone()).chain((2..).map(|number| name.numbered(number)));
    let free = |name: &SystemName| !taken.contains(name.as_str());
    let mut names = names.filter(free);
    names
        .next()
        .map(|name| name.as_str().to_owned())
        .ok_or_else(|| Error::Internal("there is no free name for a field".into()))
}
