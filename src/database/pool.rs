//! The pool of connections.
//!
//! `deadpool` keeps the connections, rather than sqlx: sqlx's pool asks the server for a sign of life each time a
//! connection comes back, which is as much work for it again as most of our statements are. Here a connection whose
//! statement ended in order goes straight back; any other is put in order first, in the background.

use std::{
    ops::{Deref, DerefMut},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use deadpool::{
    Runtime,
    managed::{self, Metrics, Object, PoolError, QueueMode, RecycleError, RecycleResult},
};
use sqlx::{
    ConnectOptions, Connection, Executor, PgConnection, Row, error::DatabaseError, postgres::PgConnectOptions,
};
use tokio::{sync::Semaphore, time};

use super::places::{Place, Places, Use};
use crate::{
    domain::TenantId,
    error::{Error, Result},
};

/// How long a request waits for a connection before it is answered with 503. Long enough for hundreds of writers
/// that all wait for one row; a shorter `REQUEST_TIMEOUT` ends the wait sooner.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a connection is used, so that what PostgreSQL gathers for each does not grow without end.
const MAX_AGE: Duration = Duration::from_mins(30);

/// A connection that was idle for longer is asked for a sign of life before it is used: firewalls and forwarders forget
/// quiet connections without a word.
const QUIET: Duration = Duration::from_secs(5);

/// How long a sign of life may take.
const PING_TIMEOUT: Duration = Duration::from_secs(2);

/// How long a statement that somebody left is let run before the server is asked to cancel it.
const LEFT_ALONE: Duration = Duration::from_secs(1);

/// How many cancellations are asked for at once, each on a connection of its own.
const CANCELLATIONS: usize = 2;

/// How long a transaction of a request may wait for its next statement. A frozen instance then holds up the writers of a
/// tenant, whose counter it has locked, for no longer than this.
const IDLE_IN_TRANSACTION: Duration = Duration::from_secs(5);

/// The settings of a session. They are made after connecting, since not every pooler in between takes them with the
/// start. The answer tells one server from another, and what cancels a statement.
///
/// - `statement_timeout`: a statement whose request has timed out would work on for nobody.
/// - `gin_pending_list_limit`: new entries of the search index wait in a list that every search reads too: kept short (kB).
/// - `jit`: compiling costs more than any of our statements takes.
/// - `plan_cache_mode`: every statement is written so that one plan is right for all values, and replanning would often
///   cost more than running it. Not so on Citus, which chooses the shard by the values: it refuses generic plans of many
///   statements. Asked for each connection, so that a service that runs notices when the extension is created.
const SETTINGS: &str = "select set_config('statement_timeout', $1, false),
    set_config('idle_in_transaction_session_timeout', $2, false),
    set_config('gin_pending_list_limit', '256', false),
    set_config('jit', 'off', false),
    set_config('plan_cache_mode', case when exists (select 1 from pg_extension where extname = 'citus')
        then current_setting('plan_cache_mode') else 'force_generic_plan' end, false),
    concat_ws(' ', inet_server_addr(), inet_server_port(), pg_postmaster_start_time()) as server,
    pg_is_in_recovery() or current_setting('transaction_read_only')::boolean as is_read_only,
    pg_backend_pid() as pid";

/// The database; cheap to clone.
#[derive(Debug, Clone)]
pub struct Database {
    pool: managed::Pool<Manager>,
    places: Places,
    shared: Arc<Shared>,
}

/// How long after a failure every connection is checked before use: others may break a moment later.
const AFTERMATH: Duration = Duration::from_secs(5);

/// What all connections have in common.
#[derive(Debug)]
struct Shared {
    options: PgConnectOptions,
    statement_timeout: Duration,
    idle_timeout: Duration,
    /// When a connection was last seen to break. Connections idle since before then, or since shortly after, are
    /// checked before use: what broke one, a restarted server say, will have broken them too. Otherwise only quiet ones
    /// are ever asked, which saves a round trip a request.
    last_failure: Mutex<Option<Instant>>,
    /// Connections of an older generation are not used again: they went silent, or lead to another server.
    generation: AtomicU64,
    /// The server that new connections reached last.
    server: Mutex<Option<String>>,
    cancellations: Semaphore,
}

impl Shared {
    async fn open(&self) -> Result<Session, sqlx::Error> {
        let mut connection = self.options.connect().await?;
        let milliseconds = |time: Duration| format!("{}ms", time.as_millis());
        let row = sqlx::query(SETTINGS)
            .bind(milliseconds(self.statement_timeout))
            .bind(milliseconds(self.idle_timeout))
            .fetch_one(&mut connection)
            .await?;
        let server: String = row.try_get("server")?;
        let (is_read_only, pid) = (row.try_get("is_read_only")?, row.try_get("pid")?);
        let is_another = self.server.lock().is_ok_and(|mut last| {
            let is_another = last.as_ref().is_some_and(|last| *last != server);
            *last = Some(server);
            is_another
        });
        if is_another {
            tracing::warn!(
                "new connections reach another server, or one that was restarted; the others are closed"
            );
            self.give_up_older();
            self.note_failure();
        }
        let generation = self.generation.load(Ordering::Relaxed);
        Ok(Session { connection, generation, is_read_only, pid })
    }

    fn note_failure(&self) {
        if let Ok(mut last) = self.last_failure.lock() {
            *last = Some(Instant::now());
        }
    }

    fn has_failed_since(&self, then: Instant) -> bool {
        self.last_failure.lock().is_ok_and(|last| last.is_some_and(|last| last >= then))
    }

    fn give_up_older(&self) {
        self.generation.fetch_add(1, Ordering::Relaxed);
    }

    /// Cancels what another session runs. In its own right: the pool may be what is in trouble.
    async fn cancel(&self, pid: i32) -> Result<(), sqlx::Error> {
        let Ok(_permit) = self.cancellations.acquire().await else { return Ok(()) };
        let mut connection = self.options.connect().await?;
        sqlx::query("select pg_cancel_backend($1)").bind(pid).execute(&mut connection).await?;
        connection.close().await
    }
}

/// A connection with its settings.
#[derive(Debug)]
struct Session {
    connection: PgConnection,
    generation: u64,
    /// Whether it only reads, as far as the server said at its start.
    is_read_only: bool,
    /// The process that serves it.
    pid: i32,
}

/// Opens connections, and says which may be used again.
#[derive(Debug)]
struct Manager(Arc<Shared>);

impl managed::Manager for Manager {
    type Type = Session;
    type Error = sqlx::Error;

    async fn create(&self) -> Result<Session, sqlx::Error> {
        self.0.open().await
    }

    async fn recycle(&self, session: &mut Session, metrics: &Metrics) -> RecycleResult<sqlx::Error> {
        if session.generation != self.0.generation.load(Ordering::Relaxed) || metrics.age() > MAX_AGE {
            return Err(RecycleError::message("old"));
        }
        let idle_for = metrics.last_used();
        let is_doubtful = idle_for > QUIET
            || self
                .0
                .last_failure
                .lock()
                .is_ok_and(|last| last.is_some_and(|last| last.elapsed() <= idle_for + AFTERMATH));
        if is_doubtful {
            match time::timeout(PING_TIMEOUT, session.connection.ping()).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => {
                    self.0.note_failure();
                    return Err(RecycleError::Backend(error));
                }
                Err(_) => {
                    self.0.went_silent();
                    return Err(RecycleError::message("silent"));
                }
            }
        }
        Ok(())
    }
}

