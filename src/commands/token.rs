//! `contacts token`, and the development key.

use std::{
    fmt::Write as _,
    fs::{self, OpenOptions},
    io::{self, ErrorKind, Write as _},
    os::unix::fs::OpenOptionsExt,
    path::Path,
    process::ExitCode,
    time::Duration,
};

use clap::Args;

use super::{Failure, say};
use crate::{
    auth::{Claims, Keys, known_scopes},
    clock::Clock,
    config::{Config, ConfigError},
    database::embedded,
    domain::TenantSlug,
};

/// Name of the development key's file in the data directory.
const KEY_FILE: &str = "development.key";

/// What a token is to say.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// The tenant's slug
    #[arg(long, value_name = "SLUG")]
    tenant: String,
    /// Who will hold it
    #[arg(long, value_name = "NAME")]
    subject: String,
    /// What it allows, space separated: contacts:read, contacts:write, contacts:erase, settings:write, or admin for
    /// all
    #[arg(long, value_name = "SCOPES", default_value = "contacts:read contacts:write")]
    scope: String,
    /// How long it holds, such as 1h or 30days
    #[arg(long, value_name = "DURATION", default_value = "1h", value_parser = humantime::parse_duration)]
    expires_in: Duration,
}

pub(super) fn run(config: &Config, options: &Options) -> Result<ExitCode, Failure> {
    let keys = match &config.keys {
        Some(keys) => keys.clone(),
        None if config.database.is_some() => return Err(ConfigError::NoKey.into()),
        None => {
            let data_dir = embedded::resolve_data_dir(&config.data_dir, config.data_dir_is_default)?;
            let (keys, is_new) = development_keys(&data_dir)?;
            if is_new {
                let file = data_dir.join(KEY_FILE);
                let _ = writeln!(
                    io::stderr(),
                    "contacts: there was no key here, so one was made: {}. The token opens no service but one that is started \
                     with this DATA_DIR, and without DATABASE_URL",
                    file.display()
                );
            }
            keys
        }
    };
    let is_known = |scope: &str| known_scopes().any(|known| known == scope);
    if let Some(unknown) = options.scope.split_ascii_whitespace().find(|scope| !is_known(scope)) {
        let known: Vec<&str> = known_scopes().collect();
        return Err(format!("--scope has `{unknown}`; it may have {}", known.join(", ")).into());
    }
    let token = sign(config, &keys, &options.tenant, &options.subject, &options.scope, options.expires_in)?;
    say(&format!("{token}\n"))
}

/// Signs a token that this configuration accepts.
pub(super) fn sign(
    config: &Config,
    keys: &Keys,
    tenant: &str,
    subject: &str,
    scope: &str,
    expires_in: Duration,
) -> Result<String, Failure> {
    let tenant =
        TenantSlug::parse(tenant).map_err(|invalid| format!("the tenant's slug {}", invalid.message))?;
    let expires_at = Clock::System
        .now()
        .checked_add_signed(chrono::TimeDelta::from_std(expires_in)?)
        .ok_or("--expires-in is too long")?;
    let token = keys.sign(&Claims {
        sub: subject.to_owned(),
        tenant: tenant.as_str().to_owned(),
        scope: scope.to_owned(),
        #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 fit 53 bits")]
        exp: expires_at.timestamp() as f64,
        nbf: None,
        iss: config.jwt_issuer.clone(),
        aud: config.jwt_audience.clone(),
    })?;
    Ok(token)
}

/// The key of a development server, and whether it was made just now: at first use, to be kept in the data directory where only
/// its owner can read it.
pub(super) fn development_keys(data_dir: &Path) -> Result<(Keys, bool), Failure> {
    let path = data_dir.join(KEY_FILE);
    let (secret, is_new) = match fs::read_to_string(&path) {
        Ok(secret) => (secret, false),
        Err(error) if error.kind() == ErrorKind::NotFound => (create_key(&path)?, true),
        Err(error) => {
            return Err(format!("the development key {} cannot be read: {error}", path.display()).into());
        }
    };
    Ok((Keys::from_secret(secret.trim())?, is_new))
}

/// Written under a name of its own and then linked, so that of two processes one wins and nobody reads half
/// a key.
fn create_key(path: &Path) -> Result<String, Failure> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes)
        .map_err(|error| format!("no random bytes for the development key: {error}"))?;
    let mut secret = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        let _ = write!(secret, "{byte:02x}");
    }
    let draft = path.with_extension(format!("{}.tmp", std::process::id()));
    OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&draft)?
        .write_all(secret.as_bytes())?;
    let linked = fs::hard_link(&draft, path);
    fs::remove_file(&draft)?;
    match linked {
        Ok(()) => Ok(secret),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(fs::read_to_string(path)?),
        Err(error) => Err(error.into()),
    }
}
