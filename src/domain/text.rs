//! Texts with a length: names, notes, addresses, URLs, slugs.
//!
//! Lengths are in characters (Unicode scalar values). A text is kept exactly as it was typed, white
//! space at its ends included; names that are found without regard to case have a `key` for it. The
//! limits are promises of the API.

use super::{Invalid, case_key, is_blank};

/// Checks a text's length and that it has no NUL, which the database cannot store.
///
/// # Errors
/// `contains_nul`, `too_short`, `too_long`.
pub fn bounded(text: &str, min: usize, max: usize) -> Result<&str, Invalid> {
    if text.contains('\0') {
        return Err(Invalid::new("contains_nul", "must not contain a NUL character"));
    }
    let length = text.chars().count();
    if length < min {
        let message = format!("must have at least {min} characters, has {length}");
        return Err(Invalid::new("too_short", message));
    }
    if length > max {
        let message = format!("must have at most {max} characters, has {length}");
        return Err(Invalid::new("too_long", message));
    }
    Ok(text)
}

/// The longest [`label`], in characters.
const MAX_LABEL: usize = 255;

/// As [`bounded`], and something of it must be visible.
///
/// # Errors
/// `contains_nul`, `too_long`, `blank`.
pub fn visible(text: &str, max: usize) -> Result<&str, Invalid> {
    let text = bounded(text, 0, max)?;
    if is_blank(text) {
        return Err(Invalid::new("blank", "must not be empty or blank"));
    }
    Ok(text)
}

/// The name of a group, a field or an option for people, or its key: visible, of at most 255 characters.
///
/// # Errors
/// As [`visible`].
pub fn label(text: &str) -> Result<String, Invalid> {
    visible(text, MAX_LABEL).map(str::to_owned)
}

