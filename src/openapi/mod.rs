//! The OpenAPI document: what is common to all operations. An operation's own part stands on its handler.

mod answers;
mod document;
mod finish;
mod fitting;
mod forms;
mod known;
mod order;
mod parameters;

use serde_json::Value;
use utoipa::{
    Modify, OpenApi,
    openapi::security::{Http, HttpAuthScheme, SecurityScheme},
};

use crate::error::ErrorBody;

pub(crate) use answers::*;
pub use known::{known_parameters, name_of_filter};
pub(crate) use parameters::*;

/// Tag of the contact operations.
pub const CONTACTS: &str = "Contacts";
/// Tag of the operations on contacts that are there twice.
pub const DUPLICATES: &str = "Duplicates";
/// Tag of the tag operations.
pub const TAGS: &str = "Tags";
/// Tag of the company operations.
pub const COMPANIES: &str = "Companies";
/// Tag of the group operations.
pub const GROUPS: &str = "Groups";
/// Tag of the field operations.
pub const FIELDS: &str = "Fields";
/// Tag of the channel operations.
pub const CHANNELS: &str = "Channels";
/// Tag of the operations that tell what changed.
pub const CHANGES: &str = "Changes";
/// Tag of the job operations.
pub const JOBS: &str = "Jobs";
/// Tag of what tokens say.
pub const TOKENS: &str = "Tokens";
/// Tag of what operators call.
pub const OPERATIONS: &str = "Operations";

const DESCRIPTION: &str = "\
Contacts with phones, emails, tags, companies, custom fields, groups and channels: the REST API of \
klink.cloud's contacts on a PostgreSQL of your own.

### Tokens

Every call under `/api` needs a bearer token: a JWT with the claims `exp`, `tenant` (whose data it is about) \
and `scope` (what it may do, separated by spaces). `contacts token` makes one.

| scope | allows |
|---|---|
| `contacts:read` | every `GET` |
| `contacts:write` | creating, changing and deleting contacts; with `contacts:read` the calls that show or count contacts as well |
| `contacts:erase` | with `contacts:write`: erasing contacts for good (`permanent=true`) |
| `settings:write` | creating, changing and deleting groups, fields, channels, tags and companies; merging tags and companies |
| `admin` | all of these |

### Bodies

JSON in UTF-8, or a form (`application/x-www-form-urlencoded`); at most 1 MiB, or 8 MiB of many operations. A field that the API does not know \
is refused, and so is a key that an object has twice. What a `GET` returned may be sent back: its read-only fields are ignored. The calls that create or update a contact show a form beside the \
JSON; the others read one just as well.

In a form, a field with structure carries JSON text, `email=[{\"email\":\"frank@example.com\"}]`, or its parts \
are named in brackets, `email[0][email]=frank@example.com` and `tags[]=vip&tags[]=new`. Empty text means null.

### Parameters

A parameter that a call does not know is refused with 422, which names the nearest one that it knows. One that begins with `_` is \
ignored, one without a value is none, and `tag[]=vip` and `tag[0]=vip` are `tag=vip`.

### Values

Moments are RFC 3339 in UTC everywhere, `2026-01-08T17:46:48.123456Z`; any offset is taken.

The names of channels, the ids of groups and the keys of custom fields are the tenant's own data, so no schema \
can list them here: `GET /api/v1/contacts/fields`, `/api/v1/contacts/groups` and `/api/v1/channels` do.

### Changing what was read

What is read of a contact has an `etag`, which changes with anything that the contact shows; the answer of `PUT` and `PATCH` has \
the one that the contact has by then. Sent back as `If-None-Match`, \
the contact is answered only if it changed since (304 otherwise). As `If-Match`, it is changed or deleted only if it \
did not (412 otherwise): nobody's change is overwritten unseen.

### Sending again

A `POST` with the header `Idempotency-Key` may be sent again when its answer was lost: it is carried out once, and \
answered the same for 24 hours. One that is sent while the first is under way waits for it. An error is not kept: what \
failed had no effect and may be tried again with the same key. JSON is compared by what it says, not by how it is written. A key that another request (in path, query, body or \
token subject) was sent with is refused with 422. If the contact in the answer was erased meanwhile, it is 409.

### Errors

They come in one envelope, whose `error.type` and `error.details[].code` are for programs and whose messages are \
for people. All invalid fields are named at once.

| status | `error.type` | when |
|---|---|---|
| 400 | `malformed_request` | the query or the body cannot be read |
| 401 | `unauthenticated` | no token, or a bad or expired one; `details` have the code `missing`, `malformed`, `bad_signature`, `expired`, `not_yet_valid`, `wrong_issuer` or `wrong_audience` |
| 403 | `forbidden` | the token lacks the scope |
| 404 | `not_found` | there is no such route or object, or it is another tenant's |
| 405 | `method_not_allowed` | the header `allow` has the methods of the route |
| 408 | `request_timeout` | the body did not come |
| 409 | `conflict` | a unique value is taken, or the contact was merged, and `details` say by which object, or into which; or the object's state does not allow it |
| 410 | `gone` | what changed since this cursor is not known: read everything anew, then go on from `error.nextCursor` |
| 412 | `precondition_failed` | the object is not, or no longer, the one that `If-Match` names |
| 413 | `payload_too_large` | the body is longer than 1 MiB, or 8 MiB of many operations |
| 415 | `unsupported_media_type` | the body is neither JSON nor a form |
| 422 | `validation_failed` | fields or parameters are invalid; `details` name each |
| 500 | `internal` | a defect of the service |
| 503 | `unavailable` | not now; the header `retry-after` says when |

