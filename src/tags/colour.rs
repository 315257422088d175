//! The colour of a tag.

use crate::domain::Invalid;

/// `#rrggbb` in lower case.
///
/// # Errors
/// `invalid_format`.
pub(super) fn parse(text: &str) -> Result<String, Invalid> {
    let is_colour = text
        .strip_prefix('#')
        .is_some_and(|digits| digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
    if is_colour {
        Ok(text.to_ascii_lowercase())
    } else {
        Err(Invalid::new("invalid_format", "must be a colour such as #1a2b3c"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_have_six_hexadecimal_digits() {
        assert_eq!(parse("#1A2b3c").as_deref(), Ok("#1a2b3c"));
        for text in ["", "#", "1a2b3c", "#1a2b3", "#1a2b3c4", "#1a2b3g", " #1a2b3c", "#١a2b3c", "red"] {
            assert_eq!(parse(text).unwrap_err().code, "invalid_format", "{text}");
        }
    }
}
