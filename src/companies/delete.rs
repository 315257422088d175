//! `DELETE /api/v1/companies/{id}`

use axum::{extract::State, response::Response};

use crate::{
    auth::ManageSettings,
    catalogue::companies,
    contacts::{
        field_rules::{self, Loss},
        follow::Propagation,
    },
    error::{Detail, Error, Problems, Result},
    http::{envelope::Acknowledged, path, query::Query},
    jobs::{self, Job},
    openapi::{self, Success},
    state::AppState,
};

/// Delete a company
///
/// One that contacts belong to is deleted only with `detach=true`; they are then of no company, unless `company` is
/// required: then the answer is 409, and `details` name up to 20 of them by `conflictingId`. Its name is free at once.
/// Where they are more than 1,000, the answer is 202 with a job, which reaches them one after the other.
#[utoipa::path(
    delete,
    path = "/api/v1/companies/{id}",
    operation_id = "deleteCompany",
    tag = openapi::COMPANIES,
    params(openapi::Id, openapi::Detach),
    responses(
        (
            status = 200,
            description = "Deleted",
            body = Acknowledged,
            example = json!({"status": "success", "message": "deleting company", "data": null}),
        ),
        (
            status = 202,
            description = "It is deleted, and a job takes it off the contacts",
            body = Success<Job>,
            headers(("location" = String, description = "Path of the job")),
        ),
        openapi::ReadErrors,
        openapi::Missing,
        openapi::Taken,
    ),
    security(("bearer" = ["settings:write"])),
)]
pub async fn delete_company(
    ManageSettings(principal): ManageSettings,
    State(state): State<AppState>,
    path::Id(id): path::Id,
    query: Query,
) -> Result<Response> {
    let mut problems = Problems::default();
    let detach = query.flag("detach", "wrong_type", &mut problems).unwrap_or_default();
    problems.into_result()?;

    let mut tx = state.database.begin(principal.tenant).await?;
    tx.lock_catalogue().await?;
    if !companies::exists(tx.on(), principal.tenant, id).await? {
        return Err(Error::NotFound);
    }
    let contacts = if detach { 0 } else { companies::count_contacts(&mut tx, id).await? };
    if contacts > 0 {
        let message = match contacts {
            1 => "a contact belongs to it".to_owned(),
            contacts => format!("{contacts} contacts belong to it"),
        };
        return Err(Error::Conflict {
            message: format!("{message}; with `?detach=true` it is taken off them and deleted"),
            details: vec![Detail::new("detach", "in_use", message)],
        });
    }
    let change = Propagation::CompanyDeleted { id };
    let scope = change.scope(&mut tx).await?;
    field_rules::refuse_emptying(&mut tx, Loss::Company(id)).await?;
    companies::retire(&mut tx, id, None, state.clock.now()).await?;
    let job = change.carry_out(&mut tx, scope, &state, &principal).await?;
    field_rules::refuse_emptying(&mut tx, Loss::Company(id)).await?;
    jobs::commit(tx, &state, None, "deleting company", job, &()).await
}
