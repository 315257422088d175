//! `contacts serve`

use std::{fmt::Write, net::SocketAddr, process::ExitCode, sync::Arc, time::Duration};

use tokio::net::TcpListener;

use super::{
    Failure,
    database::OpenDatabase,
    say,
    token::{self, development_keys},
};
use crate::{
    auth::{Keys, Verifier},
    background::{Background, Pauses},
    changes,
    clock::Clock,
    config::{Config, ConfigError},
    contacts::{self, rebuild},
    database::{Database, embedded::Mode, migrations, wait_for_database},
    gate::Gate,
    housekeeping,
    http::server::{self, ServerLimits},
    jobs::worker,
    metrics::Metrics,
    read_model::{Documents, Totals},
    readiness::{NotReady, Readiness},
    router,
    shutdown::{self, Signals},
    state::{AppState, Parts},
    tenants::Tenants,
};

/// How often it is looked whether somebody else has brought the schema up to date.
const POLL: Duration = Duration::from_millis(200);
const POLL_AFTER_FAILURE: Duration = Duration::from_secs(5);

/// The tenant of the token that a development server prints.
const DEVELOPMENT_TENANT: &str = "development";
const DEVELOPMENT_TOKEN_LIFETIME: Duration = Duration::from_hours(30 * 24);

pub(super) async fn run(config: Config) -> Result<ExitCode, Failure> {
    if config.database.is_some() && config.keys.is_none() {
        return Err(ConfigError::NoKey.into());
    }
    let mut signals = Signals::listen()?;
    let listener = TcpListener::bind(config.listen_addr).await.map_err(|error| {
        format!("LISTEN_ADDR is `{}`, where the service cannot listen: {error}", config.listen_addr)
    })?;
    let address = listener.local_addr()?;
    tracing::info!(%address, version = env!("CARGO_PKG_VERSION"), "listening");
    let limits = ServerLimits::default();
    let connections = server::connections_for(limits.connections, config.database_max_connections);
    let delay = config.shutdown_delay;
    let mut service = Service::new(config);
    let (gate, readiness) = (service.gate.clone(), service.readiness.clone());
    let stop = shutdown::after_delay(&mut signals, &readiness, delay);
    // Both at once: what is asked while the service starts is answered, and a signal ends the start too.
    let served = tokio::select! {
        () = server::serve(listener, gate, ServerLimits { connections, ..limits }, stop) => Ok(()),
        failure = service.start(address) => Err(failure),
    };
    service.stop().await?;
    tracing::info!("stopped");
    served.map(|()| ExitCode::SUCCESS)
}

/// What a service consists of beside its listener. It may be stopped at any point of its start.
struct Service {
    config: Config,
    metrics: Metrics,
    readiness: Readiness,
    gate: Gate,
    background: Background,
    /// Once it is reached.
    opened: Option<OpenDatabase>,
}

impl Service {
    fn new(config: Config) -> Self {
        let (metrics, readiness) = (Metrics::default(), Readiness::starting());
        Self {
            config,
            gate: Gate::new(metrics.clone(), readiness.clone()),
            background: Background::new(readiness.clone(), Pauses::default()),
            metrics,
            readiness,
            opened: None,
        }
    }

    /// Starts the service, and returns where it cannot be started.
    async fn start(&mut self, address: SocketAddr) -> Failure {
        match self.try_start(address).await {
            Ok(()) => std::future::pending().await,
            Err(failure) => failure,
        }
    }

    async fn try_start(&mut self, address: SocketAddr) -> Result<(), Failure> {
        let opened = self.opened.insert(OpenDatabase::open(&self.config, Mode::Own).await?);
        let (database, server) = (opened.database.clone(), opened.server.clone());
        if let Some(server) = server.clone() {
            self.background.keep_running("what looks after PostgreSQL", move || {
                let server = server.clone();
                async move { server.supervise().await }
            });
        }
        let is_migrated = self.migrate(&database).await?;
        let (keys, is_development) = match (&self.config.keys, &server) {
            (Some(keys), _) => (keys.clone(), false),
            (None, Some(server)) => (development_keys(server.data_dir())?.0, true),
            (None, None) => return Err(ConfigError::NoKey.into()),
        };
        let development_keys = is_development.then_some(&keys);
        if is_migrated {
            self.open(database, &keys)?;
            announce(&self.config, address, development_keys)
        } else {
            tracing::warn!("the database lacks migrations; not ready until `contacts migrate` has run");
            self.readiness.starts(NotReady::LacksMigrations);
            announce(&self.config, address, development_keys)?;
            wait_for_migrations(&database).await?;
            self.open(database, &keys)
        }
    }