impl Shared {
    /// Notes that a connection stands and nothing comes back on it. Others that stand since then will be no better, and to
    /// ask one after the other would take long.
    fn went_silent(&self) {
        tracing::warn!("a connection to the database went silent; all are opened anew");
        self.note_failure();
        self.give_up_older();
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
    /// without end, also between the statements of a transaction.
    ///
    /// # Panics
    /// Never: the pool is built with the runtime that its time-outs need.
    #[must_use]
    pub fn new(options: PgConnectOptions, max_connections: u32, statement_timeout: Duration) -> Self {
        let shared = Arc::new(Shared {
            options: options.application_name("contacts").extra_float_digits(None),
            statement_timeout,
            idle_timeout: if statement_timeout.is_zero() { Duration::ZERO } else { IDLE_IN_TRANSACTION },
            last_failure: Mutex::default(),
            generation: AtomicU64::new(0),
            server: Mutex::default(),
            cancellations: Semaphore::new(CANCELLATIONS),
        });
        let max_connections = usize::try_from(max_connections).unwrap_or(usize::MAX);
        let mut settings = managed::PoolConfig::new(max_connections);
        settings.timeouts.create = Some(ACQUIRE_TIMEOUT);
        // Those used last: their caches are warm, and a few do the work of many.
        settings.queue_mode = QueueMode::Lifo;
        #[expect(clippy::expect_used, reason = "fails only without a runtime")]
        let pool = managed::Pool::builder(Manager(shared.clone()))
            .config(settings)
            .runtime(Runtime::Tokio1)
            .build()
            .expect("a pool with a runtime");
        Self { pool, places: Places::new(max_connections), shared }
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
                Ok(object) => {
                    return Ok(Lease {
                        object: Some(object),
                        place: Some(place),
                        shared: self.shared.clone(),
                        state: LeaseState::Busy,
                        since: Instant::now(),
                    });
                }
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
                    self.shared.note_failure();
                    return Err(error);
                }
                Err(PoolError::Closed) => return Err(sqlx::Error::PoolClosed),
                Err(PoolError::Timeout(_) | PoolError::NoRuntimeSpecified | PoolError::PostCreateHook(_)) => {
                    self.shared.note_failure();
                    return Err(sqlx::Error::PoolTimedOut);
                }
            }
        }
    }

    /// A connection outside the pool, without its time-outs: those of a request are not meant for a
    /// migration, nor for waiting for one.
    pub async fn connect(&self) -> Result<PgConnection, sqlx::Error> {
        let mut connection = self.shared.options.connect().await?;
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
        &self.shared.options
    }

    /// Closes the connections, those in use when they come back.
    pub fn close(&self) {
        self.pool.close();
    }

    /// Whether a connection was seen to break since then: what is there now may be another server, or an older state of
    /// the same.
    #[must_use]
    pub fn has_failed_since(&self, then: Instant) -> bool {
        self.shared.has_failed_since(then)
    }

    /// Notes that the database is not the one that it was, as far as its rows tell.
    pub(super) fn note_failure(&self) {
        self.shared.note_failure();
    }
}

