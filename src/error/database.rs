//! What an error of the database is to a caller, and what is said of it.

use sqlx::error::DatabaseError;

use super::Error;

impl From<sqlx::Error> for Error {
    /// What does not go together with what another request did meanwhile is to be retried; a connection that is
    /// gone, refused or not to be had in time is 503, anything else a defect of ours. Told apart by SQLSTATE, since a
    /// sharded database leaves the constraint's name empty.
    fn from(error: sqlx::Error) -> Self {
        if let Some(database) = error.as_database_error() {
            if is_overtaken(database) {
                let cause = described(database);
                tracing::debug!(cause, "overtaken");
                return Self::Collided(cause);
            }
            if database.code().as_deref() == Some(QUERY_CANCELED) {
                return Self::TooSlow(described(database));
            }
        }
        let unavailable = match &error {
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::Protocol(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => true,
            sqlx::Error::Database(database) => database.code().is_some_and(|code| is_transient(&code)),
            _ => false,
        };
        let cause = database_message(&error);
        if unavailable { Self::Unavailable(cause) } else { Self::Internal(cause) }
    }
}

/// The SQLSTATE of a statement that ran into its time-out.
const QUERY_CANCELED: &str = "57014";

/// What the database says, with what tells one failure from another. No value of a row is in there: these are in the
/// detail of a failure, which is left out.
fn described(error: &(dyn DatabaseError + 'static)) -> String {
    let code = error.code().unwrap_or_default();
    let constraint = error.constraint().map(|name| format!(", constraint {name}")).unwrap_or_default();
    format!("SQLSTATE {code}{constraint}: {}", error.message())
}

/// What went wrong with the database, for people: of PostgreSQL's errors what it says, not the line of PostgreSQL's own
/// source, which the library would add.
#[must_use]
pub fn database_message(error: &sqlx::Error) -> String {
    error.as_database_error().map_or_else(|| error.to_string(), described)
}

/// SQLSTATEs of what another request is in the way of: a row that refers to something that was deleted since it was
/// looked up, a name or place that was taken since, a serialization failure, a deadlock.
const OVERTAKEN: [&str; 4] = ["23503", "23505", "40001", "40P01"];

/// Where Citus copies the rows of an `insert … select` to their shard, it hands the message of the shard on, but another
/// SQLSTATE: internal error. In English, unless a worker's `lc_messages` is another language.
fn is_overtaken(error: &(dyn DatabaseError + 'static)) -> bool {
    let code = error.code();
    code.as_deref().is_some_and(|code| OVERTAKEN.contains(&code))
        || (code.as_deref() == Some("XX000")
            && OVERTAKEN_MESSAGES.iter().any(|message| error.message().contains(message)))
}

/// What PostgreSQL says with [`OVERTAKEN`].
const OVERTAKEN_MESSAGES: [&str; 4] = [
    "violates foreign key constraint",
    "duplicate key value violates unique constraint",
    "could not serialize access",
    "deadlock detected",
];

/// SQLSTATEs that say "not now" rather than "never": connection failures (08), insufficient resources (53),
/// operator intervention and time-outs (57), a server that has become read-only by a failover (25006), a
/// transaction whose next statement came too late (25P03).
fn is_transient(sqlstate: &str) -> bool {
    matches!(sqlstate.get(..2), Some("08" | "53" | "57")) || matches!(sqlstate, "25006" | "25P03")
}
