//! The OpenAPI document: what is common to all operations, and the finishing touches.

use serde::Serialize;
use serde_json::{Value, json};
use utoipa::{
    IntoParams, IntoResponses, Modify, OpenApi, ToSchema,
    openapi::security::{Http, HttpAuthScheme, SecurityScheme},
};

use crate::error::ErrorBody;

/// Tag of the contact operations.
pub const CONTACTS: &str = "Contacts";
/// Tag of the tag operations.
pub const TAGS: &str = "Tags";
/// Tag of the group operations.
pub const GROUPS: &str = "Groups";
/// Tag of the field operations.
pub const FIELDS: &str = "Fields";
/// Tag of the channel operations.
pub const CHANNELS: &str = "Channels";
/// Tag of what operators call.
pub const OPERATIONS: &str = "Operations";

const DESCRIPTION: &str = "\
Contacts with phones, emails, tags, companies, custom fields, groups and channels: the REST API of \
klink.cloud's contacts on a PostgreSQL of your own.

Every call under `/api` needs a bearer token (JWT) that names the tenant in the claim `tenant` and its \
permissions in `scope`: `contacts:read`, `contacts:write`, `settings:write`, or `admin` for all.

Bodies are JSON, or forms (`application/x-www-form-urlencoded`) whose structured fields carry JSON text. \
Errors come in one envelope; its `requestId` is also in the header `x-request-id` and in the service's log.";

/// What the handlers' annotations are added to.
#[derive(OpenApi)]
#[openapi(
    info(title = "Contacts", description = DESCRIPTION, license(name = "Apache-2.0", identifier = "Apache-2.0")),
    tags(
        (name = "Contacts", description = "Create, read, find, change and delete contacts."),
        (name = "Tags", description = "What contacts are tagged with."),
        (name = "Groups", description = "The groups that contacts are in."),
        (name = "Fields", description = "What a contact is made of."),
        (name = "Channels", description = "Where contacts come from."),
        (name = "Operations", description = "For whoever runs the service."),
    ),
    modifiers(&BearerToken),
)]
pub struct ApiDocument;

struct BearerToken;

impl Modify for BearerToken {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let mut scheme = Http::new(HttpAuthScheme::Bearer);
        scheme.bearer_format = Some("JWT".into());
        scheme.description =
            Some("A token with the claims `exp`, `tenant` and `scope`. `contacts token` makes one.".into());
        openapi
            .components
            .get_or_insert_default()
            .add_security_scheme("bearer", SecurityScheme::Http(scheme));
    }
}

/// `{"status":"success","message":…,"data":…}`
#[derive(Debug, Serialize, ToSchema)]
pub struct Success<T: ToSchema> {
    #[schema(example = "success", pattern = "^success$")]
    status: String,
    /// What was done.
    message: String,
    data: T,
}

/// A page of a listing.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Listing<T: ToSchema> {
    /// How many there are in all.
    #[schema(example = 65, minimum = 0)]
    total: i64,
    /// Which page this is, from 1.
    #[schema(example = 1, minimum = 1)]
    page: i64,
    /// How many are on a page.
    #[schema(example = 10, minimum = 1, maximum = 100)]
    page_size: i64,
    /// The last page that has any; at least 1.
    #[schema(example = 7, minimum = 1)]
    last_page: i64,
    data: Vec<T>,
}

/// The id in a contact's path.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "describes a parameter; http::path reads it")]
pub struct ContactId {
    /// The contact's id.
    #[param(example = "0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c11")]
    id: uuid::Uuid,
}

/// Which page.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes parameters; http::page reads them")]
pub struct Paging {
    /// Which page, from 1.
    #[param(
        nullable = false,
        minimum = 1,
        maximum = 9_223_372_036_854_775_807_i64,
        default = 1,
        example = 1
    )]
    page: Option<i64>,
    /// How many on a page.
    #[param(rename = "pageSize", nullable = false, minimum = 1, maximum = 100, default = 10, example = 10)]
    page_size: Option<i64>,
}

/// What to search for.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes a parameter; contacts::filter reads it")]
pub struct Keyword {
    /// Words to find, at most 10; `%`, `_` and `\` are ordinary characters.
    #[param(nullable = false, max_length = 255, example = "frank")]
    keyword: Option<String>,
}

/// A social id to filter by.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes a parameter; contacts::filter reads it")]
pub struct SocialPlatformId {
    /// Only contacts with this id on a social platform, exactly.
    #[param(rename = "socialPlatformId", nullable = false, max_length = 255, example = "U1234")]
    social_platform_id: Option<String>,
}

