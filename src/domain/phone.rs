//! Phone numbers: kept as typed, understood as far as the numbering plans of the world allow (those of
//! Google's libphonenumber, in the port `rlibphonenumber`).

use rlibphonenumber::{NumberLengthType, PHONE_NUMBER_UTIL, PhoneNumberFormat};

use super::{Invalid, Region, characters::digits_of, extension, fold, text::bounded};

/// What stands between a number and its extension in a [`Phone::unique_key`], as in a URI of RFC 3966.
const EXTENSION: &str = ";ext=";

/// A phone number: up to 100 characters, at least 3 of them digits (of any script) or letters, no
/// control characters. Letters are legal: `1-800-FLOWERS`, `09 420012345 ext. 5`.
///
/// Two are equal if they were typed alike; [`Phone::unique_key`] says whether they reach the same line.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Phone {
    text: String,
    folded: String,
    digits: String,
    /// What was typed of the number, folded, without its extension.
    number: String,
    extension: Option<String>,
    international: Option<International>,
    unique_key: String,
}

/// What the numbering plans make of a number.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct International {
    e164: String,
    national_digits: String,
    /// An extension in a notation that only the library knows.
    extension: Option<String>,
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
        let folded = with_zeros(fold(text));
        let (number, mut extension, international) = understood(&folded, default_region);
        if let Some(own) = international.as_ref().and_then(|known| known.extension.as_ref()) {
            extension.get_or_insert_with(|| own.clone());
        }
        let key = match &international {
            Some(known) => known.e164.clone(),
            None if number.contains(char::is_alphabetic) => number.clone(),
            None => digits_of(&number),
        };
        // A number of nothing but punctuation and letters that were taken for a scheme.
        let key = if key.is_empty() { folded.clone() } else { key };
        Self {
            text: text.to_owned(),
            digits: digits_of(&folded),
            unique_key: extension
                .as_ref()
                .map_or_else(|| key.clone(), |digits| format!("{key}{EXTENSION}{digits}")),
            folded,
            number,
            extension,
            international,
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

    /// The digits of the extension, if it has one.
    #[must_use]
    pub fn extension(&self) -> Option<&str> {
        self.extension.as_deref()
    }

    /// Whether a [`Phone::unique_key`] is of a number with an extension.
    #[must_use]
    pub fn has_extension(unique_key: &str) -> bool {
        unique_key.contains(EXTENSION)
    }

    /// The keys that a [`Phone::unique_key`] without extension has with one: all texts from the first on, and less than
    /// the second, in the order of their bytes.
    #[must_use]
    pub fn keys_with_extension(unique_key: &str) -> (String, String) {
        let from = format!("{unique_key}{EXTENSION}");
        // The character behind the digits.
        let to = format!("{from}:");
        (from, to)
    }

    /// What two numbers have in common that reach the same line: E.164, else the digits, else, where
    /// letters were typed (`1-800-FLOWERS` is not `1-800-CONTACTS`), the folded text; and behind it the extension,
    /// `+12125551000;ext=102`. Never empty.
    #[must_use]
    pub fn unique_key(&self) -> &str {
        &self.unique_key
    }

    /// The number as a line of search text: folded, if it has more to it than digits and the
    /// punctuation of a number, which [`Phone::search_forms`] cover.
    #[must_use]
    pub fn search_line(&self) -> Option<&str> {
        let covered = self.folded.chars().all(|c| is_number_char(c) || c == ' ');
        (!covered).then_some(self.folded.as_str())
    }

    /// The digit strings by which the number is found: as typed, of its E.164 and national forms, and
    /// of letters dialled on a keypad, each with the extension behind it. None is part of another.
    #[must_use]
    pub fn search_forms(&self) -> Vec<String> {
        let extension = self.extension.as_deref().unwrap_or_default();
        let mut forms = vec![self.digits.clone()];
        match &self.international {
            Some(number) => forms.extend([
                format!("{}{extension}", digits_of(&number.e164)),
                format!("{}{extension}", number.national_digits),
            ]),
            None if !self.digits.is_empty() => forms.push(format!("{}{extension}", dialled(&self.number))),
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

    /// The digits of a whole number that folded text of a search is, in whatever notation: those of its E.164, else
    /// those that were typed, without an extension. `None` where it need not be meant as a number.
    pub(super) fn searched(folded: &str, default_region: Option<Region>) -> Option<String> {
        let folded = with_zeros(folded.to_owned());
        let labelled = without_label(&folded).and_then(|number| understood(number, default_region).2);
        if let Some(known) = labelled {
            return Some(digits_of(&known.e164));
        }
        let first = without_scheme(&folded).chars().find(|c| c.is_alphanumeric())?;
        if !first.is_ascii_digit() {
            return None;
        }
        match understood(&folded, default_region) {
            (_, _, Some(known)) => Some(digits_of(&known.e164)),
            (number, ..) if number.contains(char::is_alphabetic) => None,
            (number, ..) => Some(digits_of(&number)).filter(|digits| digits.len() >= 3),
        }
    }
}

impl International {
    fn of(number: &str, default_region: Option<Region>) -> Option<Self> {
        let plans = &PHONE_NUMBER_UTIL;
        let number = plain(number);
        let mut number = plans.parse(&number, default_region.map(Region::plan)).ok()?;
        let Ok(NumberLengthType::IsPossible) = plans.is_possible_number_with_reason(&number) else {
            return None;
        };
        let extension = number.extension.take().filter(|digits| !digits.is_empty());
        Some(Self {
            e164: plans.format(&number, PhoneNumberFormat::E164).into_owned(),
            national_digits: digits_of(&plans.format(&number, PhoneNumberFormat::National)),
            extension,
        })
    }
}

/// Folded text taken apart: the number without its extension, the extension, and what the plans make of the number.
fn understood(folded: &str, region: Option<Region>) -> (String, Option<String>, Option<International>) {
    let Some(split) = extension::split(folded) else {
        return (without_scheme(folded).to_owned(), None, International::of(folded, region));
    };
    let international = International::of(&split.number, region);
    // `212 555,1000` has no extension: with what it would be, it is a number.
    if international.is_none()
        && split.is_doubtful
        && let Some(whole) =
            International::of(&spaced(folded), region).filter(|whole| whole.extension.is_none())
    {
        return (without_scheme(folded).to_owned(), None, Some(whole));
    }
    (without_scheme(&split.number).to_owned(), Some(split.digits), international)
}

/// A number without the scheme of the link that it was copied from.
fn without_scheme(folded: &str) -> &str {
    let schemes = ["tel:", "callto:"];
    schemes.iter().find_map(|scheme| folded.strip_prefix(scheme)).unwrap_or(folded).trim_start()
}

/// A number behind a word that says what it is, or what to do with it: `mob. +95 9 …`, `sms:+95…`.
fn without_label(folded: &str) -> Option<&str> {
    let (label, number) = folded.split_once([':', '.'])?;
    let number = number.trim_start();
    let is_word = !label.is_empty() && label.chars().all(char::is_alphabetic);
    (is_word && number.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '('))).then_some(number)
}

