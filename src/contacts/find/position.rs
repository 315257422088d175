//! Where in a listing a page begins, and how its total is to be had.

use chrono::{DateTime, Datelike, Utc};
use uuid::Uuid;

use super::sort::{Sort, SortKey};
use crate::{
    error::Problems,
    http::{cursor::Cursor, page::Page, query::Query},
};

/// How the total of a listing is to be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Count {
    /// Counted.
    #[default]
    Exact,
    /// Counted up to a bound, above it the planner's estimate.
    Estimated,
    /// Not at all.
    None,
}

impl Count {
    /// Reads `count`; an empty one is the default.
    pub fn from_query(query: &Query, problems: &mut Problems) -> Self {
        query.refuse_repeated(&["count"], problems);
        match query.get("count").unwrap_or_default() {
            "" | "exact" => Self::Exact,
            "estimated" => Self::Estimated,
            "none" => Self::None,
            _ => {
                problems.add("count", "not_an_option", "must be exact, estimated or none");
                Self::Exact
            }
        }
    }
}

/// What a row is sorted by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// For [`SortKey::CreatedAt`] and [`SortKey::UpdatedAt`].
    Time(DateTime<Utc>),
    /// For [`SortKey::Name`].
    Text(String),
}

/// Where a page begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// Its number and size. After a cursor the number only says how many pages were turned.
    pub page: Page,
    /// The key and id of the row after which it begins.
    pub after: Option<(Key, Uuid)>,
}

impl Position {
    /// Reads `page`, `pageSize` and `cursor`. `parameters` is what a cursor must have been made for.
    pub fn from_query(query: &Query, sort: Sort, parameters: &str, problems: &mut Problems) -> Self {
        query.refuse_repeated(&["cursor"], problems);
        let page = Page::from_query(query, problems);
        let Some(text) = query.get("cursor").filter(|text| !text.is_empty()) else {
            return Self { page, after: None };
        };
        if query.get("page").is_some() {
            problems.add("page", "not_allowed", "must not be given together with cursor");
        }
        let read = Cursor::decode(text, parameters).and_then(|cursor| {
            Some((page.numbered(cursor.page), (Key::read(sort, &cursor.key)?, cursor.id)))
        });
        let Some((page, after)) = read else {
            let message = "must be the nextCursor of a listing with the same filters and the same sort";
            problems.add("cursor", "invalid_cursor", message);
            return Self { page, after: None };
        };
        Self { page, after: Some(after) }
    }

    /// Rows between the beginning and the page.
    #[must_use]
    pub const fn offset(&self) -> i64 {
        if self.after.is_some() { 0 } else { self.page.offset() }
    }

    /// How many rows are to be read: one more than the page has, which tells whether another page follows, unless that
    /// follows from the total.
    #[must_use]
    pub fn rows(&self, has_total: bool) -> i64 {
        let is_told_by_total = has_total && self.after.is_none();
        self.page.limit() + i64::from(!is_told_by_total)
    }

    /// Whether another page follows this one, for which so many rows were read.
    #[must_use]
    pub fn goes_on(&self, read: usize, total: Option<i64>) -> bool {
        let read = i64::try_from(read).unwrap_or(i64::MAX);
        match total {
            Some(total) if self.after.is_none() => self.page.offset().saturating_add(read) < total,
            _ => read > self.page.limit(),
        }
    }

    /// The cursor to the page after this one, whose last row is given.
    #[must_use]
    pub fn next(&self, last: &Key, id: Uuid, parameters: &str) -> String {
        let page = self.page.number().saturating_add(1);
        Cursor { page, id, key: last.write() }.encode(parameters)
    }
}

impl Key {
    fn read(sort: Sort, text: &str) -> Option<Self> {
        match sort.key {
            SortKey::CreatedAt | SortKey::UpdatedAt => {
                // The database knows fewer years than the type.
                let time = DateTime::from_timestamp_micros(text.parse().ok()?)?;
                Some(Self::Time(time)).filter(|_| (1..=9999).contains(&time.year()))
            }
            SortKey::Name => Some(Self::Text(text.to_owned())).filter(|_| !text.contains('\0')),
        }
    }

    fn write(&self) -> String {
        match self {
            Self::Time(time) => time.timestamp_micros().to_string(),
            Self::Text(text) => text.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_no_row_has_are_refused() {
        let of = |key| Sort { key, is_descending: false };
        let (time, name) = (of(SortKey::CreatedAt), of(SortKey::Name));
        let key = Key::Time(DateTime::from_timestamp_micros(1_767_873_600_123_456).unwrap());
        assert_eq!(Key::read(time, &key.write()), Some(key));
        for text in ["", "x", "1.5", "-999999999999999999", "9223372036854775807", "-9223372036854775808"] {
            assert_eq!(Key::read(time, text), None, "{text}");
        }
        for text in ["", "-1", "ကျော်"] {
            assert_eq!(Key::read(name, text), Some(Key::Text(text.to_owned())));
        }
        assert_eq!(Key::read(name, "a\0"), None);
    }
}
