//! `contacts migrate`

use std::process::ExitCode;

use super::{Failure, database::OpenDatabase, say};
use crate::{
    config::Config,
    contacts::rebuild,
    database::{embedded::Mode, migrations},
};

pub(super) async fn run(config: Config) -> Result<ExitCode, Failure> {
    let opened = OpenDatabase::open(&config, Mode::Share).await?;
    let migrated = bring_up_to_date(&config, &opened).await;
    opened.close().await?;
    migrated?;
    say("the schema is up to date\n")
}

async fn bring_up_to_date(config: &Config, opened: &OpenDatabase) -> Result<(), Failure> {
    if !migrations::run(&opened.database).await? {
        return Err(
            "this is a worker node of Citus, where the schema is not changed: run `contacts migrate`, then \
                    `contacts distribute`, on the coordinator"
                .into(),
        );
    }
    Ok(rebuild::catch_up(&opened.database, config.default_region).await?)
}
