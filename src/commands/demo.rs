//! `contacts demo`

use std::{
    io::{self, IsTerminal, Write},
    process::ExitCode,
    time::{Duration, Instant},
};

use clap::{Args, value_parser};

use super::{Failure, database::OpenDatabase, say};
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
    let loaded = demo::load(&opened.database, &plan, &mut |event| progress.note(&event)).await;
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

/// Shows how far it is: as a bar on a terminal, else as a line now and then.
struct Progress {
    total: u64,
    started: Instant,
    shown: Option<Instant>,
    is_terminal: bool,
}

impl Progress {
    /// How often a bar is drawn, and a line is written.
    const FRAME: Duration = Duration::from_millis(100);
    const LINE: Duration = Duration::from_secs(10);

    fn new(total: u64) -> Self {
        Self { total, started: Instant::now(), shown: None, is_terminal: io::stderr().is_terminal() }
    }

    fn note(&mut self, event: &Event<'_>) {
        let is_due = |pause| self.shown.unwrap_or(self.started).elapsed() >= pause;
        match event {
            _ if !self.is_terminal && !is_due(Self::LINE) => {}
            Event::Contacts(done) if is_due(Self::FRAME) || *done >= self.total => {
                self.show(&self.contacts(*done));
            }
            Event::Contacts(_) => {}
            Event::Step(what) => self.show(what),
        }
    }

    /// `[#####     ] 250,000 of 500,000 contacts, 20,000 a second`
    fn contacts(&self, done: u64) -> String {
        const WIDTH: u64 = 30;
        let rate = u128::from(done) * 1_000 / self.started.elapsed().as_millis().max(1);
        let rate = grouped(u64::try_from(rate).unwrap_or(u64::MAX));
        let text = format!("{} of {} contacts, {rate} a second", grouped(done), grouped(self.total));
        if !self.is_terminal {
            return text;
        }
        let filled = (done * WIDTH / self.total.max(1)).min(WIDTH);
        let bar: String = (0..WIDTH).map(|at| if at < filled { '#' } else { ' ' }).collect();
        format!("[{bar}] {text}")
    }

    fn show(&mut self, text: &str) {
        self.shown = Some(Instant::now());
        let mut stderr = io::stderr().lock();
        let _ = if self.is_terminal {
            // To the beginning of the line, and away with what stands behind.
            write!(stderr, "\r{text}\x1b[K").and_then(|()| stderr.flush())
        } else {
            writeln!(stderr, "contacts: {text}")
        };
    }

    fn end(&mut self) {
        if self.is_terminal && self.shown.is_some() {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}

/// `1,000,000`
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_in_groups() {
        for (number, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(number), text);
        }
    }
}
