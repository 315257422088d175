//! Those who wait at the same place read together: a thousand of them that are told of a change cost the database as much as one,
//! and where it is not to be had they learn so at once.

use std::{
    collections::HashMap,
    fmt::Write,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use axum::body::Bytes;

use super::{
    cursor::Cursor,
    page::{self, Page, Read, Wanted},
};
use crate::{
    domain::TenantId,
    error::{Error, Result},
    state::AppState,
};

/// What is being read, by whom and where; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Together(Arc<Mutex<HashMap<Key, Arc<Slot>>>>);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    tenant: TenantId,
    cursor: Cursor,
    wanted: Wanted,
}

/// What was read last, for those who wait for it. It goes with the last of them.
#[derive(Debug, Default)]
struct Slot {
    /// How often it was begun to read.
    begun: AtomicU64,
    last: tokio::sync::Mutex<Last>,
}

#[derive(Debug, Default)]
enum Last {
    #[default]
    Nothing,
    /// By somebody who began when as much had been told as `since` says.
    Read { since: u64, told: Arc<Told> },
    /// The database was not to be had, when it was begun for the `begun`th time.
    Failed { begun: u64, cause: String },
}

/// What follows a cursor.
#[derive(Debug)]
pub(super) struct Told {
    pub read: Read,
    body: OnceLock<Bytes>,
    lines: OnceLock<Bytes>,
}

impl From<Read> for Told {
    fn from(read: Read) -> Self {
        Self { read, body: OnceLock::new(), lines: OnceLock::new() }
    }
}

impl Told {
    /// Where to go on.
    pub const fn next(&self) -> Cursor {
        match &self.read {
            Read::Page(page) => page.next,
            Read::Gone(now) => *now,
        }
    }

    /// A page as the body of an answer.
    pub fn body(&self, page: &Page) -> Bytes {
        self.body.get_or_init(|| page.body().into()).clone()
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
        let Slot { begun, last } = &*slot.slot;
        let came_at = begun.load(Ordering::Relaxed);
        let mut last = last.lock().await;
        match &*last {
            Last::Read { since: of, told } if *of >= since => return Ok(told.clone()),
            // That was begun after this one came.
            Last::Failed { begun, cause } if *begun > came_at => {
                return Err(Error::Unavailable(cause.clone()));
            }
            _ => {}
        }
        let begun = begun.fetch_add(1, Ordering::Relaxed) + 1;
        match page::read(state, tenant, cursor, wanted).await {
            Ok(read) => {
                let told = Arc::new(Told::from(read));
                *last = Last::Read { since, told: told.clone() };
                Ok(told)
            }
            Err(error) => {
                if error.is_unavailable() {
                    *last = Last::Failed { begun, cause: error.cause().into_owned() };
                }
                Err(error)
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Arc<Slot>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A slot that somebody uses.
struct Taken<'a> {
    slot: Arc<Slot>,
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
