//! `contacts verify` and `contacts reindex`

use std::process::ExitCode;

use super::{Failure, database::OpenDatabase, say};
use crate::{config::Config, contacts::maintenance, tenants};

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
    let rebuilt = reindex_all(&config, &opened).await;
    opened.close().await?;
    say(&format!("{} rebuilt\n", rebuilt?))
}

async fn reindex_all(config: &Config, opened: &OpenDatabase) -> Result<u64, Failure> {
    let mut rebuilt = 0;
    for (tenant, slug) in tenants::all(&opened.database).await? {
        maintenance::reindex(&opened.database, tenant, config.default_region, |difference| {
            rebuilt += 1;
            let _ = say(&format!("tenant {slug}: {difference}: rebuilt\n"));
        })
        .await?;
    }
    Ok(rebuilt)
}
