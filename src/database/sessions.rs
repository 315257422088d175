//! Connections with their settings: opening them, and telling which may be used again.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use deadpool::managed::{self, Metrics, RecycleError, RecycleResult};
use sqlx::{ConnectOptions, Connection, PgConnection, Row, postgres::PgConnectOptions};
use tokio::{sync::Semaphore, time};

use super::generation::{Generation, Generations, Reached};

/// How long a connection is used, so that what PostgreSQL gathers for each does not grow without end.
const MAX_AGE: Duration = Duration::from_mins(30);

/// A connection that was idle for longer is asked for a sign of life before it is used: firewalls and forwarders forget
/// quiet connections without a word.
const QUIET: Duration = Duration::from_secs(5);

/// How long a sign of life may take.
pub(super) const PING_TIMEOUT: Duration = Duration::from_secs(2);

/// How many cancellations are asked for at once, each on a connection of its own.
const CANCELLATIONS: usize = 2;

/// How long a transaction of a request may wait for its next statement. A frozen instance then holds up the writers of a
/// tenant, whose counter it has locked, for no longer than this.
const IDLE_IN_TRANSACTION: Duration = Duration::from_secs(5);

/// How long after a failure every connection is checked before use: others may break a moment later.
const AFTERMATH: Duration = Duration::from_secs(5);

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

/// What all sessions have in common.
#[derive(Debug)]
pub(super) struct Sessions {
    pub(super) options: PgConnectOptions,
    pub(super) statement_timeout: Duration,
    idle_timeout: Duration,
    /// When a connection was last seen to break. Connections idle since before then, or since shortly after, are
    /// checked before use: what broke one, a restarted server say, will have broken them too. Otherwise only quiet ones
    /// are ever asked, which saves a round trip a request.
    last_failure: Mutex<Option<Instant>>,
    /// Connections of an older generation are not used again: they went silent, or lead to another server.
    generations: Generations,
    cancellations: Semaphore,
}

impl Sessions {
    /// `statement_timeout`: how long a statement may run; zero is without end, also between the statements of a transaction.
    pub(super) fn new(options: PgConnectOptions, statement_timeout: Duration) -> Arc<Self> {
        Arc::new(Self {
            options: options.application_name("contacts").extra_float_digits(None),
            statement_timeout,
            idle_timeout: if statement_timeout.is_zero() { Duration::ZERO } else { IDLE_IN_TRANSACTION },
            last_failure: Mutex::default(),
            generations: Generations::default(),
            cancellations: Semaphore::new(CANCELLATIONS),
        })
    }

    /// A new connection. One that leads to a server which was found to be replaced meanwhile is opened again.
    async fn open(&self) -> Result<Session, sqlx::Error> {
        loop {
            let begun = self.generations.now();
            let mut session = self.connect(begun).await?;
            session.generation = match self.generations.reached(begun, &session.server) {
                Reached::Known(generation) => generation,
                Reached::Another(generation) => {
                    tracing::warn!(
                        "new connections reach another server, or one that was restarted; the others are closed"
                    );
                    self.note_failure();
                    generation
                }
                Reached::Replaced => continue,
            };
            return Ok(session);
        }
    }

    /// Connects and makes the settings.
    async fn connect(&self, generation: Generation) -> Result<Session, sqlx::Error> {
        let mut connection = self.options.connect().await?;
        let milliseconds = |time: Duration| format!("{}ms", time.as_millis());
        let row = sqlx::query(SETTINGS)
            .bind(milliseconds(self.statement_timeout))
            .bind(milliseconds(self.idle_timeout))
            .fetch_one(&mut connection)
            .await?;
        Ok(Session {
            connection,
            generation,
            server: row.try_get("server")?,
            is_read_only: row.try_get("is_read_only")?,
            pid: row.try_get("pid")?,
        })
    }

    pub(super) fn note_failure(&self) {
        if let Ok(mut last) = self.last_failure.lock() {
            *last = Some(Instant::now());
        }
    }

    pub(super) fn has_failed_since(&self, then: Instant) -> bool {
        self.last_failure.lock().is_ok_and(|last| last.is_some_and(|last| last >= then))
    }

    /// Has no session used again that is open by now.
    pub(super) fn give_up_older(&self) {
        self.generations.give_up_older();
    }

    /// Whether nothing is to be sent on a session any more: new ones reached another server.
    pub(super) fn is_replaced(&self, session: &Session) -> bool {
        !self.generations.is_of_known_server(session.generation)
    }

    /// Notes that a connection stands and nothing comes back on it. Others that stand since then will be no better, and to
    /// ask one after the other would take long.
    pub(super) fn went_silent(&self) {
        tracing::warn!("a connection to the database went silent; all are opened anew");
        self.note_failure();
        self.give_up_older();
    }

    /// Cancels what another session runs, of this process of this server: on another one, to which the address may lead by
    /// now, the number is somebody else's. On a connection of its own: the pool may be what is in trouble.
    pub(super) async fn cancel(&self, server: &str, pid: i32) -> Result<(), sqlx::Error> {
        let Ok(_permit) = self.cancellations.acquire().await else { return Ok(()) };
        let mut connection = self.options.connect().await?;
        // As in `SETTINGS`.
        let cancel = "select pg_cancel_backend($1) where
            concat_ws(' ', inet_server_addr(), inet_server_port(), pg_postmaster_start_time()) = $2";
        sqlx::query(cancel).bind(pid).bind(server).execute(&mut connection).await?;
        connection.close().await
    }
}

/// A connection with its settings.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) connection: PgConnection,
    generation: Generation,
    /// Whether it only reads, as far as the server said at its start.
    pub(super) is_read_only: bool,
    /// The server.
    pub(super) server: String,
    /// The process of the server that serves it.
    pub(super) pid: i32,
}

/// Opens connections, and says which may be used again.
#[derive(Debug)]
pub(super) struct Manager(pub(super) Arc<Sessions>);

impl managed::Manager for Manager {
    type Type = Session;
    type Error = sqlx::Error;

    async fn create(&self) -> Result<Session, sqlx::Error> {
        self.0.open().await
    }

    async fn recycle(&self, session: &mut Session, metrics: &Metrics) -> RecycleResult<sqlx::Error> {
        if session.generation != self.0.generations.now() || metrics.age() > MAX_AGE {
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
