//! What [`fold`](super::fold()) needs to know of single characters and the standard library does not
//! tell: which are invisible, which are accents, which letter a variant stands for, and digits.
//!
//! All of it is generated from the Unicode Character Database 18.0; each function says by what rule.

/// Whether a character shows nothing and separates what stands before and behind it: white space, and the braille pattern
/// without dots, which is the space of braille and typed elsewhere to leave a name empty.
pub(super) fn is_space(c: char) -> bool {
    c.is_whitespace() || c == '\u{2800}'
}

/// Whether a character shows nothing and separates nothing: controls other than white space, the marks round annotations, and the
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
            | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// The apostrophe that a character looks like and is typed for, taken or not: accents that stand alone and modifier letters of
/// this shape, quotation marks, primes, the Armenian apostrophe and half ring, the saltillo, the geresh of Hebrew. Before it is decomposed,
/// which would make a space of some.
pub(super) fn apostrophe(c: char) -> char {
    match c {
        '`'
        | '\u{b4}'
        | '\u{2b9}'
        | '\u{2bb}'..='\u{2bf}'
        | '\u{2c8}'
        | '\u{2ca}'..='\u{2cb}'
        | '\u{2f4}'
        | '\u{374}'
        | '\u{384}'
        | '\u{559}'..='\u{55a}'
        | '\u{5f3}'
        | '\u{7f4}'..='\u{7f5}'
        | '\u{1fbd}'
        | '\u{1fbf}'
        | '\u{1fef}'
        | '\u{1ffd}'..='\u{1ffe}'
        | '\u{2018}'..='\u{201b}'
        | '\u{2032}'
        | '\u{2035}'
        | '\u{2039}'..='\u{203a}'
        | '\u{275b}'..='\u{275c}'
        | '\u{275f}'
        | '\u{a78b}'..='\u{a78c}'
        | '\u{ff07}'
        | '\u{ff40}' => '\'',
        c => c,
    }
}

/// Whether a character of decomposed text is an accent: a mark that people leave out when they type.
///
/// These are the nonspacing marks named `COMBINING …` (of general use and Cyrillic), `HEBREW …` (points
/// and cantillation), `ARABIC …` (harakat, hamza above and below, Koranic marks) and `SYRIAC …`, and
/// the Arabic tatweel, which only stretches a word, and what Devanagari has of accents for general use. The marks of other scripts (Burmese, Thai,
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
            | '\u{8ca}'..='\u{8e1}' | '\u{8e3}'..='\u{8ff}' | '\u{953}'..='\u{954}' | '\u{1ab0}'..='\u{1aff}'
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

