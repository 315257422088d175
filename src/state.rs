//! What every handler can reach.

use std::sync::Arc;

use crate::{
    auth::Verifier, clock::Clock, database::Database, domain::Region, jobs, metrics::Metrics,
    tenants::Tenants,
};

/// The state of the service; cheap to clone.
#[derive(Debug, Clone)]
pub struct AppState {
    /// The database.
    pub database: Database,
    /// Verifies bearer tokens.
    pub verifier: Arc<Verifier>,
    /// Resolves the tenant of a token.
    pub tenants: Tenants,
    /// Now, and new ids.
    pub clock: Clock,
    /// Where phone numbers without a country code belong.
    pub default_region: Option<Region>,
    /// Tells the worker of new jobs.
    pub jobs: jobs::worker::Signal,
    /// What `/metrics` shows.
    pub metrics: Metrics,
}
