//! Grams: the pieces by which a search text is indexed and a keyword looked up.

use uuid::Uuid;
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

/// The most letters in a gram.
pub const MAX_LENGTH: usize = 3;

/// The grams of a search text: of every 1, 2 and 3 characters in a row of its words, a hash that the tenant is
/// part of. Sorted, each once.
///
/// Characters are those of Unicode, whatever their script and whatever the database's locale makes of them. The
/// hash is 32 bits of XXH3, the same everywhere and always: two grams may share one, so what an index of grams finds
/// is a candidate, to be compared with the text.
#[must_use]
pub fn grams(tenant: Uuid, search_text: &str) -> Vec<i32> {
    let seed = seed(tenant);
    let mut grams = Vec::with_capacity(3 * search_text.len());
    for word in search_text.split([' ', '\n']) {
        for length in 1..=MAX_LENGTH {
            grams.extend(windows(word, length).map(|(_, gram)| hash(seed, gram)));
        }
    }
    grams.sort_unstable();
    grams.dedup();
    grams
}

/// The grams to look a word up by: those that [`grams`] has for every text the word is in, of the greatest length
/// there is. Of a long word they cover each letter once, rather than three times: fewer lists to read, and hardly
/// more candidates.
#[must_use]
pub fn grams_of_word(tenant: Uuid, word: &str) -> Vec<i32> {
    let seed = seed(tenant);
    let length = word.chars().take(MAX_LENGTH).count();
    let all: Vec<&str> = windows(word, length).map(|(_, gram)| gram).collect();
    let last = all.len().saturating_sub(1);
    let mut grams: Vec<i32> = (0..last)
        .step_by(MAX_LENGTH)
        .chain([last])
        .filter_map(|at| all.get(at))
        .map(|gram| hash(seed, gram))
        .collect();
    grams.sort_unstable();
    grams.dedup();
    grams
}

fn seed(tenant: Uuid) -> u64 {
    xxh3_64(tenant.as_bytes())
}

#[expect(clippy::cast_possible_truncation, reason = "the lower half of the hash is what is wanted")]
fn hash(seed: u64, gram: &str) -> i32 {
    xxh3_64_with_seed(gram.as_bytes(), seed) as i32
}

/// Every `length` characters in a row, with where they begin.
fn windows(word: &str, length: usize) -> impl Iterator<Item = (usize, &str)> {
    let starts = word.char_indices().map(|(at, _)| at);
    let ends = word.char_indices().map(|(at, c)| at + c.len_utf8()).skip(length.saturating_sub(1));
    starts.zip(ends).map(move |(start, end)| (start, &word[start..end]))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TENANT: Uuid = Uuid::from_u128(1);

    #[test]
    fn of_a_text() {
        let seed = seed(TENANT);
        let mut expected: Vec<i32> = ["k", "y", "a", "w", "ky", "ya", "aw", "kya", "yaw", "က", "ျ", "ကျ"]
            .map(|gram| hash(seed, gram))
            .into();
        expected.sort_unstable();
        assert_eq!(grams(TENANT, "kyaw ကျ\nkyaw"), expected);
        assert_eq!(grams(TENANT, ""), Vec::<i32>::new());
    }

    #[test]
    fn never_change() {
        assert_eq!(grams(TENANT, "a王"), [-1_150_807_945, 645_653_912, 1_550_684_769]);
    }

    #[test]
    fn of_a_word() {
        let count = |word| grams_of_word(TENANT, word).len();
        assert_eq!(
            ["a", "王", "aw", "kya", "kyaw", "97877", "978777", "9787654"].map(count),
            [1, 1, 1, 1, 2, 2, 2, 3]
        );
    }

    #[test]
    fn of_another_tenant() {
        let theirs = grams(Uuid::from_u128(2), "kyaw");
        assert!(grams(TENANT, "kyaw").iter().all(|gram| !theirs.contains(gram)));
    }

    proptest! {
        #[test]
        fn a_text_has_the_grams_of_its_parts(text in "[a-c ကခ\n王😀]{0,20}", from in 0..20_usize, length in 1..20_usize) {
            let part: String = text.chars().skip(from).take(length).collect();
            let all = grams(TENANT, &text);
            for word in part.split([' ', '\n']).filter(|word| !word.is_empty()) {
                let wanted = grams_of_word(TENANT, word);
                prop_assert!(!wanted.is_empty() && wanted.iter().all(|gram| all.contains(gram)), "{word:?} of {text:?}");
            }
        }
    }
}
