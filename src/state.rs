//! What every handler can reach.

use std::sync::Arc;

use crate::{
    auth::Verifier, clock::Clock, contacts::find::Totals, database::Database, domain::Region,
    metrics::Metrics, tenants::Tenants,
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
    /// The totals of listings, as long as they hold.
    pub totals: Totals,
    /// Now, and new ids.
    pub clock: Clock,
    /// Where phone numbers without a country code belong.
    pub default_region: Option<Region>,
    /// What `/metrics` shows.
    pub metrics: Metrics,
}
