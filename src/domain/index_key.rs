//! Keys short enough for an index.

use xxhash_rust::xxh3::xxh3_128;

/// The longest key that is kept as it is, in bytes. An entry of PostgreSQL's btree holds about 2,700.
const MAX: usize = 200;

/// How much of a longer key is kept, in bytes.
const KEPT: usize = 160;

/// A key of at most 200 bytes: a longer one is cut, and its 128-bit XXH3 hash, which is the same everywhere and
/// always, added.
#[must_use]
pub fn index_key(key: String) -> String {
    if key.len() <= MAX {
        return key;
    }
    format!("{}#{:032x}", &key[..key.floor_char_boundary(KEPT)], xxh3_128(key.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_keys_are_cut_and_told_apart() {
        assert_eq!(index_key("short".into()), "short");
        let [one, two] = ["a", "b"].map(|end| index_key("က".repeat(100) + end));
        assert!(one.len() <= MAX && two.len() <= MAX);
        assert_ne!(one, two);
    }
}