Every answer has an id in the header `x-request-id`, which the service's log has too; a request may bring its own.";

/// What the handlers' annotations are added to.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Contacts API",
        description = DESCRIPTION,
        contact(name = "The contacts project"),
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    servers((url = "/", description = "The service that this document comes from")),
    tags(
        (name = "Contacts", description = "Create, find, read, change and delete contacts."),
        (name = "Duplicates", description = "Find contacts that are there twice, merge them, and undo it."),
        (name = "Tags", description = "What contacts are tagged with. A contact's tags are made as they are named."),
        (name = "Companies", description = "What contacts belong to. A contact's company is made as it is named."),
        (name = "Groups", description = "The groups that contacts are in. `/api/v1/groups` and `/api/v1/contacts/groups` are the same."),
        (name = "Fields", description = "What a contact is made of: the default fields and the tenant's own."),
        (name = "Channels", description = "Where contacts come from."),
        (name = "Changes", description = "Follow what changes, to keep a copy."),
        (name = "Jobs", description = "Changes that concern too many contacts to be done while the caller waits."),
        (name = "Tokens", description = "Whom a token is of, and what it allows."),
        (name = "Operations", description = "For whoever runs the service. These calls need no token."),
    ),
    components(
        schemas(ErrorBody, ContactSort, TotalCount, CustomFieldFilters),
        responses(
            Malformed, Unauthenticated, Forbidden, NotFound, TooSlow, Conflict, Gone, PreconditionFailed, TooLarge, UnsupportedMediaType, InvalidQuery,
            InvalidBody, Internal, Unavailable,
        ),
    ),
    modifiers(&BearerToken),
)]
pub struct ApiDocument;

struct BearerToken;

impl Modify for BearerToken {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let mut scheme = Http::new(HttpAuthScheme::Bearer);
        scheme.bearer_format = Some("JWT".into());
        scheme.description = Some(
            "A JWT with the claims `exp`, `tenant` and `scope`; `contacts token` makes one. An operation lists \
             the scopes that it needs; `admin` stands for all."
                .into(),
        );
        openapi
            .components
            .get_or_insert_default()
            .add_security_scheme("bearer", SecurityScheme::Http(scheme));
    }
}

/// The document as it is served: what the annotations cannot say is added.
pub fn finish(document: &utoipa::openapi::OpenApi) -> serde_json::Result<Value> {
    let mut document = serde_json::to_value(document)?;
    finish::finish(&mut document);
    Ok(document)
}

/// The document as text, as it is committed.
///
/// # Errors
/// As [`finish`](finish()).
pub fn to_text(document: &utoipa::openapi::OpenApi) -> serde_json::Result<String> {
    Ok(serde_json::to_string_pretty(&order::Ordered(&finish(document)?))? + "\n")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn document() -> Value {
        serde_json::from_str(&crate::router::openapi_text().unwrap()).unwrap()
    }

    fn references(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(object) => {
                found.extend(object.get("$ref").and_then(Value::as_str).map(str::to_owned));
                object.values().for_each(|value| references(value, found));
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, found)),
            _ => {}
        }
    }

    #[test]
    fn has_nothing_unused_and_nothing_missing() {
        let document = document();
        let mut used = BTreeSet::new();
        references(&document, &mut used);
        let mut defined = BTreeSet::new();
        for kind in ["headers", "responses", "schemas"] {
            let components = document["components"][kind].as_object().unwrap();
            defined.extend(components.keys().map(|name| format!("#/components/{kind}/{name}")));
        }
        assert_eq!(used, defined);
    }

    #[test]
    fn says_everything_of_each_operation() {
        let document = document();
        let mut ids = BTreeSet::new();
        for (path, operations) in document["paths"].as_object().unwrap() {
            for (method, operation) in operations.as_object().unwrap() {
                let name = format!("{method} {path}");
                assert!(ids.insert(operation["operationId"].as_str().unwrap()), "{name}");
                assert_eq!(operation["tags"].as_array().unwrap().len(), 1, "{name}");
                assert!(operation["summary"].is_string(), "{name}");
                let scopes = operation["security"][0]["bearer"].as_array().map_or(0, Vec::len);
                let needs_a_scope = path.starts_with("/api/") && path != "/api/v1/me";
                assert_eq!(scopes > 0, needs_a_scope, "{name}");
                for (status, answer) in operation["responses"].as_object().unwrap() {
                    let reference = answer["$ref"].as_str().unwrap_or("#").trim_start_matches('#');
                    let answer =
                        if reference.is_empty() { answer } else { document.pointer(reference).unwrap() };
                    assert!(answer["headers"]["x-request-id"].is_object(), "{name} {status}");
                    let contents = answer["content"].as_object();
                    assert!(contents.is_some() || status == "304", "{name} {status}");
                    for content in contents.into_iter().flat_map(serde_json::Map::values) {
                        let has_example = content.get("example").is_some_and(|example| !example.is_null())
                            || content.get("examples").is_some();
                        assert!(has_example, "{name} {status}");
                    }
                }
            }
        }
    }
}
