//! The configuration: flags, or the environment variables named beside them.
//!
//! [`Arguments`] is what was typed, as text; a doc comment there is what `contacts help configuration` says of
//! the variable.
//! [`Config`] is what it means. Reading one from the other is done here and not in clap, so that a wrong
//! value is reported by the name of its variable, and a secret is never repeated.

use std::{net::SocketAddr, path::PathBuf, str::FromStr, time::Duration};

use axum::http::HeaderValue;
use chrono::TimeDelta;
use clap::Args;
use sqlx::postgres::PgConnectOptions;
use tracing_subscriber::EnvFilter;

use crate::{auth::Keys, database, domain::Region, housekeeping::Retention};

const DEFAULT_MAX_CONNECTIONS: &str = "16";
const DEFAULT_LISTEN_ADDR: &str = "127.0.0.1:8080";
const DEFAULT_DATA_DIR: &str = "./data";
const DEFAULT_LOG_FORMAT: &str = "text";
const DEFAULT_RUST_LOG: &str = "info";
const DEFAULT_REQUEST_TIMEOUT: &str = "30s";
const DEFAULT_SHUTDOWN_DELAY: &str = "0s";
const DEFAULT_TRUE: &str = "true";
const DEFAULT_TRASH_RETENTION_DAYS: &str = "30";
const DEFAULT_HISTORY_RETENTION_DAYS: &str = "365";
const DEFAULT_EVENT_RETENTION_DAYS: &str = "30";

/// With the time that requests get to end, it fits the grace periods of `docker-compose.yml` and `deploy/contacts.service`.
const LONGEST_SHUTDOWN_DELAY: Duration = Duration::from_mins(1);

/// What can be configured, as text. An empty value counts as none.
#[derive(Debug, Clone, Args)]
#[expect(clippy::doc_markdown, rustdoc::bare_urls, reason = "the doc comments are the text of the help")]
pub struct Arguments {
    /// The database: postgres://user:password@host:5432/database. Without it the service runs a PostgreSQL
    /// of its own, from the binaries installed here, with its data under DATA_DIR
    #[arg(long, env, global = true, value_name = "URL", hide_env_values = true)]
    pub database_url: Option<String>,

    /// A file that holds DATABASE_URL, instead of the variable
    #[arg(long, env, global = true, value_name = "FILE")]
    pub database_url_file: Option<String>,

    /// How many connections to the database are kept at most
    #[arg(long, env, global = true, value_name = "NUMBER", default_value = DEFAULT_MAX_CONNECTIONS)]
    pub database_max_connections: Option<String>,

    /// Where to listen. Port 0 takes a free one; the log and the standard output say which
    #[arg(long, env, global = true, value_name = "ADDRESS:PORT", default_value = DEFAULT_LISTEN_ADDR)]
    pub listen_addr: Option<String>,

    /// Where the embedded PostgreSQL and the development key are kept; unused with DATABASE_URL
    #[arg(long, env, global = true, value_name = "DIRECTORY", default_value = DEFAULT_DATA_DIR)]
    pub data_dir: Option<String>,

    /// The secret that tokens are signed with (HS256), at least 32 bytes. With DATABASE_URL, this or
    /// JWT_PUBLIC_KEY_FILE is needed; without, a development key is made
    #[arg(long, env, global = true, value_name = "SECRET", hide_env_values = true)]
    pub jwt_secret: Option<String>,

    /// A file that holds JWT_SECRET, instead of the variable
    #[arg(long, env, global = true, value_name = "FILE")]
    pub jwt_secret_file: Option<String>,

    /// The public key that tokens are verified with, in PEM form: RSA (RS256), EC on P-256 (ES256) or
    /// Ed25519 (EdDSA)
    #[arg(long, env, global = true, value_name = "FILE")]
    pub jwt_public_key_file: Option<String>,

    /// What the claim `iss` of a token must be; any where not set
    #[arg(long, env, global = true, value_name = "ISSUER")]
    pub jwt_issuer: Option<String>,

    /// What the claim `aud` of a token must be or hold; any where not set
    #[arg(long, env, global = true, value_name = "AUDIENCE")]
    pub jwt_audience: Option<String>,

    /// The country of phone numbers typed without a country code: two letters (ISO 3166), such as MM
    #[arg(long, env, global = true, value_name = "COUNTRY")]
    pub default_region: Option<String>,

