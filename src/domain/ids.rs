//! Ids in paths and bodies, and the id of a tenant.

use uuid::Uuid;

/// Reads a UUID of any version, hyphenated or not, in either case. The braces and `urn:` that the
/// library reads as well are no ids of this API. `None` is answered with 404: such an id names nothing.
#[must_use]
pub fn parse_id(text: &str) -> Option<Uuid> {
    match text.len() {
        32 | 36 => Uuid::try_parse(text).ok(),
        _ => None,
    }
}

/// The id of a tenant, which every function that touches tenant data takes. It comes from a row of the database only, so
/// whoever holds one has been let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TenantId(Uuid);

impl TenantId {
    /// Of a row that is a tenant's, or is to become one.
    pub(crate) const fn of_row(id: Uuid) -> Self {
        Self(id)
    }

    /// As the database has it.
    #[must_use]
    pub const fn uuid(self) -> Uuid {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        let id = Some(Uuid::from_u128(0x0198_c0de_0000_7000_8000_0000_0000_0001));
        for (text, expected) in [
            ("0198c0de-0000-7000-8000-000000000001", id),
            ("0198C0DE-0000-7000-8000-000000000001", id),
            ("0198c0de000070008000000000000001", id),
            ("{0198c0de-0000-7000-8000-000000000001}", None),
            ("urn:uuid:0198c0de-0000-7000-8000-000000000001", None),
            ("0198c0de-0000-7000-8000-00000000000g", None),
            ("42", None),
            ("", None),
        ] {
            assert_eq!(parse_id(text), expected, "{text}");
        }
    }
}