/// A number as the library reads it: other punctuation than that of numbers is a space.
fn plain(number: &str) -> String {
    // Which the library takes apart.
    if number.contains(";phone-context=") {
        return number.to_owned();
    }
    spaced(without_scheme(number))
}

fn spaced(text: &str) -> String {
    let is_known = |c: char| {
        c.is_alphanumeric()
            || matches!(c, '+' | '-' | '(' | ')' | '[' | ']' | '.' | '/' | '#' | '*' | '~' | ' ')
    };
    text.chars().map(|c| if is_known(c) { c } else { ' ' }).collect()
}

/// The Burmese letter wa looks like a zero: in a number without other letters it is one, where it stands alone too.
fn with_zeros(folded: String) -> String {
    const WA: char = '\u{101d}';
    if folded.contains(WA) && !folded.contains(|c: char| c.is_alphabetic() && c != WA) {
        return folded.replace(WA, "0");
    }
    folded
}

/// Whether a character of folded text is a digit or the punctuation of phone numbers.
pub(super) fn is_number_char(c: char) -> bool {
    c.is_ascii_digit()
        || matches!(
            c,
            '+' | '-'
                | '('
                | ')'
                | '['
                | ']'
                | '.'
                | '/'
                | '#'
                | '*'
                | ','
                | ';'
                | ':'
                | '_'
                | '~'
                | '\u{b7}'
                | '\u{2022}'
        )
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
            "09·797·877·765",
            "09_797_877_765",
            "09797877765,",
            "09797877765;",
            "tel:+95-9-797877765",
            "tel: 09797877765",
            "00959797877765",
            "+9509797877765",
            "+95(0)9797877765",
            "ဝ၉၇၉၇၈၇၇၇၆၅",
            "(ဝ) ၉၇၉၇၈၇၇၇၆၅",
        ] {
            let phone = myanmar(text);
            assert_eq!(phone.as_str(), text);
            assert_eq!(phone.e164(), Some("+959797877765"), "{text}");
            assert_eq!(phone.national_digits(), Some("09797877765"));
            assert_eq!(phone.unique_key(), "+959797877765");
        }
    }

    #[test]
    fn two_extensions_of_one_number_are_two_lines() {
        for notation in ["x102", " ext. 102", "#102", ";ext=102", ",102", " доб. 102", " - 102#"] {
            for (number, region, key) in [
                ("+1 212 555 1000", None, "+12125551000;ext=102"),
                ("212 555 1000", Region::parse("US").ok(), "+12125551000;ext=102"),
                ("555 1000", None, "5551000;ext=102"),
                ("1-800-FLOWERS 123", None, "1-800-flowers 123;ext=102"),
            ] {
                let phone = Phone::parse(&format!("{number}{notation}"), region).unwrap();
                assert_eq!((phone.unique_key(), phone.extension()), (key, Some("102")), "{number}{notation}");
                let bare = Phone::parse(number, region).unwrap();
                assert_eq!(format!("{};ext=102", bare.unique_key()), key);
                assert_eq!(bare.e164(), phone.e164());
                for form in bare.search_forms() {
                    assert!(phone.search_forms().iter().any(|longer| longer.contains(&form)));
                }
            }
        }
        let whole = Phone::parse("212 555,1000", Region::parse("US").ok()).unwrap();
        assert_eq!((whole.e164(), whole.extension()), (Some("+12125551000"), None));
    }

    #[test]
    fn without_a_plan_the_digits_count() {
        let abroad = Phone::parse("09 797 877 765", None).unwrap();
        assert_eq!((abroad.e164(), abroad.unique_key()), (None, "09797877765"));
        assert_eq!(Phone::parse("+1 800 759 3000", None).unwrap().e164(), Some("+18007593000"));
        assert_eq!(myanmar("1-800-759-3000").e164(), None);
        assert_eq!(myanmar("12345").unique_key(), "12345");
        for (text, key) in [
            ("Zoom ROOM", "zoom room"),
            ("1-800-Flowers", "1-800-flowers"),
            ("tel:12345", "12345"),
            ("tel:", "tel:"),
        ] {
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
            ("+95 9 797877765 x5", vec!["9597978777655", "097978777655"]),
            ("1-800-FLOWERS x5", vec!["180035693775", "18005"]),
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
