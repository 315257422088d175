//! Pure values: what a name, phone, e-mail address or keyword is, without HTTP and without a database.
//!
//! Input is parsed into types that cannot be wrong. Each has a `parse`, which answers [`Invalid`]
//! otherwise, and keeps what was typed; what it means is derived from it (`key`, `e164`, `digits`).
//!
//! - [`fold()`] and [`case_key`]: the forms in which texts are searched and compared (`characters` has
//!   the tables)
//! - [`Name`] and other texts with a length, made by [`bounded`], [`visible`] and [`label`]
//! - [`Email`], [`Phone`] in a [`Region`] (`extension` finds its extension, `unencoded` a `+` that came as a space), ids by
//!   [`parse_id`]
//! - [`FieldType`], [`SystemName`] and [`FieldValue`] of custom fields (`field_input` reads JSON,
//!   `decimal` numbers)
//! - [`SearchText`] of a contact, the [`Keyword`] that is searched in it, and the [`grams()`] by which both are
//!   indexed

mod characters;
mod custom_field;
mod decimal;
mod derived;
mod email;
mod extension;
mod field_input;
mod field_type;
mod fold;
mod grams;
mod ids;
mod index_key;
mod keyword;
mod phone;
mod region;
mod respelling;
mod search_text;
mod text;
mod unencoded;

pub use custom_field::{FieldValue, option_key};
pub use decimal::canonical as canonical_number;
pub use derived::DERIVED_VERSION;
pub use email::Email;
pub use field_type::{FieldType, SystemName};
pub use fold::{case_key, fold, is_blank, retired_key, spelling_key};
pub use grams::{grams, grams_of_word};
pub use ids::{TenantId, parse_id};
pub use index_key::index_key;
pub use keyword::{Keyword, Word, like_pattern};
pub use phone::Phone;
pub use region::Region;
pub use search_text::SearchText;
pub use text::{
    Address, ChannelName, CompanyName, Name, Notes, SocialId, TagName, TenantSlug, Url, Username, bounded,
    label, visible,
};
pub use unencoded::{email as unencoded_email, number as unencoded_number, phone as unencoded_phone};

/// Why a value is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Invalid {
    /// For programs, in `snake_case`: `too_long`, `invalid_format` …
    pub code: &'static str,
    /// For the developer who sent the value: what was expected, with its limits.
    pub message: String,
}

impl Invalid {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}
