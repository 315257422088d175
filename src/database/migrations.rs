//! Brings the schema up to date. The migrations are compiled into the binary.

use std::{sync::LazyLock, time::Duration};

use sqlx::{
    Connection, PgConnection,
    migrate::{Migrate, MigrateError, Migrator},
};

use super::Database;

/// All migrations, in order. A database may have later ones than this binary: each version of the schema serves
/// the version before it too (expand, then contract), so that instances can be replaced one by one and back.
pub static MIGRATOR: LazyLock<Migrator> = LazyLock::new(|| {
    let mut migrator = sqlx::migrate!();
    migrator.set_ignore_missing(true);
    migrator
});

/// How long a start waits for a database that does not answer yet.
const PATIENCE: Duration = Duration::from_mins(1);

/// Applies what is missing. Instances that start at once take turns behind an advisory lock.
///
/// # Errors
/// A migration that fails, or that is in the database in another form than here.
pub async fn run(database: &Database) -> Result<(), MigrateError> {
    let mut connection = database.connect().await?;
    MIGRATOR.run(&mut connection).await?;
    connection.close().await?;
    Ok(())
}

/// Whether every migration of this binary is applied.
///
/// # Errors
/// Those of the database.
pub async fn are_applied(database: &Database) -> Result<bool, MigrateError> {
    let mut lease = database.acquire().await?;
    let are_applied = are_applied_on(&mut lease).await?;
    lease.ended();
    Ok(are_applied)
}

async fn are_applied_on(connection: &mut PgConnection) -> Result<bool, MigrateError> {
    let table = &MIGRATOR.table_name;
    if sqlx::query_scalar!("select to_regclass($1)::text", &**table)
        .fetch_one(&mut *connection)
        .await?
        .is_none()
    {
        return Ok(false);
    }
    let applied = connection.list_applied_migrations(table).await?;
    Ok(MIGRATOR.iter().all(|migration| applied.iter().any(|one| one.version == migration.version)))
}

/// Waits until the database answers, a minute at most: it may just be starting.
///
/// # Errors
/// The last failure; at once where waiting cannot help (wrong password, no such database).
pub async fn wait_for_database(database: &Database) -> Result<(), sqlx::Error> {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    let mut pause = Duration::from_millis(100);
    loop {
        // Not through the pool, which would keep the cause to itself.
        let error = match PgConnection::connect_with(database.options()).await {
            Ok(connection) => return connection.close().await,
            Err(error) => error,
        };
        if is_hopeless(&error) || tokio::time::Instant::now() + pause > deadline {
            return Err(error);
        }
        tracing::warn!(%error, "the database does not answer yet; trying again");
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_secs(5));
    }
}

/// Invalid authorization (28), unknown database (3D), and TLS that is not to be had.
fn is_hopeless(error: &sqlx::Error) -> bool {
    if matches!(error, sqlx::Error::Tls(_) | sqlx::Error::Configuration(_)) {
        return true;
    }
    error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code)
        .is_some_and(|code| code.starts_with("28") || code.starts_with("3D"))
}
