//! `POST /api/v1/contacts`

use axum::{extract::State, http::StatusCode, response::Response};

use super::{
    history::Author,
    input::{ContactInput, Purpose, apply, references::References},
    record::{
        document::{self, Document},
        model::Contact,
        write::{Change, Writer},
    },
    schema::ContactCreate,
};
use crate::{
    auth::WriteContacts,
    clock::Clock,
    domain::Region,
    error::{Error, Problems, Result},
    http::{answer::Answer, body::Body, etag},
    idempotency::IdempotencyKey,
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
    params(openapi::IdempotencyKeyHeader),
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
    key: IdempotencyKey,
    body: Body,
) -> Result<Response> {
    let region = state.default_region;
    let mut problems = Problems::default();
    let input = ContactInput::read(body, Purpose::Create, region, &mut problems);

    let mut tx = key.begin(&state, &principal).await?;
    let mut references = References::find(&mut tx, &[&input]).await?;
    references.check(&mut tx, &input, None, &mut problems).await?;
    let new = New::read(&input, &references, region, &mut problems);
    problems.into_result()?;
    references.create_missing(&mut tx, &[&input], &state.clock).await?;
    let contact = new.contact(&references, &state.clock)?;
    let (id, document) = (contact.id, document::render(&contact)?);

    let author = Author::of_request(&principal, &state.clock);
    let writer = Writer { fields: references.unique_fields(), author: &author, clock: &state.clock, region };
    writer.write(&mut tx, &[Change::create(contact)]).await?;
    let answer = Answer::new(StatusCode::CREATED, document.clone())
        .at(format!("/api/v1/contacts/{id}"))
        .tagged(etag::of(&document));
    key.commit_change(tx, 1, answer, &[id]).await
}

/// A contact that is to be made of a body.
pub(super) struct New<'a> {
    input: &'a ContactInput,
    custom_values: Vec<(uuid::Uuid, Option<super::record::model::CustomValue>)>,
}

impl<'a> New<'a> {
    /// Notes what the body lacks, and reads its custom values.
    pub(super) fn read(
        input: &'a ContactInput,
        references: &References,
        region: Option<Region>,
        problems: &mut Problems,
    ) -> Self {
        let custom_values = references.custom_values(input, region, problems);
        apply::check_required_in_new(input, &custom_values, references, problems);
        Self { input, custom_values }
    }

    /// The contact, once what it refers to exists and no problems were noted.
    pub(super) fn contact(self, references: &References, clock: &Clock) -> Result<Contact> {
        let (username, name) = apply::names_of_new(self.input)
            .ok_or_else(|| Error::Internal("a contact without a name passed validation".into()))?;
        let mut contact = Contact::new(clock.new_id(), username, name, clock.now());
        contact.groups = references.default_groups();
        apply::apply(&mut contact, self.input, self.custom_values, references);
        Ok(contact)
    }
}
