//! Values out of a query or form in which a `+` may have come as a space: that is what a `+` stands for there, and many
//! callers do not encode it.

use super::{Email, Invalid, Phone, Region};

/// The email that a text is, or is with a `+` for each space.
///
/// # Errors
/// As [`Email::parse`].
pub fn email(text: &str) -> Result<Email, Invalid> {
    with_plus(text, Email::parse)
}

/// The phone that a text is: where a space stands in the place of the `+` of an international number, that number.
///
/// # Errors
/// As [`Phone::parse`].
pub fn phone(text: &str, region: Option<Region>) -> Result<Phone, Invalid> {
    let number = number(text);
    Phone::parse(number.as_deref().unwrap_or(text), region)
}

/// Reads a text, or the one it is with a `+` for each space.
pub(super) fn with_plus<T>(text: &str, parse: impl Fn(&str) -> Result<T, Invalid>) -> Result<T, Invalid> {
    parse(text).or_else(|invalid| {
        if text.contains(' ') { parse(&text.replace(' ', "+")).map_err(|_| invalid) } else { Err(invalid) }
    })
}

/// The international number that a text is if the space before its digits was a `+`: ` 95 9…`, `( 95) 9…`, `tel: 95…`.
#[must_use]
pub fn number(text: &str) -> Option<String> {
    let digits = text.find(char::is_numeric)?;
    let (before, number) = text.split_at(digits);
    let start = before.strip_suffix(' ')?;
    if !matches!(start.trim_start(), "" | "(" | "[" | "tel:" | "callto:") {
        return None;
    }
    let number = format!("{start}+{number}");
    Phone::parse(&number, None).is_ok_and(|phone| phone.e164().is_some()).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plus_that_came_as_a_space_is_one() {
        for (text, read) in [
            (" 95 9 797877765", "+95 9 797877765"),
            (" 959797877765", "+959797877765"),
            ("( 95) 9797877765", "(+95) 9797877765"),
            ("tel: 959797877765", "tel:+959797877765"),
            (" ၉၅၉၇၉၇၈၇၇၇၆၅", "+၉၅၉၇၉၇၈၇၇၇၆၅"),
            // These are none with it.
            (" 12345", " 12345"),
            ("09 797 877 765", "09 797 877 765"),
            ("call 95 9 797877765", "call 95 9 797877765"),
        ] {
            assert_eq!(phone(text, Region::parse("MM").ok()).unwrap().as_str(), read);
        }
        assert_eq!(email("frank vip@example.com").unwrap().as_str(), "frank+vip@example.com");
        assert_eq!(email("frank @example.com").unwrap().as_str(), "frank+@example.com");
        assert_eq!(email("frank").unwrap_err().code, "invalid_format");
    }
}
