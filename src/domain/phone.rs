//! Phone numbers: kept as typed, understood as far as the numbering plans of the world allow (those of
//! Google's libphonenumber, in the port `rlibphonenumber`).

use rlibphonenumber::{NumberLengthType, PHONE_NUMBER_UTIL, PhoneNumberFormat};

use super::{Invalid, Region, fold, text::bounded};

/// A phone number: up to 100 characters, at least 3 of them digits (of any script) or letters, no
/// control characters. Letters are legal: `1-800-FLOWERS`, `09 420012345 ext. 5`.
///
/// Two are equal if they were typed alike; [`Phone::unique_key`] says whether they reach the same line.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Phone {
    text: String,
    folded: String,
    digits: String,
    international: Option<International>,
}

/// What the numbering plans make of a number.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct International {
    e164: String,
    national_digits: String,
}

impl Phone {
    /// Checks a number and works out its forms.
    ///
    /// # Errors
    /// `contains_nul`, `too_long`, `too_short`, `invalid_format`.
    pub fn parse(text: &str, default_region: Option<Region>) -> Result<Self, Invalid> {
        let text = bounded(text, 0, 100)?;
        if text.contains(char::is_control) {
            return Err(Invalid::new("invalid_format", "must not contain control characters"));
        }
        let phone = Self::from_stored(text, default_region);
        let counts = |c: &char| c.is_ascii_digit() || c.is_alphabetic();
        if phone.folded.chars().filter(counts).count() < 3 {
            return Err(Invalid::new("too_short", "must have at least 3 digits or letters"));
        }
        Ok(phone)
    }

    /// The forms of a number that was checked when it was stored.
    #[must_use]
    pub fn from_stored(text: &str, default_region: Option<Region>) -> Self {
        let folded = fold(text);
        Self {
            text: text.to_owned(),
            digits: digits_of(&folded),
            international: International::of(&folded, default_region),
            folded,
        }
    }

    /// The number as it was typed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The digits that were typed, whatever their script, as ASCII digits; those of an extension too,
    /// but not letters in place of digits. Empty for a number of letters only.
    #[must_use]
    pub fn digits(&self) -> &str {
        &self.digits
    }

    /// `+959797877765`, without any extension: for a number with an international prefix, or of the
    /// default region, that has a full length its numbering plan knows. (Being assigned is not asked
    /// for: plans grow, and a number's key must not change with the library's tables.)
    #[must_use]
    pub fn e164(&self) -> Option<&str> {
        self.international.as_ref().map(|number| number.e164.as_str())
    }

    /// The digits dialled within the country, trunk prefix included: `09797877765`. There if
    /// [`Phone::e164`] is.
    #[must_use]
    pub fn national_digits(&self) -> Option<&str> {
        self.international.as_ref().map(|number| number.national_digits.as_str())
    }

    /// What two numbers have in common that reach the same line: E.164, else the digits, else, where
    /// letters were typed (`1-800-FLOWERS` is not `1-800-CONTACTS`), the folded text. Never empty.
    #[must_use]
    pub fn unique_key(&self) -> &str {
        match self.e164() {
            Some(e164) => e164,
            None if self.folded.contains(char::is_alphabetic) => &self.folded,
            None => &self.digits,
        }
    }

    /// The number as a line of search text: folded, if it has more to it than digits and the
    /// punctuation of a number, which [`Phone::search_forms`] cover.
    #[must_use]
    pub fn search_line(&self) -> Option<&str> {
        let covered = self.folded.chars().all(|c| is_number_char(c) || c == ' ');
        (!covered).then_some(self.folded.as_str())
    }

    /// The digit strings by which the number is found: as typed, of its E.164 and national forms, and
    /// of letters dialled on a keypad. None is part of another.
    #[must_use]
    pub fn search_forms(&self) -> Vec<String> {
        let mut forms = vec![self.digits.clone()];
        match &self.international {
            Some(number) => forms.extend([digits_of(&number.e164), number.national_digits.clone()]),
            None if !self.digits.is_empty() => forms.push(dialled(&self.folded)),
            None => {}
        }
        forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
        let mut distinct: Vec<String> = Vec::with_capacity(forms.len());
        for form in forms {
            if !distinct.iter().any(|longer| longer.contains(&form)) {
                distinct.push(form);
            }
        }
        distinct
    }
}

impl International {
    fn of(folded: &str, default_region: Option<Region>) -> Option<Self> {
        let plans = &PHONE_NUMBER_UTIL;
        let mut number = plans.parse(folded, default_region.map(Region::plan)).ok()?;
        let Ok(NumberLengthType::IsPossible) = plans.is_possible_number_with_reason(&number) else {
            return None;
        };
        number.extension = None;
        Some(Self {
            e164: plans.format(&number, PhoneNumberFormat::E164).into_owned(),
            national_digits: digits_of(&plans.format(&number, PhoneNumberFormat::National)),
        })
    }
}

