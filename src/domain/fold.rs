//! Folding: the forms of a text in which texts are compared and searched.
//!
//! Two, because finding and telling apart are different things: [`fold`] forgets all that people leave
//! out when they search (case, accents, script of digits), [`case_key`] only what makes no difference
//! between two names (case, spelling of the same character, white space).

use unicode_normalization::UnicodeNormalization;
use uuid::Uuid;

use super::{
    characters::{apostrophe, ascii_digit, is_accent, is_invisible, is_space, plain},
    respelling::respelled,
};

/// The form in which texts are searched: `Łukasz  ÁLVARO` becomes `lukasz alvaro`.
///
/// - Case is ignored in every script: `ß` and `ẞ` are `ss`, final sigma is sigma, `İ` and `ı` are `i`.
/// - Compatibility forms (NFKD) are what they look like: `ﬁ`, `Ｆ`, `𝓕`, `㈱`, `²`.
/// - Accents are dropped, vowel signs and tone marks are not; letters that do not decompose (`ł`, `ø`,
///   `đ`, `æ`) and typographic quotation marks and dashes become plain ones; so do the accents and letters that are typed for
///   an apostrophe.
/// - Forms of one Arabic letter are that letter, and so are sequences that look like another letter of the scripts of South
///   and Southeast Asia (`respelling`).
/// - Decimal digits of any script become ASCII digits: `၀၉` is `09`.
/// - Invisible characters are dropped; a run of white space is one space, none at either end.
///
/// Folding again changes nothing. The folded text contains each of its words folded alone, so a search
/// is a test for a substring. That does not hold for parts of what is written as one character: half a
/// Hangul syllable, a kana without its voicing mark, and `ဥ` of `ဦ` are other characters and are not
/// found (the result is composed, NFC, so that it does not matter in which of both ways it was typed). Nor does it for a
/// Burmese wa that only a mark behind it tells from a zero.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut folded = Squeezed::with_capacity(text.len());
    if text.is_ascii() {
        folded.extend(text.chars().map(|c| apostrophe(c.to_ascii_lowercase())));
        return folded.text;
    }
    let decomposed = text.chars().map(apostrophe).nfkd().map(apostrophe);
    let shown = decomposed.filter(|&c| !is_accent(c) && (!is_invisible(c) || c == '\u{200d}'));
    for c in respelled(shown.collect()) {
        for lower in without_case(c) {
            match plain(lower) {
                Some(letters) => folded.extend(letters.chars()),
                None => folded.push(ascii_digit(lower).unwrap_or(lower)),
            }
        }
    }
    folded.text.nfc().collect()
}

/// The form in which names are the same name: `Café  Noir` and `CAFÉ NOIR`, but not `Cafe Noir`.
///
/// Case, white space and invisible characters are as in [`fold`]; accents are kept and the result is
/// composed (NFC). Of the dots of Turkish, `İ` and `I` and `ı` are all `i`. Empty for a text without
/// any visible character.
#[must_use]
pub fn case_key(text: &str) -> String {
    let mut key = Squeezed::with_capacity(text.len());
    if text.is_ascii() {
        key.extend(text.chars().map(|c| c.to_ascii_lowercase()));
        return key.text;
    }
    for c in text.nfd().flat_map(without_case) {
        let dot_on_i = c == '\u{307}' && key.text.ends_with('i');
        if !dot_on_i {
            key.push(c);
        }
    }
    key.text.nfc().collect()
}

/// The form in which values that are told apart by case are one value: `Café` in whichever way its `é` was typed, with
/// or without spaces at its ends, but not `café`.
///
/// White space and invisible characters are as in [`fold`], and the result is composed (NFC). Empty for a text without any
/// visible character.
#[must_use]
pub fn spelling_key(text: &str) -> String {
    let mut key = Squeezed::with_capacity(text.len());
    key.extend(text.nfc());
    // What was taken out may have stood between a letter and its accent.
    key.text.nfc().collect()
}

/// What takes the place of the [`case_key`], or [`spelling_key`], of an object that is out of sight, so that its name is free: no name has it,
/// since no key begins with a space.
#[must_use]
pub fn retired_key(id: Uuid) -> String {
    format!(" {id}")
}

