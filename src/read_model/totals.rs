//! Totals remembered for as long as nothing of the tenant changes.
//!
//! `tenant_counters.changes` numbers every committed change of a tenant, and a writer holds that row until its commit is
//! seen. So two snapshots with the same number see the same contacts, whichever instance wrote them, and what was counted
//! in one of them holds in the other. A database that was restored, or taken over by another server, may give a number
//! again; the random stamp beside it is then another one. A statement is handed number and stamp at which a total was
//! counted, and counts only where it finds others: exact, and still one round trip.

use std::sync::Arc;

use quick_cache::sync::Cache;
use xxhash_rust::xxh3::xxh3_128;

use crate::domain::TenantId;

/// How many totals are remembered: about 5 MB of them.
const REMEMBERED: usize = 32_768;

/// The remembered totals; cheap to clone.
#[derive(Debug, Clone)]
pub struct Totals(Arc<Cache<Listing, Total>>);

/// What a total is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Listing {
    tenant: TenantId,
    /// A digest of the filter as it was read: of the ids of custom fields, not of their names, which may come to mean
    /// another field between the statement that looks them up and the one that counts.
    filter: u128,
}

/// A total, and the tenant's change up to which it was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Total {
    /// The number of the change.
    pub changes: i64,
    /// Its stamp.
    pub stamp: i64,
    /// How many contacts pass.
    pub total: i64,
}

impl Default for Totals {
    fn default() -> Self {
        Self(Arc::new(Cache::new(REMEMBERED)))
    }
}

impl Listing {
    pub(crate) fn new(tenant: TenantId, filter: &impl std::fmt::Debug) -> Self {
        Self { tenant, filter: xxh3_128(format!("{filter:?}").as_bytes()) }
    }
}

impl Totals {
    /// What was last remembered of a listing.
    pub(crate) fn get(&self, listing: &Listing) -> Option<Total> {
        self.0.get(listing)
    }

    /// Remembers a total.
    pub(crate) fn remember(&self, listing: Listing, total: Total) {
        self.0.insert(listing, total);
    }
}
