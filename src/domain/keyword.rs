//! What a person types to find contacts, and when it finds one.

use serde::{Deserialize, Serialize};

use super::{
    Invalid, fold,
    phone::{digits_of, is_number_char},
    text::bounded,
};

/// A keyword, folded and taken apart. It is searched in the text that
/// [`SearchText`](super::SearchText) builds of a contact, and finds it if
///
/// - every [`Word`] is contained in the text, anywhere, as it is or by its digits, or
/// - the whole keyword is a phone number and [`Keyword::joined_digits`] is contained in the text.
///
/// [`Keyword::matches`] is this rule in code; the SQL of the search follows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keyword {
    words: Vec<Word>,
    joined_digits: Option<String>,
}

/// One word of a keyword.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Word {
    /// The word, folded, without spaces. Never empty.
    pub text: String,
    /// For a word of digits and the punctuation `+ - ( ) . / # *` of phone numbers: the digits alone,
    /// if that is something else.
    pub digits: Option<String>,
}

impl Keyword {
    /// The most words in a keyword.
    pub const MAX_WORDS: usize = 10;

    /// Reads a keyword of up to 255 characters. `None` if nothing of it can be searched for: it is
    /// blank or, accents being ignored, of nothing but accents. It then restricts nothing.
    ///
    /// # Errors
    /// `contains_nul`, `too_long`, `too_many_words`.
    pub fn parse(text: &str) -> Result<Option<Self>, Invalid> {
        let folded = fold(bounded(text, 0, 255)?);
        let words: Vec<Word> = folded.split(' ').filter(|word| !word.is_empty()).map(Word::new).collect();
        if words.len() > Self::MAX_WORDS {
            let message = format!("must have at most {} words, has {}", Self::MAX_WORDS, words.len());
            return Err(Invalid::new("too_many_words", message));
        }
        if words.is_empty() {
            return Ok(None);
        }
        let is_number = folded.chars().all(|c| is_number_char(c) || c == ' ');
        let joined_digits =
            Some(digits_of(&folded)).filter(|digits| is_number && words.len() > 1 && !digits.is_empty());
        Ok(Some(Self { words, joined_digits }))
    }

    /// The words, at least one, all of which must be found.
    #[must_use]
    pub fn words(&self) -> &[Word] {
        &self.words
    }

    /// All digits of a keyword of several words that is a phone number, `(0979) 787-77`: to be found
    /// instead of the words.
    #[must_use]
    pub fn joined_digits(&self) -> Option<&str> {
        self.joined_digits.as_deref()
    }

    /// Whether the keyword finds a contact with this search text.
    #[must_use]
    pub fn matches(&self, search_text: &str) -> bool {
        let contains = |part: &Option<String>| part.as_ref().is_some_and(|part| search_text.contains(part));
        let has = |word: &Word| search_text.contains(&word.text) || contains(&word.digits);
        contains(&self.joined_digits) || self.words.iter().all(has)
    }

    /// Whether the keyword finds something that goes by these names.
    #[must_use]
    pub fn finds(&self, names: &[&str]) -> bool {
        self.matches(&names.iter().map(|name| fold(name)).collect::<Vec<_>>().join("\n"))
    }
}

impl Word {
    fn new(folded: &str) -> Self {
        let digits = Some(digits_of(folded))
            .filter(|digits| folded.chars().all(is_number_char) && !digits.is_empty() && digits != folded);
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
        Word { text: text.to_owned(), digits: digits.map(str::to_owned) }
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
            ("+ 95", vec![word("+", None), word("95", None)], Some("95")),
            ("C# 7", vec![word("c#", None), word("7", None)], None),
            ("+ -", vec![word("+", None), word("-", None)], None),
        ] {
            let expected = Keyword { words, joined_digits: joined.map(str::to_owned) };
            assert_eq!(keyword(text), expected, "{text}");
        }
    }

    #[test]
    fn nothing_to_search_for() {
        for text in ["", " \t", "\u{200b}", "\u{301}"] {
            assert_eq!(Keyword::parse(text), Ok(None));
        }
        for (text, code) in [
            ("a\0".to_owned(), "contains_nul"),
            ("x".repeat(256), "too_long"),
            ("a ".repeat(11), "too_many_words"),
        ] {
            assert_eq!(Keyword::parse(&text).unwrap_err().code, code);
        }
        assert!(Keyword::parse(&"က".repeat(255)).is_ok() && Keyword::parse(&"a ".repeat(10)).is_ok());
    }

    #[test]
    fn patterns() {
        assert_eq!(like_pattern("50%_\\က"), "%50\\%\\_\\\\က%");
        assert_eq!(like_pattern(""), "%%");
    }
}
