//! `contacts create-tenant`

use std::process::ExitCode;

use clap::Args;

use super::{Failure, database::OpenDatabase, say};
use crate::{clock::Clock, config::Config, domain::TenantSlug, tenants::Tenants};

/// Which tenant.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// The tenant's slug: up to 63 of a-z, 0-9, _ and -, the first a letter or digit
    #[arg(value_name = "SLUG")]
    slug: String,
}

pub(super) async fn run(config: Config, options: &Options) -> Result<ExitCode, Failure> {
    let slug = TenantSlug::parse(&options.slug)
        .map_err(|invalid| format!("the tenant's slug {}", invalid.message))?;
    let opened = OpenDatabase::open_migrated(&config).await?;
    let created = Tenants::new(true).resolve(&opened.database, &Clock::System, &slug).await;
    opened.close().await?;
    created?;
    say(&format!("there is a tenant {}\n", slug.as_str()))
}