/// Defines text types: their documentation, name, and the check that `parse` makes.
macro_rules! text_types {
    ($($(#[$doc:meta])* $name:ident = |$text:ident| $check:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(String);

        impl $name {
            /// Checks the text and keeps it as it is.
            ///
            /// # Errors
            /// What is wrong with the text: the type's documentation has the limits.
            pub fn parse($text: &str) -> Result<Self, Invalid> {
                Ok(Self($check?.to_owned()))
            }

            /// A text that was checked when it was stored; the rules may have changed since.
            #[must_use]
            pub fn from_stored(text: String) -> Self {
                Self(text)
            }

            /// The text as it was typed.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
    )*};
}

text_types! {
    /// What a contact is called: up to 255 characters, not blank.
    Name = |text| visible(text, 255);
    /// A contact's user name: as [`Name`], which stands in for it where it is not given.
    Username = |text| visible(text, 255);
    /// A postal address of a contact or company: up to 1,000 characters, not blank.
    Address = |text| visible(text, 1_000);
    /// Notes on a contact: up to 10,000 characters, not blank.
    Notes = |text| visible(text, 10_000);
    /// A tag: up to 100 characters, not blank.
    TagName = |text| visible(text, 100);
    /// A company's name: up to 255 characters, not blank.
    CompanyName = |text| visible(text, 255);
    /// A channel's name, such as `viber`: up to 100 characters, not blank.
    ChannelName = |text| visible(text, 100);
    /// A contact's id on a social platform: up to 255 characters, not blank.
    SocialId = |text| visible(text, 255);
    /// An absolute http or https URL as the WHATWG standard reads it: up to 2,048 characters.
    Url = |text| web_url(text);
    /// A tenant's name in tokens and URLs: up to 63 of `a-z`, `0-9`, `_` and `-`, the first a letter
    /// or digit.
    TenantSlug = |text| slug(text);
}

/// Names that are unique without regard to case.
macro_rules! keyed {
    ($($name:ident)*) => {$(
        impl $name {
            /// What two names have in common that are one: see [`case_key`]. Never empty.
            #[must_use]
            pub fn key(&self) -> String {
                case_key(&self.0)
            }
        }
    )*};
}

keyed!(TagName CompanyName ChannelName);

impl From<Name> for Username {
    fn from(name: Name) -> Self {
        Self(name.0)
    }
}

impl From<Username> for Name {
    fn from(username: Username) -> Self {
        Self(username.0)
    }
}

impl Url {
    /// The URL as the standard writes it, for comparing: host in lower case, path escaped.
    #[must_use]
    pub fn key(&self) -> String {
        url::Url::parse(&self.0).map_or_else(|_| self.0.clone(), String::from)
    }
}

fn web_url(text: &str) -> Result<&str, Invalid> {
    let text = bounded(text, 0, 2_048)?;
    // The standard's parser repairs much that nobody would call a URL (`http:a.b`, line breaks).
    let starts_with =
        |scheme: &str| text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    let intact = text.trim() == text && !text.contains(char::is_control);
    if intact && (starts_with("http://") || starts_with("https://")) && url::Url::parse(text).is_ok() {
        return Ok(text);
    }
    Err(Invalid::new("invalid_format", "must be an http or https URL such as https://example.com/a.jpg"))
}

fn slug(text: &str) -> Result<&str, Invalid> {
    let text = bounded(text, 1, 63)?;
    let alphanumeric = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let bytes = text.as_bytes();
    if bytes.first().is_some_and(alphanumeric)
        && bytes.iter().all(|b| alphanumeric(b) || matches!(b, b'_' | b'-'))
    {
        return Ok(text);
    }
    Err(Invalid::new(
        "invalid_format",
        "must be of the characters a-z, 0-9, _ and -, the first a letter or digit",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code<T>(result: Result<T, Invalid>) -> &'static str {
        result.err().map_or("ok", |invalid| invalid.code)
    }

    #[test]
    fn names_are_kept_as_typed() {
        assert_eq!(Name::parse("Aria ").unwrap().as_str(), "Aria ");
        assert_eq!(Username::from(Name::parse("x").unwrap()).as_str(), "x");
        for (text, expected) in [
            ("က".repeat(255), "ok"),
            ("က".repeat(256), "too_long"),
            (String::new(), "blank"),
            (" \u{200b}\t".to_owned(), "blank"),
            ("a\0b".to_owned(), "contains_nul"),
        ] {
            assert_eq!(code(Name::parse(&text)), expected);
            assert_eq!(code(CompanyName::parse(&text)), expected);
            assert_eq!(code(SocialId::parse(&text)), expected);
        }
        assert_eq!(code(TagName::parse(&"x".repeat(101))), "too_long");
        assert_eq!(code(Notes::parse(&"x".repeat(10_000))), "ok");
        assert_eq!(code(Address::parse("")), "blank");
        assert_eq!(code(Notes::parse("\r\n\u{200b}")), "blank");
        assert_eq!(code(Address::parse(&"x".repeat(1_001))), "too_long");
        assert_eq!(bounded("ab", 3, 5).unwrap_err().to_string(), "must have at least 3 characters, has 2");
    }

    #[test]
    fn one_company_whatever_its_case() {
        let key = |text| CompanyName::parse(text).unwrap().key();
        assert_eq!(key("K-Link  Café"), key("k-link cafe\u{301} "));
        assert_ne!(key("Café"), key("Cafe"));
    }

    #[test]
    fn urls() {
        for (text, expected) in [
            ("https://example.com/frank.jpg?s=1#x", "ok"),
            ("HTTP://localhost:8080/a b", "ok"),
            ("https://münchen.de/ü", "ok"),
            ("http:example.com", "invalid_format"),
            ("https://", "invalid_format"),
            ("https://a b/", "invalid_format"),
            ("https://exa\nmple.com", "invalid_format"),
            (" https://example.com", "invalid_format"),
            ("javascript:alert(1)", "invalid_format"),
            ("/frank.jpg", "invalid_format"),
            ("", "invalid_format"),
            ("http://a.b/\0", "contains_nul"),
        ] {
            assert_eq!(code(Url::parse(text)), expected, "{text}");
        }
        assert_eq!(code(Url::parse(&format!("http://a.b/{}", "x".repeat(2_038)))), "too_long");
        assert_eq!(Url::parse("HTTP://A.b").unwrap().key(), "http://a.b/");
    }

    #[test]
    fn slugs() {
        for (text, expected) in [
            ("acme", "ok"),
            ("0_a-b", "ok"),
            ("", "too_short"),
            ("_a", "invalid_format"),
            ("Acme", "invalid_format"),
            ("a.b", "invalid_format"),
            ("é", "invalid_format"),
        ] {
            assert_eq!(code(TenantSlug::parse(text)), expected, "{text}");
        }
        assert_eq!(code(TenantSlug::parse(&"a".repeat(64))), "too_long");
    }
}
