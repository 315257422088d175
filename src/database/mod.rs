//! The way to PostgreSQL: the pool, transactions of one tenant, migrations, the embedded server.

mod counted;
pub mod embedded;
pub mod migrations;
mod pool;
mod transaction;

pub use counted::Counted;
pub use pool::{Database, parse_url};
pub use transaction::TenantTransaction;
