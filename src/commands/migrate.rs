//! `contacts migrate`

use std::process::ExitCode;

use super::{Failure, say, session::Session};
use crate::{
    config::Config,
    database::{embedded::Mode, migrations},
};

pub(super) async fn run(config: Config) -> Result<ExitCode, Failure> {
    let session = Session::open(&config, Mode::Share).await?;
    let migrated = migrations::run(session.database.pool()).await;
    session.close().await?;
    migrated?;
    say("the schema is up to date\n")
}
