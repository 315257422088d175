//! E-mail addresses.

use std::iter;

use email_address::{EmailAddress, Options};
use idna::{
    AsciiDenyList,
    uts46::{DnsLength, Hyphens, Uts46},
};
use unicode_normalization::{UnicodeNormalization, is_nfc};

use super::{Invalid, characters::is_invisible, text::bounded};

/// An e-mail address (RFC 5321 and 6531, so that text of any script is legal, its vowel signs and other marks too): up to 254
/// characters, the domain of at least two labels, no display name, no comment, no address literal, no white space
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
        let is_valid = text.rsplit_once('@').is_some_and(|(local, domain)| {
            let ascii = if domain.is_ascii() { Some(domain.to_owned()) } else { ascii_domain(domain) };
            is_local_part(local) && ascii.is_some_and(|domain| is_domain(&domain))
        });
        if is_valid {
            Ok(Self(text.to_owned()))
        } else {
            Err(Invalid::new("invalid_format", "must be an e-mail address such as frank@example.com"))
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

    /// The address in lower case, composed (NFC), its domain in ASCII: two addresses with the same key are the same.
    #[must_use]
    pub fn key(&self) -> String {
        match self.parts() {
            Some((local, domain)) if is_international(domain) => {
                format!("{}@{}", lower(local), ascii_domain(domain).unwrap_or_else(|| lower(domain)))
            }
            _ => lower(&self.0),
        }
    }

    /// The spellings by which it is found: as typed, and where the domain has other letters than those of ASCII, with
    /// these and in ASCII.
    #[must_use]
    pub fn search_forms(&self) -> Vec<String> {
        let mut forms = vec![self.0.clone()];
        if let Some((local, domain)) = self.parts()
            && is_international(domain)
        {
            let with_domain = |domain: String| format!("{local}@{domain}");
            forms.extend(unicode_domain(domain).map(with_domain));
            forms.extend(ascii_domain(domain).map(with_domain));
        }
        forms
    }

    fn parts(&self) -> Option<(&str, &str)> {
        self.0.rsplit_once('@')
    }
}

fn lower(text: &str) -> String {
    let lower = text.to_lowercase();
    if is_nfc(&lower) { lower } else { lower.nfc().collect() }
}

fn options() -> Options {
    Options::default().with_required_tld().without_display_text().without_domain_literal()
}

/// The grammar is that of ASCII, with any other letter, mark or sign for a letter. The library knows few marks, so each is
/// shown to it as letters of the same length.
fn is_local_part(local: &str) -> bool {
    const JOINERS: [char; 2] = ['\u{200c}', '\u{200d}'];
    let shows = |c: char| JOINERS.contains(&c) || !(c.is_whitespace() || c.is_control() || is_invisible(c));
    let as_letters: String = local
        .chars()
        .flat_map(|c| {
            let (c, times) = if c.is_ascii() { (c, 1) } else { ('a', c.len_utf8()) };
            iter::repeat_n(c, times)
        })
        .collect();
    local.chars().all(|c| c.is_ascii() || shows(c))
        && EmailAddress::parse_with_options(&format!("{as_letters}@example.com"), options()).is_ok()
}

/// Whether a domain in ASCII can be one.
fn is_domain(domain: &str) -> bool {
    // Beyond what the library checks: it admits the punctuation of mailbox names in domains too.
    domain.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.'))
        && EmailAddress::parse_with_options(&format!("a@{domain}"), options()).is_ok()
}

/// Whether a domain has letters beyond ASCII, as they are or encoded.
fn is_international(domain: &str) -> bool {
    !domain.is_ascii() || domain.to_ascii_lowercase().contains("xn--")
}

/// A domain in ASCII, if its letters are those of a domain (IDNA 2008 by way of UTS 46, not transitional).
fn ascii_domain(domain: &str) -> Option<String> {
    Uts46::new()
        .to_ascii(domain.as_bytes(), AsciiDenyList::STD3, Hyphens::CheckFirstLast, DnsLength::Verify)
        .ok()
        .map(|domain| domain.into_owned())
}

