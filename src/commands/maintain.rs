//! `contacts verify` and `contacts reindex`

use std::process::ExitCode;

use super::{
    Failure,
    database::OpenDatabase,
    progress::{Progress, grouped},
    say,
};
use crate::{
    config::Config,
    contacts::{
        maintenance::{self, Difference, Report},
        rebuild,
    },
    domain::TenantId,
    tenants,
};

pub(super) async fn verify(config: Config) -> Result<ExitCode, Failure> {
    let opened = OpenDatabase::open_migrated(&config).await?;
    let done = run(&config, &opened, Purpose::Verify).await;
    opened.close().await?;
    let Done { checked, differences, .. } = done?;
    if differences == 0 {
        return say(&format!("{checked}: everything stored follows from the tables\n"));
    }
    let differences = counted(differences, "difference");
    say(&format!("{checked}: {differences}; `contacts reindex` rebuilds what is derived\n"))?;
    Ok(ExitCode::FAILURE)
}

pub(super) async fn reindex(config: Config) -> Result<ExitCode, Failure> {
    let opened = OpenDatabase::open_migrated(&config).await?;
    let done = run(&config, &opened, Purpose::Reindex).await;
    opened.close().await?;
    let Done { checked, differences, left } = done?;
    say(&format!("{checked}: {} rebuilt\n", grouped(differences)))?;
    if left == 0 {
        return Ok(ExitCode::SUCCESS);
    }
    say(&format!("{left} values that must be unique are another contact's too; change one of the two\n"))?;
    Ok(ExitCode::FAILURE)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Verify,
    Reindex,
}

/// What was looked at, as a text, and what was found.
struct Done {
    checked: String,
    differences: u64,
    /// Differences that could not be mended.
    left: u64,
}

async fn run(config: &Config, opened: &OpenDatabase, purpose: Purpose) -> Result<Done, Failure> {
    let (database, region) = (&opened.database, config.default_region);
    let tenants: Vec<(TenantId, String)> = tenants::all(database).await?;
    let mut expected = 0;
    for (tenant, _) in &tenants {
        expected += maintenance::total(database, *tenant).await?;
    }
    let mut progress = Progress::new(expected);
    let (mut checked, mut differences, mut left) = (0, 0, 0);
    for (tenant, slug) in &tenants {
        let told = Told {
            slug,
            purpose,
            progress: &mut progress,
            checked: &mut checked,
            differences: &mut differences,
            left: &mut left,
        };
        match purpose {
            Purpose::Verify => maintenance::verify(database, *tenant, region, told).await?,
            Purpose::Reindex => rebuild::reindex(database, *tenant, region, told).await?,
        }
    }
    progress.end();
    let checked = format!("{} of {}", counted(checked, "contact"), counted(tenants.len() as u64, "tenant"));
    Ok(Done { checked, differences, left })
}

/// Prints what differs, above the progress, and counts.
struct Told<'a> {
    slug: &'a str,
    purpose: Purpose,
    progress: &'a mut Progress,
    checked: &'a mut u64,
    differences: &'a mut u64,
    left: &'a mut u64,
}

impl Report for Told<'_> {
    fn differs(&mut self, difference: Difference) {
        let is_left = matches!(difference, Difference::Taken { .. });
        *(if is_left { &mut *self.left } else { &mut *self.differences }) += 1;
        let rebuilt = if self.purpose == Purpose::Reindex && !is_left { ": rebuilt" } else { "" };
        let line = format!("tenant {}: {difference}{rebuilt}\n", self.slug);
        self.progress.aside(|| {
            let _ = say(&line);
        });
    }

    fn checked(&mut self, contacts: usize) {
        *self.checked += contacts as u64;
        self.progress.contacts(*self.checked);
    }
}

/// `1 contact`, `2,000 contacts`
fn counted(number: u64, what: &str) -> String {
    format!("{} {what}{}", grouped(number), if number == 1 { "" } else { "s" })
}
