//! Extensions of phone numbers: the `101` of `+1 212 555 1000 ext. 101`, however it is written.

use std::sync::LazyLock;

use super::{characters::digits_of, fold};

/// The most digits of an extension behind a word or `;ext=`, as `libphonenumber` has it.
const MAX_NAMED: usize = 20;

/// The most digits behind a mere sign, which may have been meant otherwise.
const MAX_MARKED: usize = 9;

/// The fewest digits of a number before a mere sign: `101, 102` are two numbers.
const MIN_BEFORE_MARK: usize = 5;

/// The most digits between a dash or space and a `#` at the end: `555-1000 - 102#`.
const MAX_BEFORE_HASH: usize = 6;

/// How an extension is called, in the languages of those who write it out.
const WORDS: [&str; 57] = [
    "x",
    "xt",
    "ext",
    "ext no",
    "ext. no",
    "extn",
    "xtn",
    "extension",
    "extensión",
    "extensão",
    "int",
    "interno",
    "interne",
    "anexo",
    "poste",
    "ramal",
    "durchwahl",
    "dw",
    "nst",
    "nebenstelle",
    "klappe",
    "kl",
    "toestel",
    "tst",
    "anknytning",
    "linka",
    "wew",
    "wewn",
    "wewnętrzny",
    "lok",
    "lokal",
    "klapka",
    "mellék",
    "εσωτ",
    "εσωτερικό",
    "postd",
    "dahili",
    "máy lẻ",
    "доб",
    "добавочный",
    "доп",
    "вн",
    "внутр",
    "внутренний",
    "内線",
    "内線番号",
    "内线",
    "分机",
    "分機",
    "转",
    "轉",
    "내선",
    "내선번호",
    "ต่อ",
    "تحويلة",
    "داخلی",
    "שלוחה",
];

static FOLDED_WORDS: LazyLock<Vec<String>> = LazyLock::new(|| WORDS.iter().map(|word| fold(word)).collect());

/// A number and its extension.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Split {
    /// What was typed of the number, without the extension.
    pub number: String,
    /// The digits of the extension.
    pub digits: String,
    /// Only a sign says that it is one: `5551000,102`. The whole may be one number, too.
    pub is_doubtful: bool,
}

/// Takes folded text apart that has an extension: `x102`, `ext. 102`, `#102`, `,102`, `;102`, `~102`, `;ext=102` and the
/// words of many languages, behind a number of at least three digits.
pub(super) fn split(folded: &str) -> Option<Split> {
    if folded.is_ascii() && folded.bytes().all(|c| c.is_ascii_digit() || matches!(c, b'+' | b' ' | b'-')) {
        return None;
    }
    parameter(folded).or_else(|| suffix(folded)).filter(|split| {
        // `*101#5` is dialled as it is.
        !split.number.starts_with(['*', '#']) && digits_of(&split.number).len() >= 3
    })
}

/// That of RFC 3966, which may stand among other parameters and have visual separators.
fn parameter(folded: &str) -> Option<Split> {
    let (before, rest) = folded.split_once(";ext=")?;
    let (value, others) = rest.find(';').map_or((rest, ""), |at| rest.split_at(at));
    let digits = digits_of(value);
    let is_digits =
        value.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | '.' | '(' | ')' | ' ' | '#'));
    (is_digits && (1..=MAX_NAMED).contains(&digits.len())).then(|| Split {
        number: format!("{before}{others}"),
        digits,
        is_doubtful: false,
    })
}

