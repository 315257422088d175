//! `contacts verify` and `contacts reindex`

use std::process::ExitCode;

use super::{Failure, database::OpenDatabase, say};
use crate::{
    config::Config,
    contacts::{
        maintenance::{self, Difference},
        rebuild,
    },
    tenants,
};

pub(super) async fn verify(config: Config) -> Result<ExitCode, Failure> {
    let opened = OpenDatabase::open_migrated(&config).await?;
    let found = verify_all(&config, &opened).await;
    opened.close().await?;
    let differences = found?;
    if differences == 0 {
        return say("everything stored follows from the tables\n");
    }
    say(&format!("{differences} differences; `contacts reindex` rebuilds what is derived\n"))?;
    Ok(ExitCode::FAILURE)
}

async fn verify_all(config: &Config, opened: &OpenDatabase) -> Result<u64, Failure> {
    let mut differences = 0;
    for (tenant, slug) in tenants::all(&opened.database).await? {
        maintenance::verify(&opened.database, tenant, config.default_region, |difference| {
            differences += 1;
            let _ = say(&format!("tenant {slug}: {difference}\n"));
        })
        .await?;
    }
    Ok(differences)
}

pub(super) async fn reindex(config: Config) -> Result<ExitCode, Failure> {
    let opened = OpenDatabase::open_migrated(&config).await?;
    let done = reindex_all(&config, &opened).await;
    opened.close().await?;
    let (rebuilt, left) = done?;
    say(&format!("{rebuilt} rebuilt\n"))?;
    if left == 0 {
        return Ok(ExitCode::SUCCESS);
    }
    say(&format!("{left} values that must be unique are another contact's too; change one of the two\n"))?;
    Ok(ExitCode::FAILURE)
}

/// How many differences there were, and how many are left.
async fn reindex_all(config: &Config, opened: &OpenDatabase) -> Result<(u64, u64), Failure> {
    let (mut rebuilt, mut left) = (0, 0);
    for (tenant, slug) in tenants::all(&opened.database).await? {
        rebuild::reindex(&opened.database, tenant, config.default_region, |difference| {
            let _ = if matches!(difference, Difference::Taken { .. }) {
                left += 1;
                say(&format!("tenant {slug}: {difference}\n"))
            } else {
                rebuilt += 1;
                say(&format!("tenant {slug}: {difference}: rebuilt\n"))
            };
        })
        .await?;
    }
    Ok((rebuilt, left))
}
