//! What every handler can reach.

use std::{ops::Deref, sync::Arc};

use tokio::sync::Notify;

use crate::{
    auth::{AuthContext, Authenticates, Verifier},
    clock::Clock,
    database::Database,
    domain::Region,
    metrics::Metrics,
    read_model::{Documents, Totals},
    readiness::Readiness,
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
    /// Wakes the worker of this process when there is a new job. Only a hint: it also asks the database.
    pub new_jobs: Arc<Notify>,
    /// Whether the service can serve, as far as is known without asking the database.
    pub readiness: Readiness,
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

impl Authenticates for AppState {
    fn auth_context(&self) -> AuthContext<'_> {
        let Parts { verifier, tenants, database, clock, .. } = &**self;
        AuthContext { verifier, tenants, database, clock }
    }
}
