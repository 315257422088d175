//! One spelling for what is written in two ways that normal forms leave apart: sequences of characters that look like another
//! character, marks in either order, a letter that looks like a digit.
//!
//! The tables are those of the Unicode Character Database 16.0, file `DoNotEmit.txt`, whose rows are the "do not use"
//! columns of the chapters on South and Southeast Asia in the Unicode core specification, and of these chapters' text;
//! each says which.

use std::{collections::HashMap, sync::LazyLock};

use super::characters::ascii_digit;

const JOINER: char = '\u{200d}';

/// Sequences with a joiner, and the letters that took their place: khanda ta of Bengali (4.1), the chillus of Malayalam
/// (5.1, and those that came later in the same way). And the eyelash ra of Devanagari, rule R5a of chapter 12.
const WITH_JOINER: [(&str, &str); 11] = [
    ("\u{930}\u{94d}\u{200d}", "\u{930}\u{93c}\u{94d}"),
    ("\u{9a4}\u{9cd}\u{200d}", "\u{9ce}"),
    ("\u{d15}\u{d4d}\u{200d}", "\u{d7f}"),
    ("\u{d23}\u{d4d}\u{200d}", "\u{d7a}"),
    ("\u{d28}\u{d4d}\u{200d}", "\u{d7b}"),
    ("\u{d2e}\u{d4d}\u{200d}", "\u{d54}"),
    ("\u{d2f}\u{d4d}\u{200d}", "\u{d55}"),
    ("\u{d30}\u{d4d}\u{200d}", "\u{d7c}"),
    ("\u{d32}\u{d4d}\u{200d}", "\u{d7d}"),
    ("\u{d33}\u{d4d}\u{200d}", "\u{d7e}"),
    ("\u{d34}\u{d4d}\u{200d}", "\u{d56}"),
];

