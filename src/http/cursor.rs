//! Cursors: opaque texts that say after which row a listing goes on.
//!
//! A cursor holds the number of its page, the key and id of the last row before it, and a fingerprint of the
//! parameters it was made for. It is not secret and not signed: with a forged one a caller reads another part of the
//! listing, which is theirs to read.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use uuid::Uuid;
use xxhash_rust::xxh3::xxh3_64;

/// The first byte, to be raised with every change of the form.
const VERSION: u8 = 1;

/// Version, fingerprint, page number, id.
const HEAD: usize = 1 + 8 + 8 + 16;

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
        let mut bytes = Vec::with_capacity(HEAD + self.key.len());
        bytes.push(VERSION);
        bytes.extend(xxh3_64(parameters.as_bytes()).to_be_bytes());
        bytes.extend(self.page.to_be_bytes());
        bytes.extend(self.id.as_bytes());
        bytes.extend(self.key.as_bytes());
        BASE64_URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads what a client sent back; `None` if it is no cursor, or one for other parameters.
    #[must_use]
    pub fn decode(text: &str, parameters: &str) -> Option<Self> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
        let (head, key) = bytes.split_at_checked(HEAD)?;
        let (version, head) = head.split_first()?;
        let (fingerprint, head) = head.split_first_chunk()?;
        let (page, id) = head.split_first_chunk()?;
        if *version != VERSION || *fingerprint != xxh3_64(parameters.as_bytes()).to_be_bytes() {
            return None;
        }
        let page = Some(i64::from_be_bytes(*page)).filter(|page| *page > 0)?;
        Some(Self { page, id: Uuid::from_slice(id).ok()?, key: String::from_utf8(key.to_vec()).ok()? })
    }
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
        fn anything_else_is_none(text in any::<String>()) {
            prop_assert_eq!(Cursor::decode(&text, ""), None);
        }
    }
}
