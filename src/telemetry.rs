//! Logs, to the standard error stream.

use std::io::{self, IsTerminal};

use tracing_subscriber::EnvFilter;

use crate::config::{Config, LogFormat};

/// Starts logging. Called once, before anything is logged; a second call does nothing.
pub fn start(config: &Config) {
    // What the database remarks on every start (that something "already exists") is no news.
    let filter = EnvFilter::new(format!("sqlx::postgres::notice=warn,{}", config.log_filter));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal());
    let started = match config.log_format {
        LogFormat::Text => builder.try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
    if let Err(error) = started {
        tracing::debug!(%error, "logging was started before");
    }
}
