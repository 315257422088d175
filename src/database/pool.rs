//! The pool of connections.
//!
//! `deadpool` keeps the connections, rather than sqlx: sqlx's pool asks the server for a sign of life each time a
//! connection comes back, which is as much work for it again as most of our statements are. Here a connection whose
//! statement ended in order goes straight back; any other is put in order first, in the background.

use std::{
    ops::{Deref, DerefMut},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use deadpool::{
    Runtime,
    managed::{self, Metrics, Object, PoolError, QueueMode, RecycleError, RecycleResult},
};
use sqlx::{ConnectOptions, Connection, Executor, PgConnection, postgres::PgConnectOptions};

use crate::error::{Error, Result};

/// How long a request waits for a connection before it is answered with 503. Long enough for hundreds of writers
/// that all wait for one row; a shorter `REQUEST_TIMEOUT` ends the wait sooner.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a connection is used, so that what PostgreSQL gathers for each does not grow without end.
const MAX_AGE: Duration = Duration::from_mins(30);

/// Every statement is written so that one plan is right for all values, and replanning would often cost more than
/// running it. Not so on Citus, which chooses the shard by the values: it refuses generic plans of many statements. Asked for each
/// connection, so that a service that runs notices when the extension is created.
const GENERIC_PLANS: &str = "select set_config('plan_cache_mode', 'force_generic_plan', false)
    where not exists (select 1 from pg_extension where extname = 'citus')";

/// How long a connection is waited for that somebody left in the middle of a statement.
const SETTLE_TIMEOUT: Duration = Duration::from_mins(1);

/// The database; cheap to clone.
#[derive(Debug, Clone)]
pub struct Database {
    pool: managed::Pool<Manager>,
    options: Arc<PgConnectOptions>,
    last_failure: LastFailure,
}

/// How long after a failure every connection is checked before use: others may break a moment later.
const AFTERMATH: Duration = Duration::from_secs(5);

/// When a connection was last seen to break. Connections idle since before then, or since shortly after, are
/// checked before use: what broke one, a restarted server say, will have broken them too. Otherwise none is ever
/// asked, which saves a round trip a request.
#[derive(Debug, Clone, Default)]
struct LastFailure(Arc<Mutex<Option<Instant>>>);

impl LastFailure {
    fn note(&self) {
        if let Ok(mut last) = self.0.lock() {
            *last = Some(Instant::now());
        }
    }

    fn is_since(&self, then: Instant) -> bool {
        self.0.lock().is_ok_and(|last| last.is_some_and(|last| last >= then))
    }

    fn is_after(&self, idle_for: Duration) -> bool {
        self.0.lock().is_ok_and(|last| last.is_some_and(|last| last.elapsed() <= idle_for + AFTERMATH))
    }
}

/// Opens connections, and says which may be used again.
#[derive(Debug)]
struct Manager {
    options: Arc<PgConnectOptions>,
    last_failure: LastFailure,
}

impl managed::Manager for Manager {
    type Type = PgConnection;
    type Error = sqlx::Error;

    async fn create(&self) -> Result<PgConnection, sqlx::Error> {
        let mut connection = self.options.connect().await?;
        connection.execute(GENERIC_PLANS).await?;
        Ok(connection)
    }

    async fn recycle(&self, connection: &mut PgConnection, metrics: &Metrics) -> RecycleResult<sqlx::Error> {
        if metrics.age() > MAX_AGE {
            return Err(RecycleError::message("old"));
        }
        if self.last_failure.is_after(metrics.last_used()) {
            connection.ping().await.map_err(RecycleError::Backend)?;
        }
        Ok(())
    }
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
    /// without end.
    ///
    /// # Panics
    /// Never: the pool is built with the runtime that its time-outs need.
    #[must_use]
    pub fn new(options: PgConnectOptions, max_connections: u32, statement_timeout: Duration) -> Self {
        let options = options.application_name("contacts").options([
            // A statement whose request has timed out would work on for nobody.
            ("statement_timeout", format!("{}ms", statement_timeout.as_millis())),
            ("idle_in_transaction_session_timeout", format!("{}ms", statement_timeout.as_millis())),
            // New entries of the search index wait in a list that every search reads too: kept short (kB).
            ("gin_pending_list_limit", "256".to_owned()),
            // Compiling costs more than any of our statements takes.
            ("jit", "off".to_owned()),
        ]);
        let options = Arc::new(options);
        let last_failure = LastFailure::default();
        let manager = Manager { options: options.clone(), last_failure: last_failure.clone() };
        let mut settings = managed::PoolConfig::new(usize::try_from(max_connections).unwrap_or(usize::MAX));
        settings.timeouts.wait = Some(ACQUIRE_TIMEOUT);
        settings.timeouts.create = Some(ACQUIRE_TIMEOUT);
        settings.timeouts.recycle = Some(ACQUIRE_TIMEOUT);
        // Those used last: their caches are warm, and a few do the work of many.
        settings.queue_mode = QueueMode::Lifo;
        #[expect(clippy::expect_used, reason = "fails only without a runtime")]
        let pool = managed::Pool::builder(manager)
            .config(settings)
            .runtime(Runtime::Tokio1)
            .build()
            .expect("a pool with a runtime");
        Self { pool, options, last_failure }
    }

    /// A connection of the pool.
    ///
    /// # Errors
    /// Those of connecting, and that none became free in time.
    pub async fn acquire(&self) -> Result<Lease, sqlx::Error> {
        let object = self.pool.get().await.map_err(|error| match error {
            PoolError::Backend(error) => error,
            PoolError::Closed => sqlx::Error::PoolClosed,
            PoolError::Timeout(_) | PoolError::NoRuntimeSpecified | PoolError::PostCreateHook(_) => {
                sqlx::Error::PoolTimedOut
            }
        })?;
        Ok(Lease { object: Some(object), state: LeaseState::Busy })
    }

    /// A connection outside the pool, without its time-out for statements: a request's time-out is not meant for a
    /// migration, nor for waiting for one.
    pub async fn connect(&self) -> Result<PgConnection, sqlx::Error> {
        let mut connection = self.options.connect().await?;
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
        &self.options
    }

    /// Closes the connections, those in use when they come back.
    pub fn close(&self) {
        self.pool.close();
    }

    /// Whether the database was seen to be away since then.
    #[must_use]
    pub fn has_failed_since(&self, then: Instant) -> bool {
        self.last_failure.is_since(then)
    }

    /// Tells the pool that a request failed because the database was away, so that connections idle since
    /// before now are checked before they are used.
    pub fn note_failure(&self) {
        self.last_failure.note();
    }
}

/// A connection out of the pool, which goes back when it is dropped.
#[derive(Debug)]
pub struct Lease {
    /// There until it is dropped.
    object: Option<Object<Manager>>,
    state: LeaseState,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LeaseState {
    /// Nothing runs on it.
    Idle,
    /// Something may run on it, whose answer was not seen to its end.
    Busy,
    /// It is in a transaction.
    InTransaction,
}

impl Lease {
    /// Begins a transaction, which is rolled back unless it is [noted](Self::ended) to have ended.
    pub(super) async fn begin(&mut self) -> Result<(), sqlx::Error> {
        self.state = LeaseState::InTransaction;
        self.execute("begin").await.map(drop)
    }

    /// Notes that the last statement, or the transaction, ended in order, also where the database refused it: the
    /// connection may go back at once. Without this it is put in order first.
    pub(super) const fn ended(&mut self) {
        self.state = LeaseState::Idle;
    }
}

impl Deref for Lease {
    type Target = PgConnection;

    #[expect(clippy::expect_used, reason = "taken by `drop` only")]
    fn deref(&self) -> &PgConnection {
        self.object.as_ref().expect("a lease has its connection until it is dropped")
    }
}

impl DerefMut for Lease {
    #[expect(clippy::expect_used, reason = "taken by `drop` only")]
    fn deref_mut(&mut self) -> &mut PgConnection {
        self.object.as_mut().expect("a lease has its connection until it is dropped")
    }
}

impl Drop for Lease {
    /// A request may be given up at any moment. What it left on the connection is brought to its end before somebody
    /// else gets it, and a transaction is rolled back at once: it may hold locks.
    fn drop(&mut self) {
        let Some(object) = self.object.take() else { return };
        let state = self.state;
        if state == LeaseState::Idle {
            return;
        }
        let settle = async move {
            let mut object = object;
            let settled = tokio::time::timeout(SETTLE_TIMEOUT, async {
                if state == LeaseState::InTransaction {
                    // Outside a transaction it does nothing.
                    object.execute("rollback").await.map(drop)
                } else {
                    object.ping().await
                }
            });
            if !settled.await.is_ok_and(|settled| settled.is_ok()) {
                // Broken: not to be used again.
                drop(Object::take(object));
            }
        };
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(settle);
        }
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