    /// Web pages that may call the API: origins such as https://app.example.com, separated by commas, or *
    #[arg(long, env, global = true, value_name = "ORIGINS")]
    pub cors_allowed_origins: Option<String>,

    /// How log lines are written: text, or json with one object a line
    #[arg(long, env, global = true, value_name = "text|json", default_value = DEFAULT_LOG_FORMAT)]
    pub log_format: Option<String>,

    /// What is logged: a level (error, warn, info, debug, trace), or directives such as
    /// info,contacts::request=warn
    #[arg(long, env, global = true, value_name = "FILTER", default_value = DEFAULT_RUST_LOG)]
    pub rust_log: Option<String>,

    /// How long a request may take before it is answered with 503, such as 30s or 500ms
    #[arg(long, env, global = true, value_name = "DURATION", default_value = DEFAULT_REQUEST_TIMEOUT)]
    pub request_timeout: Option<String>,

    /// How long the service still serves after SIGTERM while /readyz says that it is not ready, such as 10s: as long as
    /// whoever sends it requests needs to notice
    #[arg(long, env, global = true, value_name = "DURATION", default_value = DEFAULT_SHUTDOWN_DELAY)]
    pub shutdown_delay: Option<String>,

    /// Whether a valid token is enough to create the tenant it names
    #[arg(long, env, global = true, value_name = "true|false", default_value = DEFAULT_TRUE)]
    pub auto_create_tenants: Option<String>,

    /// Whether `serve` brings the schema of the database up to date when it starts
    #[arg(long, env, global = true, value_name = "true|false", default_value = DEFAULT_TRUE)]
    pub migrate_on_start: Option<String>,

    /// How many days a deleted contact stays in the trash before it is erased; 0 for ever. Merges can be undone
    /// for as long
    #[arg(long, env, global = true, value_name = "DAYS", default_value = DEFAULT_TRASH_RETENTION_DAYS)]
    pub trash_retention_days: Option<String>,

    /// How many days the history of contacts is kept; 0 for ever
    #[arg(long, env, global = true, value_name = "DAYS", default_value = DEFAULT_HISTORY_RETENTION_DAYS)]
    pub history_retention_days: Option<String>,

    /// How many days those who follow the changes may be behind; 0 for ever.
    #[arg(long, env, global = true, value_name = "DAYS", default_value = DEFAULT_EVENT_RETENTION_DAYS)]
    pub event_retention_days: Option<String>,
}

/// The configuration as it is meant.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where the database is; the embedded one where `None`.
    pub database: Option<PgConnectOptions>,
    /// The pool's size.
    pub database_max_connections: u32,
    /// Where to listen.
    pub listen_addr: SocketAddr,
    /// Where the embedded server keeps its data.
    pub data_dir: PathBuf,
    /// Nobody said where, so it may be elsewhere if it cannot be here.
    pub data_dir_is_default: bool,
    /// What verifies tokens, where that was said. Without it and without `database` it is the development key.
    pub keys: Option<Keys>,
    /// The issuer demanded.
    pub jwt_issuer: Option<String>,
    /// The audience demanded.
    pub jwt_audience: Option<String>,
    /// Where phone numbers without a country code belong.
    pub default_region: Option<Region>,
    /// Who may call from a browser.
    pub cors_allowed_origins: CorsOrigins,
    /// How log lines are written.
    pub log_format: LogFormat,
    /// What is logged.
    pub log_filter: String,
    /// How long a request may take.
    pub request_timeout: Duration,
    /// How long the service still serves once it is to stop.
    pub shutdown_delay: Duration,
    /// Whether a valid token is enough to create its tenant.
    pub auto_create_tenants: bool,
    /// Whether `serve` applies migrations.
    pub migrate_on_start: bool,
    /// How long things are kept that nobody needs for ever.
    pub retention: Retention,
}

/// Who may call from a browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CorsOrigins {
    /// `*`
    Any,
    /// These, perhaps none.
    List(Vec<HeaderValue>),
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// An object a line.
    Json,
}

