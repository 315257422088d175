//! `PUT /api/v1/contacts/by/{key}/{value}`

use std::sync::Arc;

use axum::{extract::State, http::StatusCode, response::Response};

use super::{
    many::commit,
    operation::{Action, Operation, Paths},
    schema::{Revive, UpsertPath},
    session::{Effect, Session},
    target::{Asked, By},
};
use crate::{
    auth::ReadAndWriteContacts,
    contacts::{
        history::Author,
        input::{ContactInput, Purpose},
        record::document::{self, Document},
        schema::ContactUpsert,
    },
    error::{Error, Problems, Result},
    http::{
        answer::Answer,
        body::Body,
        etag::{self, IfMatch},
        path,
        query::Query,
    },
    idempotency::IdempotencyKey,
    openapi,
    state::AppState,
};

/// Create or update a contact by a value
///
/// Updates the one contact that has the value, or creates one that has it. The value is compared as the filters of the
/// listing compare it: emails and texts without regard to case, phones in whatever notation. An unknown `key`, or a
/// custom field that is not there or archived, is 422. Where several contacts have the value, the answer is 409 and
/// names them (the first 20), and nothing changes.
///
/// Contacts in the trash are not looked at, unless asked: with `revive=true`, where no live contact has the value, the
/// one in the trash that has it is restored, as by `POST /api/v1/contacts/{id}/restore`, and then updated, both or
/// neither; the answer is 200. Several in the trash that have it are 409, too, and so is a unique value of the restored
/// one that was taken meanwhile. `If-Match` is about the contact as it was when it was deleted, with the `etag` that
/// `GET /api/v1/contacts/trash/{id}` answers; `*` holds of it. No index leads to what is in the trash: where no live
/// contact has the value, such a request reads the tenant's whole trash.
///
/// An existing contact changes as by PATCH: only the fields that the body has, lists as a whole; but what it was found
/// by stays, also where a list of the body lacks it. A new one needs `username` or `name`; `email` and `phone` may be
/// left out. The value is added to it where the body lacks it: as an email or phone, as the value of the custom field,
/// or as a social id; the latter needs `channel` in the body, or an entry of `platformContacts` with the id. A body that
/// says something else of the custom field is 422.
///
/// Two requests with the same value at once make one contact. With `If-Match`, also `*`, none is created: the answer is
/// 412 where there is none, nor one to revive.
#[utoipa::path(
    put,
    path = "/api/v1/contacts/by/{key}/{value}",
    operation_id = "upsertContact",
    tag = openapi::CONTACTS,
    params(UpsertPath, Revive, openapi::IfMatchHeader, openapi::IdempotencyKeyHeader),
    request_body(content(
        (ContactUpsert = "application/json", examples(
            ("usual" = (summary = "A person of a company", value = json!({
                "name": "Frank McCallister", "company": "K-Link", "phone": [{"phone": "1-800-759-3000"}],
            }))),
        )),
        (ContactUpsert = "application/x-www-form-urlencoded"),
    )),
    responses(
        (
            status = 200,
            description = "Updated, or so already, or revived: the contact, bare",
            body = Document<'static>,
            headers(("etag" = String, description = "Changes with anything that the contact shows")),
        ),
        (
            status = 201,
            description = "Created: the contact, bare",
            body = Document<'static>,
            headers(
                ("location" = String, description = "Path of the new contact"),
                ("etag" = String, description = "Changes with anything that the contact shows"),
            ),
        ),
        openapi::WriteErrors,
        openapi::Taken,
        openapi::Outdated,
    ),
    security(("bearer" = ["contacts:write", "contacts:read"])),
)]
pub async fn upsert_contact(
    ReadAndWriteContacts(principal): ReadAndWriteContacts,
    State(state): State<AppState>,
    path::Two(by, value): path::Two,
    if_match: IfMatch,
    key: IdempotencyKey,
    query: Query,
    body: Body,
) -> Result<Response> {
    let (mut frame, mut problems) = (Problems::default(), Problems::default());
    let revives = query.flag("revive", "not_an_option", &mut frame).unwrap_or_default();
    let asked = frame.keep("key", By::parse(&by)).map(|by| Asked { by, value, names: ("key", "value") });
    let input = ContactInput::read(body, Purpose::Upsert, state.default_region, &mut problems);
    let action = asked.map_or(Action::Unreadable, Action::Upsert);
    let operation = Operation::new(action, Arc::new(input), Paths::Own);
    let mut operations = [Operation { frame, problems, if_match, ..operation }];

    let mut tx = key.begin(&state, &principal).await?;
    let author = Author::of_request(&principal, &state.clock);
    let mut session = Session::begin(&mut tx, &state, &author, &mut operations).await?;
    let [operation] = &mut operations;
    if revives {
        session.revive(&mut tx, operation).await?;
    }
    let done = session.carry_out(&mut tx, operation).await??;
    let growth = session.write(&mut tx).await?;
    let contact = session
        .outcome(done.id)
        .ok_or_else(|| Error::Internal("an upsert lost its contact before the answer".into()))?;
    let document = document::render(contact)?;
    let tag = etag::of(&document);
    let answer = if done.effect == Effect::Created {
        Answer::new(StatusCode::CREATED, document).at(format!("/api/v1/contacts/{}", done.id))
    } else {
        Answer::new(StatusCode::OK, document)
    };
    commit(&key, tx, growth, answer.tagged(tag), &[done.id]).await
}
