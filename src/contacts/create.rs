//! `POST /api/v1/contacts`

use axum::{
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use super::{
    apply,
    batch::Batch,
    document::Document,
    input::{ContactInput, Purpose},
    model::Contact,
    references::References,
    schema::ContactCreate,
    unique,
};
use crate::{
    auth::WriteContacts,
    error::{Error, Problems, Result},
    http::{body::Fields, envelope, etag},
    openapi,
    state::AppState,
};

/// Create a contact
///
/// Needs `username` or `name` (each defaults to the other) and the keys `email` and `phone`, whose arrays may
/// be empty. A company and tags are found by their names, without regard to case, or made. Without
/// `contact_groups` the contact gets the tenant's default groups.
#[utoipa::path(
    post,
    path = "/api/v1/contacts",
    operation_id = "createContact",
    tag = openapi::CONTACTS,
    request_body(content(
        (ContactCreate = "application/json", examples(
            ("smallest" = (summary = "The least there can be", value = json!({
                "name": "Frank McCallister", "email": [], "phone": [],
            }))),
            ("usual" = (summary = "A person of a company", value = json!({
                "username": "frank", "name": "Frank McCallister", "channel": "phone",
                "avatar_url": "https://assets.example.com/avatars/frank.jpg",
                "email": [{"email": "frank@example.com", "isPrimary": true}],
                "phone": [{"phone": "1-800-759-3000", "isPrimary": true}, {"phone": "+95 9 797 877 765"}],
                "company": "K-Link", "tags": ["platinum", "vip"], "notes": "Prefers to be called in the morning.",
            }))),
            ("social" = (summary = "Somebody who wrote on a social platform", value = json!({
                "username": "viber-U1234", "email": [], "phone": [], "channel": "viber",
                "platformContacts": [{"channel": "viber", "socialPlatformId": "U1234"}],
            }))),
        )),
        (ContactCreate = "application/x-www-form-urlencoded"),
    )),
    responses(
        (
            status = 201,
            description = "The contact, bare",
            body = Document<'static>,
            headers(
                ("location" = String, description = "Path of the new contact"),
                ("etag" = String, description = "Changes with anything that the contact shows"),
            ),
        ),
        openapi::WriteErrors,
        openapi::Taken,
    ),
    security(("bearer" = ["contacts:write"])),
)]
pub async fn create_contact(
    WriteContacts(principal): WriteContacts,
    State(state): State<AppState>,
    fields: Fields,
) -> Result<Response> {
    let region = state.default_region;
    let mut problems = Problems::default();
    let input = ContactInput::read(fields, Purpose::Create, region, &mut problems);

    let mut tx = state.database.begin(principal.tenant).await?;
    let mut references = References::find(&mut tx, &input, input.groups.is_none()).await?;
    references.check(&mut tx, &input, &mut problems).await?;
    let custom_values = references.custom_values(&input, region, &mut problems);
    apply::check_required_in_new(&input, &custom_values, &references, &mut problems);
    problems.into_result()?;
    references.create_missing(&mut tx, &input, &state.clock).await?;

    let (username, name) = apply::names_of_new(&input)
        .ok_or_else(|| Error::Internal("a contact without a name passed validation".into()))?;
    let now = state.clock.now();
    let mut contact = Contact::new(state.clock.new_id(), username, name, now);
    contact.groups = references.groups(None);
    apply::apply(&mut contact, input, custom_values, &references);

    let claims = unique::claims(&contact, &references.fields, region);
    let mut batch = Batch::default();
    let document = batch.add(principal.tenant, &contact, region)?;
    batch.add_claims(contact.id, &claims);
    batch.insert(&mut tx).await?;
    tx.commit_change(1).await?;

    let location = HeaderValue::from_str(&format!("/api/v1/contacts/{}", contact.id))
        .map_err(|error| Error::Internal(error.to_string()))?;
    let headers = [(header::LOCATION, location), (header::ETAG, etag::of(&document))];
    Ok((headers, envelope::json(StatusCode::CREATED, document)).into_response())
}
