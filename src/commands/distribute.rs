//! `contacts distribute`

use std::process::ExitCode;

use sqlx::{ConnectOptions, Connection, PgConnection};

use super::{Failure, database::OpenDatabase, say};
use crate::{
    config::Config,
    database::{
        distributed::{self, Error, Outcome},
        embedded::Mode,
        migrations,
    },
};

pub(super) async fn run(config: Config) -> Result<ExitCode, Failure> {
    if config.database.is_none() {
        // The embedded one; it need not be started to know that.
        return Err(Error::Plain.into());
    }
    let opened = OpenDatabase::open(&config, Mode::Share).await?;
    let outcome = distribute(&opened).await;
    opened.close().await?;
    let Outcome { by_tenant, everywhere, shard_nodes, steps } = outcome?;
    let nothing = if steps == 0 { "nothing to do: " } else { "" };
    say(&format!(
        "{nothing}{by_tenant} tables are distributed by tenant over {shard_nodes} nodes, {everywhere} are on every node\n"
    ))
}

async fn distribute(opened: &OpenDatabase) -> Result<Outcome, Failure> {
    // Spreading a large table takes its time, which is no reason for a warning.
    let options = opened.database.options().clone().disable_statement_logging();
    let mut connection = PgConnection::connect_with(&options).await?;
    // First what cannot be helped by migrations.
    distributed::shard_nodes(&mut connection).await?;
    if !migrations::are_applied(&opened.database).await? {
        return Err("the database lacks migrations; run `contacts migrate` first".into());
    }
    let outcome = distributed::distribute(&mut connection, &mut |step| {
        let _ = say(&format!("{step}\n"));
    })
    .await?;
    connection.close().await?;
    Ok(outcome)
}