/// Sequences that look like another letter, decomposed, with this letter: the types `Indic_Vowel_Letter` and `Tamil_Shrii`,
/// and what of `Deprecated` and `Discouraged` is of these scripts. Where one begins with another, what is left of it is
/// there too.
///
/// Beyond that file: virama and vowel sign aa make no vowel of Devanagari (`Indic_Atomic_Consonant`, of every consonant); two
/// signs e look like ae in Thai and Lao (chapter 16); chillu n for na before rra, the dot reph for chillu rr, and the au
/// length mark for the vowel sign au are other orthographies of Malayalam (chapter 12); u for nya under asat or stacker, and
/// sa with medial ra for o, look the same in Burmese.
const RESPELLED: &[(&str, &str)] = &[
    ("\u{94d}\u{93e}", ""),
    ("\u{e40}\u{e40}", "\u{e41}"),
    ("\u{ec0}\u{ec0}", "\u{ec1}"),
    ("\u{d7b}\u{d4d}\u{d31}", "\u{d28}\u{d4d}\u{d31}"),
    ("\u{d4e}", "\u{d7c}"),
    ("\u{d46}\u{d57}", "\u{d57}"),
    ("\u{1025}\u{103a}", "\u{1009}\u{103a}"),
    ("\u{1025}\u{1039}", "\u{1009}\u{1039}"),
    ("\u{101e}\u{103c}", "\u{1029}"),
    ("\u{1029}\u{1031}\u{102c}\u{103a}", "\u{102a}"),
    ("\u{905}\u{93a}", "\u{973}"),
    ("\u{905}\u{93b}", "\u{974}"),
    ("\u{905}\u{93e}", "\u{906}"),
    ("\u{905}\u{945}", "\u{972}"),
    ("\u{905}\u{946}", "\u{904}"),
    ("\u{905}\u{949}", "\u{911}"),
    ("\u{905}\u{94a}", "\u{912}"),
    ("\u{905}\u{94b}", "\u{913}"),
    ("\u{905}\u{94c}", "\u{914}"),
    ("\u{905}\u{94f}", "\u{975}"),
    ("\u{905}\u{956}", "\u{976}"),
    ("\u{905}\u{957}", "\u{977}"),
    ("\u{906}\u{93a}", "\u{974}"),
    ("\u{906}\u{945}", "\u{911}"),
    ("\u{906}\u{946}", "\u{912}"),
    ("\u{906}\u{947}", "\u{913}"),
    ("\u{906}\u{948}", "\u{914}"),
    ("\u{909}\u{941}", "\u{90a}"),
    ("\u{90f}\u{945}", "\u{90d}"),
    ("\u{90f}\u{946}", "\u{90e}"),
    ("\u{90f}\u{947}", "\u{910}"),
    ("\u{930}\u{94d}\u{907}", "\u{908}"),
    ("\u{985}\u{9be}", "\u{986}"),
    ("\u{98b}\u{9c3}", "\u{9e0}"),
    ("\u{98c}\u{9e2}", "\u{9e1}"),
    ("\u{a05}\u{a3e}", "\u{a06}"),
    ("\u{a05}\u{a48}", "\u{a10}"),
    ("\u{a05}\u{a4c}", "\u{a14}"),
    ("\u{a72}\u{a3f}", "\u{a07}"),
    ("\u{a72}\u{a40}", "\u{a08}"),
    ("\u{a72}\u{a47}", "\u{a0f}"),
    ("\u{a73}\u{a41}", "\u{a09}"),
    ("\u{a73}\u{a42}", "\u{a0a}"),
    ("\u{a73}\u{a4b}", "\u{a13}"),
    ("\u{a85}\u{abe}", "\u{a86}"),
    ("\u{a85}\u{abe}\u{ac5}", "\u{a93}"),
    ("\u{a85}\u{abe}\u{ac8}", "\u{a94}"),
    ("\u{a85}\u{ac5}", "\u{a8d}"),
    ("\u{a85}\u{ac7}", "\u{a8f}"),
    ("\u{a85}\u{ac8}", "\u{a90}"),
    ("\u{a85}\u{ac9}", "\u{a91}"),
    ("\u{a85}\u{acb}", "\u{a93}"),
    ("\u{a85}\u{acc}", "\u{a94}"),
    ("\u{a86}\u{ac5}", "\u{a93}"),
    ("\u{a86}\u{ac8}", "\u{a94}"),
    ("\u{ac5}\u{abe}", "\u{ac9}"),
    ("\u{b05}\u{b3e}", "\u{b06}"),
    ("\u{b0f}\u{b57}", "\u{b10}"),
    ("\u{b13}\u{b57}", "\u{b14}"),
    ("\u{b85}\u{bc2}", "\u{b86}"),
    ("\u{bb8}\u{bcd}\u{bb0}\u{bc0}", "\u{bb6}\u{bcd}\u{bb0}\u{bc0}"),
    ("\u{c12}\u{c4c}", "\u{c14}"),
    ("\u{c12}\u{c55}", "\u{c13}"),
    ("\u{c3f}\u{c55}", "\u{c40}"),
    ("\u{c46}\u{c55}", "\u{c47}"),
    ("\u{c4a}\u{c55}", "\u{c4b}"),
    ("\u{c89}\u{cbe}", "\u{c8a}"),
    ("\u{c8b}\u{cbe}", "\u{ce0}"),
    ("\u{c92}\u{ccc}", "\u{c94}"),
    ("\u{d07}\u{d57}", "\u{d08}"),
    ("\u{d09}\u{d57}", "\u{d0a}"),
    ("\u{d0e}\u{d46}", "\u{d10}"),
    ("\u{d12}\u{d3e}", "\u{d13}"),
    ("\u{d12}\u{d57}", "\u{d14}"),
    ("\u{d85}\u{dcf}", "\u{d86}"),
    ("\u{d85}\u{dd0}", "\u{d87}"),
    ("\u{d85}\u{dd1}", "\u{d88}"),
    ("\u{d8b}\u{ddf}", "\u{d8c}"),
    ("\u{d8d}\u{dd8}", "\u{d8e}"),
    ("\u{d8f}\u{ddf}", "\u{d90}"),
    ("\u{d91}\u{dca}", "\u{d92}"),
    ("\u{d91}\u{dd9}", "\u{d93}"),
    ("\u{d94}\u{ddf}", "\u{d96}"),
    ("\u{17a3}", "\u{17a2}"),
    ("\u{17a4}", "\u{17a2}\u{17b6}"),
    ("\u{17d8}", "\u{17d4}\u{179b}\u{17d4}"),
    ("\u{17e8}\u{17d3}", "\u{19e0}"),
    ("\u{11005}\u{11038}", "\u{11006}"),
    ("\u{1100b}\u{1103e}", "\u{1100c}"),
    ("\u{1100f}\u{11042}", "\u{11010}"),
    ("\u{1118d}\u{111bc}", "\u{1118e}"),
    ("\u{111c4}", "\u{1118f}\u{11180}"),
    ("\u{11200}\u{1122c}", "\u{11201}"),
    ("\u{11200}\u{1122c}\u{11231}", "\u{11207}"),
    ("\u{11200}\u{11231}", "\u{11205}"),
    ("\u{11200}\u{11233}", "\u{11207}"),
    ("\u{11201}\u{11231}", "\u{11207}"),
    ("\u{11206}\u{1122c}", "\u{11203}"),
    ("\u{1122c}\u{11230}", "\u{11232}"),
    ("\u{1122c}\u{11231}", "\u{11233}"),
    ("\u{11240}\u{1122e}", "\u{11202}"),
    ("\u{112b0}\u{112e0}", "\u{112b1}"),
    ("\u{112b0}\u{112e5}", "\u{112b6}"),
    ("\u{112b0}\u{112e6}", "\u{112b7}"),
    ("\u{112b0}\u{112e7}", "\u{112b8}"),
    ("\u{112b0}\u{112e8}", "\u{112b9}"),
    ("\u{11481}\u{114b0}", "\u{11482}"),
    ("\u{1148b}\u{114ba}", "\u{1148c}"),
    ("\u{1148d}\u{114ba}", "\u{1148e}"),
    ("\u{114aa}\u{114b5}", "\u{11489}"),
    ("\u{114aa}\u{114b6}", "\u{1148a}"),
    ("\u{11600}\u{11639}", "\u{1160a}"),
    ("\u{11600}\u{1163a}", "\u{1160b}"),
    ("\u{11601}\u{11639}", "\u{1160c}"),
    ("\u{11601}\u{1163a}", "\u{1160d}"),
    ("\u{11680}\u{116ad}", "\u{11681}"),
    ("\u{11680}\u{116b4}", "\u{11688}"),
    ("\u{11680}\u{116b5}", "\u{11689}"),
    ("\u{11686}\u{116b2}", "\u{11687}"),
];

