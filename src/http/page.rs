//! Paging by number: `page` and `pageSize` in, the listing envelope out.

use std::fmt::Write;

use axum::{http::StatusCode, response::Response};
use serde::Serialize;

use super::{envelope, query::Query};
use crate::error::{Error, Problems, Result};

const DEFAULT_SIZE: i64 = 10;
const MAX_SIZE: i64 = 100;

/// Which page of a listing is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// From 1.
    number: i64,
    /// 1 to 100.
    size: i64,
}

impl Page {
    /// Reads `page` (default 1) and `pageSize` (default 10, at most 100).
    #[must_use]
    pub fn from_query(query: &Query, problems: &mut Problems) -> Self {
        Self {
            number: query.integer("page", 1, 1..=i64::MAX, problems),
            size: query.integer("pageSize", DEFAULT_SIZE, 1..=MAX_SIZE, problems),
        }
    }

    /// The same size, another number.
    #[must_use]
    pub const fn numbered(self, number: i64) -> Self {
        Self { number, ..self }
    }

    /// Which page, from 1.
    #[must_use]
    pub const fn number(self) -> i64 {
        self.number
    }

    /// Rows on a page.
    #[must_use]
    pub const fn limit(self) -> i64 {
        self.size
    }

    /// Rows before this page.
    #[must_use]
    pub const fn offset(self) -> i64 {
        (self.number - 1).saturating_mul(self.size)
    }
}

impl Page {
    /// The rows of this page out of all, and how many there are.
    pub fn of<T>(self, all: impl Iterator<Item = T>) -> (i64, Vec<T>) {
        let all: Vec<T> = all.collect();
        let total = i64::try_from(all.len()).unwrap_or(i64::MAX);
        let skipped = usize::try_from(self.offset()).unwrap_or(usize::MAX);
        let size = usize::try_from(self.limit()).unwrap_or(usize::MAX);
        (total, all.into_iter().skip(skipped).take(size).collect())
    }
}

/// The listing envelope around documents that are JSON already.
pub fn listing(page: Page, total: i64, documents: impl IntoIterator<Item = impl AsRef<str>>) -> Response {
    envelope(page, Some(total), "", documents)
}

/// The envelope of a listing that also goes on by cursor, and whose total may not be known.
pub fn listing_with_cursor(
    page: Page,
    total: Option<i64>,
    next_cursor: Option<&str>,
    documents: impl IntoIterator<Item = impl AsRef<str>>,
) -> Response {
    let next_cursor = next_cursor.map_or("null".into(), |cursor| format!("\"{cursor}\""));
    envelope(page, total, &format!(r#""nextCursor":{next_cursor},"#), documents)
}

fn envelope(
    page: Page,
    total: Option<i64>,
    more: &str,
    documents: impl IntoIterator<Item = impl AsRef<str>>,
) -> Response {
    let or_null = |number: Option<i64>| number.map_or("null".into(), |number| number.to_string());
    let (number, size) = (page.number, page.size);
    let last_page =
        or_null(total.map(|total| total.max(1).unsigned_abs().div_ceil(size.unsigned_abs()).cast_signed()));
    let total = or_null(total);
    let mut body = String::with_capacity(1024 * usize::try_from(size).unwrap_or_default());
    // Writing to a string does not fail.
    let _ = write!(
        body,
        r#"{{"total":{total},"page":{number},"pageSize":{size},"lastPage":{last_page},{more}"data":["#
    );
    for (index, document) in documents.into_iter().enumerate() {
        if index > 0 {
            body.push(',');
        }
        body.push_str(document.as_ref());
    }
    body.push_str("]}");
    envelope::json(StatusCode::OK, body)
}

/// The listing envelope around values that are serialised here.
///
/// # Errors
/// [`Error::Internal`] where a value cannot be serialised.
pub fn listing_of<T: Serialize>(page: Page, total: i64, values: &[T]) -> Result<Response> {
    let documents = values
        .iter()
        .map(serde_json::to_string)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| Error::Internal(error.to_string()))?;
    Ok(listing(page, total, documents))
}
