//! The pool of connections.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use sqlx::{
    Connection, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use super::{Counted, TenantTransaction};
use crate::{
    error::{Error, Result},
    tenants::TenantId,
};

/// How long a request waits for a connection before it is answered with 503. Long enough for hundreds of writers
/// that all wait for one row, and for a database that restarts; a shorter `REQUEST_TIMEOUT` ends the wait sooner.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);

/// The database; cheap to clone.
#[derive(Debug, Clone)]
pub struct Database {
    pool: PgPool,
    last_failure: LastFailure,
}

/// How long after a failure every connection is checked before use: others may break a moment later.
const AFTERMATH: Duration = Duration::from_secs(5);

/// When a connection was last seen to break. Connections idle since before then, or since shortly after, are
/// checked before use: what broke one, a restarted server say, will have broken them too. Otherwise none is ever
/// pinged, which saves a round trip a request.
#[derive(Debug, Clone, Default)]
struct LastFailure(Arc<Mutex<Option<Instant>>>);

impl LastFailure {
    fn note(&self) {
        if let Ok(mut last) = self.0.lock() {
            *last = Some(Instant::now());
        }
    }

    fn is_after(&self, idle_for: Duration) -> bool {
        self.0.lock().is_ok_and(|last| last.is_some_and(|last| last.elapsed() <= idle_for + AFTERMATH))
    }
}

impl Database {
    /// A pool that connects when it is first used. `statement_timeout`: how long a statement may run; zero is
    /// without end.
    #[must_use]
    pub fn new(options: PgConnectOptions, max_connections: u32, statement_timeout: Duration) -> Self {
        let options = options.application_name("contacts").options([
            // A statement whose request has timed out would work on for nobody.
            ("statement_timeout", format!("{}ms", statement_timeout.as_millis())),
            ("idle_in_transaction_session_timeout", format!("{}ms", statement_timeout.as_millis())),
            // Every statement is written so that one plan is right for all values, and planning anew would often cost
            // more than running it.
            ("plan_cache_mode", "force_generic_plan".to_owned()),
            // Compiling costs more than any of our statements takes.
            ("jit", "off".to_owned()),
        ]);
        let last_failure = LastFailure::default();
        let suspect = last_failure.clone();
        let pool = PgPoolOptions::new()
            .max_connections(max_connections)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .test_before_acquire(false)
            .before_acquire(move |connection, meta| {
                let is_suspect = suspect.is_after(meta.idle_for);
                Box::pin(async move { Ok(!is_suspect || connection.ping().await.is_ok()) })
            })
            .connect_lazy_with(options);
        Self { pool, last_failure }
    }

    /// The executor for one statement outside a transaction.
    #[must_use]
    pub const fn on(&self) -> Counted<&PgPool> {
        Counted(&self.pool)
    }

    /// Begins a transaction that writes to `tenant`.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where no connection is to be had.
    pub async fn begin(&self, tenant: TenantId) -> Result<TenantTransaction> {
        // In a task of its own, which goes on when the request is given up: sqlx does not know of a transaction
        // whose `begin` was cut off between its statement and the answer, and would hand the connection on with
        // that transaction open.
        let pool = self.pool.clone();
        let begun = tokio::spawn(async move { pool.begin().await }).await;
        let transaction = begun.map_err(|error| Error::Internal(error.to_string()))??;
        Ok(TenantTransaction::new(transaction, tenant))
    }

    /// The pool itself, for migrations and metrics.
    #[must_use]
    pub const fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// Tells the pool that a request failed because the database was away, so that connections idle since
    /// before now are checked before they are used.
    pub fn note_failure(&self) {
        self.last_failure.note();
    }
}

/// Parses a `DATABASE_URL`.
///
/// # Errors
/// A sentence that does not repeat the URL, since it holds a password.
pub fn parse_url(url: &str) -> Result<PgConnectOptions, String> {
    if !(url.starts_with("postgres://") || url.starts_with("postgresql://")) {
        return Err("must start with postgres:// or postgresql://".into());
    }
    url.parse().map_err(|_: sqlx::Error| {
        "cannot be read; it has the form postgres://user:password@host:5432/database, \
         with special characters in the password percent-encoded"
            .into()
    })
}

impl From<std::convert::Infallible> for Error {
    fn from(never: std::convert::Infallible) -> Self {
        match never {}
    }
}
