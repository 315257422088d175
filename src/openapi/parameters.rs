//! The parameters as the OpenAPI document shows them. They describe; [`crate::http`] and the resources read.
#![expect(dead_code, reason = "these types exist for their descriptions")]

use std::collections::BTreeMap;

use utoipa::{IntoParams, ToSchema};

/// The id in a contact's path.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct ContactId {
    /// The contact's id.
    #[param(example = "0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c11")]
    id: uuid::Uuid,
}

/// For good?
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Permanent {
    /// Erase it for good instead of moving it to the trash; it may be in the trash already.
    #[param(nullable = false)]
    permanent: Option<bool>,
}

/// The id in the path of anything else.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct Id {
    /// Its id.
    #[param(example = "0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c71")]
    id: uuid::Uuid,
}

/// The id in the path of a merge.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct MergeId {
    /// The merge's id: that of `mergeId` in the answer to the merge.
    #[param(example = "0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c81")]
    id: uuid::Uuid,
}

/// Which page.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Paging {
    /// Which page, from 1, which it is unless it is given. One past the last has no `data`.
    #[param(nullable = false, minimum = 1, example = 1)]
    page: Option<i64>,
    /// How many on a page; 10 unless it is given.
    #[param(rename = "pageSize", nullable = false, minimum = 1, maximum = 100, example = 10)]
    page_size: Option<i64>,
}

/// Whether a company that is in use is deleted.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Detach {
    /// `true` deletes a company that contacts belong to, and takes it off them.
    #[param(nullable = false)]
    detach: Option<bool>,
}

/// What to search for.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Keyword {
    /// Words to find; an empty one restricts nothing. Of more than ten the ten longest are looked for, and punctuation round
    /// a word is not. `%`, `_` and `\` are ordinary characters.
    #[param(nullable = false, max_length = 255, pattern = r"^[^\u0000]*$", example = "frank")]
    keyword: Option<String>,
}

/// Going on by cursor, the order, and the total.
#[derive(IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub(crate) struct Cursoring {
    /// The `nextCursor` of the page before, for the same filters and the same `sort`; not together with `page`. An
    /// empty one begins at the beginning.
    #[param(nullable = false)]
    cursor: Option<String>,
    /// The order; `-createdAt`, the newest first, unless it is given.
    #[param(nullable = false)]
    sort: Option<ContactSort>,
    /// How `total` is to be had; `exact` unless it is given.
    #[param(nullable = false)]
    count: Option<TotalCount>,
}

/// An order of contacts; `-` before it is descending. The id breaks ties, in the same direction. Names are compared
/// folded (without case and accents), character by character.
#[derive(ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) enum ContactSort {
    Name,
    #[serde(rename = "-name")]
    NameDescending,
    CreatedAt,
    #[serde(rename = "-createdAt")]
    CreatedAtDescending,
    UpdatedAt,
    #[serde(rename = "-updatedAt")]
    UpdatedAtDescending,
}

/// How a total is had. `exact`: counted. `estimated`: counted up to 10,000, above that estimated. `none`: not at all;
/// `total` and `lastPage` are null.
#[derive(ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum TotalCount {
    Exact,
    Estimated,
    None,
}

/// Filters of contacts, each of which may be given several times; all must hold. An empty one restricts nothing.
#[derive(IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub(crate) struct ContactFilters {
    /// With this tag, by name without regard to case, or by id.
    #[param(nullable = false, explode)]
    tag: Option<Vec<String>>,
    /// Of this company, by name without regard to case, or by id.
    #[param(nullable = false, explode)]
    company: Option<Vec<String>>,
    /// From this channel, by name without regard to case, or by id.
    #[param(nullable = false, explode)]
    channel: Option<Vec<String>>,
    /// In this group, by value or by id.
    #[param(nullable = false, explode)]
    group: Option<Vec<String>>,
    /// With this email, without regard to case.
    #[param(nullable = false, explode)]
    email: Option<Vec<String>>,
    /// With this phone: the same number in whatever notation; one without an extension is found with any.
    #[param(nullable = false, explode)]
    phone: Option<Vec<String>>,
    /// With this id on a social platform, exactly. Also understood as `SocialPlatformId` and `social_platform_id`.
    #[param(nullable = false, explode)]
    social_platform_id: Option<Vec<String>>,
    /// With anything in this field: `email`, `phone`, `company`, `channel`, `tags`, `contact_groups`,
    /// `platformContacts`, `address`, `notes`, `avatar_url`, `customFields`, or the `cf_` name of a custom field.
    #[param(nullable = false, explode)]
    has: Option<Vec<String>>,
    /// Created after this moment. A day, `2026-01-08`, is the moment at which it begins (UTC).
    #[param(nullable = false, explode)]
    created_after: Option<Vec<String>>,
    /// Created before.
    #[param(nullable = false, explode)]
    created_before: Option<Vec<String>>,
    /// Last changed after.
    #[param(nullable = false, explode)]
    updated_after: Option<Vec<String>>,
    /// Last changed before.
    #[param(nullable = false, explode)]
    updated_before: Option<Vec<String>>,
    /// Custom fields by their `cf_` names, each of which is a parameter of its own: `cf_sector=Finance`. One may be
    /// given several times.
    #[param(nullable = false, style = Form, explode, example = json!({}))]
    custom_fields: Option<CustomFieldFilters>,
}

/// Values that custom fields are to have, by the fields' `cf_` names.
#[derive(ToSchema)]
pub(crate) struct CustomFieldFilters(BTreeMap<String, String>);

/// A social id in a path.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct SocialPlatformIdInPath {
    /// The id on a social platform, exactly.
    #[param(
        rename = "socialPlatformId",
        min_length = 1,
        max_length = 255,
        pattern = r"^[^\u0000]*[^\s\u0000][^\u0000]*$",
        example = "U1234"
    )]
    social_platform_id: String,
}

/// Sends it only if it changed.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
pub(crate) struct IfNoneMatchHeader {
    /// The `etag` that the client has; where it is still the same, the answer is 304 without a body.
    #[param(rename = "If-None-Match", nullable = false)]
    if_none_match: Option<String>,
}

/// Changes it only if it did not change.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
pub(crate) struct IfMatchHeader {
    /// The `etag` that the client read; where it is another one by now, the answer is 412 and nothing changes.
    #[param(rename = "If-Match", nullable = false)]
    if_match: Option<String>,
}

/// Carries it out once.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
pub(crate) struct IdempotencyKeyHeader {
    /// Any text of the client's making, best a UUID. The same request sent again with it within 24 hours is not carried
    /// out again but answered as it was the first time; another request with it is 422. Errors are not kept.
    #[param(
        rename = "Idempotency-Key",
        nullable = false,
        min_length = 1,
        max_length = 255,
        pattern = r"^[!-~]([ -~]*[!-~])?$"
    )]
    idempotency_key: Option<String>,
}
