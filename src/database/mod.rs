//! The way to PostgreSQL: the pool, transactions of one tenant, migrations, the embedded server.

mod counted;
pub mod distributed;
pub mod embedded;
mod leased;
pub mod migrations;
mod places;
mod pool;
mod pooled;
pub mod script;
mod transaction;
mod wait;

pub use counted::Counted;
pub use pool::{Database, Lease, PoolStatus, parse_url};
pub use pooled::Pooled;
pub use transaction::{MAX_ATTEMPTS, OPTIMISTIC_ATTEMPTS, TenantTransaction, new_stamp};
pub use wait::{Unreachable, wait_for_database};
