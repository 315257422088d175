//! Where the time and new ids come from. Tests fix both; the rest of the crate asks here.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use uuid::Uuid;

/// The source of "now" and of ids.
#[derive(Debug, Clone, Default)]
pub enum Clock {
    /// The machine's time, and UUIDs of version 7, which sort by their making.
    #[default]
    System,
    /// A time that stands still, and ids counted from 1.
    Fixed {
        /// What `now` answers.
        now: DateTime<Utc>,
        /// The last id given.
        ids: Arc<AtomicU64>,
    },
}

impl Clock {
    /// A clock that stands at `now`.
    #[must_use]
    pub fn fixed(now: DateTime<Utc>) -> Self {
        Self::Fixed { now, ids: Arc::default() }
    }

    /// The current time, in whole microseconds: what PostgreSQL keeps.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the place that asks the machine")]
    pub fn now(&self) -> DateTime<Utc> {
        match self {
            Self::System => {
                let now = Utc::now();
                now.duration_trunc(TimeDelta::microseconds(1)).unwrap_or(now)
            }
            Self::Fixed { now, .. } => *now,
        }
    }

    /// A new id.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the place that makes ids")]
    pub fn new_id(&self) -> Uuid {
        match self {
            Self::System => Uuid::now_v7(),
            Self::Fixed { ids, .. } => Uuid::from_u64_pair(0, ids.fetch_add(1, Ordering::Relaxed) + 1),
        }
    }
}
