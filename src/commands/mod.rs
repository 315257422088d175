//! What the binary does: a file a command.

mod create_tenant;
mod database;
mod demo;
mod distribute;
mod healthcheck;
mod help;
mod maintain;
mod migrate;
mod progress;
mod serve;
mod token;

use std::{
    io::{self, Write},
    process::ExitCode,
};

use clap::{Parser, Subcommand};

use crate::{
    config::{Arguments, Config},
    error::Error,
    router, telemetry,
};

/// A self-hosted contacts service: the REST API of klink.cloud's contacts on a PostgreSQL of your own
#[derive(Debug, Parser)]
#[command(version, about, max_term_width = 100)]
pub struct CommandLine {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    arguments: Arguments,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API (what happens without a command)
    Serve,
    /// Bring the schema of the database up to date
    Migrate,
    /// Print a bearer token, signed with `JWT_SECRET` or the development key
    Token(token::Options),
    /// Create a tenant, where `AUTO_CREATE_TENANTS` is false
    CreateTenant(create_tenant::Options),
    /// Make tenants full of contacts that look like people's, to try the service out and to measure it
    Demo(demo::Options),
    /// Spread the tables over the nodes of a distributed PostgreSQL (Citus)
    Distribute,
    /// Print the `OpenAPI` document
    Openapi,
    /// Ask the service at `LISTEN_ADDR` whether it is ready; exit status 1 if it is not
    Healthcheck,
    /// Rebuild all documents, search texts, keys and totals from the tables
    Reindex,
    /// Compare all documents, search texts, keys and totals with the tables; list what differs and exit with
    /// status 1 if something does
    Verify,
    /// What can be configured, by environment variables or by flags. An empty value counts as none
    #[command(hide = true, help_template = "{about}\n\n{options}")]
    Configuration(Box<help::Configuration>),
}

/// Why a command failed: a sentence for the operator.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Runs a command. Its failure is a sentence on the standard error stream, or a line of the log where that is JSON, and
/// exit status 1.
#[must_use]
pub fn run(line: CommandLine) -> ExitCode {
    // Known even where something else of the configuration is wrong.
    let is_json = line.arguments.log_format.as_deref().is_some_and(|format| format.trim() == "json");
    match try_run(line) {
        Ok(code) => code,
        Err(failure) => {
            // What callers of the API are told of a failure hides its cause; whoever types a command may know it.
            let cause = failure.downcast_ref().map_or_else(|| failure.to_string().into(), Error::cause);
            let _ = if is_json {
                writeln!(io::stderr(), "{}", telemetry::fatal(&cause))
            } else {
                writeln!(io::stderr(), "contacts: {cause}")
            };
            ExitCode::FAILURE
        }
    }
}

fn try_run(line: CommandLine) -> Result<ExitCode, Failure> {
    match line.command {
        // Need no configuration.
        Some(Command::Openapi) => return say(&router::openapi_text()?),
        Some(Command::Configuration(_)) => return say(&help::configuration()),
        _ => {}
    }
    let config = Config::try_from(line.arguments)?;
    telemetry::start(&config);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        match line.command {
            None | Some(Command::Serve) => serve::run(config).await,
            Some(Command::Migrate) => migrate::run(config).await,
            Some(Command::Token(options)) => token::run(&config, &options),
            Some(Command::CreateTenant(options)) => create_tenant::run(config, &options).await,
            Some(Command::Demo(options)) => demo::run(config, &options).await,
            Some(Command::Distribute) => distribute::run(config).await,
            Some(Command::Openapi) => say(&router::openapi_text()?),
            Some(Command::Configuration(_)) => say(&help::configuration()),
            Some(Command::Healthcheck) => healthcheck::run(&config).await,
            Some(Command::Reindex) => maintain::reindex(config).await,
            Some(Command::Verify) => maintain::verify(config).await,
        }
    })
}

/// Writes to the standard output.
fn say(text: &str) -> Result<ExitCode, Failure> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        // Whoever reads has seen enough (`| head`).
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(ExitCode::SUCCESS),
    }
}