/// The digits at the end, behind a word or sign.
fn suffix(folded: &str) -> Option<Split> {
    let is_closing = |c: char| matches!(c, ' ' | '#' | ')' | ']' | '.' | ',' | ';' | '"' | '\'');
    let text = folded.trim_end_matches(is_closing);
    let before = text.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = &text[before.len()..];
    if digits.is_empty() || digits.len() > MAX_NAMED {
        return None;
    }
    let split = |number: &str, is_doubtful| {
        let number = number.trim_end_matches([' ', '.', ',', ';', ':', '-', '(', '[', '/', '、']).to_owned();
        Some(Split { number, digits: digits.to_owned(), is_doubtful })
    };
    let label = before.trim_end_matches([' ', '.', ':', '-', '=', '(', '[']);
    let named = label.trim_end_matches([' ', '.', ':', '#']);
    if let Some(number) = FOLDED_WORDS.iter().find_map(|word| {
        named.strip_suffix(word.as_str()).filter(|number| !number.ends_with(char::is_alphabetic))
    }) {
        return split(number, false);
    }
    // The pause and the wait of dial strings: `5551000p102`.
    if let Some(number) = label.strip_suffix(['p', 'w'])
        && label.len() == before.len()
        && number.ends_with(|c: char| c.is_ascii_digit())
        && digits.len() <= MAX_MARKED
        && !number.contains(char::is_alphabetic)
    {
        return split(number, false);
    }
    let number = label.trim_end_matches([',', ';', '#', '~', ' ', '、']);
    let mark = label[number.len()..].trim_matches(' ');
    let is_marked = !mark.is_empty() && digits.len() <= MAX_MARKED && !number.contains([',', ';', '~', '、']);
    if is_marked && digits_of(number).len() >= MIN_BEFORE_MARK {
        return split(number, true);
    }
    let is_hashed = folded[text.len()..].starts_with('#') && before.ends_with([' ', '-']);
    if is_hashed && digits.len() <= MAX_BEFORE_HASH && digits_of(label).len() >= MIN_BEFORE_MARK {
        return split(label, true);
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn in_every_notation() {
        for notation in [
            " ext. 102",
            " ext 102",
            " ext:102",
            " Ext.: 102",
            " extn 102",
            " extension 102",
            " extensión 102",
            "x102",
            " x 102",
            " X. 102",
            " (x102)",
            " (ext. 102)",
            " ext #102",
            " ext#102",
            " ext. no. 102",
            " ext. № 102",
            ";postd=102",
            "、102",
            " lok. 102",
            " εσωτ. 102",
            " 转102",
            " 내선번호 102",
            "#102",
            " # 102",
            ";ext=102",
            "; ext=102",
            ";ext=1-02",
            ";102",
            "; 102",
            ",102",
            ", 102",
            ",,102",
            ",,,102#",
            "~102",
            " ～102",
            "p102",
            "w102",
            " доб. 102",
            " доб.102",
            " (доб. 102)",
            " доб 102",
            " добавочный 102",
            " вн. 102",
            " int. 102",
            " anexo 102",
            " poste 102",
            " ramal 102",
            " Durchwahl 102",
            " 内線102",
            "内線 102",
            " ต่อ 102",
            " 내선 102",
            " máy lẻ 102",
            " تحويلة 102",
            " שלוחה 102",
            " ｅｘｔ 102",
            " ext. ၁၀၂",
            " - 102#",
            ", ext. 102",
            "/x102",
            " x102.",
            " x102,",
        ] {
            let folded = fold(&format!("+1 212 555 1000{notation}"));
            let split = split(&folded).unwrap_or_else(|| panic!("{notation}"));
            assert_eq!(
                (split.number.as_str(), split.digits.as_str()),
                ("+1 212 555 1000", "102"),
                "{notation}"
            );
        }
        let other = split("tel:555-1000;ext=102;phone-context=+1212").unwrap();
        assert_eq!(
            (other.number.as_str(), other.digits.as_str()),
            ("tel:555-1000;phone-context=+1212", "102")
        );
    }

    #[test]
    fn where_there_is_none() {
        for text in [
            "+1 212 555 1000",
            "0979,787,776",
            "101, 102",
            "*101#5",
            "##002#5",
            "1-800-flex 12",
            "x102",
            "12x3",
            "1-800-flowers",
            "+95 9 797877765; +95 9 797877766",
            "09797877765, 09797877766",
            "212-555-1000",
            "",
            "ext",
            "5551000 ext",
            "5551000 ext.",
            "5551000;ext=a",
            "5551000 max 102",
            "5551000#",
            "5551000,",
        ] {
            assert_eq!(split(&fold(text)), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_digit_is_lost(text in "[0-9+ ()./#*x;,=~ptе]{0,20}(ext|доб|;ext=)?[ .:]?[0-9]{0,12}[#), ]?") {
            let folded = fold(&text);
            if let Some(split) = split(&folded) {
                let mut expected: Vec<char> = digits_of(&folded).chars().collect();
                let mut found: Vec<char> = digits_of(&split.number).chars().chain(split.digits.chars()).collect();
                expected.sort_unstable();
                found.sort_unstable();
                prop_assert_eq!(found, expected);
            }
        }
    }
}
