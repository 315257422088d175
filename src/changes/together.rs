//! Those who wait at the same place read together: a thousand of them that are told of a change cost the database as much as one.

use std::{
    collections::HashMap,
    fmt::Write,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
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
type Slot = Arc<tokio::sync::Mutex<Option<(u64, Arc<Told>)>>>;

/// What follows a cursor.
#[derive(Debug)]
pub(super) struct Told {
    pub read: Read,
    lines: OnceLock<Bytes>,
}

impl Told {
    /// Where to go on.
    pub const fn next(&self) -> Cursor {
        match &self.read {
            Read::Page(page) => page.next,
            Read::Gone(now) => *now,
        }
    }

    /// As lines of a stream; none where nothing follows.
    pub fn lines(&self) -> Bytes {
        let lines = || match &self.read {
            Read::Page(page) => of_page(page),
            Read::Gone(now) => of_reset(*now),
        };
        self.lines.get_or_init(|| lines().into()).clone()
    }
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
    ) -> Result<Arc<Told>> {
        let key = Key { tenant, cursor: *cursor, wanted: wanted.clone() };
        let slot = Taken { slot: self.lock().entry(key.clone()).or_default().clone(), key, all: self };
        let mut last = slot.slot.lock().await;
        if let Some((_, told)) = last.as_ref().filter(|(begun, _)| *begun >= since) {
            return Ok(told.clone());
        }
        let read = page::read(state, tenant, cursor, wanted).await?;
        let told = Arc::new(Told { read, lines: OnceLock::new() });
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

fn of_page(page: &Page) -> String {
    let mut lines = String::with_capacity(page.items.iter().map(|item| item.text.len() + 128).sum());
    for (index, item) in page.items.iter().enumerate() {
        let cursor = page.behind(index).encode();
        // Writing to a string does not fail.
        let _ = write!(lines, "id: {cursor}\nevent: change\ndata: {}\n\n", item.text);
    }
    lines
}

fn of_reset(now: Cursor) -> String {
    let cursor = now.encode();
    format!("id: {cursor}\nevent: reset\ndata: {{\"nextCursor\":\"{cursor}\"}}\n\n")
}
