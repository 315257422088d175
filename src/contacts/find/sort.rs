//! The order of a listing.

use crate::{error::Problems, http::query::Query};

/// What contacts are sorted by. The id breaks ties, in the same direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SortKey {
    /// When they were created.
    CreatedAt,
    /// When they were last changed.
    UpdatedAt,
    /// Their folded names, character by character.
    Name,
}

/// An order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort {
    /// By what.
    pub key: SortKey,
    /// Whether the greatest comes first.
    pub is_descending: bool,
}

impl Default for Sort {
    /// Newest first.
    fn default() -> Self {
        Self { key: SortKey::CreatedAt, is_descending: true }
    }
}

impl Sort {
    /// Reads `sort`; an empty one is the default.
    pub fn from_query(query: &Query, problems: &mut Problems) -> Self {
        query.refuse_repeated(&["sort"], problems);
        let text = query.get("sort").unwrap_or_default();
        let (name, is_descending) = text.strip_prefix('-').map_or((text, false), |name| (name, true));
        let key = match name {
            "" if !is_descending => return Self::default(),
            "createdAt" => SortKey::CreatedAt,
            "updatedAt" => SortKey::UpdatedAt,
            "name" => SortKey::Name,
            _ => {
                let message = "must be name, createdAt or updatedAt, with - before it for descending";
                problems.add("sort", "not_an_option", message);
                return Self::default();
            }
        };
        Self { key, is_descending }
    }

    /// The column of `contacts`.
    #[must_use]
    pub const fn column(self) -> &'static str {
        match self.key {
            SortKey::CreatedAt => "created_at",
            SortKey::UpdatedAt => "updated_at",
            SortKey::Name => "sort_name",
        }
    }

    /// For `order by`, after each column.
    #[must_use]
    pub const fn direction(self) -> &'static str {
        if self.is_descending { "desc" } else { "asc" }
    }

    /// Compares a row with the one that a cursor stands on.
    #[must_use]
    pub const fn beyond(self) -> &'static str {
        if self.is_descending { "<" } else { ">" }
    }
}
