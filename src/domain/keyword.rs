//! What a person types to find contacts, and when it finds one.

use std::cmp::Reverse;

use serde::{Deserialize, Serialize};
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

use super::{Invalid, Phone, Region, characters::digits_of, fold, phone::is_number_char, text::bounded};

/// A keyword, folded and taken apart. It is searched in the text that
/// [`SearchText`](super::SearchText) builds of a contact, and finds it if
///
/// - every [`Word`] is contained in the text, anywhere, as it is or by its digits, or
/// - the whole keyword is a phone number and any of [`Keyword::numbers`] is contained in the text.
///
/// [`Keyword::matches`] is this rule in code; the SQL of the search follows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keyword {
    words: Vec<Word>,
    /// All digits of a keyword of several words that may be a part of a number: `(0979) 787-77`.
    joined_digits: Option<String>,
    /// Those of the number that it is as a whole, where they are others: `00 95 (9) 797877765`.
    #[serde(default)]
    number: Option<String>,
}

/// One word of a keyword.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Word {
    /// The word, folded, without spaces. Never empty.
    pub text: String,
    /// For a word of digits and the punctuation `+ - ( ) . / # *` and the like of phone numbers: the digits alone,
    /// if that is something else; and for one that is a whole number, its digits in E.164. Any of them is as good as the word.
    pub digits: Vec<String>,
}

impl Keyword {
    /// The most words that are looked for.
    pub const MAX_WORDS: usize = 10;

    /// Reads a keyword where numbers are of no region: see [`Keyword::parse_in`].
    ///
    /// # Errors
    /// As [`Keyword::parse_in`].
    pub fn parse(text: &str) -> Result<Option<Self>, Invalid> {
        Self::parse_in(text, None)
    }

    /// Reads a keyword of up to 255 characters; numbers are read as of `region`. `None` if nothing of it can be searched
    /// for: it is blank or, accents being ignored, of nothing but accents. It then restricts nothing.
    ///
    /// Of more than ten words the ten longest are looked for, the first of those that are of one length. Punctuation round
    /// words is not, as it comes along when something is pasted: `"Smith, John"`, `<j@example.com>;`. It is where less
    /// than two letters are left without it.
    ///
    /// # Errors
    /// `contains_nul`, `too_long`.
    pub fn parse_in(text: &str, region: Option<Region>) -> Result<Option<Self>, Invalid> {
        let folded = fold(bounded(text, 0, 255)?);
        let words = longest(words(&folded, region));
        if words.is_empty() {
            return Ok(None);
        }
        let is_number = folded.chars().all(|c| is_number_char(c) || c == ' ');
        let joined_digits =
            Some(digits_of(&folded)).filter(|digits| is_number && words.len() > 1 && !digits.is_empty());
        let number = if words.len() > 1 { number(&folded, region) } else { None };
        Ok(Some(Self { words, joined_digits, number }))
    }

    /// The words, at least one, all of which must be found.
    #[must_use]
    pub fn words(&self) -> &[Word] {
        &self.words
    }

    /// The digits of what may be a phone number as a whole, of which any is to be found instead of the words: all that
    /// were typed in several words, `(0979) 787-77`, and those of the number in E.164, whatever its notation.
    pub fn numbers(&self) -> impl Iterator<Item = &str> {
        self.joined_digits.iter().chain(&self.number).map(String::as_str)
    }

    /// Whether the keyword finds a contact with this search text.
    #[must_use]
    pub fn matches(&self, search_text: &str) -> bool {
        let has = |word: &Word| {
            search_text.contains(&word.text) || word.digits.iter().any(|digits| search_text.contains(digits))
        };
        self.numbers().any(|digits| search_text.contains(digits)) || self.words.iter().all(has)
    }

    /// Whether the keyword finds something that goes by these names.
    #[must_use]
    pub fn finds(&self, names: &[&str]) -> bool {
        self.matches(&names.iter().map(|name| fold(name)).collect::<Vec<_>>().join("\n"))
    }
}