/// A social id in a path.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "describes a parameter; http::path reads it")]
pub struct SocialPlatformIdInPath {
    /// The id on a social platform, exactly.
    #[param(rename = "socialPlatformId", min_length = 1, max_length = 255, example = "U1234")]
    social_platform_id: String,
}

/// What any call under `/api` may answer instead.
#[derive(IntoResponses)]
pub enum ReadErrors {
    /// The query or the body cannot be read.
    #[response(status = 400, description = "`malformed_request`: the query or the body cannot be read")]
    Malformed(ErrorBody),
    /// No token that holds.
    #[response(status = 401, description = "`unauthenticated`: no token, or a bad or expired one")]
    Unauthenticated(ErrorBody),
    /// Not allowed.
    #[response(status = 403, description = "`forbidden`: the token lacks the scope")]
    Forbidden(ErrorBody),
    /// Too long.
    #[response(status = 413, description = "`payload_too_large`: the body is longer than 1 MiB")]
    TooLarge(ErrorBody),
    /// A defect.
    #[response(
        status = 500,
        description = "`internal`: a defect; the log has the cause under the request id"
    )]
    Internal(ErrorBody),
    /// Not now.
    #[response(
        status = 503,
        description = "`unavailable`: the database is away, or the request took too long; try again",
        headers(("retry-after" = i64, description = "Seconds to wait"))
    )]
    Unavailable(ErrorBody),
}

/// What a call with a body may answer besides.
#[derive(IntoResponses)]
pub enum WriteErrors {
    /// The query or the body cannot be read.
    #[response(status = 400, description = "`malformed_request`: the query or the body cannot be read")]
    Malformed(ErrorBody),
    /// No token that holds.
    #[response(status = 401, description = "`unauthenticated`: no token, or a bad or expired one")]
    Unauthenticated(ErrorBody),
    /// Not allowed.
    #[response(status = 403, description = "`forbidden`: the token lacks the scope")]
    Forbidden(ErrorBody),
    /// Too long.
    #[response(status = 413, description = "`payload_too_large`: the body is longer than 1 MiB")]
    TooLarge(ErrorBody),
    /// Neither JSON nor a form.
    #[response(status = 415, description = "`unsupported_media_type`: the body is neither JSON nor a form")]
    UnsupportedMediaType(ErrorBody),
    /// Invalid fields.
    #[response(status = 422, description = "`validation_failed`: every invalid field")]
    Invalid(ErrorBody),
    /// A defect.
    #[response(
        status = 500,
        description = "`internal`: a defect; the log has the cause under the request id"
    )]
    Internal(ErrorBody),
    /// Not now.
    #[response(
        status = 503,
        description = "`unavailable`: the database is away, or the request took too long; try again",
        headers(("retry-after" = i64, description = "Seconds to wait"))
    )]
    Unavailable(ErrorBody),
}

/// A parameter is invalid.
#[derive(IntoResponses)]
#[response(status = 422, description = "`validation_failed`: every invalid parameter")]
#[expect(dead_code, reason = "describes an answer; crate::Error writes it")]
pub struct Invalid(ErrorBody);

/// There is no such contact.
#[derive(IntoResponses)]
#[response(status = 404, description = "`not_found`: there is no such contact")]
#[expect(dead_code, reason = "describes an answer; crate::Error writes it")]
pub struct NotFound(ErrorBody);

/// A unique value is taken.
#[derive(IntoResponses)]
#[response(status = 409, description = "`conflict`: a unique value is taken; `details` say by which")]
#[expect(dead_code, reason = "describes an answer; crate::Error writes it")]
pub struct Conflict(ErrorBody);

/// The document as it is served: what the annotations cannot say is added here.
///
/// # Errors
/// None is known; the document's types serialise.
pub fn finish(document: &utoipa::openapi::OpenApi) -> serde_json::Result<Value> {
    let mut document = serde_json::to_value(document)?;
    for body in ["ContactCreate", "ContactCreateForm"] {
        if let Some(schema) = document.pointer_mut(&format!("/components/schemas/{body}")) {
            schema["anyOf"] = json!([{"required": ["username"]}, {"required": ["name"]}]);
        }
    }
    Ok(document)
}

/// The document as text, as it is committed.
///
/// # Errors
/// As [`finish`].
pub fn to_text(document: &utoipa::openapi::OpenApi) -> serde_json::Result<String> {
    Ok(serde_json::to_string_pretty(&finish(document)?)? + "\n")
}