/// A value that stops the start.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The variable, what it was, what it may be.
    #[error("{variable} is `{value}`; it must be {expected}")]
    Wrong {
        /// The variable's name.
        variable: &'static str,
        /// What it was.
        value: String,
        /// What it may be.
        expected: String,
    },
    /// The same of a secret, which is not repeated.
    #[error("{0}")]
    WrongSecret(String),
    /// A file that holds a secret cannot be read.
    #[error("{variable} is {path}, which cannot be read: {source}")]
    Unreadable {
        /// The variable's name.
        variable: &'static str,
        /// The file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// A secret, and a file with it.
    #[error("{0} and {1} are both set; set one of them")]
    SecretTwice(&'static str, &'static str),
    /// Two that exclude each other.
    #[error("JWT_SECRET and JWT_PUBLIC_KEY_FILE are both set; set the one that your tokens are signed for")]
    TwoKeys,
    /// A database, but no key.
    #[error(
        "DATABASE_URL is set, but neither JWT_SECRET nor JWT_PUBLIC_KEY_FILE is; set JWT_SECRET to at least 32 \
         bytes (openssl rand -hex 32), or JWT_PUBLIC_KEY_FILE to your issuer's public key in PEM form"
    )]
    NoKey,
    /// A key that cannot be used.
    #[error(transparent)]
    Key(#[from] crate::auth::KeyError),
}

impl TryFrom<Arguments> for Config {
    type Error = ConfigError;

    fn try_from(arguments: Arguments) -> Result<Self, ConfigError> {
        let database_url = secret(
            ("DATABASE_URL", arguments.database_url),
            ("DATABASE_URL_FILE", arguments.database_url_file),
        )?;
        let database = database_url.map(|url| database_options(&url)).transpose()?;
        let jwt_secret =
            secret(("JWT_SECRET", arguments.jwt_secret), ("JWT_SECRET_FILE", arguments.jwt_secret_file))?;
        let keys = match (jwt_secret, given(arguments.jwt_public_key_file)) {
            (Some(_), Some(_)) => return Err(ConfigError::TwoKeys),
            (Some(secret), None) => Some(Keys::from_secret(&secret)?),
            (None, Some(file)) => Some(Keys::from_public_key_file(file.as_ref())?),
            // Who needs one says so: not every command does.
            (None, None) => None,
        };
        let data_dir = or_default(arguments.data_dir, DEFAULT_DATA_DIR);
        let max_connections = or_default(arguments.database_max_connections, DEFAULT_MAX_CONNECTIONS);
        let listen_addr = or_default(arguments.listen_addr, DEFAULT_LISTEN_ADDR);
        let log_format = or_default(arguments.log_format, DEFAULT_LOG_FORMAT);
        let log_filter = or_default(arguments.rust_log, DEFAULT_RUST_LOG);
        let request_timeout = or_default(arguments.request_timeout, DEFAULT_REQUEST_TIMEOUT);
        let shutdown_delay = or_default(arguments.shutdown_delay, DEFAULT_SHUTDOWN_DELAY);
        Ok(Self {
            database,
            database_max_connections: read(
                "DATABASE_MAX_CONNECTIONS",
                &max_connections,
                "a whole number from 1 to 10000",
                |text| text.parse().ok().filter(|number| (1..=10_000).contains(number)),
            )?,
            listen_addr: read(
                "LISTEN_ADDR",
                &listen_addr,
                "an IP address and a port such as 127.0.0.1:8080 or [::]:8080",
                |text| text.parse().ok(),
            )?,
            data_dir_is_default: data_dir == DEFAULT_DATA_DIR,
            data_dir: data_dir.into(),
            keys,
            jwt_issuer: given(arguments.jwt_issuer),
            jwt_audience: given(arguments.jwt_audience),
            default_region: given(arguments.default_region)
                .map(|text| {
                    let expected = "the two letters of a country (ISO 3166) such as MM or US";
                    read("DEFAULT_REGION", &text, expected, |text| Region::parse(text).ok())
                })
                .transpose()?,
            cors_allowed_origins: read(
                "CORS_ALLOWED_ORIGINS",
                &given(arguments.cors_allowed_origins).unwrap_or_default(),
                "origins such as https://app.example.com, separated by commas, or *",
                |text| text.parse().ok(),
            )?,
            log_format: read("LOG_FORMAT", &log_format, "text or json", |text| match text {
                "text" => Some(LogFormat::Text),
                "json" => Some(LogFormat::Json),
                _ => None,
            })?,
            log_filter: read(
                "RUST_LOG",
                &log_filter,
                "a level (error, warn, info, debug, trace) or directives such as info,contacts::request=warn",
                |text| EnvFilter::try_new(text).ok().map(|_| text.to_owned()),
            )?,
            request_timeout: read(
                "REQUEST_TIMEOUT",
                &request_timeout,
                "a duration from 1ms to 1h, such as 30s or 500ms",
                |text| humantime::parse_duration(text).ok().filter(is_sane_timeout),
            )?,
            shutdown_delay: read(
                "SHUTDOWN_DELAY",
                &shutdown_delay,
                "a duration from 0s to 60s, such as 10s",
                |text| humantime::parse_duration(text).ok().filter(|delay| *delay <= LONGEST_SHUTDOWN_DELAY),
            )?,
            auto_create_tenants: boolean("AUTO_CREATE_TENANTS", arguments.auto_create_tenants)?,
            migrate_on_start: boolean("MIGRATE_ON_START", arguments.migrate_on_start)?,
            retention: Retention {
                trash: days(
                    "TRASH_RETENTION_DAYS",
                    &or_default(arguments.trash_retention_days, DEFAULT_TRASH_RETENTION_DAYS),
                )?,
                history: days(
                    "HISTORY_RETENTION_DAYS",
                    &or_default(arguments.history_retention_days, DEFAULT_HISTORY_RETENTION_DAYS),
                )?,
                events: days(
                    "EVENT_RETENTION_DAYS",
                    &or_default(arguments.event_retention_days, DEFAULT_EVENT_RETENTION_DAYS),
                )?,
            },
        })
    }
}

