//! Logs, to the standard error stream.

use std::io::{self, IsTerminal};

use chrono::SecondsFormat;
use serde_json::json;
use tracing_subscriber::EnvFilter;

use crate::{
    clock::Clock,
    config::{Config, LogFormat},
};

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
        LogFormat::Json => {
            // A panic is a line of the log too.
            std::panic::set_hook(Box::new(|panic| tracing::error!(target: "contacts", "{panic}")));
            builder.json().flatten_event(true).try_init()
        }
    };
    if let Err(error) = started {
        tracing::debug!(%error, "logging was started before");
    }
}

/// The last line of a log that is JSON: why a command ends. As other lines are, whatever `RUST_LOG` leaves out.
#[must_use]
pub fn fatal(message: &str) -> String {
    let timestamp = Clock::System.now().to_rfc3339_opts(SecondsFormat::Micros, true);
    json!({"timestamp": timestamp, "level": "ERROR", "message": message, "target": "contacts"}).to_string()
}
