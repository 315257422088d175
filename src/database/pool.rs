//! The pool of connections.
//!
//! `deadpool` keeps the connections, rather than sqlx: sqlx's pool asks the server for a sign of life each time a
//! connection comes back, which is as much work for it again as most of our statements are. Here a connection whose
//! statement ended in order goes straight back; any other is put in order first, in the background.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use deadpool::{
    Runtime,
    managed::{self, PoolError, QueueMode},
};
use sqlx::{ConnectOptions, Executor, PgConnection, error::DatabaseError, postgres::PgConnectOptions};
use tokio::time;

use super::{
    changed::Changed,
    lease::Lease,
    places::{Places, Use},
    sessions::{Manager, Sessions},
};
use crate::domain::TenantId;

/// How long a request waits for a connection before it is answered with 503. Long enough for hundreds of writers
/// that all wait for one row; a shorter `REQUEST_TIMEOUT` ends the wait sooner.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);

/// The database; cheap to clone.
#[derive(Debug, Clone)]
pub struct Database {
    pool: managed::Pool<Manager>,
    places: Places,
    sessions: Arc<Sessions>,
    changed: Changed,
}

/// How many connections there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolStatus {
    /// Open ones.
    pub connections: usize,
    /// Those of them that nobody uses.
    pub idle: usize,
    /// As many as there may be.
    pub max: usize,
}

impl Database {
    /// A pool that connects when it is first used. `statement_timeout`: how long a statement may run; zero is
    /// without end, also between the statements of a transaction.
    ///
    /// # Panics
    /// Never: the pool is built with the runtime that its time-outs need.
    #[must_use]
    pub fn new(options: PgConnectOptions, max_connections: u32, statement_timeout: Duration) -> Self {
        let sessions = Sessions::new(options, statement_timeout);
        let max_connections = usize::try_from(max_connections).unwrap_or(usize::MAX);
        let mut settings = managed::PoolConfig::new(max_connections);
        settings.timeouts.create = Some(ACQUIRE_TIMEOUT);
        // Those used last: their caches are warm, and a few do the work of many.
        settings.queue_mode = QueueMode::Lifo;
        #[expect(clippy::expect_used, reason = "fails only without a runtime")]
        let pool = managed::Pool::builder(Manager(sessions.clone()))
            .config(settings)
            .runtime(Runtime::Tokio1)
            .build()
            .expect("a pool with a runtime");
        Self { pool, places: Places::new(max_connections), sessions, changed: Changed::default() }
    }

    /// A connection of the pool for a statement of the service's own, of no tenant.
    ///
    /// # Errors
    /// Those of connecting, and that none became free in time.
    pub async fn acquire(&self) -> Result<Lease, sqlx::Error> {
        self.lease(None, Use::Statement).await
    }

    pub(super) async fn lease(&self, tenant: Option<TenantId>, wanted: Use) -> Result<Lease, sqlx::Error> {
        let deadline = Instant::now() + ACQUIRE_TIMEOUT;
        loop {
            let patience = deadline.saturating_duration_since(Instant::now());
            let place = self.places.take(tenant, wanted, patience).await.ok_or(sqlx::Error::PoolTimedOut)?;
            match self.pool.get().await {
                Ok(object) => return Ok(Lease::new(object, place, self.sessions.clone())),
                Err(PoolError::Backend(error)) if is_scarce(&error) && Instant::now() < deadline => {
                    // Others have all that the server can give: we go on with those we have.
                    let ours = self.pool.status().size;
                    self.places.be_content_with(ours);
                    drop(place);
                    if ours == 0 {
                        time::sleep(Duration::from_millis(100)).await;
                    }
                }
                Err(PoolError::Backend(error)) => {
                    self.sessions.note_failure();
                    return Err(error);
                }
                Err(PoolError::Closed) => return Err(sqlx::Error::PoolClosed),
                Err(PoolError::Timeout(_) | PoolError::NoRuntimeSpecified | PoolError::PostCreateHook(_)) => {
                    self.sessions.note_failure();
                    return Err(sqlx::Error::PoolTimedOut);
                }
            }
        }
    }

    /// A connection outside the pool, without its time-outs: those of a request are not meant for a
    /// migration, nor for waiting for one.
    pub async fn connect(&self) -> Result<PgConnection, sqlx::Error> {
        let mut connection = self.sessions.options.connect().await?;
        connection.execute("set statement_timeout = 0").await?;
        Ok(connection)
    }

    /// How many connections there are at this moment.
    #[must_use]
    pub fn status(&self) -> PoolStatus {
        let status = self.pool.status();
        PoolStatus { connections: status.size, idle: status.available, max: status.max_size }
    }

    /// How the database is connected to.
    #[must_use]
    pub fn options(&self) -> &PgConnectOptions {
        &self.sessions.options
    }

    /// Who waits for changes, and tells of them.
    #[must_use]
    pub const fn changed(&self) -> &Changed {
        &self.changed
    }

    /// Closes the connections, those in use when they come back.
    pub fn close(&self) {
        self.pool.close();
    }

    /// Whether a connection was seen to break since then: what is there now may be another server, or an older state of
    /// the same.
    #[must_use]
    pub fn has_failed_since(&self, then: Instant) -> bool {
        self.sessions.has_failed_since(then)
    }

    /// Notes that the database is not the one that it was, as far as its rows tell.
    pub(super) fn note_failure(&self) {
        self.sessions.note_failure();
    }
}

/// Whether the server has no connection left for us: too many connections (53300), or all of the role's or the
/// database's (also 53300).
fn is_scarce(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(DatabaseError::code).is_some_and(|code| code == "53300")
}
