//! `contacts demo`

use std::{process::ExitCode, time::Instant};

use clap::{Args, value_parser};

use super::{
    Failure,
    database::OpenDatabase,
    progress::{Progress, grouped},
    say,
};
use crate::{
    config::Config,
    demo::{self, Event, Plan},
    domain::TenantSlug,
};

/// What demo data is to be made.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// How many contacts each tenant gets
    #[arg(long, value_name = "NUMBER", default_value_t = 10_000, value_parser = value_parser!(u64).range(1..=1_000_000_000))]
    contacts: u64,
    /// How many tenants to make: demo-1, demo-2 and so on
    #[arg(long, value_name = "NUMBER", default_value_t = 1, value_parser = value_parser!(u32).range(1..=100_000))]
    tenants: u32,
    /// What the tenants' slugs begin with
    #[arg(long, value_name = "SLUG", default_value = "demo")]
    slug_prefix: String,
    /// A number that the data follows from: the same numbers make the same contacts
    #[arg(long, value_name = "NUMBER", default_value_t = 42)]
    seed: u64,
}

pub(super) async fn run(config: Config, options: &Options) -> Result<ExitCode, Failure> {
    let started = Instant::now();
    let plan = Plan {
        slugs: (1..=options.tenants)
            .map(|number| TenantSlug::parse(&format!("{}-{number}", options.slug_prefix)))
            .collect::<Result<_, _>>()
            .map_err(|invalid| format!("--slug-prefix and the number of a tenant {}", invalid.message))?,
        contacts: options.contacts,
        seed: options.seed,
        region: config.default_region,
    };
    let opened = OpenDatabase::open_to_fill(&config).await?;
    let mut progress = Progress::new(options.contacts * u64::from(options.tenants));
    let loaded = demo::load(&opened.database, &plan, &mut |event| match event {
        Event::Contacts(done) => progress.contacts(done),
        Event::Step(what) => progress.step(what),
    })
    .await;
    progress.end();
    opened.close().await?;
    loaded?;
    let tenants = match options.tenants {
        1 => format!("the tenant {}-1 has", options.slug_prefix),
        count => format!("the tenants {0}-1 to {0}-{count} have each", options.slug_prefix),
    };
    let seconds = started.elapsed().as_secs();
    say(&format!("{tenants} {} contacts now, after {seconds} seconds\n", grouped(options.contacts)))
}
