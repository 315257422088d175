//! `POST /api/v1/companies/{id}/merge`

use axum::{extract::State, response::Response};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    auth::ManageSettings,
    catalogue::companies::{self, CompanyEntry},
    contacts::follow::Propagation,
    error::{Error, Result},
    http::{body::Body, path, reader},
    idempotency::IdempotencyKey,
    jobs::{self, Job},
    openapi::{self, Success},
    state::AppState,
};

/// Which company takes another's place.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "describes the body; Reader reads it")]
pub struct CompanyMerge {
    /// The id of the company that stays.
    #[schema(example = "0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c59")]
    into: Uuid,
}

/// Merge a company into another
///
/// The company of the path is gone; its contacts belong to `into`, whose name, phone, address and industry stay as they
/// are. Its name is free at once, and its id still leads to `into` where a contact names it. Where more than 1,000
/// contacts belonged to it, the answer is 202 with a job, which reaches them one after the other.
#[utoipa::path(
    post,
    path = "/api/v1/companies/{id}/merge",
    operation_id = "mergeCompany",
    tag = openapi::COMPANIES,
    params(openapi::Id, openapi::IdempotencyKeyHeader),
    request_body = CompanyMerge,
    responses(
        (status = 200, description = "The company that stays", body = Success<CompanyEntry>),
        (
            status = 202,
            description = "They are merged, and a job changes the contacts",
            body = Success<Job>,
            headers(("location" = String, description = "Path of the job")),
        ),
        openapi::WriteErrors,
        openapi::Missing,
    ),
    security(("bearer" = ["settings:write"])),
)]
pub async fn merge_company(
    ManageSettings(principal): ManageSettings,
    State(state): State<AppState>,
    path::Id(from): path::Id,
    key: IdempotencyKey,
    body: Body,
) -> Result<Response> {
    let into = reader::only_id(body, "into", "a merge")?;
    let mut tx = key.begin(&state, &principal).await?;
    tx.lock_catalogue().await?;
    let tenant = tx.tenant();
    let Some(merged) = companies::get(tx.on(), tenant, from).await? else { return Err(Error::NotFound) };
    if from == into {
        return Err(Error::invalid("into", "itself", "must be another company than the one that is merged"));
    }
    let Some(mut company) = companies::get(tx.on(), tenant, into).await? else {
        return Err(Error::invalid("into", "unknown_company", "there is no company with this id"));
    };
    company.contacts += merged.contacts;
    let change = Propagation::CompanyMerged { from, into };
    let scope = change.scope(&mut tx).await?;
    companies::retire(&mut tx, from, Some(into), state.clock.now()).await?;
    let job = change.carry_out(&mut tx, scope, &state, &principal).await?;
    jobs::commit(tx, &state, Some(&key), "merging companies", job, &company).await
}