    /// Brings the schema up to date, or looks whether it is. Where the database goes away meanwhile it is waited for: what is
    /// applied stays, and the rest follows.
    async fn migrate(&self, database: &Database) -> Result<bool, Failure> {
        loop {
            self.readiness.starts(NotReady::Migrates);
            let is_migrated = if self.config.migrate_on_start {
                migrations::run(database).await
            } else {
                migrations::are_applied(database).await
            };
            match is_migrated {
                Err(error) if error.may_pass() => {
                    tracing::warn!(%error, "the database went away while its schema was looked at; trying again");
                    self.readiness.starts(NotReady::WaitsForDatabase);
                    tokio::time::sleep(POLL).await;
                    let waited = wait_for_database(database).await;
                    waited.map_err(|error| format!("the database cannot be reached: {error}"))?;
                }
                is_migrated => return Ok(is_migrated?),
            }
        }
    }

    /// Opens the gate, and starts what goes on behind it.
    fn open(&mut self, database: Database, keys: &Keys) -> Result<(), Failure> {
        let Self { config, metrics, readiness, gate, background, .. } = self;
        if keys.are_public() && config.jwt_audience.is_none() {
            tracing::warn!(
                "JWT_PUBLIC_KEY_FILE is set without JWT_AUDIENCE: tokens that the issuer made for other services are taken too, \
                 where they name a tenant"
            );
        }
        let state = AppState::from(Parts {
            database,
            verifier: Arc::new(Verifier::new(
                keys.clone(),
                config.jwt_issuer.as_deref(),
                config.jwt_audience.as_deref(),
            )),
            tenants: Tenants::new(config.auto_create_tenants),
            documents: Documents::default(),
            totals: Totals::default(),
            clock: Clock::System,
            default_region: config.default_region,
            new_jobs: Arc::default(),
            readiness: readiness.clone(),
            metrics: metrics.clone(),
        });
        gate.open(router::build(state.clone(), &config.cors_allowed_origins, config.request_timeout)?);
        readiness.has_started();

        let retention = config.retention;
        let of = state.clone();
        background.keep_running("the worker of jobs", move || worker::run(of.clone(), contacts::JOB_RUNNERS));
        let of = state.database.clone();
        background
            .keep_running("what looks for changes of others", move || changes::look_for_changes(of.clone()));
        let of = state.clone();
        background.keep_running("housekeeping", move || housekeeping::run(of.clone(), retention));
        background.keep_running("the rebuild of derived data", move || {
            rebuild::run(state.database.clone(), state.default_region)
        });
        Ok(())
    }

    /// Ends what runs in the background, then closes the database.
    async fn stop(self) -> Result<(), Failure> {
        // A batch of a job that is cut off is done again by whoever goes on with it.
        drop(self.background);
        match self.opened {
            Some(opened) => opened.close().await,
            None => Ok(()),
        }
    }
}

/// Waits until somebody else has brought the schema up to date.
async fn wait_for_migrations(database: &Database) -> Result<(), Failure> {
    loop {
        tokio::time::sleep(POLL).await;
        match migrations::are_applied(database).await {
            Ok(true) => return Ok(()),
            Ok(false) => {}
            Err(error @ migrations::Error::OtherSchema(_)) => return Err(error.into()),
            Err(error) => {
                tracing::warn!(%error, "it cannot be seen whether there are migrations");
                tokio::time::sleep(POLL_AFTER_FAILURE).await;
            }
        }
    }
}

/// Tells whoever started it, on the standard output, that the service has started, and where it is.
fn announce(config: &Config, address: SocketAddr, development_keys: Option<&Keys>) -> Result<(), Failure> {
    let mut text = format!("contacts listens on http://{address} (documentation: http://{address}/docs)\n");
    if let Some(keys) = development_keys {
        let lifetime = DEVELOPMENT_TOKEN_LIFETIME;
        let token = token::sign(config, keys, DEVELOPMENT_TENANT, "developer", "admin", lifetime)?;
        // The variables are those of the README, so that its calls can be pasted next. curl ends each answer's line.
        let _ = write!(
            text,
            r#"
To create a contact and find it, paste this into another terminal:

  API=http://{address}/api/v1
  TOKEN={token}
  curl "$API/contacts" -H "Authorization: Bearer $TOKEN" -w '\n' \
    -d 'name=Frank McCallister' -d 'email=[]' -d 'phone=[{{"phone":"1-800-759-3000"}}]'
  curl "$API/contacts?keyword=frank" -H "Authorization: Bearer $TOKEN" -w '\n'

The token is for the tenant `{DEVELOPMENT_TENANT}`, good for 30 days; `contacts token --help` makes others.

"#
        );
    }
    say(&text).map(|_| ())
}