/// The digits of the number that folded text is as a whole, unless whatever has them is found by the digits that were typed:
/// where these are a part of it, or are how it is dialled within the country.
fn number(folded: &str, region: Option<Region>) -> Option<String> {
    let number = Phone::searched(folded, region)?;
    let typed = digits_of(folded);
    let is_plain = folded.chars().all(|c| is_number_char(c) || c == ' ');
    let is_dialled = || {
        let phone = Phone::from_stored(&typed, region);
        phone.national_digits() == Some(&typed) && phone.e164().map(digits_of).as_ref() == Some(&number)
    };
    let is_said = is_plain && (number.contains(&typed) || is_dialled());
    (!is_said).then_some(number)
}

/// The words of folded text, without the punctuation round them.
fn words(folded: &str, region: Option<Region>) -> Vec<Word> {
    let typed: Vec<&str> = folded.split(' ').flat_map(parts).filter(|word| !word.is_empty()).collect();
    let bare: Vec<&str> = typed.iter().map(|word| bare(word)).collect();
    let letters: usize = bare.iter().map(|word| word.chars().count()).sum();
    let is_pasted = letters >= 2;
    typed
        .into_iter()
        .zip(bare)
        .filter(|(_, bare)| !is_pasted || !bare.is_empty())
        // The punctuation of a number makes it one.
        .map(|(typed, bare)| Word::new(if is_pasted && !is_number(typed) { bare } else { typed }, region))
        .collect()
}

/// The words that stand together with only a comma, semicolon or bar between them: `Smith,John`. With digits it may be a number, and
/// stays whole.
fn parts(word: &str) -> impl Iterator<Item = &str> {
    const BETWEEN: [char; 4] = [',', ';', '|', '、'];
    let has_letters = |part: &&str| part.contains(char::is_alphanumeric);
    let is_one =
        word.contains(|c: char| c.is_ascii_digit()) || word.split(BETWEEN).filter(has_letters).count() < 2;
    word.split(move |c| !is_one && BETWEEN.contains(&c))
}

/// A word without the punctuation round it: brackets, quotation marks and stops of any script, angle brackets round an
/// address, what makes it a link, and signs on both sides, as of `*emphasis*`. Signs that are said stay: `c#`, `50%`, `@name`.
fn bare(word: &str) -> &str {
    let is_address = word.contains('@');
    let is_round = |c: char| {
        use GeneralCategory::{
            ClosePunctuation, FinalPunctuation, InitialPunctuation, OpenPunctuation, OtherPunctuation,
        };
        match c {
            '#' | '%' | '&' | '*' | '@' | '\\' | '/' => false,
            '<' | '>' => is_address,
            c => matches!(
                c.general_category(),
                OpenPunctuation | ClosePunctuation | InitialPunctuation | FinalPunctuation | OtherPunctuation
            ),
        }
    };
    let is_dash = |c: char| {
        matches!(c, '|' | '~' | '/' | '*') || c.general_category() == GeneralCategory::DashPunctuation
    };
    let mut bare = word.trim_matches(is_round);
    for (open, close) in [('*', '*'), ('_', '_'), ('~', '~'), ('|', '|'), ('-', '-'), ('<', '>')] {
        while let Some(within) = bare.strip_prefix(open).and_then(|rest| rest.strip_suffix(close))
            && within.contains(char::is_alphanumeric)
        {
            bare = within.trim_matches(is_round);
        }
    }
    let bare = bare.strip_prefix("mailto:").unwrap_or(bare);
    if bare.chars().all(|c| is_dash(c) || is_round(c)) { "" } else { bare }
}

fn is_number(word: &str) -> bool {
    word.chars().all(is_number_char) && word.contains(|c: char| c.is_ascii_digit())
}

