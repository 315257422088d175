//! Cursors: opaque texts that say after which row a listing goes on.
//!
//! A cursor holds the number of its page, the key and id of the last row before it, and a fingerprint of these and of
//! the parameters it was made for, so that one that was cut or bent on its way is noticed. It is not secret and not
//! signed: with a forged one a caller reads another part of the listing, which is theirs to read.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use uuid::Uuid;
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

/// The first byte, to be raised with every change of the form.
const VERSION: u8 = 1;

/// Where a listing goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// The number of the page it leads to, as if pages had been turned from the first one.
    pub page: i64,
    /// The id of the last row before.
    pub id: Uuid,
    /// What that row was sorted by, as the listing writes it.
    pub key: String,
}

impl Cursor {
    /// As a client gets it: letters, digits, `-` and `_`. `parameters` is what it is made for.
    #[must_use]
    pub fn encode(&self, parameters: &str) -> String {
        let row = [&self.page.to_be_bytes(), self.id.as_bytes().as_slice(), self.key.as_bytes()].concat();
        seal(&row, parameters)
    }

    /// Reads what a client sent back; `None` if it is no cursor, or one for other parameters.
    #[must_use]
    pub fn decode(text: &str, parameters: &str) -> Option<Self> {
        let row = open(text, parameters)?;
        let (page, rest) = row.split_first_chunk()?;
        let (id, key) = rest.split_first_chunk()?;
        let page = Some(i64::from_be_bytes(*page)).filter(|page| *page > 0)?;
        Some(Self { page, id: Uuid::from_bytes(*id), key: String::from_utf8(key.to_vec()).ok()? })
    }
}

/// The text of a cursor that says this, made for `parameters`: letters, digits, `-` and `_`.
#[must_use]
pub fn seal(row: &[u8], parameters: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode([&[VERSION], fingerprint(row, parameters).as_slice(), row].concat())
}

/// What a cursor says; `None` if the text is none, or one that is made for other parameters.
#[must_use]
pub fn open(text: &str, parameters: &str) -> Option<Vec<u8>> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
    let (version, rest) = bytes.split_first()?;
    let (print, row) = rest.split_first_chunk()?;
    (*version == VERSION && *print == fingerprint(row, parameters)).then(|| row.to_vec())
}

fn fingerprint(row: &[u8], parameters: &str) -> [u8; 8] {
    xxh3_64_with_seed(row, xxh3_64(parameters.as_bytes())).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn is_read_back_for_the_same_parameters_only(
            page in 1..=i64::MAX, id in any::<u128>(), key in any::<String>(), parameters in any::<String>(),
        ) {
            let cursor = Cursor { page, id: Uuid::from_u128(id), key };
            let text = cursor.encode(&parameters);
            prop_assert!(text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
            prop_assert_eq!(Cursor::decode(&text, &parameters), Some(cursor));
            prop_assert_eq!(Cursor::decode(&text, &format!("{parameters}x")), None);
        }

        #[test]
        fn a_part_of_one_is_none(id in any::<u128>(), key in any::<String>(), end in any::<prop::sample::Index>()) {
            let text = Cursor { page: 2, id: Uuid::from_u128(id), key }.encode("x");
            prop_assert_eq!(Cursor::decode(&text[..end.index(text.len())], "x"), None);
        }

        #[test]
        fn anything_else_is_none(text in any::<String>()) {
            prop_assert_eq!(Cursor::decode(&text, ""), None);
        }
    }
}