fn unicode_domain(domain: &str) -> Option<String> {
    let (domain, result) =
        Uts46::new().to_unicode(domain.as_bytes(), AsciiDenyList::STD3, Hyphens::CheckFirstLast);
    result.ok().map(|()| domain.into_owned())
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
            "संपर्क@डाटामेल.भारत",
            "தொடர்பு@எடுத்துக்காட்டு.இந்தியா",
            "ผู้ใช้@ตัวอย่าง.ไทย",
            "អ្នកប្រើ@ឧទាហរណ៍.ខ្មែរ",
            "မောင်မောင်@example.com",
            "jose\u{301}@example.com",
            "frank@mu\u{308}nchen.de",
            "نمونه\u{200c}ها@example.com",
            "info@xn--mnchen-3ya.example",
            "\"frank @ home\"@example.com",
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
            ("a\u{200b}b@example.com", "invalid_format"),
            ("a\u{a0}b@example.com", "invalid_format"),
            ("a@mün chen.de", "invalid_format"),
            ("a@mün_chen.de", "invalid_format"),
            ("a@-münchen.de", "invalid_format"),
            ("a@\u{301}example.com", "invalid_format"),
            ("a@münchen", "invalid_format"),
            ("a\0@example.com", "contains_nul"),
            (long.as_str(), "too_long"),
        ] {
            assert_eq!(Email::parse(text).map_err(|invalid| invalid.code), Err(code), "{text}");
        }
        assert_eq!(Email::parse("Frank@Example.COM").unwrap().key(), "frank@example.com");
    }

    #[test]
    fn one_mailbox_in_its_spellings() {
        for (one, other) in [
            ("info@münchen.example", "INFO@XN--MNCHEN-3YA.example"),
            ("info@münchen.example", "info@Mu\u{308}nchen.EXAMPLE"),
            ("José@example.com", "jose\u{301}@example.com"),
            ("a@例子。中国", "a@例子.中国"),
            ("सम्पर्क@उदाहरण.परीक्षा", "सम्पर्क@xn--p1b6ci4b4b3a.xn--11b5bs3a9aj6g"),
        ] {
            assert_eq!(Email::parse(one).unwrap().key(), Email::parse(other).unwrap().key(), "{one}");
        }
        for (one, other) in
            [("a@straße.de", "a@strasse.de"), ("é@a.de", "e@a.de"), ("a@müller.de", "a@muller.de")]
        {
            assert_ne!(Email::parse(one).unwrap().key(), Email::parse(other).unwrap().key());
        }
        let (letters, ascii) = ("info@münchen.example".to_owned(), "info@xn--mnchen-3ya.example".to_owned());
        for text in [&letters, &ascii] {
            let forms = Email::parse(text).unwrap().search_forms();
            assert!(forms.contains(&letters) && forms.contains(&ascii));
        }
        assert_eq!(Email::parse("Frank@Example.com").unwrap().search_forms(), ["Frank@Example.com"]);
    }

    proptest! {
        #[test]
        fn any_letter_with_any_mark_is_legal(
            letters in "[\\p{L}\\p{M}]{1,10}",
            domain in "[\u{915}-\u{939}][\u{93e}-\u{94c}]?",
        ) {
            let text = format!("a{letters}@{domain}.com");
            if !letters.chars().any(is_invisible) {
                let email = Email::parse(&text);
                prop_assert!(email.is_ok(), "{}", text);
                let key = email.map(|email| email.key()).unwrap();
                prop_assert_eq!(Email::from_stored(key.clone()).key(), key);
            }
        }

        #[test]
        fn never_panics(text in any::<String>(), at in "[\"\\\\a-zé<>\\[\\]@. ]{0,20}") {
            let _ = (Email::parse(&text), Email::parse(&at), Email::parse(&format!("{at}@a.b")));
        }
    }
}
