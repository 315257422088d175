//! The service in process, with a database of its own.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use ::contacts::{
    auth::{Claims, Keys, Verifier},
    clock::Clock,
    config::CorsOrigins,
    contacts::{self, maintenance},
    database::Database,
    domain::Region,
    http::server::{self, ServerLimits},
    jobs::worker,
    metrics::Metrics,
    read_model::{Documents, Totals},
    readiness::Readiness,
    router,
    state::{AppState, Parts},
    tenants::{self, Tenants},
};
use axum::Router;
use chrono::{DateTime, Utc};
use sqlx::{PgPool, postgres::PgConnectOptions};

use super::{Client, database::TestDatabase};

/// The secret that the tests' tokens are signed with.
pub const SECRET: &str = "a secret of the tests, long enough for HS256";

/// The tenant that clients belong to unless it is said.
pub const TENANT: &str = "acme";

/// What a test may want otherwise.
pub struct Setup {
    pub clock: Clock,
    pub region: Option<&'static str>,
    pub auto_create_tenants: bool,
    pub timeout: Duration,
    /// Whether the database ends what takes too long, too.
    pub is_hasty: bool,
    pub cors: CorsOrigins,
    pub max_connections: u32,
    pub issuer: Option<&'static str>,
    pub audience: Option<&'static str>,
    pub keys: Option<Keys>,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            clock: Clock::System,
            region: Some("MM"),
            auto_create_tenants: true,
            timeout: Duration::from_secs(30),
            is_hasty: true,
            cors: CorsOrigins::List(Vec::new()),
            max_connections: 16,
            issuer: None,
            audience: None,
            keys: None,
        }
    }
}

/// A running service. When a test ends, everything stored must follow from the tables: [`Self::finish`].
pub struct TestApp {
    pub router: Router,
    pub state: AppState,
    keys: Keys,
    database: TestDatabase,
}

impl TestApp {
    pub async fn new() -> Self {
        Self::with(Setup::default()).await
    }

    pub async fn with(setup: Setup) -> Self {
        let database = TestDatabase::new().await;
        let options = database.options();
        Self::on(database, options, setup)
    }

    /// A service whose connections go to `options`, which lead to `database`.
    pub fn on(database: TestDatabase, options: PgConnectOptions, setup: Setup) -> Self {
        let keys = setup.keys.unwrap_or_else(|| Keys::from_secret(SECRET).unwrap());
        let statement_timeout = if setup.is_hasty { setup.timeout } else { Duration::ZERO };
        let state = AppState::from(Parts {
            database: Database::new(options, setup.max_connections, statement_timeout),
            verifier: Arc::new(Verifier::new(keys.clone(), setup.issuer, setup.audience)),
            tenants: Tenants::new(setup.auto_create_tenants),
            documents: Documents::default(),
            totals: Totals::default(),
            clock: setup.clock,
            default_region: setup.region.map(|region| Region::parse(region).unwrap()),
            new_jobs: Arc::default(),
            readiness: Readiness::default(),
            metrics: Metrics::default(),
        });
        let router = router::build(state.clone(), &setup.cors, setup.timeout).unwrap();
        Self { router, state, keys, database }
    }

    /// Without a token.
    pub fn anon(&self) -> Client {
        Client::new(self.router.clone(), None)
    }

    /// May only read.
    pub fn reader(&self) -> Client {
        self.client(TENANT, "contacts:read")
    }

    /// May read, write and erase contacts.
    pub fn writer(&self) -> Client {
        self.client(TENANT, "contacts:read contacts:write contacts:erase")
    }

    /// May do everything.
    pub fn admin(&self) -> Client {
        self.client(TENANT, "admin")
    }

    /// May do everything, in another tenant.
    pub fn stranger(&self) -> Client {
        self.client("globex", "admin")
    }

    pub fn client(&self, tenant: &str, scope: &str) -> Client {
        self.with_token(&self.token(tenant, scope))
    }

    pub fn with_token(&self, token: &str) -> Client {
        Client::new(self.router.clone(), Some(token.to_owned()))
    }

    /// Whoever these claims are of.
    pub fn with_claims(&self, claims: &Claims) -> Client {
        self.with_token(&self.keys.sign(claims).unwrap())
    }

    /// A token that holds for an hour.
    pub fn token(&self, tenant: &str, scope: &str) -> String {
        self.keys.sign(&self.claims(tenant, scope)).unwrap()
    }

    /// The claims of [`Self::token`], to be bent.
    pub fn claims(&self, tenant: &str, scope: &str) -> Claims {
        Claims {
            sub: "tester".into(),
            tenant: tenant.into(),
            scope: scope.into(),
            exp: seconds(self.state.clock.now()) + 3600.0,
            nbf: None,
            iss: None,
            aud: None,
        }
    }

    /// The tests' own way to the database.
    pub async fn pool(&self) -> PgPool {
        PgPool::connect_with(self.database.options()).await.unwrap()
    }

    /// How to connect to the test's database.
    pub fn options(&self) -> PgConnectOptions {
        self.database.options()
    }

    /// Listens on a real socket, on a free port of loopback, until the test ends.
    pub async fn listen(&self) -> SocketAddr {
        self.listen_within(ServerLimits::default()).await
    }

    /// The same, with other bounds on connections.
    pub async fn listen_within(&self, limits: ServerLimits) -> SocketAddr {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(server::serve(listener, self.router.clone(), limits, std::future::pending()));
        address
    }

    /// What differs between what is stored and what follows from the tables, as `contacts verify` says it.
    pub async fn differences(&self) -> Vec<String> {
        let mut differences = Vec::new();
        for (tenant, slug) in tenants::all(&self.state.database).await.unwrap() {
            maintenance::verify(&self.state.database, tenant, self.state.default_region, |difference| {
                differences.push(format!("{slug}: {difference}"));
            })
            .await
            .unwrap();
        }
        differences
    }

    /// Ends a test: nothing stored differs from what follows from the tables.
    pub async fn finish(self) {
        assert_eq!(self.differences().await, Vec::<String>::new());
        self.state.database.close();
    }
}

pub fn seconds(time: DateTime<Utc>) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 fit 53 bits")]
    let seconds = time.timestamp() as f64;
    seconds
}

/// Works through the jobs that there are.
///
/// # Errors
/// Those of [`worker::run_pending`].
pub async fn run_jobs(state: &AppState) -> ::contacts::Result<()> {
    worker::run_pending(state, contacts::JOB_RUNNERS).await
}
