//! What [`fold`](super::fold()) needs to know of single characters and the standard library does not
//! tell: which are invisible, which are accents, which letter a variant stands for, and digits.
//!
//! All of it is generated from the Unicode Character Database 18.0; each function says by what rule.

/// Whether a character shows nothing and separates nothing: controls other than white space, and the
/// property `Default_Ignorable_Code_Point` (zero-width space, joiners, byte order mark, soft hyphen,
/// marks of writing direction, variation selectors, Hangul fillers).
pub(super) fn is_invisible(c: char) -> bool {
    if c.is_control() {
        return !c.is_whitespace();
    }
    c > '~'
        && matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Whether a character of decomposed text is an accent: a mark that people leave out when they type.
///
/// These are the nonspacing marks named `COMBINING …` (of general use and Cyrillic), `HEBREW …` (points
/// and cantillation), `ARABIC …` (harakat, hamza above and below, Koranic marks) and `SYRIAC …`, and
/// the Arabic tatweel, which only stretches a word. The marks of other scripts (Burmese, Thai,
/// Devanagari, Khmer …) are vowels, tones and consonants that make the word: they stay, and so do the
/// voicing marks of Japanese.
pub(super) fn is_accent(c: char) -> bool {
    c >= '\u{300}'
        && matches!(c,
            '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{591}'..='\u{5bd}' | '\u{5bf}'
            | '\u{5c1}'..='\u{5c2}' | '\u{5c4}'..='\u{5c5}' | '\u{5c7}'..='\u{5c9}'
            | '\u{610}'..='\u{61a}' | '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{670}'
            | '\u{6d6}'..='\u{6dc}' | '\u{6df}'..='\u{6e4}' | '\u{6e7}'..='\u{6e8}'
            | '\u{6ea}'..='\u{6ed}' | '\u{711}' | '\u{730}'..='\u{74a}' | '\u{897}'..='\u{89f}'
            | '\u{8ca}'..='\u{8e1}' | '\u{8e3}'..='\u{8ff}' | '\u{1ab0}'..='\u{1aff}'
            | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{fb1e}'
            | '\u{fe20}'..='\u{fe2f}')
}

/// The ASCII digit of a decimal digit of any script (general category `Nd`): `၉` is `9`.
pub(super) fn ascii_digit(c: char) -> Option<char> {
    /// Where each run of ten digits begins.
    const ZEROS: [u32; 77] = [
        0x30, 0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6,
        0xe50, 0xed0, 0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0,
        0x1c40, 0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10, 0x104a0, 0x10d30,
        0x10d40, 0x11066, 0x110f0, 0x11136, 0x111d0, 0x112f0, 0x11450, 0x114d0, 0x11650, 0x116c0, 0x116d0,
        0x116da, 0x11730, 0x118e0, 0x11950, 0x11bf0, 0x11c50, 0x11d50, 0x11da0, 0x11de0, 0x11f50, 0x16130,
        0x16a60, 0x16ac0, 0x16b50, 0x16d70, 0x1ccf0, 0x1d7ce, 0x1d7d8, 0x1d7e2, 0x1d7ec, 0x1d7f6, 0x1e140,
        0x1e2f0, 0x1e4f0, 0x1e5f1, 0x1e950, 0x1fbf0,
    ];
    let before = ZEROS.partition_point(|&zero| zero <= u32::from(c));
    let zero = ZEROS[..before].last()?;
    char::from_digit(u32::from(c) - zero, 10)
}

/// What people type instead of a lower-case letter, quotation mark or dash that no decomposition
/// reduces to a plain one: `ł` is `l`, `æ` is `ae`, `ө` is `о`, `’` is `'`.
///
/// Derived from the character names of the Basic Multilingual Plane, for letters that are their own
/// compatibility decomposition. `LATIN SMALL LETTER X WITH …`, `… X BAR`, `… BARRED X`, `… OPEN X`,
/// `… INSULAR X` and the like, and `LATIN LETTER SMALL CAPITAL X`, become the one or two ASCII letters
/// X; `CYRILLIC SMALL LETTER X WITH …`, `… BARRED X` and `… STRAIGHT X` the Russian letter X. For
/// letters with a name of their own, and for punctuation, it is a choice: eth d, thorn th, eng n,
/// schwa and turned e e, kra q, alpha a, beta b, gamma g, iota i, upsilon u, ezh z, esh s, yogh y,
/// wynn w.
pub(super) fn plain(c: char) -> Option<&'static str> {
    if c.is_ascii() {
        return None;
    }
    Some(match c {
        'ɑ' | 'ᴀ' | 'ᶏ' | 'ᶐ' | 'ⱥ' => "a",
        'ꜳ' => "aa",
        'æ' | 'ᴁ' => "ae",
        'ꜵ' => "ao",
        'ꜷ' => "au",
        'ꜹ' | 'ꜻ' => "av",
        'ꜽ' => "ay",
        'ƀ' | 'ƃ' | 'ɓ' | 'ʙ' | 'ᴃ' | 'ᵬ' | 'ᶀ' | 'ꞗ' | 'ꞵ' => "b",
        'ƈ' | 'ȼ' | 'ɕ' | 'ᴄ' | 'ꞓ' | 'ꞔ' => "c",
        'ð' | 'đ' | 'ƌ' | 'ȡ' | 'ɖ' | 'ɗ' | 'ᴅ' | 'ᴆ' | 'ᵭ' | 'ᶁ' | 'ᶑ' | 'ꝺ' | 'ꟈ' => {
            "d"
        }
        'ǝ' | 'ɇ' | 'ə' | 'ɚ' | 'ɛ' | 'ᴇ' | 'ᶒ' | 'ᶓ' | 'ᶕ' | 'ⱸ' | 'ⱻ' | 'ꬳ' | 'ꬴ' => {
            "e"
        }
        'ꝫ' => "et",
        'ƒ' | 'ᵮ' | 'ᶂ' | 'ꜰ' | 'ꝼ' | 'ꞙ' => "f",
        'ǥ' | 'ɠ' | 'ɡ' | 'ɢ' | 'ɣ' | 'ʛ' | 'ᵹ' | 'ᶃ' | 'ꞡ' | 'ꬶ' => "g",
        'ħ' | 'ɦ' | 'ʜ' | 'ⱨ' | 'ꞕ' => "h",
        'ƕ' => "hv",
        'ɨ' | 'ɩ' | 'ɪ' | 'ᵻ' | 'ᵼ' | 'ᶖ' => "i",
        'ꝭ' => "is",
        'ȷ' | 'ɉ' | 'ɟ' | 'ʄ' | 'ʝ' | 'ᴊ' => "j",
        'ƙ' | 'ᴋ' | 'ᶄ' | 'ⱪ' | 'ꝁ' | 'ꝃ' | 'ꝅ' | 'ꞣ' => "k",
        'ł' | 'ƚ' | 'ȴ' | 'ɫ' | 'ɬ' | 'ɭ' | 'ʟ' | 'ᴌ' | 'ᶅ' | 'ⱡ' | 'ꝉ' | 'ꞎ' | 'ꬷ' | 'ꬸ' | 'ꬹ' => {
            "l"
        }
        'ỻ' => "ll",
        'ɱ' | 'ᴍ' | 'ᵯ' | 'ᶆ' | 'ꬺ' => "m",
        'ŋ' | 'ƞ' | 'ȵ' | 'ɲ' | 'ɳ' | 'ɴ' | 'ᵰ' | 'ᶇ' | 'ꞑ' | 'ꞥ' | 'ꬻ' | 'ꬼ' => "n",
        'ø' | 'ɔ' | 'ɵ' | 'ᴏ' | 'ᴐ' | 'ᶗ' | 'ⱺ' | 'ꝋ' | 'ꝍ' | 'ꬿ' => "o",
        'œ' | 'ɶ' | 'ꭢ' => "oe",
        'ƣ' => "oi",
        'ꝏ' => "oo",
        'ȣ' | 'ᴕ' => "ou",
        'ƥ' | 'ᴘ' | 'ᵱ' | 'ᵽ' | 'ᶈ' | 'ꝑ' | 'ꝓ' | 'ꝕ' => "p",
        'ĸ' | 'ɋ' | 'ʠ' | 'ꝗ' | 'ꝙ' | 'ꞯ' => "q",
        'ɍ' | 'ɼ' | 'ɽ' | 'ɾ' | 'ʀ' | 'ᵲ' | 'ᵳ' | 'ᶉ' | 'ꝛ' | 'ꞃ' | 'ꞧ' | 'ꭆ' | 'ꭉ' | 'ꭋ' | 'ꭌ' => {
            "r"
        }
        'ȿ' | 'ʂ' | 'ʃ' | 'ʆ' | 'ᵴ' | 'ᶊ' | 'ᶋ' | 'ᶘ' | 'ẜ' | 'ẝ' | 'ꜱ' | 'ꞅ' | 'ꞩ' | 'ꟊ' | 'ꟍ' => {
            "s"
        }
        'ŧ' | 'ƫ' | 'ƭ' | 'ȶ' | 'ʈ' | 'ᴛ' | 'ᵵ' | 'ⱦ' | 'ꞇ' => "t",
        'þ' | 'ᵺ' | 'ꝥ' | 'ꝧ' => "th",
        'ꜩ' => "tz",
        'ʉ' | 'ʊ' | 'ᴜ' | 'ᵾ' | 'ᵿ' | 'ᶙ' | 'ꞹ' | 'ꭎ' | 'ꭏ' | 'ꭒ' => "u",
        'ᵫ' => "ue",
        'ꭐ' => "ui",
        'ꝸ' => "um",
        'ꭣ' => "uo",
        'ʋ' | 'ᴠ' | 'ᶌ' | 'ỽ' | 'ⱱ' | 'ⱴ' | 'ꝟ' => "v",
        'ꝡ' => "vy",
        'ƿ' | 'ᴡ' | 'ⱳ' => "w",
        'ᶍ' | 'ꭖ' | 'ꭗ' | 'ꭘ' | 'ꭙ' => "x",
        'ƴ' | 'ȝ' | 'ɏ' | 'ʏ' | 'ỿ' | 'ꭚ' => "y",
        'ƶ' | 'ƺ' | 'ȥ' | 'ɀ' | 'ʐ' | 'ʑ' | 'ʒ' | 'ʓ' | 'ᴢ' | 'ᴣ' | 'ᵶ' | 'ᶎ' | 'ᶚ' | 'ⱬ' | 'ꝣ' => {
            "z"
        }
        'ґ' | 'ғ' | 'ҕ' | 'ӷ' | 'ӻ' => "г",
        'җ' => "ж",
        'ҙ' => "з",
        'ҋ' => "и",
        'қ' | 'ҝ' | 'ҟ' | 'ӄ' => "к",
        'ӆ' | 'ԓ' | 'ԡ' | 'ԯ' => "л",
        'ӎ' => "м",
        'ң' | 'ӈ' | 'ӊ' | 'ԣ' | 'ԩ' => "н",
        'ө' => "о",
        'ҧ' | 'ԥ' => "п",
        'ҏ' => "р",
        'ҫ' => "с",
        'ҭ' | 'ꚋ' => "т",
        'ү' | 'ұ' => "у",
        'ҳ' | 'ӽ' | 'ӿ' => "х",
        'ҷ' | 'ҹ' => "ч",
        'ꙑ' => "ы",
        '\u{2010}'..='\u{2015}' | '\u{2212}' => "-",
        '\u{2b9}' | '\u{2bb}'..='\u{2bd}' | '\u{2018}'..='\u{201b}' | '\u{2032}' => "'",
        '\u{ab}' | '\u{bb}' | '\u{201c}'..='\u{201f}' => "\"",
        _ => return None,
    })
}
