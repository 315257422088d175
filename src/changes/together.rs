//! Streams that stand at the same place read together: a thousand of them that are told of a change cost the database as much as
//! one.

use std::{
    collections::HashMap,
    fmt::Write,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::body::Bytes;

use super::{
    cursor::Cursor,
    page::{self, Page, Read, Wanted},
};
use crate::{domain::TenantId, error::Result, state::AppState};

/// What is being read, by whom and where; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Together(Arc<Mutex<HashMap<Key, Slot>>>);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    tenant: TenantId,
    cursor: Cursor,
    wanted: Wanted,
}

/// What was read last, for those who wait for it. It goes with the last of them.
type Slot = Arc<tokio::sync::Mutex<Option<(u64, Told)>>>;

/// What follows a cursor, as lines of a stream.
#[derive(Debug, Clone)]
pub(super) struct Told {
    /// None where nothing does.
    pub lines: Bytes,
    /// How many events they are.
    pub events: usize,
    /// Behind them.
    pub next: Cursor,
    /// Whether there is more behind that already.
    pub has_more: bool,
}

impl Together {
    /// What follows `cursor`, read by oneself or by another who began when as much had been told as `since` says
    /// ([`Waiting::begin`](crate::database::Waiting::begin)).
    pub(super) async fn read(
        &self,
        state: &AppState,
        tenant: TenantId,
        cursor: &Cursor,
        wanted: &Wanted,
        since: u64,
    ) -> Result<Told> {
        let key = Key { tenant, cursor: *cursor, wanted: wanted.clone() };
        let slot = Taken { slot: self.lock().entry(key.clone()).or_default().clone(), key, all: self };
        let mut last = slot.slot.lock().await;
        if let Some((_, told)) = last.as_ref().filter(|(begun, _)| *begun >= since) {
            return Ok(told.clone());
        }
        let told = match page::read(state, tenant, cursor, wanted).await? {
            Read::Page(page) => of_page(&page),
            Read::Gone(now) => of_reset(now),
        };
        *last = Some((since, told.clone()));
        Ok(told)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Slot>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A slot that somebody uses.
struct Taken<'a> {
    slot: Slot,
    key: Key,
    all: &'a Together,
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        let mut slots = self.all.lock();
        // Nobody else: this one and the map's.
        if Arc::strong_count(&self.slot) <= 2 {
            slots.remove(&self.key);
        }
    }
}

fn of_page(page: &Page) -> Told {
    let mut lines = String::with_capacity(page.items.iter().map(|item| item.text.len() + 128).sum());
    for (index, item) in page.items.iter().enumerate() {
        let cursor = page.behind(index).encode();
        // Writing to a string does not fail.
        let _ = write!(lines, "id: {cursor}\nevent: change\ndata: {}\n\n", item.text);
    }
    Told { lines: lines.into(), events: page.items.len(), next: page.next, has_more: page.has_more }
}

fn of_reset(now: Cursor) -> Told {
    let cursor = now.encode();
    let lines = format!("id: {cursor}\nevent: reset\ndata: {{\"nextCursor\":\"{cursor}\"}}\n\n");
    Told { lines: lines.into(), events: 1, next: now, has_more: false }
}