/// The value, unless it is empty.
fn given(value: Option<String>) -> Option<String> {
    value.filter(|text| !text.trim().is_empty())
}

/// A secret, as it is given or as a file holds it, without the line's end that editors add.
fn secret(
    (variable, value): (&'static str, Option<String>),
    (file_variable, file): (&'static str, Option<String>),
) -> Result<Option<String>, ConfigError> {
    let Some(path) = given(file) else { return Ok(given(value)) };
    if given(value).is_some() {
        return Err(ConfigError::SecretTwice(variable, file_variable));
    }
    let text = std::fs::read_to_string(&path).map_err(|source| ConfigError::Unreadable {
        variable: file_variable,
        path: path.clone(),
        source,
    })?;
    let text = text.trim_end_matches(['\r', '\n']);
    if text.trim().is_empty() {
        return Err(ConfigError::WrongSecret(format!("{file_variable} is {path}, which is empty")));
    }
    Ok(Some(text.to_owned()))
}

fn or_default(value: Option<String>, default: &str) -> String {
    given(value).unwrap_or_else(|| default.to_owned())
}

fn read<T>(
    variable: &'static str,
    value: &str,
    expected: &str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<T, ConfigError> {
    parse(value.trim()).ok_or_else(|| ConfigError::Wrong {
        variable,
        value: value.into(),
        expected: expected.into(),
    })
}

fn boolean(variable: &'static str, value: Option<String>) -> Result<bool, ConfigError> {
    read(variable, &or_default(value, DEFAULT_TRUE), "true or false", |text| text.parse().ok())
}

/// Days; none where that is 0, which means for ever.
fn days(variable: &'static str, value: &str) -> Result<Option<TimeDelta>, ConfigError> {
    let expected = "a whole number of days from 0 (for ever) to 36500";
    let days: u16 = read(variable, value, expected, |text| text.parse().ok().filter(|days| *days <= 36_500))?;
    Ok((days > 0).then(|| TimeDelta::days(days.into())))
}

fn is_sane_timeout(timeout: &Duration) -> bool {
    (Duration::from_millis(1)..=Duration::from_hours(1)).contains(timeout)
}

/// Reads a `DATABASE_URL`. It may hold a password, so an error does not repeat it.
fn database_options(url: &str) -> Result<PgConnectOptions, ConfigError> {
    database::parse_url(url.trim()).map_err(|why| ConfigError::WrongSecret(format!("DATABASE_URL {why}")))
}

impl FromStr for CorsOrigins {
    type Err = ();

    /// An origin is a scheme, a host and perhaps a port, with nothing behind it.
    fn from_str(text: &str) -> Result<Self, ()> {
        if text == "*" {
            return Ok(Self::Any);
        }
        text.split(',')
            .map(str::trim)
            .filter(|origin| !origin.is_empty())
            .map(|origin| {
                let url = url::Url::parse(origin).map_err(|_| ())?;
                let is_origin = url.origin().is_tuple() && url.origin().ascii_serialization() == origin;
                HeaderValue::from_str(origin).ok().filter(|_| is_origin).ok_or(())
            })
            .collect::<Result<_, _>>()
            .map(Self::List)
    }
}