/// Whether the server has no connection left for us: too many connections (53300), or all of the role's or the
/// database's (also 53300).
fn is_scarce(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(DatabaseError::code).is_some_and(|code| code == "53300")
}

/// A connection out of the pool, which goes back when it is dropped.
#[derive(Debug)]
pub struct Lease {
    /// There until it is dropped.
    object: Option<Object<Manager>>,
    /// Given back after the connection.
    place: Option<Place>,
    shared: Arc<Shared>,
    state: LeaseState,
    /// When the last statement began.
    since: Instant,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LeaseState {
    /// Nothing runs on it.
    Idle,
    /// Something may run on it, whose answer was not seen to its end.
    Busy,
    /// It is in a transaction.
    InTransaction,
    /// It is of no use any more.
    Broken,
}

impl Lease {
    /// Begins a transaction, which is rolled back unless it is [noted](Self::ended) to have ended.
    pub(super) async fn begin(&mut self) -> Result<(), sqlx::Error> {
        self.state = LeaseState::InTransaction;
        self.execute("begin").await.map(drop)
    }

    /// Notes that the last statement, or the transaction, ended in order, also where the database refused it: the
    /// connection may go back at once. Without this it is put in order first.
    pub(super) fn ended(&mut self) {
        if self.state != LeaseState::Broken {
            self.state = LeaseState::Idle;
        }
    }

    /// Notes how a statement failed that was not run by [`statement`](Self::statement).
    pub(super) fn failed(&mut self, error: &sqlx::Error) {
        self.statement().1.note(error);
    }

    /// The connection for one statement more, and what is to be told how that fails.
    pub(super) fn statement(&mut self) -> (&mut PgConnection, Watch<'_>) {
        self.since = Instant::now();
        #[expect(clippy::expect_used, reason = "taken by `drop` only")]
        let session = self.object.as_mut().expect("a lease has its connection until it is dropped");
        let watch =
            Watch { shared: &self.shared, state: &mut self.state, is_read_only: session.is_read_only };
        (&mut session.connection, watch)
    }
}

/// Watches how a statement fails.
pub(super) struct Watch<'a> {
    shared: &'a Shared,
    state: &'a mut LeaseState,
    is_read_only: bool,
}

impl Watch<'_> {
    /// Notes where the connection broke, or leads where nothing can be written any more.
    pub(super) fn note(&mut self, error: &sqlx::Error) {
        let code = error.as_database_error().and_then(DatabaseError::code);
        let is_of_no_use = match code.as_deref() {
            // It takes no writes any more: it was a primary, and another one is by now. Where it took none from the
            // start, that is how it is meant.
            Some("25006") => {
                if !self.is_read_only {
                    self.shared.give_up_older();
                }
                !self.is_read_only
            }
            // It waited too long for the next statement of its transaction, and the server closed it.
            Some("25P03") => {
                *self.state = LeaseState::Broken;
                false
            }
            // Of a connection (08), of a server that shuts down, crashed, or cannot be connected to (57P).
            Some(code) => code.starts_with("08") || code.starts_with("57P"),
            None => matches!(
                error,
                sqlx::Error::Io(_)
                    | sqlx::Error::Tls(_)
                    | sqlx::Error::Protocol(_)
                    | sqlx::Error::WorkerCrashed
            ),
        };
        if !is_of_no_use {
            return;
        }
        *self.state = LeaseState::Broken;
        self.shared.note_failure();
    }
}