/// Whether a text shows nothing: white space and invisible characters only, or nothing at all.
#[must_use]
pub fn is_blank(text: &str) -> bool {
    text.chars().all(|c| is_space(c) || is_invisible(c))
}

/// Lower case by way of upper case, which also joins the letters that share a capital (`ς` and `σ`,
/// `ſ` and `s`) and spells out those that have none (`ß`): the full case folding of Unicode, Turkish
/// `ı` added.
fn without_case(c: char) -> impl Iterator<Item = char> {
    c.to_lowercase().flat_map(char::to_uppercase).flat_map(char::to_lowercase)
}

/// A text under construction: takes characters, leaves out invisible ones and surplus white space.
struct Squeezed {
    text: String,
    gap: bool,
}

impl Squeezed {
    fn with_capacity(bytes: usize) -> Self {
        Self { text: String::with_capacity(bytes), gap: false }
    }

    fn push(&mut self, c: char) {
        if is_space(c) {
            self.gap = !self.text.is_empty();
        } else if !is_invisible(c) {
            if self.gap {
                self.text.push(' ');
                self.gap = false;
            }
            self.text.push(c);
        }
    }

    fn extend(&mut self, chars: impl Iterator<Item = char>) {
        chars.for_each(|c| self.push(c));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Arbitrary text, and text dense in what folding is about.
    fn texts() -> impl Strategy<Value = String> {
        let dense = proptest::sample::select(
            "aAzZ ßẞſσςΣİıiI\u{307}\u{345}\u{301}\u{323}łŁæøœңй\u{200d}\u{200b}\u{ad}\u{feff}\u{fe0f}\u{a0}\
             \t¨´½ﷺﬁǅéÅ\u{1e9b}က\u{102d}\u{102f}ဥ\u{102e}\u{1037}\u{103a}၀9नि\u{94d}\u{93c}ไ้ำ가각\u{1100}\u{1161}\u{11a8}\
             `अा\u{947}ত্ন്ᝰนำ\u{e49}\u{e4d}เ၉င\u{1031}یىكکةھ\
             ㄱカ\u{3099}ﾞかابأ\u{654}\u{64b}\u{640}שׁ😀👨ᾳΐ\u{149}\u{3d2}’–\0\u{1b}"
                .chars()
                .collect::<Vec<_>>(),
        );
        prop_oneof![any::<String>(), proptest::collection::vec(dense, 0..12).prop_map(String::from_iter)]
    }

    #[test]
    fn forgets_what_people_leave_out() {
        for (text, folded) in [
            ("Łukasz  ÁLVARO", "lukasz alvaro"),
            ("Straße STRAẞE", "strasse strasse"),
            ("Ὀδυσσεύς ΟΔΥΣΣΕΥΣ", "οδυσσευσ οδυσσευσ"),
            ("İstanbul ISPARTA ısparta", "istanbul isparta isparta"),
            ("Đặng Þór Ægir Øre ħŋœ", "dang thor aegir ore hnoe"),
            ("Əliyev Қазақ Йогурт", "eliyev казак иогурт"),
            ("O’Brien – «Ромашка»", "o'brien - \"ромашка\""),
            ("၀၉ ٠٩ ０９ ०९ ๐๙", "09 09 09 09 09"),
            ("ကျော်ကျော်", "ကျော်ကျော်"),
            ("ဦးထွန်း", "ဦးထွန်း"),
            ("हिन्दी ไก่ ភ្នំ", "हिन्दी ไก่ ភ្នំ"),
            ("각 ガ ｶﾞ", "각 ガ ガ"),
            ("مُحَمَّد أحمد שָׁלוֹם", "محمد احمد שלום"),
            ("علی كريم مصطفى ٱحمد", "علي كريم مصطفي احمد"),
            ("فاطمة فاطمه ہمایوں بھائی", "فاطمه فاطمه همايون بهايي"),
            ("ڕۆژ کوردستان ێ ۀ ۂ ۓ", "رۆژ كوردستان ي ه ه ي"),
            ("O´Brien O`Brien OˊBrien OˋBrien OˈBrien", "o'brien o'brien o'brien o'brien o'brien"),
            ("OꞌBrien O՚Brien O｀Brien ʾAlī", "o'brien o'brien o'brien 'ali"),
            ("ג׳ורג׳ צה״ל תל־אביב", "ג'ורג' צה\"ל תל-אביב"),
            ("a‑b a–b a⸺b a﹣b", "a-b a-b a-b a-b"),
            ("ﬁne ᴀᴜɴɢ 𝓐ung ❤\u{fe0f}", "fine aung aung ❤"),
            ("\u{feff} a\u{200b}b\u{a0}\u{200b}\u{2003}c\u{ad}d\0 ", "ab cd"),
            ("\u{200d}\u{301}", ""),
        ] {
            assert_eq!(fold(text), folded.nfc().collect::<String>(), "{text}");
        }
    }

    #[test]
    fn names_keep_their_accents() {
        for (one, other) in [
            ("Café  Noir ", "CAFE\u{301} NOIR"),
            ("Straße", "STRASSE"),
            ("İş", "iş"),
            ("ΣΊΣΥΦΟΣ", "Σίσυφος"),
            ("K-Link\u{200b}", "k-link"),
        ] {
            assert_eq!(case_key(one), case_key(other));
        }
        assert_ne!(case_key("Café"), case_key("Cafe"));
        assert_ne!(case_key("Ł"), case_key("l"));
        assert!(
            is_blank(" \u{3164}\u{200b}\t") && is_blank("") && is_blank("\u{2800}\u{fff9}") && !is_blank("¨")
        );
        assert_eq!(
            (fold("\u{2801}\u{2800}\u{2802}"), fold("ab\u{2800}")),
            ("\u{2801} \u{2802}".into(), "ab".into())
        );
    }

    #[test]
    fn one_spelling_whatever_the_normal_form() {
        for (one, other) in [
            ("Café", "Cafe\u{301}"),
            ("Gold", " Gold \u{a0}"),
            ("a  b", "a b"),
            ("한", "\u{1112}\u{1161}\u{11ab}"),
        ] {
            assert_eq!(spelling_key(one), spelling_key(other));
        }
        for (one, other) in [("Gold", "gold"), ("Café", "Cafe"), ("ﬁ", "fi"), ("１", "1")] {
            assert_ne!(spelling_key(one), spelling_key(other));
        }
    }

    #[test]
    fn every_character_is_folded_for_good() {
        for c in '\0'..='\u{2ffff}' {
            let text = c.to_string();
            let (folded, key) = (fold(&text), case_key(&text));
            assert_eq!(fold(&folded), folded, "{:x}", u32::from(c));
            assert_eq!(case_key(&key), key, "{:x}", u32::from(c));
            assert_eq!(key.is_empty(), is_blank(&text));
            assert!(!folded.chars().any(|c| c.is_ascii_uppercase() || is_invisible(c)));
        }
    }

    #[test]
    fn digits_of_every_script() {
        for c in '\0'..='\u{2ffff}' {
            if let Some(digit) = ascii_digit(c) {
                assert!(c.is_numeric() && fold(&c.to_string()) == digit.to_string());
            }
        }
    }

    proptest! {
        #[test]
        fn folding_again_changes_nothing(text in texts()) {
            let folded = fold(&text);
            prop_assert_eq!(fold(&folded), folded.as_str());
            let key = case_key(&text);
            prop_assert_eq!(case_key(&key), key.as_str());
            prop_assert_eq!(key.is_empty(), is_blank(&text));
            let key = spelling_key(&text);
            prop_assert_eq!(spelling_key(&key), key.as_str());
        }

        #[test]
        fn contains_each_word(text in texts()) {
            let folded = fold(&text);
            for word in text.split_whitespace() {
                prop_assert!(folded.contains(&fold(word)), "{:?} in {:?}", word, folded);
            }
        }

        #[test]
        fn any_part_of_folded_text_is_folded(text in texts()) {
            let folded = fold(&text);
            // See `fold`.
            prop_assume!(!folded.contains('\u{101d}'));
            for (start, _) in folded.char_indices() {
                for (end, _) in folded[start..].char_indices() {
                    let part = &folded[start..start + end];
                    prop_assert_eq!(fold(part), part.trim());
                }
            }
        }

        #[test]
        fn ascii_needs_no_way_of_its_own(text in "[ -~\t\r\n\0]{0,30}") {
            prop_assert_eq!(fold(&text), fold(&format!("{text}\u{200b}")));
            prop_assert_eq!(case_key(&text), case_key(&format!("{text}\u{200b}")));
        }
    }
}
