//! Tenants: the slug in a token becomes the id that every statement takes first.

mod defaults;
mod store;

use std::{
    collections::HashMap,
    sync::{Arc, RwLock},
    time::Instant,
};

use uuid::Uuid;

use crate::{
    clock::Clock,
    database::{Database, TenantTransaction},
    domain::{TenantId, TenantSlug},
    error::{Error, Result},
};

/// Resolves slugs; cheap to clone. A slug's id never changes, so it is looked up once, and again after the database was
/// away: a failover or a restored backup may have lost the tenant's creation.
#[derive(Debug, Clone, Default)]
pub struct Tenants {
    /// With a moment before each was looked up.
    known: Arc<RwLock<HashMap<TenantSlug, (TenantId, Instant)>>>,
    auto_create: bool,
}

impl Tenants {
    /// `auto_create`: whether a valid token is enough to make its tenant.
    #[must_use]
    pub fn new(auto_create: bool) -> Self {
        Self { known: Arc::default(), auto_create }
    }

    /// The id of the tenant with this slug, which is created where that is allowed.
    ///
    /// # Errors
    /// [`Error::Forbidden`] where there is none and none may be made.
    pub async fn resolve(&self, database: &Database, clock: &Clock, slug: &TenantSlug) -> Result<TenantId> {
        if let Some((id, since)) = self.known.read().ok().and_then(|known| known.get(slug).copied())
            && !database.has_failed_since(since)
        {
            return Ok(id);
        }
        let since = Instant::now();
        let id = match store::find(database, slug).await? {
            Some(id) => id,
            None if self.auto_create => store::create(database, clock, slug).await?,
            None => return Err(Error::Forbidden(format!("there is no tenant `{}`", slug.as_str()))),
        };
        if let Ok(mut known) = self.known.write() {
            known.insert(slug.clone(), (id, since));
        }
        Ok(id)
    }
}

/// All tenants, for the maintenance commands.
pub async fn all(database: &Database) -> Result<Vec<(TenantId, String)>> {
    store::all(database).await
}

/// By which version of the rules everything derived of a tenant was written.
pub async fn derived_version(database: &Database, tenant: TenantId) -> Result<Option<i16>> {
    store::derived_version(database, tenant).await
}

/// Takes the turn of rebuilding what is derived of the tenant by the rules of `version`, until the transaction ends, and
/// says behind which contact it goes on. `None` where everything follows these rules, or a later version is at it.
pub async fn claim_rebuild(tx: &mut TenantTransaction, version: i16) -> Result<Option<Uuid>> {
    store::claim_rebuild(tx, version).await
}

/// Notes how far the rebuild by the rules of `version` got: to this contact, or, where there is none, to the end.
pub async fn note_rebuild(tx: &mut TenantTransaction, version: i16, last: Option<Uuid>) -> Result<()> {
    store::note_rebuild(tx, version, last).await
}
