//! A page of changes.

use std::{collections::HashMap, fmt::Write};

use uuid::Uuid;

use super::{
    cursor::{Cursor, Place},
    item::{Item, Kind},
    state, store,
};
use crate::{domain::TenantId, error::Result, state::AppState};

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Wanted {
    /// Things of these kinds.
    pub kinds: Vec<Kind>,
    /// At most so many.
    pub size: i64,
    /// At most so many bytes of contacts, or one.
    pub bytes: i64,
}

/// A page of changes.
#[derive(Debug)]
pub(super) struct Page {
    pub items: Vec<Item>,
    /// Behind it.
    pub next: Cursor,
    /// The same, as of a snapshot that is not read out.
    within: Cursor,
    /// Whether there is more behind it already.
    pub has_more: bool,
}

impl Page {
    /// One with nothing on it, and nothing behind it.
    pub const fn empty(next: Cursor) -> Self {
        Self { items: Vec::new(), next, within: next, has_more: false }
    }

    /// As the body of an answer.
    pub fn body(&self) -> String {
        let length: usize = self.items.iter().map(|item| item.text.len() + 1).sum();
        let mut body = String::with_capacity(length + 200);
        body.push_str(r#"{"data":["#);
        for (index, item) in self.items.iter().enumerate() {
            if index > 0 {
                body.push(',');
            }
            body.push_str(&item.text);
        }
        // Writing to a string does not fail.
        let _ = write!(body, r#"],"nextCursor":"{}","hasMore":{}}}"#, self.next.encode(), self.has_more);
        body
    }

    /// The cursor behind an item of it.
    pub fn behind(&self, item: usize) -> Cursor {
        match self.items.get(item) {
            Some(one) if item + 1 < self.items.len() => Cursor { at: one.place, ..self.within },
            _ => self.next,
        }
    }
}

/// What comes of reading.
#[derive(Debug)]
pub(super) enum Read {
    Page(Page),
    /// The cursor does not hold: everything is to be read anew, and then what follows this one.
    Gone(Cursor),
}

/// The cursor behind all that there is.
pub(super) async fn now(state: &AppState, tenant: TenantId) -> Result<Cursor> {
    let (number, stamp) =
        store::newest(&state.database, tenant).await?.ok_or_else(|| state.database.has_lost(tenant))?;
    Ok(Cursor::at_end(number, stamp))
}

/// What follows `cursor`.
pub(super) async fn read(
    state: &AppState,
    tenant: TenantId,
    cursor: &Cursor,
    wanted: &Wanted,
) -> Result<Read> {
    let database = &state.database;
    let lost = || database.has_lost(tenant);
    // Mostly there is nothing.
    let extent = store::extent(database.on_behalf_of(tenant), tenant, cursor.seen).await?.ok_or_else(lost)?;
    if !extent.holds(cursor) {
        return Ok(Read::Gone(extent.end()));
    }
    if cursor.at == Place::end_of(extent.newest) {
        return Ok(Read::Page(Page::empty(extent.end())));
    }
    // Everything else is of one moment.
    let mut snapshot = database.snapshot(tenant).await?;
    let extent = store::extent(snapshot.on(), tenant, cursor.seen).await?.ok_or_else(lost)?;
    if !extent.holds(cursor) {
        snapshot.end().await?;
        return Ok(Read::Gone(extent.end()));
    }
    let upper = cursor.upper.unwrap_or(extent.newest);
    let from = if cursor.upper.is_some() { cursor.from } else { cursor.at };
    let mut told = store::entries(&mut snapshot, cursor, upper, &wanted.kinds, wanted.size).await?;
    let size = usize::try_from(wanted.size).unwrap_or(usize::MAX);
    let mut is_cut = told.entries.len() > size;
    told.entries.truncate(size);
    let mut states = state::states(&mut snapshot, &told.entries, wanted.bytes, state.default_region).await?;
    if let Some(first_left) = told.entries.iter().position(|entry| !states.contains_key(&entry.id)) {
        told.entries.truncate(first_left);
        is_cut = true;
    }
    let ids: Vec<Uuid> =
        told.entries.iter().filter(|entry| entry.is_update()).map(|entry| entry.id).collect();
    // What was given up may have had other fields.
    let fields = if ids.is_empty() || from < Place::end_of(extent.given_up) {
        HashMap::new()
    } else {
        store::changed_fields(&mut snapshot, &ids, from, upper).await?
    };
    snapshot.end().await?;

    let items: Vec<Item> = told
        .entries
        .iter()
        .filter_map(|entry| {
            let state = states.remove(&entry.id)?;
            Some(Item::new(entry, &state, fields.get(&entry.id).map(Vec::as_slice)))
        })
        .collect();
    let within = Cursor { from, upper: Some(upper), seen: extent.newest, stamp: extent.stamp, ..*cursor };
    let end = match (is_cut, items.last()) {
        (true, Some(last)) => Some(last.place),
        _ => told.cut_at,
    };
    let next = match end {
        Some(at) => Cursor { at, ..within },
        None => Cursor { from: Place::end_of(upper), at: Place::end_of(upper), upper: None, ..within },
    };
    debug_assert!(next.at > cursor.at, "a page that says there is more leads on: {cursor:?}, {next:?}");
    let has_more = end.is_some() || upper < extent.newest;
    Ok(Read::Page(Page { items, next, within, has_more }))
}
