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
    migrations::run(&session.database).await?;
    Ok(maintenance::catch_up(&session.database, config.default_region).await?)
}
