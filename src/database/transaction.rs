//! A transaction that writes to one tenant.

use sqlx::{Executor, PgConnection};

use super::{Counted, pool::Lease};
use crate::{error::Result, tenants::TenantId};

/// Rolled back when dropped without [`commit`](Self::commit).
#[derive(Debug)]
pub struct TenantTransaction {
    lease: Lease,
    tenant: TenantId,
}

impl TenantTransaction {
    pub(super) const fn new(lease: Lease, tenant: TenantId) -> Self {
        Self { lease, tenant }
    }

    /// The tenant this transaction writes to: the `$1` of its statements.
    #[must_use]
    pub const fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// The executor for one statement.
    pub fn on(&mut self) -> Counted<&mut PgConnection> {
        Counted(&mut self.lease)
    }

    /// Has the statements of this transaction planned for their values, with the statistics there are of them.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn plan_anew(&mut self) -> Result<()> {
        sqlx::query!("set local plan_cache_mode = force_custom_plan").execute(self.on()).await?;
        Ok(())
    }

    /// Numbers this change of the tenant and moves its total by `contacts`, then commits. The counter's row
    /// stays locked from here on, so this is the last thing a writing transaction does.
    ///
    /// # Errors
    /// Those of the database; nothing is committed then.
    pub async fn commit_change(mut self, contacts: i64) -> Result<()> {
        let updated = sqlx::query!(
            "update tenant_counters set contacts = contacts + $2, changes = changes + 1 where tenant_id = $1",
            self.tenant.uuid(),
            contacts
        )
        .execute(self.on())
        .await?;
        if updated.rows_affected() != 1 {
            return Err(crate::Error::Internal(format!("tenant {} has no counter row", self.tenant.uuid())));
        }
        self.commit().await
    }

    /// Commits what changes nothing that is counted.
    ///
    /// # Errors
    /// Those of the database; nothing is committed then.
    pub async fn commit(mut self) -> Result<()> {
        self.lease.execute("commit").await?;
        self.lease.ended();
        Ok(())
    }
}
