//! The database that a command works on: the configured one, or the embedded server, started where none runs.

use std::{sync::Arc, time::Duration};

use sqlx::{Connection, PgConnection, postgres::PgConnectOptions};

use super::Failure;
use crate::{
    config::Config,
    database::{
        Database,
        embedded::{self, EmbeddedServer, Mode, Options},
        migrations, wait_for_database,
    },
    error::database_message,
};

/// Name of the embedded server's database.
const DATABASE_NAME: &str = "contacts";

/// An open database, and the server behind it where that is ours.
#[derive(Debug)]
pub(super) struct OpenDatabase {
    pub database: Database,
    pub server: Option<Arc<EmbeddedServer>>,
}

impl OpenDatabase {
    /// Opens the database and waits until it answers. The statements of the service itself ([`Mode::Own`]) end
    /// with their requests, those of other commands take as long as they take.
    pub(super) async fn open(config: &Config, mode: Mode) -> Result<Self, Failure> {
        let (options, server) = match &config.database {
            Some(options) => (options.clone(), None),
            None => {
                let server = EmbeddedServer::start(Options {
                    data_dir: config.data_dir.clone(),
                    data_dir_is_default: config.data_dir_is_default,
                    mode,
                })
                .await?;
                let options = options_for(&server);
                if let Err(error) = create_database(&options).await {
                    server.stop().await?;
                    return Err(database_message(&error).into());
                }
                (options.database(DATABASE_NAME), Some(Arc::new(server)))
            }
        };
        let statement_timeout = match mode {
            Mode::Own => config.request_timeout,
            Mode::Share => Duration::ZERO,
        };
        let database = Database::new(options, config.database_max_connections, statement_timeout);
        let opened = Self { database, server };
        if let Err(error) = wait_for_database(&opened.database).await {
            opened.close().await?;
            return Err(format!("the database cannot be reached: {error}").into());
        }
        Ok(opened)
    }

    /// Opens the database with its schema up to date, for commands that read and write it.
    pub(super) async fn open_migrated(config: &Config) -> Result<Self, Failure> {
        let opened = Self::open(config, Mode::Share).await?;
        let are_applied = if config.database.is_none() {
            migrations::run(&opened.database).await
        } else {
            migrations::are_applied(&opened.database).await
        };
        opened.if_migrated(are_applied).await
    }

    /// The same, and makes the schema where the database is empty: for a command that fills it.
    pub(super) async fn open_to_fill(config: &Config) -> Result<Self, Failure> {
        let opened = Self::open(config, Mode::Share).await?;
        let are_applied = if config.database.is_none() {
            migrations::run(&opened.database).await
        } else {
            migrations::run_if_empty(&opened.database).await
        };
        opened.if_migrated(are_applied).await
    }

    async fn if_migrated(self, are_applied: Result<bool, migrations::Error>) -> Result<Self, Failure> {
        let opened = self;
        match are_applied {
            Ok(true) => Ok(opened),
            Ok(false) => {
                opened.close().await?;
                Err("the database lacks migrations; run `contacts migrate` first".into())
            }
            Err(error) => {
                opened.close().await?;
                Err(error.into())
            }
        }
    }

    /// Closes the connections, then stops the server if it is ours.
    pub(super) async fn close(self) -> Result<(), Failure> {
        self.database.close();
        if let Some(server) = self.server {
            server.stop().await?;
        }
        Ok(())
    }
}

/// Everything is said here, so that `PG…` variables of the caller do not lead elsewhere.
fn options_for(server: &EmbeddedServer) -> PgConnectOptions {
    PgConnectOptions::new_without_pgpass()
        .socket(server.socket_dir())
        .port(embedded::PORT)
        .username(server.user())
}

async fn create_database(options: &PgConnectOptions) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect_with(&options.clone().database("postgres")).await?;
    let exists = sqlx::query_scalar!("select 1 from pg_database where datname = $1", DATABASE_NAME)
        .fetch_optional(&mut connection)
        .await?
        .is_some();
    if !exists {
        let created = sqlx::query("create database contacts").execute(&mut connection).await;
        // Two commands may start at once; the second finds it made.
        let is_there = |error: &sqlx::Error| {
            error
                .as_database_error()
                .and_then(|error| error.code().map(|code| code == "42P04" || code == "23505"))
        };
        if let Err(error) = created
            && is_there(&error) != Some(true)
        {
            return Err(error);
        }
    }
    connection.close().await
}