/// Whether a character of folded text is a digit or the punctuation of phone numbers.
pub(super) fn is_number_char(c: char) -> bool {
    c.is_ascii_digit() || matches!(c, '+' | '-' | '(' | ')' | '.' | '/' | '#' | '*')
}

/// The ASCII digits of folded text.
pub(super) fn digits_of(folded: &str) -> String {
    folded.chars().filter(char::is_ascii_digit).collect()
}

/// The digits of folded text with letters dialled on the keypad of ITU-T E.161.
fn dialled(folded: &str) -> String {
    let key = |c| match c {
        '0'..='9' => Some(c),
        'a'..='c' => Some('2'),
        'd'..='f' => Some('3'),
        'g'..='i' => Some('4'),
        'j'..='l' => Some('5'),
        'm'..='o' => Some('6'),
        'p'..='s' => Some('7'),
        't'..='v' => Some('8'),
        'w'..='z' => Some('9'),
        _ => None,
    };
    folded.chars().filter_map(key).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn myanmar(text: &str) -> Phone {
        Phone::parse(text, Some(Region::parse("MM").unwrap())).unwrap()
    }

    #[test]
    fn one_line_in_its_many_spellings() {
        for text in [
            "+95 9 797877765",
            "09 797 877 765",
            "(09) 797-877765",
            "၀၉၇၉၇၈၇၇၇၆၅",
            "＋９５ 9797877765",
            "0095 9 797877765",
            "\u{202a}+95 9\u{a0}797\u{2011}877765\u{202c}",
            "09797877765 ext. 5",
        ] {
            let phone = myanmar(text);
            assert_eq!(phone.as_str(), text);
            assert_eq!(phone.e164(), Some("+959797877765"), "{text}");
            assert_eq!(phone.national_digits(), Some("09797877765"));
            assert_eq!(phone.unique_key(), "+959797877765");
        }
    }

    #[test]
    fn without_a_plan_the_digits_count() {
        let abroad = Phone::parse("09 797 877 765", None).unwrap();
        assert_eq!((abroad.e164(), abroad.unique_key()), (None, "09797877765"));
        assert_eq!(Phone::parse("+1 800 759 3000", None).unwrap().e164(), Some("+18007593000"));
        assert_eq!(myanmar("1-800-759-3000").e164(), None);
        assert_eq!(myanmar("12345").unique_key(), "12345");
        for (text, key) in [("Zoom ROOM", "zoom room"), ("1-800-Flowers", "1-800-flowers")] {
            assert_eq!(myanmar(text).unique_key(), key);
        }
    }

    #[test]
    fn forms_to_be_found_by() {
        for (text, forms) in [
            ("+95 9 797877765", vec!["959797877765", "09797877765"]),
            ("09 797 877 765", vec!["959797877765", "09797877765"]),
            ("+1 800-FLOWERS", vec!["18003569377"]),
            ("1-800-FLOWERS", vec!["18003569377"]),
            ("1-800-759-3000", vec!["18007593000"]),
        ] {
            assert_eq!(myanmar(text).search_forms(), forms, "{text}");
        }
        assert_eq!(myanmar("1-800-FLOWERS").search_line(), Some("1-800-flowers"));
        assert_eq!(myanmar("(0979) 787-77").search_line(), None);
    }

    #[test]
    fn refused() {
        for (text, code) in [
            ("", "too_short"),
            ("12", "too_short"),
            ("+-()#*", "too_short"),
            ("\u{640}\u{640}\u{640}", "too_short"),
            ("𐹠𐹡𐹢", "too_short"),
            ("0979\n7877", "invalid_format"),
            ("0979\0", "contains_nul"),
        ] {
            assert_eq!(Phone::parse(text, None).unwrap_err().code, code, "{text:?}");
        }
        assert_eq!(Phone::parse(&"1".repeat(101), None).unwrap_err().code, "too_long");
        assert!(Phone::parse("၁၂၃", None).is_ok() && Phone::parse("abc", None).is_ok());
    }

    proptest! {
        #[test]
        fn whatever_is_typed(
            text in prop_oneof![
                any::<String>(),
                "(\\+|00|09|tel:|1-800-)?[0-9၀-၉ ()./#*x;,=A-Z-]{0,30}(;phone-context=\\+?[0-9a-z.]{0,9})?",
            ],
            region in proptest::option::of(proptest::sample::select(vec!["MM", "US", "IT", "BR", "GB"])),
        ) {
            let region = region.map(|code| Region::parse(code).unwrap());
            if let Ok(phone) = Phone::parse(&text, region) {
                prop_assert_eq!(phone.as_str(), text);
                prop_assert!(!phone.unique_key().is_empty());
                if let Some(e164) = phone.e164() {
                    let digits = e164.strip_prefix('+').unwrap();
                    prop_assert!(digits.bytes().all(|b| b.is_ascii_digit()));
                    let again = Phone::parse(e164, None).unwrap();
                    prop_assert_eq!(again.e164(), Some(e164));
                }
                let forms = phone.search_forms();
                prop_assert!(forms.iter().any(|form| form.contains(phone.digits())));
            }
        }
    }
}
