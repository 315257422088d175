//! The parameters as the OpenAPI document shows them. They describe; [`crate::http`] and the resources read.
#![expect(dead_code, reason = "these types exist for their descriptions")]

use utoipa::IntoParams;

/// The id in a contact's path.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct ContactId {
    /// The contact's id.
    #[param(example = "0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c11")]
    id: uuid::Uuid,
}

/// Which page.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Paging {
    /// Which page, from 1. One past the last has no `data`.
    #[param(nullable = false, minimum = 1, default = 1, example = 1)]
    page: Option<i64>,
    /// How many on a page.
    #[param(rename = "pageSize", nullable = false, minimum = 1, maximum = 100, default = 10, example = 10)]
    page_size: Option<i64>,
}

/// What to search for.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Keyword {
    /// Up to 10 words to find; an empty one restricts nothing. `%`, `_` and `\` are ordinary characters.
    #[param(
        nullable = false,
        max_length = 255,
        pattern = r"^\s*([^\s\u0000]+\s+){0,9}([^\s\u0000]+\s*)?$",
        example = "frank"
    )]
    keyword: Option<String>,
}

/// A social id to filter by.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SocialPlatformId {
    /// Only contacts with this id on a social platform, exactly. An empty one restricts nothing.
    #[param(
        rename = "socialPlatformId",
        nullable = false,
        max_length = 255,
        pattern = r"^$|^[^\u0000]*[^\s\u0000][^\u0000]*$",
        example = "U1234"
    )]
    social_platform_id: Option<String>,
}

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
