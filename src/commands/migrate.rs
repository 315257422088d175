//! `contacts migrate`

use std::process::ExitCode;

use super::{Failure, say, session::Session};
use crate::{
    config::Config,
    contacts::maintenance,
    database::{embedded::Mode, migrations},
};

pub(super) async fn run(config: Config) -> Result<ExitCode, Failure> {
    let session = Session::open(&config, Mode::Share).await?;
    let migrated = bring_up_to_date(&config, &session).await;
    session.close().await?;
    migrated?;
    say("the schema is up to date\n")
}

async fn bring_up_to_date(config: &Config, session: &Session) -> Result<(), Failure> {
    if !migrations::run(&session.database).await? {
        return Err(
            "this is a worker node of Citus, where the schema is not changed: run `contacts migrate`, then \
                    `contacts distribute`, on the coordinator"
                .into(),
        );
    }
    Ok(maintenance::catch_up(&session.database, config.default_region).await?)
}
