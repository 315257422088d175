//! The answers as the OpenAPI document shows them: the envelopes, and the errors that operations share. They
//! describe; [`crate::http`] and [`crate::error`] write.
#![expect(dead_code, reason = "these types exist for their descriptions")]

use serde_json::{Value, json};
use utoipa::{IntoResponses, ToResponse, ToSchema};

use crate::error::ErrorBody;

/// `{"status":"success","message":…,"data":…}`
#[derive(ToSchema)]
pub(crate) struct Success<T: ToSchema> {
    /// Always `success`.
    status: String,
    /// What was done.
    #[schema(example = "contact")]
    message: String,
    data: T,
}

/// A page of a listing.
#[derive(ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Listing<T: ToSchema> {
    /// How many there are on all pages.
    #[schema(example = 1, minimum = 0)]
    total: i64,
    /// Which page this is, from 1.
    #[schema(example = 1, minimum = 1)]
    page: i64,
    /// How many fit on a page.
    #[schema(example = 10, minimum = 1, maximum = 100)]
    page_size: i64,
    /// The last page that has any; 1 where there are none.
    #[schema(example = 1, minimum = 1)]
    last_page: i64,
    /// What is on this page.
    data: Vec<T>,
}

/// A page of a listing that also goes on by cursor.
#[derive(ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CursorListing<T: ToSchema> {
    /// How many there are on all pages; null with `count=none`.
    #[schema(required, example = 1, minimum = 0)]
    total: Option<i64>,
    /// Which page this is, from 1. With `cursor`: how many pages were turned, and one.
    #[schema(example = 1, minimum = 1)]
    page: i64,
    /// How many fit on a page.
    #[schema(example = 10, minimum = 1, maximum = 100)]
    page_size: i64,
    /// The last page that has any; 1 where there are none, null with `count=none`.
    #[schema(required, example = 1, minimum = 1)]
    last_page: Option<i64>,
    /// What `cursor` takes for the next page; null where there is none.
    #[schema(required, example = json!(null))]
    next_cursor: Option<String>,
    /// What is on this page.
    data: Vec<T>,
}

