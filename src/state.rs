//! What every handler can reach.

use std::{ops::Deref, sync::Arc};

use crate::{
    auth::Verifier,
    clock::Clock,
    contacts::{find::Totals, read_together::Documents},
    database::Database,
    domain::Region,
    jobs,
    metrics::Metrics,
    tenants::Tenants,
};

/// The state of the service: one pointer, since it is cloned several times a request, by all threads at once.
#[derive(Debug, Clone)]
pub struct AppState(Arc<Parts>);

/// What the state consists of.
#[derive(Debug, Clone)]
pub struct Parts {
    /// The database.
    pub database: Database,
    /// Verifies bearer tokens.
    pub verifier: Arc<Verifier>,
    /// Resolves the tenant of a token.
    pub tenants: Tenants,
    /// Reads contacts by their ids.
    pub documents: Documents,
    /// The totals of listings, as long as they hold.
    pub totals: Totals,
    /// Now, and new ids.
    pub clock: Clock,
    /// Where phone numbers without a country code belong.
    pub default_region: Option<Region>,
    /// Tells the worker of new jobs.
    pub jobs: jobs::worker::Signal,
    /// What `/metrics` shows.
    pub metrics: Metrics,
}

impl From<Parts> for AppState {
    fn from(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }
}

impl Deref for AppState {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
