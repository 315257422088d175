//! The country that phone numbers are read in.

use std::str::FromStr;

use rlibphonenumber::PHONE_NUMBER_UTIL;

use super::Invalid;

/// A country or territory that numbers without an international prefix are taken to be of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Region(rlibphonenumber::Region);

impl Region {
    /// Reads an ISO 3166-1 alpha-2 code such as `MM`, in either case.
    ///
    /// # Errors
    /// `not_an_option` if it is none that has phone numbers.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        rlibphonenumber::Region::from_str(text)
            .ok()
            .filter(|_| text.len() == 2)
            .filter(|&region| PHONE_NUMBER_UTIL.get_country_code_for_region(region).is_some())
            .map(Self)
            .ok_or_else(|| {
                let message = "must be the two-letter ISO 3166 code of a country, such as MM";
                Invalid::new("not_an_option", message)
            })
    }

    /// The region as the library of numbering plans has it.
    pub(super) fn plan(self) -> rlibphonenumber::Region {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions() {
        assert_eq!(Region::parse("mm"), Region::parse("MM"));
        for text in ["", "M", "ZZ", "001", "Myanmar", "é"] {
            assert_eq!(Region::parse(text).unwrap_err().code, "not_an_option", "{text}");
        }
    }
}
