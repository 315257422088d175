//! Brings the schema up to date. The migrations are compiled into the binary.

use std::sync::Once;

use sqlx::{
    AssertSqlSafe, Connection, Executor, PgConnection,
    migrate::{AppliedMigration, Migrate, MigrateError, Migration, Migrator},
};

use super::{
    Database,
    distributed::{self, COORDINATORS},
    script, wait,
};
use crate::error::database_message;

/// All migrations, in order. A database may have later ones than this binary: each version of the schema serves
/// the version before it too (expand, then contract), so that instances can be replaced one by one and back.
pub static MIGRATOR: Migrator = sqlx::migrate!();

/// Why the schema is not, or cannot be brought, up to date.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// What the database records of a migration is not what this binary has of it.
    #[error(
        "the schema of this database was made by a development version, from before the first release (its \
         migration {0} is another than that of this version), and cannot be upgraded: load the data again into an \
         empty database"
    )]
    OtherSchema(
        /// The first such migration.
        i64,
    ),
    /// A statement of a migration failed.
    #[error("migration {version} failed: {}", database_message(.error))]
    Statement {
        /// The migration.
        version: i64,
        /// Why.
        error: sqlx::Error,
    },
    /// What is recorded of migrations cannot be read or written.
    #[error("{}", migrate_message(.0))]
    Failed(#[from] MigrateError),
    /// The database cannot be asked.
    #[error("{}", database_message(.0))]
    Database(#[from] sqlx::Error),
}

impl Error {
    /// Whether the database went away meanwhile, or may for another reason answer a little later.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Statement { error, .. }
            | Self::Database(error)
            | Self::Failed(MigrateError::Execute(error)) => wait::may_pass(error),
            Self::OtherSchema(_) | Self::Failed(_) => false,
        }
    }
}

fn migrate_message(error: &MigrateError) -> String {
    match error {
        MigrateError::Execute(error) => database_message(error),
        error => error.to_string(),
    }
}

/// Applies what is missing. Instances that start at once take turns behind an advisory lock.
///
/// On a worker node of Citus migrations are left alone, since the schema is changed through its coordinator only. Returns
/// whether everything is applied, which there is up to the coordinator.
///
/// # Errors
/// A migration that fails, or that is in the database in another form than here.
pub async fn run(database: &Database) -> Result<bool, Error> {
    let mut connection = database.connect().await?;
    // Where nothing is missing nothing is written: the database may be one that can only be read.
    let mut is_up_to_date = are_applied_on(&mut connection).await?;
    if !is_up_to_date && distributed::group(&mut connection).await?.is_none_or(|group| group == COORDINATORS)
    {
        apply_missing(&mut connection).await?;
        is_up_to_date = true;
    }
    connection.close().await?;
    Ok(is_up_to_date)
}

/// As [`run`] where the database is empty, so that nobody else's tables get ours beside them; otherwise as
/// [`are_applied`].
///
/// # Errors
/// As [`run`].
pub async fn run_if_empty(database: &Database) -> Result<bool, Error> {
    let mut lease = database.acquire().await?;
    let is_empty = sqlx::query_scalar!(
        r#"select not exists (
               select 1 from pg_class c join pg_namespace n on n.oid = c.relnamespace
               where n.nspname = current_schema and c.relkind in ('r', 'p')
                 and not exists (select 1 from pg_depend d
                                 where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
           ) as "is_empty!""#
    )
    .fetch_one(&mut *lease)
    .await?;
    lease.ended();
    drop(lease);
    if is_empty { run(database).await } else { are_applied(database).await }
}

/// Whether every migration of this binary is applied.
///
/// # Errors
/// A migration that is in the database in another form than here.
pub async fn are_applied(database: &Database) -> Result<bool, Error> {
    let mut lease = database.acquire().await?;
    let are_applied = are_applied_on(&mut lease).await;
    match &are_applied {
        Err(Error::Database(error) | Error::Failed(MigrateError::Execute(error))) => lease.failed(error),
        _ => lease.ended(),
    }
    are_applied
}

async fn are_applied_on(connection: &mut PgConnection) -> Result<bool, Error> {
    let table = &MIGRATOR.table_name;
    if sqlx::query_scalar!("select to_regclass($1)::text", &**table)
        .fetch_one(&mut *connection)
        .await?
        .is_none()
    {
        return Ok(false);
    }
    Ok(missing(&connection.list_applied_migrations(table).await?)?.is_empty())
}

/// Says, once, that the schema is newer than this binary, which serves it all the same: somebody may have meant to run
/// the newer one.
fn warn_of_newer(applied: &[AppliedMigration]) {
    static SAID: Once = Once::new();
    let own = MIGRATOR.iter().map(|migration| migration.version).max();
    let newest = applied.iter().map(|migration| migration.version).max();
    if newest > own {
        SAID.call_once(|| {
            tracing::warn!(
                newest,
                own,
                "the schema of the database is newer than this version of the service, which knows migrations up to \
                 its own; it goes on, as far as the newer schema serves it"
            );
        });
    }
}

/// The migrations that are still to be applied.
fn missing(applied: &[AppliedMigration]) -> Result<Vec<&'static Migration>, Error> {
    warn_of_newer(applied);
    let mut missing = Vec::new();
    for migration in MIGRATOR.iter() {
        match applied.iter().find(|one| one.version == migration.version) {
            None => missing.push(migration),
            Some(one) if one.checksum == migration.checksum => {}
            Some(_) => return Err(Error::OtherSchema(migration.version)),
        }
    }
    Ok(missing)
}

async fn apply_missing(connection: &mut PgConnection) -> Result<(), Error> {
    let table = &MIGRATOR.table_name;
    connection.lock().await?;
    connection.ensure_migrations_table(table).await?;
    for migration in missing(&connection.list_applied_migrations(table).await?)? {
        if migration.no_tx {
            apply(connection, migration).await?;
        } else {
            let mut transaction = connection.begin().await?;
            apply(&mut transaction, migration).await?;
            transaction.commit().await?;
        }
    }
    Ok(connection.unlock().await?)
}

/// Runs a migration's statements, each sent by itself, since Citus refuses several in one string; sqlx would send the
/// file as it is. Then records it, as sqlx does for one that is run elsewhere.
async fn apply(connection: &mut PgConnection, migration: &Migration) -> Result<(), Error> {
    for statement in script::statements(migration.sql.as_str()) {
        connection
            .execute(AssertSqlSafe(statement))
            .await
            .map_err(|error| Error::Statement { version: migration.version, error })?;
    }
    Ok(connection.skip(&MIGRATOR.table_name, migration).await?)
}