/// One spelling of decomposed text that has no invisible characters but joiners; it then has none of these either.
pub(super) fn respelled(mut text: Vec<char>) -> Vec<char> {
    if text.iter().all(|c| *c < '\u{900}' && *c != JOINER) {
        return text;
    }
    text = replaced(text, &WITH_JOINER_BY_END);
    text.retain(|c| *c != JOINER);
    text = replaced(text, &RESPELLED_BY_END);
    order_marks(&mut text);
    tell_wa_from_zero(&mut text);
    text
}

/// Sequences by their last character, with what they become.
type ByEnd = HashMap<char, Vec<(Vec<char>, Vec<char>)>>;

fn by_end(table: &[(&str, &str)]) -> ByEnd {
    let mut by_end = ByEnd::new();
    for (sequence, instead) in table {
        let sequence: Vec<char> = sequence.chars().collect();
        if let Some(end) = sequence.last() {
            by_end.entry(*end).or_default().push((sequence.clone(), instead.chars().collect()));
        }
    }
    by_end
}

static WITH_JOINER_BY_END: LazyLock<ByEnd> = LazyLock::new(|| by_end(&WITH_JOINER));
static RESPELLED_BY_END: LazyLock<ByEnd> = LazyLock::new(|| by_end(RESPELLED));

/// Text in which the sequences of a table are replaced, those that come of it too.
fn replaced(text: Vec<char>, table: &ByEnd) -> Vec<char> {
    let mut out: Vec<char> = Vec::with_capacity(text.len());
    for c in text {
        out.push(c);
        while let Some((sequence, instead)) = out
            .last()
            .and_then(|end| table.get(end))
            .and_then(|rows| rows.iter().find(|(sequence, _)| out.ends_with(sequence)))
        {
            out.truncate(out.len() - sequence.len());
            out.extend(instead);
        }
    }
    out
}

/// Puts the marks of each Thai and Lao consonant in the order vowel, tone, nikhahit: the order in which a sara am has them,
/// which is decomposed here.
fn order_marks(text: &mut [char]) {
    let rank = |c: &char| match *c {
        '\u{e31}' | '\u{e34}'..='\u{e3a}' | '\u{e47}' | '\u{eb1}' | '\u{eb4}'..='\u{ebb}' => Some(0),
        '\u{e48}'..='\u{e4b}' | '\u{ec8}'..='\u{ecb}' => Some(1),
        '\u{e4d}' | '\u{ecd}' => Some(2),
        _ => None,
    };
    for marks in text.chunk_by_mut(|a, b| rank(a).is_some() && rank(b).is_some()) {
        marks.sort_by_key(rank);
    }
}

