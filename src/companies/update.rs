//! `PATCH /api/v1/companies/{id}`

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::Value;
use utoipa::ToSchema;

use crate::{
    auth::ManageSettings,
    catalogue::companies::{self, CompanyEntry, parse_industry},
    contacts::follow::Propagation,
    domain::{Address, CompanyName, Phone},
    error::{Error, Problems, Result},
    http::{answer::Answer, body::Body, patch::Patch, path, reader::Reader},
    jobs::{self, Job},
    openapi::{self, Success},
    state::AppState,
};

/// What is to be different in a company.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[expect(dead_code, reason = "describes the body; Reader reads it")]
pub struct CompanyPatch {
    /// Its name, unique without regard to case; something of it must be visible.
    #[schema(
        nullable = false,
        min_length = 1,
        max_length = 255,
        pattern = r"^[^\u0000]*[^\s\u0000][^\u0000]*$",
        example = "K-Link Myanmar"
    )]
    name: Option<String>,
    /// Its phone number, kept as typed. At least 3 digits (of any script) or letters, no control characters.
    #[schema(
        min_length = 3,
        max_length = 100,
        pattern = r"^[^\u0000-\u001f\u007f-\u009f]*$",
        example = "+95 1 234 567"
    )]
    phone: Option<String>,
    /// Its postal address.
    #[schema(max_length = 1000, pattern = r"^[^\u0000]*$", example = "Dagon Seikkan Township")]
    address: Option<String>,
    /// What it does.
    #[schema(max_length = 255, pattern = r"^[^\u0000]*$", example = "Telecommunications")]
    industry: Option<String>,
    /// Ignored: what `GET` returns may be sent back.
    id: Option<Value>,
    /// Ignored.
    contacts: Option<Value>,
    /// Ignored.
    created_at: Option<Value>,
    /// Ignored.
    updated_at: Option<Value>,
}

/// Update a company
///
/// Changes the fields that the body has; null clears a field. It shows at once in all contacts of the company, which are
/// found by its new name; where they are more than 1,000, the answer is 202 with a job, which reaches them one after the
/// other.
#[utoipa::path(
    patch,
    path = "/api/v1/companies/{id}",
    operation_id = "patchCompany",
    tag = openapi::COMPANIES,
    params(openapi::Id),
    request_body(content = CompanyPatch, examples(
        ("name" = (summary = "Rename it", value = json!({"name": "K-Link Myanmar"}))),
        ("industry" = (summary = "Set a field and clear another", value = json!({
            "industry": "Telecommunications", "phone": null,
        }))),
    )),
    responses(
        (status = 200, description = "The company as it is now", body = Success<CompanyEntry>),
        (
            status = 202,
            description = "It is changed, and a job shows it in the contacts",
            body = Success<Job>,
            headers(("location" = String, description = "Path of the job")),
        ),
        openapi::WriteErrors,
        openapi::Missing,
        openapi::Taken,
    ),
    security(("bearer" = ["settings:write"])),
)]
pub async fn patch_company(
    ManageSettings(principal): ManageSettings,
    State(state): State<AppState>,
    path::Id(id): path::Id,
    body: Body,
) -> Result<Response> {
    let region = state.default_region;
    let mut problems = Problems::default();
    let mut reader = Reader::new(body, &mut problems);
    reader.ignore(&["id", "contacts", "createdAt", "updatedAt"]);
    let name = reader.some_text("name", CompanyName::parse);
    let phone =
        reader.text("phone", |text| Phone::parse(text, region).map(|phone| phone.as_str().to_owned()));
    let address = reader.text("address", |text| Address::parse(text).map(|text| text.as_str().to_owned()));
    let industry = reader.text("industry", parse_industry);
    reader.refuse_others("a company");
    problems.into_result()?;

    let mut tx = state.database.begin(principal.tenant).await?;
    tx.lock_catalogue().await?;
    let tenant = tx.tenant();
    let before = companies::get(tx.on(), tenant, id).await?.ok_or(Error::NotFound)?;
    let mut after = CompanyEntry {
        phone: patched(phone, before.phone.as_ref()),
        address: patched(address, before.address.as_ref()),
        industry: patched(industry, before.industry.as_ref()),
        ..before.clone()
    };
    if let Some(name) = &name {
        name.as_str().clone_into(&mut after.name);
    }
    if after == before {
        return Ok(Answer::success(StatusCode::OK, "updating company", &before)?.into_response());
    }
    after.updated_at = state.clock.now();
    let is_renamed = after.name != before.name;
    if is_renamed {
        companies::check_free(&mut tx, &after).await?;
    }
    let change = Propagation::CompanyChanged { id, is_renamed };
    let scope = change.scope(&mut tx).await?;
    companies::update(&mut tx, &after).await?;
    let job = change.carry_out(&mut tx, scope, &state, &principal).await?;
    jobs::commit(tx, &state, None, "updating company", job, &after).await
}

fn patched(patch: Patch<String>, before: Option<&String>) -> Option<String> {
    match patch {
        Patch::Absent => before.cloned(),
        Patch::Null => None,
        Patch::Value(value) => Some(value),
    }
}
