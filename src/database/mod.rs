//! The way to PostgreSQL: the pool, transactions of one tenant, migrations, the embedded server.

mod change_log;
mod changed;
mod counted;
pub mod distributed;
pub mod embedded;
mod generation;
mod lease;
pub mod migrations;
mod places;
mod pool;
mod pooled;
pub mod script;
mod sessions;
mod snapshot;
mod transaction;
mod url;
mod wait;

pub use change_log::{Entry, History, Kind, TextBefore, action, new_stamp};
pub use changed::{Changed, Waiting};
pub use counted::Counted;
pub use lease::Lease;
pub use pool::{Database, PoolStatus};
pub use pooled::Pooled;
pub use snapshot::Snapshot;
pub use transaction::{MAX_ATTEMPTS, OPTIMISTIC_ATTEMPTS, TenantTransaction};
pub use url::parse_url;
pub use wait::{Unreachable, wait_for_database};