/// The ASCII digits of folded text.
pub(super) fn digits_of(folded: &str) -> String {
    folded.chars().filter(char::is_ascii_digit).collect()
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
///
/// In the same way `ARABIC LETTER X WITH …` becomes the letter X of Arabic, in all blocks. The forms of one letter that
/// languages have a character of their own for are the one of Arabic, by the joining groups of `ArabicShaping.txt`: yeh is
/// Farsi and Kashmiri yeh, yeh with tail and yeh barree, and alef maksura; kaf is keheh and swash kaf; heh is heh goal, heh
/// doachashmee and ae; alef is alef wasla. And as people type them: heh for teh marbuta, noon for noon ghunna.
///
/// The ligatures of Yiddish are the letters that they are made of.
///
/// Dashes are those of general category `Pd`, but for the wavy ones; quotation marks those of the property
/// `Quotation_Mark`, but for the corner brackets, with the gershayim of Hebrew. What looks like an apostrophe is one
/// before it is decomposed: see [`apostrophe`].
#[expect(clippy::too_many_lines, reason = "one table")]
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
        '\u{2d7}'
        | '\u{58a}'
        | '\u{5be}'
        | '\u{1400}'
        | '\u{1806}'
        | '\u{2010}'..='\u{2015}'
        | '\u{2043}'
        | '\u{2212}'
        | '\u{2e17}'
        | '\u{2e1a}'
        | '\u{2e3a}'..='\u{2e3b}'
        | '\u{2e40}'
        | '\u{2e5d}'
        | '\u{30a0}'
        | '\u{10d6e}'
        | '\u{10ead}' => "-",
        '\u{ab}'
        | '\u{bb}'
        | '\u{2ba}'
        | '\u{2ee}'
        | '\u{5f4}'
        | '\u{201c}'..='\u{201f}'
        | '\u{275d}'..='\u{275e}'
        | '\u{2760}'
        | '\u{301d}'..='\u{301f}'
        | '\u{2e42}' => "\"",
        'װ' => "וו",
        'ױ' => "וי",
        'ײ' => "יי",
        '\u{671}' | '\u{672}' | '\u{673}' | '\u{773}' | '\u{774}' | '\u{870}' | '\u{871}' | '\u{872}'
        | '\u{873}' | '\u{874}' | '\u{875}' | '\u{876}' | '\u{877}' | '\u{878}' | '\u{879}' | '\u{87a}'
        | '\u{87b}' | '\u{87c}' | '\u{87d}' | '\u{87e}' | '\u{87f}' | '\u{880}' | '\u{881}' | '\u{882}' => {
            "\u{627}"
        }
        '\u{750}' | '\u{751}' | '\u{752}' | '\u{753}' | '\u{754}' | '\u{755}' | '\u{756}' | '\u{8a0}'
        | '\u{8a1}' | '\u{8b6}' => "\u{628}",
        '\u{67c}' | '\u{67d}' | '\u{8b8}' | '\u{8bf}' => "\u{62a}",
        '\u{8a2}' | '\u{8c5}' | '\u{8c6}' => "\u{62c}",
        '\u{681}' | '\u{682}' | '\u{685}' | '\u{757}' | '\u{758}' | '\u{76e}' | '\u{76f}' | '\u{772}'
        | '\u{77c}' | '\u{88a}' => "\u{62d}",
        '\u{689}' | '\u{68a}' | '\u{68b}' | '\u{68f}' | '\u{690}' | '\u{6ee}' | '\u{759}' | '\u{75a}'
        | '\u{8ae}' | '\u{10ec2}' => "\u{62f}",
        '\u{692}' | '\u{693}' | '\u{694}' | '\u{695}' | '\u{696}' | '\u{697}' | '\u{699}' | '\u{6ef}'
        | '\u{75b}' | '\u{76b}' | '\u{76c}' | '\u{771}' | '\u{8aa}' | '\u{8b9}' => "\u{631}",
        '\u{8b2}' => "\u{632}",
        '\u{69a}' | '\u{69b}' | '\u{69c}' | '\u{75c}' | '\u{76d}' | '\u{770}' | '\u{77d}' | '\u{77e}' => {
            "\u{633}"
        }
        '\u{6fa}' => "\u{634}",
        '\u{69d}' | '\u{69e}' | '\u{8af}' => "\u{635}",
        '\u{6fb}' => "\u{636}",
        '\u{69f}' | '\u{88b}' | '\u{88c}' | '\u{8a3}' | '\u{10ec3}' => "\u{637}",
        '\u{6a0}' | '\u{75d}' | '\u{75e}' | '\u{75f}' | '\u{8b3}' => "\u{639}",
        '\u{6fc}' | '\u{8c3}' => "\u{63a}",
        '\u{6a2}' | '\u{6a3}' | '\u{6a5}' | '\u{760}' | '\u{761}' | '\u{8a4}' => "\u{641}",
        '\u{6a7}' | '\u{6a8}' | '\u{8a5}' | '\u{8b5}' => "\u{642}",
        '\u{63b}' | '\u{63c}' | '\u{6a9}' | '\u{6aa}' | '\u{6ab}' | '\u{6ac}' | '\u{6ae}' | '\u{762}'
        | '\u{763}' | '\u{764}' | '\u{77f}' | '\u{88d}' | '\u{8b4}' | '\u{8c2}' | '\u{10ec4}' => "\u{643}",
        '\u{6b5}' | '\u{6b6}' | '\u{6b7}' | '\u{6b8}' | '\u{76a}' | '\u{8a6}' | '\u{8c7}' => "\u{644}",
        '\u{765}' | '\u{766}' | '\u{8a7}' => "\u{645}",
        '\u{6b9}' | '\u{6ba}' | '\u{6bc}' | '\u{6bd}' | '\u{767}' | '\u{768}' | '\u{769}' | '\u{889}' => {
            "\u{646}"
        }
        '\u{629}' | '\u{6be}' | '\u{6c1}' | '\u{6c3}' | '\u{6d5}' | '\u{6ff}' => "\u{647}",
        '\u{6c4}' | '\u{6ca}' | '\u{6cf}' | '\u{778}' | '\u{779}' | '\u{8ab}' => "\u{648}",
        '\u{620}' | '\u{63d}' | '\u{63e}' | '\u{63f}' | '\u{649}' | '\u{6cc}' | '\u{6cd}' | '\u{6ce}'
        | '\u{6d1}' | '\u{6d2}' | '\u{775}' | '\u{776}' | '\u{777}' | '\u{77a}' | '\u{77b}' | '\u{8a8}'
        | '\u{8a9}' | '\u{8ba}' => "\u{64a}",
        '\u{8c0}' => "\u{679}",
        '\u{8b7}' | '\u{8be}' => "\u{67e}",
        '\u{6bf}' | '\u{8c1}' => "\u{686}",
        '\u{6b0}' | '\u{6b2}' | '\u{6b4}' | '\u{8b0}' => "\u{6af}",
        '\u{8c4}' => "\u{8bc}",
        _ => return None,
    })
}
