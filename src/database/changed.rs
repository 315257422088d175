//! Who waits for a tenant to change, and how they are told: at once of what this instance commits; of what others do by whoever
//! asks the database for all who wait. Those who wait hold nothing of it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::watch;

use crate::domain::TenantId;

/// Who waits for which tenant; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Changed(Arc<Mutex<HashMap<TenantId, watch::Sender<Known>>>>);

/// What is known of a tenant's changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Known {
    /// The newest number, and its stamp. Nothing until somebody commits or asks.
    newest: Option<(i64, i64)>,
    /// How often those who wait were told.
    calls: u64,
}

/// Somebody waits for a tenant to change, until this is dropped.
#[derive(Debug)]
pub struct Waiting(watch::Receiver<Known>);

impl Waiting {
    /// What happens from here on ends the next [`change`](Self::change). To be called before it is looked what there is. The
    /// number grows with everything that is told.
    pub fn begin(&mut self) -> u64 {
        self.0.borrow_and_update().calls
    }

    /// Returns once something changed, or may have.
    pub async fn change(&mut self) {
        // The sender is there for as long as this is; without it nobody could tell.
        if self.0.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

impl Changed {
    /// Waits for changes of `tenant`.
    #[must_use]
    pub fn wait(&self, tenant: TenantId) -> Waiting {
        Waiting(self.lock().entry(tenant).or_default().subscribe())
    }

    /// This instance committed a change of `tenant`.
    pub(super) fn committed(&self, tenant: TenantId, number: i64, stamp: i64) {
        if let Some(sender) = self.lock().get(&tenant) {
            sender.send_modify(|known| {
                // Two that commit at once may tell in the other order.
                known.newest = known.newest.max(Some((number, stamp)));
                known.calls += 1;
            });
        }
    }

    /// The database has this as the newest change of `tenant`. After a failover or a restored backup it may be an older number.
    pub fn found(&self, tenant: TenantId, newest: Option<(i64, i64)>) {
        if let Some(sender) = self.lock().get(&tenant) {
            sender.send_if_modified(|known| {
                let is_new = known.newest != newest;
                if is_new {
                    *known = Known { newest, calls: known.calls + 1 };
                }
                is_new
            });
        }
    }

    /// The tenants that somebody waits for.
    #[must_use]
    pub fn awaited(&self) -> Vec<TenantId> {
        let mut tenants = self.lock();
        tenants.retain(|_, sender| sender.receiver_count() > 0);
        tenants.keys().copied().collect()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<TenantId, watch::Sender<Known>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use uuid::Uuid;

    use super::*;

    async fn is_told(waiting: &mut Waiting) -> bool {
        tokio::time::timeout(Duration::from_millis(1), waiting.change()).await.is_ok()
    }

    #[tokio::test]
    async fn what_is_committed_or_found_is_told_once() {
        let (changed, tenant) = (Changed::default(), TenantId::of_row(Uuid::nil()));
        // Nobody waits.
        changed.committed(tenant, 1, 10);
        assert!(changed.awaited().is_empty());
        let mut waiting = changed.wait(tenant);
        waiting.begin();
        changed.committed(tenant, 2, 20);
        assert!(is_told(&mut waiting).await);
        // The same number, as the poll finds it, is nothing new.
        changed.found(tenant, Some((2, 20)));
        assert!(!is_told(&mut waiting).await);
        for newest in [(3, 30), (2, 21)] {
            changed.found(tenant, Some(newest));
            assert!(is_told(&mut waiting).await, "{newest:?}");
        }
        assert_eq!(changed.awaited(), [tenant]);
        drop(waiting);
        assert!(changed.awaited().is_empty());
    }

    #[tokio::test]
    async fn what_comes_after_the_look_is_told_and_what_came_before_is_not() {
        let (changed, tenant) = (Changed::default(), TenantId::of_row(Uuid::nil()));
        let mut waiting = changed.wait(tenant);
        changed.committed(tenant, 1, 10);
        waiting.begin();
        assert!(!is_told(&mut waiting).await);
        changed.committed(tenant, 2, 20);
        changed.committed(tenant, 3, 30);
        assert!(is_told(&mut waiting).await);
        assert!(!is_told(&mut waiting).await);
    }
}
