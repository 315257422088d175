//! What a change of the catalogue means for contacts.

use uuid::Uuid;

use super::holders::{Holder, Source};
use crate::{catalogue::fields::Rename, domain::option_key};

/// What a change means for contacts.
#[derive(Debug)]
pub(super) struct Effect<'a> {
    /// What the API calls a job of it.
    pub kind: &'static str,
    /// Where contacts hold what changes.
    pub holders: &'static [Holder],
    /// The id of what changes.
    pub id: Uuid,
    /// What becomes of the rows that hold it.
    pub rows: Rows<'a>,
    /// Of a field: only these values concern it.
    pub keys: Option<Vec<String>>,
    /// Whether contacts are found by it.
    pub concerns_search: bool,
}

/// What becomes of the rows that hold what changes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Rows<'a> {
    /// Nothing: what they show changes.
    Stay,
    /// They are deleted, or emptied; then what they held is deleted from its table.
    Go { from: Source },
    /// They hold this tag.
    BecomeTag(Uuid),
    /// They hold this company.
    BecomeCompany(Uuid),
    /// Their values are called otherwise.
    Rename(&'a [Rename]),
}

/// By what rows of a choice are found.
pub(super) fn keys<'a>(values: impl Iterator<Item = &'a String>) -> Vec<String> {
    values.map(|value| option_key(value)).collect()
}