/// What any call may answer instead.
#[derive(IntoResponses)]
pub(crate) enum Errors {
    #[response(status = 400)]
    Malformed(#[ref_response] Malformed),
    #[response(status = 422)]
    Invalid(#[ref_response] InvalidQuery),
    #[response(status = 500)]
    Internal(#[ref_response] Internal),
    #[response(status = 503)]
    Unavailable(#[ref_response] Unavailable),
}

/// What any call under `/api` may answer instead.
#[derive(IntoResponses)]
pub(crate) enum ReadErrors {
    #[response(status = 400)]
    Malformed(#[ref_response] Malformed),
    #[response(status = 401)]
    Unauthenticated(#[ref_response] Unauthenticated),
    #[response(status = 403)]
    Forbidden(#[ref_response] Forbidden),
    #[response(status = 422)]
    Invalid(#[ref_response] InvalidQuery),
    #[response(status = 500)]
    Internal(#[ref_response] Internal),
    #[response(status = 503)]
    Unavailable(#[ref_response] Unavailable),
}

/// What a call with a body may answer instead.
#[derive(IntoResponses)]
pub(crate) enum WriteErrors {
    #[response(status = 400)]
    Malformed(#[ref_response] Malformed),
    #[response(status = 401)]
    Unauthenticated(#[ref_response] Unauthenticated),
    #[response(status = 403)]
    Forbidden(#[ref_response] Forbidden),
    #[response(status = 408)]
    TooSlow(#[ref_response] TooSlow),
    #[response(status = 413)]
    TooLarge(#[ref_response] TooLarge),
    #[response(status = 415)]
    UnsupportedMediaType(#[ref_response] UnsupportedMediaType),
    #[response(status = 422)]
    Invalid(#[ref_response] InvalidBody),
    #[response(status = 500)]
    Internal(#[ref_response] Internal),
    #[response(status = 503)]
    Unavailable(#[ref_response] Unavailable),
}

/// What a call may answer besides that takes any token.
#[derive(IntoResponses)]
#[response(status = 401)]
pub(crate) struct Unknown(#[ref_response] Unauthenticated);

/// What a call on one object may answer besides.
#[derive(IntoResponses)]
#[response(status = 404)]
pub(crate) struct Missing(#[ref_response] NotFound);

/// What a call that takes a unique value may answer besides.
#[derive(IntoResponses)]
#[response(status = 409)]
pub(crate) struct Taken(#[ref_response] Conflict);

/// What a call with `If-Match` may answer besides.
#[derive(IntoResponses)]
#[response(status = 412)]
pub(crate) struct Outdated(#[ref_response] PreconditionFailed);

/// What a call that goes on from a cursor may answer besides.
#[derive(IntoResponses)]
#[response(status = 410)]
pub(crate) struct Lost(#[ref_response] Gone);

/// It is still the one that `If-None-Match` names; there is no body.
#[derive(IntoResponses)]
#[response(status = 304, headers(("etag" = String, description = "The same as before")))]
pub(crate) struct Unchanged;

/// `gone`: what changed since this cursor is not known. Everything is to be read anew, and then the changes since
/// `error.nextCursor`.
#[derive(ToResponse)]
#[response(example = json!({
    "status": "error",
    "message": "what changed since this cursor is not known: read everything anew, then go on from `error.nextCursor`",
    "data": null,
    "error": {"type": "gone", "details": [], "nextCursor": "AQ5y0mVwZmY"},
    "requestId": "0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c11",
}))]
pub(crate) struct Gone(ErrorBody);

/// `precondition_failed`: it is not, or no longer, the one that `If-Match` names.
#[derive(ToResponse)]
#[response(example = json!(error(
    "precondition_failed", "the contact is not, or no longer, the one that `If-Match` names", &json!([]),
)))]
pub(crate) struct PreconditionFailed(ErrorBody);

/// `malformed_request`: the query or the body cannot be read.
#[derive(ToResponse)]
#[response(examples(
    ("body" = (summary = "A body that is no JSON", value = json!(error(
        "malformed_request", "the body is not valid JSON: EOF while parsing a value at line 1 column 8", &json!([]),
    )))),
    ("query" = (summary = "A query that is no UTF-8", value = json!(error(
        "malformed_request", "the query string is not UTF-8", &json!([]),
    )))),
))]
pub(crate) struct Malformed(ErrorBody);

/// `request_timeout`: the body did not come.
#[derive(ToResponse)]
#[response(example = json!(error("request_timeout", "the body did not come in time", &json!([]))))]
pub(crate) struct TooSlow(ErrorBody);

/// `unauthenticated`: no token, or a bad or expired one; `details` say which.
#[derive(ToResponse)]
#[response(
    headers(("www-authenticate" = String, description = "`Bearer …`")),
    example = json!(error("unauthenticated", "the token has expired", &json!([
        {"field": "Authorization", "code": "expired", "message": "the token has expired"},
    ])))
)]
pub(crate) struct Unauthenticated(ErrorBody);

/// `forbidden`: the token lacks the scope; the message names it.
#[derive(ToResponse)]
#[response(example = json!(error("forbidden", "the token lacks the scope contacts:write", &json!([]))))]
pub(crate) struct Forbidden(ErrorBody);

/// `not_found`: there is nothing of this id, it is another tenant's, or it is none at all.
#[derive(ToResponse)]
#[response(example = json!(error("not_found", "not found", &json!([]))))]
pub(crate) struct NotFound(ErrorBody);

/// `conflict`: a unique value is taken, or the contact was merged, and `details` say by which object, or into which; or
/// what is to be deleted is in use; or the object's state does not allow it.
#[derive(ToResponse)]
#[response(examples(
    ("contact" = (summary = "A field of contacts that is unique", value = json!(conflict(
        "a value that must be unique is taken",
        &json!([{
            "field": "email[0].email", "code": "taken",
            "message": "is unique, and another contact has it",
            "conflictingId": "0198c0de-8a2f-7d40-b1c9-2f1f9f6f0a55",
        }]),
    )))),
    ("merged" = (summary = "A contact that was merged into another one", value = json!(conflict(
        "the contact was merged into another one",
        &json!([{
            "field": "id", "code": "merged",
            "message": "was merged into the contact that `conflictingId` names",
            "conflictingId": "0198c0de-8a2f-7d40-b1c9-2f1f9f6f0a55",
        }]),
    )))),
    ("trash" = (summary = "A contact that was restored already", value = json!(conflict(
        "the contact is not in the trash", &json!([]),
    )))),
    ("operations" = (summary = "An operation that cannot be carried out, with `atomic`", value = json!(conflict(
        "1 of 2 operations cannot be carried out, so none was",
        &json!([{
            "field": "operations[0].contact.email[0].email", "code": "taken",
            "message": "is unique, and another contact has it",
            "conflictingId": "0198c0de-8a2f-7d40-b1c9-2f1f9f6f0a55",
        }]),
    )))),
    ("undone" = (summary = "A merge that was undone already", value = json!(conflict(
        "the merge was undone already",
        &json!([{"field": "id", "code": "undone", "message": "the merge was undone already"}]),
    )))),
    ("key" = (summary = "The key of a request whose contact was erased", value = json!(conflict(
        "the answer to the request with this Idempotency-Key was erased with its contact", &json!([]),
    )))),
    ("tag" = (summary = "The name of a tag", value = json!(conflict(
        "there is a tag of this name already",
        &json!([{
            "field": "name", "code": "taken",
            "message": "is unique without regard to case, and another tag has it",
            "conflictingId": "0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c21",
        }]),
    )))),
    ("company" = (summary = "The name of a company", value = json!(conflict(
        "there is a company of this name already",
        &json!([{
            "field": "name", "code": "taken",
            "message": "is unique without regard to case, and another company has it",
            "conflictingId": "0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c51",
        }]),
    )))),
    ("companyInUse" = (summary = "A company that is in use", value = json!(conflict(
        "12 contacts belong to it; with `?detach=true` it is taken off them and deleted",
        &json!([{"field": "detach", "code": "in_use", "message": "12 contacts belong to it"}]),
    )))),
    ("leftWithout" = (summary = "Contacts that would lack what is required", value = json!(conflict(
        "there are contacts that would be left without a value of `contact_groups`, which is required",
        &json!([{
            "field": "contact_groups", "code": "required",
            "message": "this contact would be left without a value",
            "conflictingId": "0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c11",
        }]),
    )))),
    ("group" = (summary = "The value of a group", value = json!(conflict(
        "there is a group of this value already",
        &json!([{
            "field": "value", "code": "taken", "message": "is unique, and another group has it",
            "conflictingId": "0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c31",
        }]),
    )))),
    ("channel" = (summary = "The name of a channel", value = json!(conflict(
        "there is a channel of this name already",
        &json!([{
            "field": "name", "code": "taken",
            "message": "is unique without regard to case, and another channel has it",
            "conflictingId": "0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c41",
        }]),
    )))),
    ("channelInUse" = (summary = "A channel that is in use", value = json!(conflict(
        "12 contacts have this channel; archive it to keep others from getting it",
        &json!([{"field": "name", "code": "in_use", "message": "`viber` is the channel of contacts"}]),
    )))),
    ("fieldKey" = (summary = "The key of a field", value = json!(conflict(
        "there is a field of this system_name already",
        &json!([{
            "field": "system_name", "code": "taken",
            "message": "is unique, and another field has it, perhaps an archived one",
            "conflictingId": "0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c61",
        }]),
    )))),
    ("fieldRule" = (summary = "A field that contacts keep from becoming required", value = json!(conflict(
        "there are contacts without a value, so it cannot be required",
        &json!([{
            "field": "is_required", "code": "required", "message": "this contact has no value",
            "conflictingId": "0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c11",
        }]),
    )))),
))]
pub(crate) struct Conflict(ErrorBody);

/// `payload_too_large`: the body is longer than 1 MiB, or 8 MiB of many operations.
#[derive(ToResponse)]
#[response(example = json!(error("payload_too_large", "the body is longer than 1048576 bytes", &json!([]))))]
pub(crate) struct TooLarge(ErrorBody);

/// `unsupported_media_type`: the body is neither JSON nor a form.
#[derive(ToResponse)]
#[response(example = json!(error(
    "unsupported_media_type",
    "the body must be application/json or application/x-www-form-urlencoded, in UTF-8 and not compressed",
    &json!([]),
)))]
pub(crate) struct UnsupportedMediaType(ErrorBody);

/// `validation_failed`: parameters are invalid, or not known; `details` name each.
#[derive(ToResponse)]
#[response(examples(
    ("query" = (summary = "A parameter that the call does not know", value = json!(invalid(
        &json!([{
            "field": "tags", "code": "unknown_parameter",
            "message": "is no parameter of this call; the nearest is `tag`",
        }]),
    )))),
    ("page" = (summary = "A page that is too large", value = json!(invalid(
        &json!([{"field": "pageSize", "code": "out_of_range", "message": "must be from 1 to 100"}]),
    )))),
    ("detach" = (summary = "Neither true nor false", value = json!(invalid(
        &json!([{"field": "detach", "code": "wrong_type", "message": "must be true or false"}]),
    )))),
    ("permanent" = (summary = "Neither true nor false", value = json!(invalid(
        &json!([{"field": "permanent", "code": "not_an_option", "message": "must be true or false"}]),
    )))),
    ("reused" = (summary = "The key of another request", value = json!(invalid(
        &json!([{
            "field": "Idempotency-Key", "code": "reused",
            "message": "was used for another request already; use a new one for each request",
        }]),
    )))),
))]
pub(crate) struct InvalidQuery(ErrorBody);

/// `validation_failed`: fields of the body are invalid; `details` name each.
#[derive(ToResponse)]
#[response(examples(
    ("contact" = (summary = "Fields of a contact", value = json!(invalid(
        &json!([
            {"field": "phone[0].phone", "code": "too_short", "message": "must have at least 3 digits or letters"},
            {"field": "channel", "code": "unknown_channel",
             "message": "must be the name of a channel: phone, email, viber"},
        ]),
    )))),
    ("tags" = (summary = "A change of tags", value = json!(invalid(
        &json!([{
            "field": "actionType", "code": "not_an_option", "message": "must be one of MERGE, REPLACE, REMOVE",
        }]),
    )))),
    ("operations" = (summary = "An operation, with `atomic`", value = json!(invalid(
        &json!([{
            "field": "operations[3].contact.phone[0].phone", "code": "too_short",
            "message": "must have at least 3 digits or letters",
        }]),
    )))),
    ("filter" = (summary = "A filter", value = json!(invalid(
        &json!([{"field": "filter.phone", "code": "too_short", "message": "must have at least 3 digits or letters"}]),
    )))),
    ("from" = (summary = "A contact that is not there", value = json!(invalid(
        &json!([{"field": "from[0]", "code": "unknown_contact", "message": "there is no contact with this id"}]),
    )))),
    ("members" = (summary = "A contact that is not there", value = json!(invalid(
        &json!([{"field": "contactIds[0]", "code": "unknown_contact", "message": "there is no contact with this id"}]),
    )))),
    ("intoTag" = (summary = "The tag that is merged itself", value = json!(invalid(
        &json!([{"field": "into", "code": "itself", "message": "must be another tag than the one that is merged"}]),
    )))),
    ("intoCompany" = (summary = "The company that is merged itself", value = json!(invalid(
        &json!([{"field": "into", "code": "itself", "message": "must be another company than the one that is merged"}]),
    )))),
    ("tag" = (summary = "A tag", value = json!(invalid(
        &json!([{"field": "name", "code": "blank", "message": "must not be empty or blank"}]),
    )))),
    ("company" = (summary = "A company", value = json!(invalid(
        &json!([{"field": "name", "code": "blank", "message": "must not be empty or blank"}]),
    )))),
    ("group" = (summary = "A group", value = json!(invalid(
        &json!([{"field": "value", "code": "blank", "message": "must not be empty or blank"}]),
    )))),
    ("field" = (summary = "A field", value = json!(invalid(
        &json!([{"field": "display_name", "code": "blank", "message": "must not be empty or blank"}]),
    )))),
    ("channel" = (summary = "A channel", value = json!(invalid(
        &json!([{"field": "name", "code": "blank", "message": "must not be empty or blank"}]),
    )))),
))]
pub(crate) struct InvalidBody(ErrorBody);

/// `internal`: a defect of the service; its log has the cause under the request's id.
#[derive(ToResponse)]
#[response(example = json!(error(
    "internal", "the service failed to answer; its log has the cause under this request id", &json!([]),
)))]
pub(crate) struct Internal(ErrorBody);

/// `unavailable`: the database is away, or the request took too long; try again.
#[derive(ToResponse)]
#[response(
    headers(("retry-after" = u32, description = "Seconds to wait")),
    example = json!(error("unavailable", "the service is unavailable at the moment; try again", &json!([])))
)]
pub(crate) struct Unavailable(ErrorBody);

/// An error as it is sent, for the examples.
fn error(kind: &str, message: &str, details: &Value) -> Value {
    json!({
        "status": "error", "message": message, "data": null, "error": {"type": kind, "details": details},
        "requestId": "0198c0de-9d04-7c52-a6e8-5b7c1d2e3f60",
    })
}

fn conflict(message: &str, details: &Value) -> Value {
    error("conflict", message, details)
}

fn invalid(details: &Value) -> Value {
    let many = details.as_array().map_or(0, Vec::len);
    let fields = if many == 1 { "field" } else { "fields" };
    error("validation_failed", &format!("the request has {many} invalid {fields}"), details)
}
