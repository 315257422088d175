//! E-mail addresses.

use email_address::{EmailAddress, Options};

use super::{Invalid, text::bounded};

/// An e-mail address (RFC 5321 and 6531, so that letters of any script are legal): up to 254 characters,
/// the domain of at least two labels, no display name, no comment, no address literal, no white space
/// around it. Kept as it was typed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Email(String);

impl Email {
    /// Checks an address.
    ///
    /// # Errors
    /// `contains_nul`, `too_long`, `invalid_format`.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let text = bounded(text, 0, 254)?;
        let options = Options::default().with_required_tld().without_display_text().without_domain_literal();
        // Beyond what the library checks: it admits the punctuation of mailbox names in domains too.
        let domain_char = |c: char| !c.is_ascii() || c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
        match EmailAddress::parse_with_options(text, options) {
            Ok(address) if address.domain().chars().all(domain_char) => Ok(Self(text.to_owned())),
            _ => Err(Invalid::new("invalid_format", "must be an e-mail address such as frank@example.com")),
        }
    }

    /// An address that was checked when it was stored.
    #[must_use]
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The address as it was typed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address in lower case: two addresses with the same key are the same.
    #[must_use]
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn addresses() {
        for text in [
            "Frank@Example.com",
            "a.b+c@mail.example.co.uk",
            "o'brien@example.com",
            "用户@例子.中国",
            "frank@münchen.de",
        ] {
            assert_eq!(Email::parse(text).map(|email| email.0), Ok(text.to_owned()));
        }
        let long = format!("{}@{}.com", "a".repeat(64), "b.".repeat(93) + "b");
        for (text, code) in [
            ("", "invalid_format"),
            ("frank", "invalid_format"),
            ("frank@localhost", "invalid_format"),
            ("frank@[127.0.0.1]", "invalid_format"),
            ("Frank <frank@example.com>", "invalid_format"),
            (" frank@example.com", "invalid_format"),
            ("frank@example.com\n", "invalid_format"),
            ("a@b@example.com", "invalid_format"),
            ("a..b@example.com", "invalid_format"),
            ("a@exa!mple.com", "invalid_format"),
            ("a@example.com.", "invalid_format"),
            ("a@-example.com", "invalid_format"),
            ("a\0@example.com", "contains_nul"),
            (long.as_str(), "too_long"),
        ] {
            assert_eq!(Email::parse(text).map_err(|invalid| invalid.code), Err(code), "{text}");
        }
        assert_eq!(Email::parse("Frank@Example.COM").unwrap().key(), "frank@example.com");
    }

    proptest! {
        #[test]
        fn never_panics(text in any::<String>(), at in "[\"\\\\a-zé<>\\[\\]@. ]{0,20}") {
            let _ = (Email::parse(&text), Email::parse(&at), Email::parse(&format!("{at}@a.b")));
        }
    }
}
