//! `POST /api/v1/companies`

use axum::{extract::State, http::StatusCode, response::Response};
use utoipa::ToSchema;

use crate::{
    auth::ManageSettings,
    catalogue::companies::{self, CompanyEntry, parse_industry},
    domain::{Address, CompanyName, Phone},
    error::{Error, Problems, Result},
    http::{answer::Answer, body::Body, reader::Reader},
    idempotency::IdempotencyKey,
    openapi::{self, Success},
    state::AppState,
};

/// A new company.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "describes the body; Reader reads it")]
pub struct CompanyCreate {
    /// Its name, unique without regard to case; something of it must be visible.
    #[schema(
        min_length = 1,
        max_length = 255,
        pattern = r"^[^\u0000]*[^\s\u0000][^\u0000]*$",
        example = "Golden Land Trading"
    )]
    name: String,
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
    #[schema(max_length = 255, pattern = r"^[^\u0000]*$", example = "Trade")]
    industry: Option<String>,
}

/// Create a company
///
/// Contacts make the companies that they name, too.
#[utoipa::path(
    post,
    path = "/api/v1/companies",
    operation_id = "createCompany",
    tag = openapi::COMPANIES,
    params(openapi::IdempotencyKeyHeader),
    request_body = CompanyCreate,
    responses(
        (
            status = 201,
            description = "The company",
            body = Success<CompanyEntry>,
            headers(("location" = String, description = "Path of the new company")),
        ),
        openapi::WriteErrors,
        openapi::Taken,
    ),
    security(("bearer" = ["settings:write"])),
)]
pub async fn create_company(
    ManageSettings(principal): ManageSettings,
    State(state): State<AppState>,
    key: IdempotencyKey,
    body: Body,
) -> Result<Response> {
    let region = state.default_region;
    let mut problems = Problems::default();
    let mut reader = Reader::new(body, &mut problems);
    let name = reader.required_text("name", CompanyName::parse);
    let phone = reader.text("phone", |text| Phone::parse(text, region));
    let address = reader.text("address", Address::parse);
    let industry = reader.text("industry", parse_industry);
    reader.refuse_others("a company");
    problems.into_result()?;
    let name = name.ok_or_else(|| Error::Internal("a company without a name passed".into()))?;
    let now = state.clock.now();
    let company = CompanyEntry {
        id: state.clock.new_id(),
        name: name.as_str().to_owned(),
        phone: phone.value().map(|phone| phone.as_str().to_owned()),
        address: address.value().map(|address| address.as_str().to_owned()),
        industry: industry.value().cloned(),
        contacts: 0,
        created_at: now,
        updated_at: now,
    };

    let mut tx = key.begin(&state, &principal).await?;
    companies::create(&mut tx, &company).await?;
    let answer = Answer::success(StatusCode::CREATED, "creating company", &company)?
        .at(format!("/api/v1/companies/{}", company.id));
    key.commit_change(tx, 0, answer, &[]).await
}
