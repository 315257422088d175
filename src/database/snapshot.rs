//! What a tenant's rows are at one moment, read by several statements.

use sqlx::Executor;

use super::{Counted, lease::Lease, places::Use, pool::Database};
use crate::{domain::TenantId, error::Result};

/// A transaction that only reads: all its statements see the same, and lock nothing.
#[derive(Debug)]
pub struct Snapshot {
    lease: Lease,
    tenant: TenantId,
}

impl Database {
    /// Begins to read `tenant` as it is now.
    ///
    /// # Errors
    /// [`Error::Unavailable`](crate::Error::Unavailable) where no connection is to be had.
    pub async fn snapshot(&self, tenant: TenantId) -> Result<Snapshot> {
        let mut lease = self.lease(Some(tenant), Use::Statement).await?;
        lease.begin("begin isolation level repeatable read read only").await?;
        // Long lists are looked up, and how far a range goes is up to the reader.
        sqlx::query_scalar!("select set_config('plan_cache_mode', $1, true)", "force_custom_plan")
            .fetch_one(Counted(&mut lease))
            .await?;
        Ok(Snapshot { lease, tenant })
    }
}

impl Snapshot {
    /// Whose rows they are.
    #[must_use]
    pub const fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// The executor for the next statement.
    pub fn on(&mut self) -> Counted<&mut Lease> {
        Counted(&mut self.lease)
    }

    /// Ends it. Where it is dropped instead, that is seen to in the background.
    pub async fn end(mut self) -> Result<()> {
        self.lease.execute("commit").await?;
        self.lease.ended();
        Ok(())
    }
}