impl Deref for Lease {
    type Target = PgConnection;

    #[expect(clippy::expect_used, reason = "taken by `drop` only")]
    fn deref(&self) -> &PgConnection {
        &self.object.as_ref().expect("a lease has its connection until it is dropped").connection
    }
}

impl DerefMut for Lease {
    #[expect(clippy::expect_used, reason = "taken by `drop` only")]
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.object.as_mut().expect("a lease has its connection until it is dropped").connection
    }
}

impl Drop for Lease {
    /// A request may be given up at any moment. What it left on the connection is brought to its end before somebody
    /// else gets it, and a transaction is rolled back at once: it may hold locks.
    fn drop(&mut self) {
        let Some(object) = self.object.take() else { return };
        let place = self.place.take();
        match self.state {
            LeaseState::Idle => drop(object),
            LeaseState::Broken => drop(Object::take(object)),
            LeaseState::Busy | LeaseState::InTransaction => {
                let left = Left {
                    is_in_transaction: self.state == LeaseState::InTransaction,
                    ran_out: !self.shared.statement_timeout.is_zero()
                        && self.since.elapsed() >= self.shared.statement_timeout,
                    shared: self.shared.clone(),
                };
                if let Ok(runtime) = tokio::runtime::Handle::try_current() {
                    runtime.spawn(left.settle(object, place));
                }
            }
        }
    }
}

/// What a request left on a connection.
struct Left {
    is_in_transaction: bool,
    /// The statement had all the time that it may have, after which the server has ended it.
    ran_out: bool,
    shared: Arc<Shared>,
}

impl Left {
    async fn settle(self, mut object: Object<Manager>, place: Option<Place>) {
        if self.ran_out {
            // Others need not wait for what comes of it. It does not return to the pool.
            let mut session = Object::take(object);
            drop(place);
            if time::timeout(PING_TIMEOUT, self.put_in_order(&mut session)).await.is_err() {
                self.shared.went_silent();
            }
            return;
        }
        let pid = object.pid;
        let settled = {
            let put_in_order = self.put_in_order(&mut object);
            tokio::pin!(put_in_order);
            match time::timeout(LEFT_ALONE, &mut put_in_order).await {
                Ok(settled) => Ok(settled),
                // Nobody waits for its answer. Where the connection stands, it is over with this.
                Err(_) => {
                    time::timeout(PING_TIMEOUT, async {
                        let (cancelled, settled) = tokio::join!(self.shared.cancel(pid), put_in_order);
                        if let Err(error) = cancelled {
                            tracing::debug!(%error, "a statement that was left could not be cancelled");
                        }
                        settled
                    })
                    .await
                }
            }
        };
        match settled {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                // Broken: not to be used again.
                if error.as_database_error().is_none() {
                    self.shared.note_failure();
                }
                drop(Object::take(object));
            }
            Err(_) => {
                self.shared.went_silent();
                drop(Object::take(object));
            }
        }
        drop(place);
    }

    async fn put_in_order(&self, session: &mut Session) -> Result<(), sqlx::Error> {
        if self.is_in_transaction {
            // Outside a transaction it does nothing.
            session.connection.execute("rollback").await.map(drop)
        } else {
            session.connection.ping().await
        }
    }
}

/// Parses a `DATABASE_URL`.
///
/// # Errors
/// A sentence that does not repeat the URL, since it holds a password.
pub fn parse_url(url: &str) -> Result<PgConnectOptions, String> {
    let Some(rest) = url.strip_prefix("postgres://").or_else(|| url.strip_prefix("postgresql://")) else {
        return Err("must start with postgres:// or postgresql://".into());
    };
    let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
    let authority = place.split('/').next().unwrap_or_default();
    let hosts = authority.rsplit('@').next().unwrap_or_default();
    let parameters: Vec<(String, String)> =
        url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    if hosts.contains(',') || parameters.iter().any(|(name, value)| name == "host" && value.contains(',')) {
        return Err("names several hosts, of which the service would not know the one that takes writes; name one \
                    address that follows the primary, such as that of a proxy (HAProxy, PgBouncer) or a virtual IP"
            .into());
    }
    if parameters.iter().any(|(name, value)| name == "target_session_attrs" && value != "any") {
        return Err(
            "has target_session_attrs, which chooses among several hosts; the service connects to the one \
                    address that the URL names: leave it out"
                .into(),
        );
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