/// The longest of words, in their order.
fn longest(mut words: Vec<Word>) -> Vec<Word> {
    if words.len() > Keyword::MAX_WORDS {
        let mut by_length: Vec<(usize, Word)> = words.into_iter().enumerate().collect();
        by_length.sort_by_key(|(_, word)| Reverse(word.text.chars().count()));
        let mut seen = std::collections::HashSet::new();
        by_length.retain(|(_, word)| seen.insert(word.text.clone()));
        by_length.truncate(Keyword::MAX_WORDS);
        by_length.sort_by_key(|(place, _)| *place);
        words = by_length.into_iter().map(|(_, word)| word).collect();
    }
    words
}

impl Word {
    fn new(folded: &str, region: Option<Region>) -> Self {
        let typed = Some(digits_of(folded)).filter(|digits| is_number(folded) && digits != folded);
        let digits = typed.into_iter().chain(number(folded, region)).collect();
        Self { text: folded.to_owned(), digits }
    }
}

/// The pattern of an SQL `like` (with its default escape character) for texts that contain this one:
/// `50%` becomes `%50\%%`.
#[must_use]
pub fn like_pattern(needle: &str) -> String {
    let mut pattern = String::with_capacity(needle.len() + 2);
    pattern.push('%');
    for c in needle.chars() {
        if matches!(c, '\\' | '%' | '_') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keyword(text: &str) -> Keyword {
        Keyword::parse(text).unwrap().unwrap()
    }

    fn word(text: &str, digits: Option<&str>) -> Word {
        Word { text: text.to_owned(), digits: digits.map(str::to_owned).into_iter().collect() }
    }

    fn texts(text: &str) -> Vec<String> {
        keyword(text).words.into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn words_and_digits() {
        for (text, words, joined) in [
            ("Kyaw", vec![word("kyaw", None)], None),
            (" Łukasz\u{a0}B ", vec![word("lukasz", None), word("b", None)], None),
            ("50%_\\", vec![word("50%_\\", None)], None),
            ("09797", vec![word("09797", None)], None),
            ("+95-9797", vec![word("+95-9797", Some("959797"))], None),
            ("၀၉ ၇၉၇", vec![word("09", None), word("797", None)], Some("09797")),
            (
                "(0979) 787-77",
                vec![word("(0979)", Some("0979")), word("787-77", Some("78777"))],
                Some("097978777"),
            ),
            ("0979·787_77,", vec![word("0979·787_77,", Some("097978777"))], None),
            ("+ 95", vec![word("+", None), word("95", None)], Some("95")),
            ("C# 7", vec![word("c#", None), word("7", None)], None),
            ("+ -", vec![word("+", None), word("-", None)], None),
        ] {
            let expected = Keyword { words, joined_digits: joined.map(str::to_owned), number: None };
            assert_eq!(keyword(text), expected, "{text}");
        }
    }

    #[test]
    fn a_whole_number_is_found_by_its_e164_whatever_its_notation() {
        let read =
            |text: &str, region: &str| Keyword::parse_in(text, Region::parse(region).ok()).unwrap().unwrap();
        for (region, e164, notations) in [
            (
                "MM",
                "959797877765",
                vec![
                    "00959797877765",
                    "0095 9 797 877 765",
                    "+9509797877765",
                    "+95(0)9797877765",
                    "tel:+959797877765",
                    "tel:09797877765",
                    "09797877765 ext. 5",
                    "+95 9 797877765 x5",
                    "+95·9·797877765;ext=5",
                    "\"+9509797877765\",",
                    "Kyaw 00959797877765",
                ],
            ),
            ("", "442079460958", vec!["+44(0)2079460958", "+44 (0)20 7946 0958"]),
            ("US", "442079460958", vec!["011 44 20 7946 0958", "011442079460958"]),
            ("US", "12125551000", vec!["212-555-1000 #102", "(212) 555 1000 доб. 102", "tel:2125551000"]),
            (
                "",
                "442079460958",
                vec![
                    "Tel. +44 20 7946 0958",
                    "m: +44 (0)20 7946 0958",
                    "sms:+442079460958",
                    "Phone:+44 20 7946 0958 x5",
                ],
            ),
            ("US", "18003569377", vec!["1-800-FLOWERS", "1 800 FLOWERS"]),
        ] {
            for notation in notations {
                assert!(read(notation, region).matches(&format!("kyaw\n{e164}")), "{notation}");
                assert!(!read(notation, region).matches(&format!("kyaw\n{}", &e164[1..])), "{notation}");
            }
        }
        // These are found as they were typed.
        for (text, region) in [
            ("+95 9 797877765", "MM"),
            ("09797877765", "MM"),
            ("(09) 797 877 765,", "MM"),
            ("09·797·877·765", "MM"),
            ("2125551000", "US"),
            ("12", "MM"),
            ("Kyaw 09797877765", "MM"),
            ("Kyaw", "US"),
            ("2024-01-08", ""),
            ("No. 123", "US"),
            ("97978777", "MM"),
        ] {
            assert_eq!(read(text, region), keyword(text), "{text}");
        }
    }

    #[test]
    fn of_many_words_the_longest_are_found() {
        let text = "a bb ccc dddd eeeee ffffff ggggggg hhhhhhhh iiiiiiiii jjjjjjjjjj kk llllllllllll";
        let expected = "bb ccc dddd eeeee ffffff ggggggg hhhhhhhh iiiiiiiii jjjjjjjjjj llllllllllll";
        assert_eq!(texts(text).join(" "), expected);
        assert_eq!(texts(&"ab ".repeat(80)), ["ab"]);
        assert_eq!(texts(&"a ".repeat(10)).len(), 10);
    }

    #[test]
    fn punctuation_round_a_word_is_not_looked_for() {
        for (text, words) in [
            ("\"Smith, John\"", vec!["smith", "john"]),
            ("(Smith)", vec!["smith"]),
            ("j@example.com;", vec!["j@example.com"]),
            ("<j@example.com>,", vec!["j@example.com"]),
            ("<mailto:j@example.com>", vec!["j@example.com"]),
            ("«Ромашка»", vec!["ромашка"]),
            ("「王伟」、", vec!["王伟"]),
            ("ကျော်၊ ဝင်း။", vec!["ကျော်", "ဝင်း"]),
            ("محمد، علي؟", vec!["محمد", "علي"]),
            ("Smith - John / Sales | J.", vec!["smith", "john", "sales", "j"]),
            ("O'Brien's K-Link", vec!["o'brien's", "k-link"]),
            ("*Smith* _John_ |Sales| <J>", vec!["smith", "john", "sales", "j"]),
            ("**Smith** -John-", vec!["smith", "john"]),
            ("Smith,John;Sales|J.", vec!["smith", "john", "sales", "j"]),
            ("1,5kg -x", vec!["1,5kg", "-x"]),
            ("C# 50% @frank R&D", vec!["c#", "50%", "@frank", "r&d"]),
            // Too little would be left.
            ("x(", vec!["x("]),
            ("( x", vec!["(", "x"]),
            ("...", vec!["..."]),
        ] {
            let expected: Vec<String> = words.into_iter().map(fold).collect();
            assert_eq!(texts(text), expected, "{text}");
        }
    }

    #[test]
    fn nothing_to_search_for() {
        for text in ["", " \t", "\u{200b}", "\u{301}"] {
            assert_eq!(Keyword::parse(text), Ok(None));
        }
        for (text, code) in [("a\0".to_owned(), "contains_nul"), ("x".repeat(256), "too_long")] {
            assert_eq!(Keyword::parse(&text).unwrap_err().code, code);
        }
        assert!(Keyword::parse(&"က".repeat(255)).is_ok());
    }

    #[test]
    fn patterns() {
        assert_eq!(like_pattern("50%_\\က"), "%50\\%\\_\\\\က%");
        assert_eq!(like_pattern(""), "%%");
    }
}
