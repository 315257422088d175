//! `contacts serve`

use std::{fmt::Write, process::ExitCode, sync::Arc, time::Duration};

use tokio::net::TcpListener;

use super::{
    Failure,
    database::OpenDatabase,
    say,
    token::{self, development_keys},
};
use crate::{
    auth::{Keys, Verifier},
    clock::Clock,
    config::Config,
    contacts::{self, maintenance},
    database::{embedded::Mode, migrations},
    housekeeping,
    http::server::{self, ServerLimits},
    jobs::worker,
    metrics::Metrics,
    read_model::{Documents, Totals},
    router,
    shutdown::{self, Signals, Stopping},
    state::{AppState, Parts},
    tenants::Tenants,
};

/// The tenant of the token that a development server prints.
const DEVELOPMENT_TENANT: &str = "development";
const DEVELOPMENT_TOKEN_LIFETIME: Duration = Duration::from_hours(30 * 24);

pub(super) async fn run(config: Config) -> Result<ExitCode, Failure> {
    let mut signals = Signals::listen()?;
    let listener = TcpListener::bind(config.listen_addr).await.map_err(|error| {
        format!("LISTEN_ADDR is `{}`, where the service cannot listen: {error}", config.listen_addr)
    })?;
    let opened = tokio::select! {
        opened = OpenDatabase::open(&config, Mode::Own) => opened?,
        () = signals.received() => return Ok(ExitCode::SUCCESS),
    };
    let supervision =
        opened.server.clone().map(|server| tokio::spawn(async move { server.supervise().await }));
    let served = serve(&config, &opened, listener, signals).await;
    if let Some(supervision) = supervision {
        supervision.abort();
    }
    opened.close().await?;
    tracing::info!("stopped");
    served.map(|()| ExitCode::SUCCESS)
}

async fn serve(
    config: &Config,
    opened: &OpenDatabase,
    listener: TcpListener,
    mut signals: Signals,
) -> Result<(), Failure> {
    let is_migrated = if config.migrate_on_start {
        migrations::run(&opened.database).await?
    } else {
        migrations::are_applied(&opened.database).await?
    };
    if is_migrated {
        maintenance::catch_up(&opened.database, config.default_region).await?;
    } else {
        tracing::warn!("the database lacks migrations; not ready until `contacts migrate` has run");
    }
    let (keys, is_development) = match (&config.keys, &opened.server) {
        (Some(keys), _) => (keys.clone(), false),
        (None, Some(server)) => (development_keys(server.data_dir())?.0, true),
        (None, None) => return Err(crate::config::ConfigError::NoKey.into()),
    };
    if keys.are_public() && config.jwt_audience.is_none() {
        tracing::warn!(
            "JWT_PUBLIC_KEY_FILE is set without JWT_AUDIENCE: tokens that the issuer made for other services are taken too, where \
             they name a tenant"
        );
    }
    let state = AppState::from(Parts {
        database: opened.database.clone(),
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
        metrics: Metrics::default(),
        stopping: Stopping::default(),
    });
    let stopping = state.stopping.clone();
    let jobs = tokio::spawn(worker::run(state.clone(), contacts::JOB_RUNNERS));
    let housekeeping = tokio::spawn(housekeeping::run(state.clone(), config.retention));
    let router = router::build(state, &config.cors_allowed_origins, config.request_timeout)?;
    announce(config, &listener, is_development.then_some(&keys))?;

    let limits = ServerLimits::default();
    let connections = server::connections_for(limits.connections, config.database_max_connections);
    let stop = shutdown::after_delay(&mut signals, &stopping, config.shutdown_delay);
    server::serve(listener, router, ServerLimits { connections, ..limits }, stop).await;
    // A batch that is cut off is done again by whoever goes on with the job.
    jobs.abort();
    housekeeping.abort();
    Ok(())
}

/// Says where the service is: in the log, and for whoever started it.
fn announce(config: &Config, listener: &TcpListener, development_keys: Option<&Keys>) -> Result<(), Failure> {
    let address = listener.local_addr()?;
    tracing::info!(%address, version = env!("CARGO_PKG_VERSION"), "listening");
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
