//! Waits for the database when the service starts.

use std::{io::ErrorKind, time::Duration};

use sqlx::{Connection, PgConnection, postgres::PgConnectOptions};
use tokio::time::{self, Instant};

use super::{Database, embedded::OLDEST_MAJOR};
use crate::error::database_message;

/// How long a start waits for a database that does not answer yet.
const PATIENCE: Duration = Duration::from_mins(1);

/// How long one attempt may take: what accepts a connection may be silent, and the next one not.
const ATTEMPT: Duration = Duration::from_secs(10);

/// Why there is no database to work with.
#[derive(Debug, thiserror::Error)]
pub enum Unreachable {
    /// It does not answer, or it refuses.
    #[error("{}", why(.0))]
    Failed(sqlx::Error),
    /// It answers, but TLS fails.
    #[error(
        "TLS failed ({0}); give the server a certificate of X.509 version 3 that this machine trusts, or say in \
         DATABASE_URL how much of it is to be verified: sslmode=verify-full, verify-ca, require, or disable"
    )]
    Tls(
        /// What is wrong with it.
        String,
    ),
    /// A file that `DATABASE_URL` names is not there.
    #[error("a file that DATABASE_URL names (sslrootcert, sslcert or sslkey) cannot be read: {0}")]
    NoFile(
        /// Why not.
        String,
    ),
    /// An older PostgreSQL than the service's SQL is for.
    #[error("its PostgreSQL is version {0}, and the service needs {OLDEST_MAJOR} or newer")]
    TooOld(u32),
}

/// Why there is no database to work with, and where it was looked for unless the log has it already.
#[derive(Debug, thiserror::Error)]
#[error("{why}{}", .at.as_ref().map(|at| format!(", at {at}")).unwrap_or_default())]
pub struct Unreached {
    why: Unreachable,
    at: Option<String>,
}

/// What the system says of a connection, without the library's words around it; or what the server says.
fn why(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Io(io) => io.to_string(),
        error => database_message(error),
    }
}

/// Where a database is: host and port, or the folder of its socket.
fn address(options: &PgConnectOptions) -> String {
    match options.get_socket() {
        Some(folder) => folder.display().to_string(),
        None => format!("{}:{}", options.get_host(), options.get_port()),
    }
}

impl Unreachable {
    fn new(error: sqlx::Error, options: &PgConnectOptions) -> Self {
        match &error {
            sqlx::Error::Tls(tls) => Self::Tls(tls.to_string()),
            // What `rustls` finds wrong comes as an error of the connection.
            sqlx::Error::Io(io) if io.kind() == ErrorKind::InvalidData => Self::Tls(io.to_string()),
            sqlx::Error::Io(io) if io.kind() == ErrorKind::NotFound && !is_by_socket(options) => {
                Self::NoFile(io.to_string())
            }
            _ => Self::Failed(error),
        }
    }

    /// Whether waiting may help: nobody answers, or the server says that it cannot serve for now. Everything else,
    /// such as a wrong password or a certificate that is not trusted, is still so a minute later.
    fn may_pass(&self) -> bool {
        matches!(self, Self::Failed(error) if may_pass(error))
    }
}

/// Whether waiting for the database may help against this error.
pub(super) fn may_pass(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(error) => !matches!(
            error.kind(),
            ErrorKind::PermissionDenied | ErrorKind::InvalidInput | ErrorKind::NotADirectory
        ),
        // A connection that broke (08), too many of them (53), a start or a stop (57).
        sqlx::Error::Database(error) => {
            error.code().is_some_and(|code| ["08", "53", "57"].iter().any(|class| code.starts_with(class)))
        }
        // Closed before the first byte of an answer: a proxy whose server is still to come.
        sqlx::Error::Protocol(text) => text.contains("SSLRequest: 0x00"),
        sqlx::Error::PoolTimedOut => true,
        _ => false,
    }
}

fn is_by_socket(options: &PgConnectOptions) -> bool {
    options.get_socket().is_some() || options.get_host().starts_with('/')
}

/// Waits until the database answers, a minute at most: it may just be starting.
///
/// # Errors
/// The last failure; at once where waiting cannot help.
pub async fn wait_for_database(database: &Database) -> Result<(), Unreached> {
    let options = database.options();
    let deadline = Instant::now() + PATIENCE;
    let mut pause = Duration::from_millis(100);
    let mut at = Some(address(options));
    loop {
        // Not through the pool, which would keep the cause to itself.
        let answered = time::timeout_at(deadline.min(Instant::now() + ATTEMPT), connect(options));
        let error = match answered.await {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(error)) => error,
            Err(_) => Unreachable::Failed(sqlx::Error::Io(ErrorKind::TimedOut.into())),
        };
        if !error.may_pass() || Instant::now() + pause > deadline {
            return Err(Unreached { why: error, at });
        }
        match at.take() {
            Some(at) => {
                tracing::warn!(%error, at, "the database does not answer yet; trying again for {PATIENCE:?}");
            }
            None => tracing::debug!(%error, "the database does not answer yet"),
        }
        time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_secs(5));
    }
}

async fn connect(options: &PgConnectOptions) -> Result<(), Unreachable> {
    let failed = |error| Unreachable::new(error, options);
    let connection = PgConnection::connect_with(options).await.map_err(failed)?;
    let version = connection.server_version_num();
    connection.close().await.map_err(failed)?;
    // Such as 150018 for 15.18.
    match version.map(|version| version / 10_000) {
        Some(major) if major < OLDEST_MAJOR => Err(Unreachable::TooOld(major)),
        _ => Ok(()),
    }
}