/// The Burmese letter wa and the digit zero look the same, and are typed for each other: beside digits they are zeros,
/// beside letters the letter, and alone what they are. One that has a vowel sign or another mark is the letter.
fn tell_wa_from_zero(text: &mut [char]) {
    const WA: char = '\u{101d}';
    const ZERO: char = '\u{1040}';
    let is_either = |c: char| matches!(c, WA | ZERO);
    let is_mark = |c: char| matches!(c, '\u{102b}'..='\u{103e}');
    let is_letter =
        |c: char| matches!(c, '\u{1000}'..='\u{103f}' | '\u{104c}'..='\u{108f}' | '\u{109a}'..='\u{109d}');
    let mut start = 0;
    while start < text.len() {
        let length = text[start..].iter().take_while(|c| is_either(**c)).count();
        if length == 0 {
            start += 1;
            continue;
        }
        let end = start + length;
        let before = start.checked_sub(1).and_then(|at| text.get(at)).copied();
        let behind = text.get(end).copied();
        let has_mark = behind.is_some_and(is_mark);
        let beside = |is_it: &dyn Fn(char) -> bool| {
            before.is_some_and(is_it) || behind.is_some_and(|c| !has_mark && is_it(c))
        };
        let meant = if beside(&|c| ascii_digit(c).is_some()) {
            Some(ZERO)
        } else if has_mark || beside(&is_letter) {
            Some(WA)
        } else {
            None
        };
        if let Some(meant) = meant {
            text[start..end].fill(meant);
        }
        if has_mark {
            text[end - 1] = WA;
        }
        start = end;
    }
}

#[cfg(test)]
mod tests {
    use unicode_normalization::UnicodeNormalization;

    use super::{super::fold, *};

    #[test]
    fn every_sequence_of_the_tables_is_found_by_its_letter() {
        for (sequence, letter) in WITH_JOINER.iter().chain(RESPELLED) {
            assert_eq!(fold(sequence), fold(letter), "{}", sequence.escape_unicode());
            assert_eq!(
                fold(&format!("a{sequence}b")),
                fold(&format!("a{letter}b")),
                "{}",
                sequence.escape_unicode()
            );
            assert_eq!(sequence.nfkd().collect::<String>(), **sequence, "is decomposed");
        }
    }

    #[test]
    fn two_encodings_are_one() {
        for (one, other) in [
            ("आम", "अाम"),
            ("ओम", "अोम"),
            ("ओम", "अाेम"),
            ("औरत", "आैरत"),
            ("ईद", "र्इद"),
            ("ऐनक", "एेनक"),
            ("খণ্ডৎ", "খণ্ডত্\u{200d}"),
            ("രാജൻ", "രാജന്\u{200d}"),
            ("ഈ", "ഇൗ"),
            ("എന്റെ", "എൻ്റെ"),
            ("കൌ", "കൗ"),
            ("ஆறு", "அூறு"),
            ("ஸ்ரீ", "ஶ்ரீ"),
            ("ಊರು", "ಉಾರು"),
            ("ఔ", "ఒౌ"),
            ("ఓ", "ఒౕ"),
            ("ආ", "අා"),
            ("ଆ", "ଅା"),
            ("ਆ", "ਅਾ"),
            ("ਇ", "ੲਿ"),
            ("આ", "અા"),
            ("આ", "અા"),
            ("น้ำ", "นํ้า"),
            ("น้ำ", "น\u{e4d}\u{e49}\u{e32}"),
            ("น้ำ", "น\u{e49}\u{e4d}\u{e32}"),
            ("ที่", "ท\u{e48}\u{e35}"),
            ("แม่", "เเม่"),
            ("ນ້ຳ", "ນ\u{ecd}\u{ec9}\u{eb2}"),
            ("ဝင်း", "၀င်း"),
            ("အေးဝ", "အေး၀"),
            ("ဝါဝါ", "၀ါ၀ါ"),
            ("၀၉", "ဝ၉"),
            ("၁၀၀", "၁ဝဝ"),
            ("09", "ဝ9"),
            ("လမ်း၃၀", "လမ်း၃ဝ"),
            ("ဩဂုတ်", "သြဂုတ်"),
            ("ဉာဏ်", "ဉာဏ်"),
            ("အမည်ဉ်", "အမည်ဥ်"),
        ] {
            assert_eq!(fold(one), fold(other), "{one} {other}");
        }
        for (one, other) in [("ဝ", "၀"), ("ওই", "অই"), ("ท", "ที"), ("ന", "ൻ"), ("अ", "आ")]
        {
            assert_ne!(fold(one), fold(other), "{one} {other}");
        }
    }
}
