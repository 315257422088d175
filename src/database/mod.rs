//! The way to PostgreSQL: the pool, transactions of one tenant, migrations, the embedded server.

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
mod transaction;
mod url;
mod wait;

pub use counted::Counted;
pub use lease::Lease;
pub use pool::{Database, PoolStatus};
pub use pooled::Pooled;
pub use transaction::{MAX_ATTEMPTS, OPTIMISTIC_ATTEMPTS, TenantTransaction, new_stamp};
pub use url::parse_url;
pub use wait::{Unreachable, wait_for_database};
