//! A database for each test, cloned from a template that has the schema.
//!
//! The server is the one of `TEST_DATABASE_URL`; else a container, where a Docker engine answers
//! (`TEST_POSTGRES_IMAGE` names another image); else the embedded server. The run prints which.
//!
//! Where `TEST_CITUS_WORKERS` (`host:port,host:port`) is set, the first is the coordinator of a Citus cluster of these workers.
//! A test's database is then one on each of them, and the template is distributed.

use std::{
    io::Write,
    os::unix::{net::UnixStream, process::CommandExt},
    process::{Command, Stdio},
    sync::{OnceLock, mpsc},
    thread,
    time::Duration,
};

use contacts::database::{
    Database, distributed,
    embedded::{EmbeddedServer, Mode, Options, PORT},
    migrations,
};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection, postgres::PgConnectOptions};
use testcontainers_modules::{
    postgres::Postgres,
    testcontainers::{ImageExt, runners::AsyncRunner},
};
use tokio::runtime::Runtime;
use uuid::Uuid;

/// Keeps two test runs from making the template at once.
const TEMPLATE_LOCK: i64 = 0x636f_6e74_6163_7473;

/// Enough for as many tests at once as a machine with many cores runs.
const MAX_CONNECTIONS: u32 = 500;

/// The image of the container.
const DEFAULT_IMAGE: &str = "postgres:17";

/// The server of this run, and the template in it.
struct Server {
    options: PgConnectOptions,
    workers: Vec<PgConnectOptions>,
    template: String,
}

impl Server {
    /// The server, and the workers where it is the coordinator of a cluster.
    fn nodes(&self) -> Vec<PgConnectOptions> {
        [std::slice::from_ref(&self.options), &self.workers].concat()
    }
}

/// Runs a statement on each node.
async fn on_each(nodes: &[PgConnectOptions], sql: &str) -> Result<(), sqlx::Error> {
    for node in nodes {
        let mut connection = PgConnection::connect_with(node).await?;
        connection.execute(AssertSqlSafe(sql.to_owned())).await?;
        connection.close().await?;
    }
    Ok(())
}

static SERVER: OnceLock<Server> = OnceLock::new();

/// A test's own database; gone when it is dropped.
#[derive(Debug)]
pub struct TestDatabase {
    name: String,
    nodes: Vec<PgConnectOptions>,
}

impl TestDatabase {
    /// A copy of the template.
    pub async fn new() -> Self {
        let server = tokio::task::spawn_blocking(|| SERVER.get_or_init(start)).await.unwrap();
        let name = format!("test_{}", Uuid::now_v7().simple());
        let nodes = server.nodes();
        let sql = format!("create database {name} template {}", server.template);
        on_each(&nodes, &sql).await.unwrap();
        Self { name, nodes }
    }

    /// What it holds now, in another one. Nobody may be connected to it.
    pub async fn copy(&self) -> Self {
        let (name, nodes) = (format!("test_{}", Uuid::now_v7().simple()), self.nodes.clone());
        on_each(&nodes, &format!("create database {name} template {}", self.name)).await.unwrap();
        Self { name, nodes }
    }

    /// The URL of [`options`](Self::options).
    pub fn url(&self) -> String {
        self.options().to_url_lossy().to_string()
    }

    /// Stands for one of another process, which drops it.
    pub fn of_another_process() -> Self {
        Self { name: String::new(), nodes: Vec::new() }
    }

    /// How to connect to it.
    pub fn options(&self) -> PgConnectOptions {
        self.nodes[0].clone().database(&self.name)
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let nodes = self.nodes.clone();
        let sql = format!("drop database if exists {} with (force)", self.name);
        // A test's runtime may be ending; this one is its own.
        let dropped = thread::spawn(move || {
            let runtime = Runtime::new().unwrap();
            let drop_at = |node| runtime.block_on(on_each(std::slice::from_ref(node), &sql)).err();
            nodes.iter().filter_map(drop_at).collect::<Vec<_>>()
        });
        for error in dropped.join().unwrap_or_default() {
            say(&format!("database {} was not dropped: {error}", self.name));
        }
    }
}

/// Prints past the test runner, which keeps what a passing test prints.
pub fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "tests: {text}");
}

/// Starts the server on a runtime that lives as long as the process.
fn start() -> Server {
    let (started, server) = mpsc::channel();
    thread::spawn(move || {
        Runtime::new().unwrap().block_on(async {
            let options = find_server().await;
            let workers = find_workers(&options);
            let mut server = Server { options, workers, template: String::new() };
            make_template(&mut server).await;
            started.send(server).unwrap();
            std::future::pending::<()>().await;
        });
    });
    server.recv().expect("a PostgreSQL server for the tests")
}

async fn find_server() -> PgConnectOptions {
    if let Ok(url) = std::env::var("TEST_DATABASE_URL") {
        say("PostgreSQL is the one of TEST_DATABASE_URL");
        return url.parse().expect("TEST_DATABASE_URL is a postgres:// URL");
    }
    if docker_answers() {
        match start_container().await {
            Ok(options) => return options,
            Err(error) => {
                say(&format!("a Docker engine answers, but no container could be started: {error}"));
            }
        }
    }
    start_embedded().await
}

/// The workers of `TEST_CITUS_WORKERS`, connected to as the coordinator is.
fn find_workers(coordinator: &PgConnectOptions) -> Vec<PgConnectOptions> {
    let workers = std::env::var("TEST_CITUS_WORKERS").unwrap_or_default();
    let workers = workers.split(',').filter(|worker| !worker.is_empty());
    workers
        .map(|worker| {
            let (host, port) = worker.rsplit_once(':').expect("TEST_CITUS_WORKERS is host:port,host:port");
            coordinator.clone().host(host).port(port.parse().expect("a port"))
        })
        .collect()
}

/// Whether there is an engine at `DOCKER_HOST`, or at the usual socket.
fn docker_answers() -> bool {
    let host = std::env::var("DOCKER_HOST").unwrap_or_else(|_| "unix:///var/run/docker.sock".into());
    host.strip_prefix("unix://").is_none_or(|socket| UnixStream::connect(socket).is_ok())
}

async fn start_container() -> Result<PgConnectOptions, Box<dyn std::error::Error>> {
    let image = std::env::var("TEST_POSTGRES_IMAGE").unwrap_or_else(|_| DEFAULT_IMAGE.into());
    let (name, tag) = image.rsplit_once(':').unwrap_or((&image, "latest"));
    // Without a password: hashing it for every connection costs a debug build more than the tests.
    let container = Postgres::default()
        .with_host_auth()
        .with_name(name)
        .with_tag(tag)
        .with_cmd(["-c", "fsync=off", "-c", &format!("max_connections={MAX_CONNECTIONS}")])
        .start()
        .await?;
    let port = container.get_host_port_ipv4(5432).await?;
    let host = container.get_host().await?.to_string();
    say(&format!("PostgreSQL runs in a container of {image} (testcontainers)"));
    when_this_process_ends("docker rm --force --volumes \"$1\"", container.id());
    // Dropping it would stop it; it is removed when the process ends.
    std::mem::forget(container);
    Ok(PgConnectOptions::new_without_pgpass()
        .host(&host)
        .port(port)
        .username("postgres")
        .password("postgres")
        .database("postgres"))
}

/// To the database that each embedded server has, as whom it lets do everything.
pub fn as_superuser(server: &EmbeddedServer) -> PgConnectOptions {
    PgConnectOptions::new_without_pgpass()
        .socket(server.socket_dir())
        .port(PORT)
        .username(server.user())
        .database("postgres")
}

async fn start_embedded() -> PgConnectOptions {
    let data_dir = std::env::temp_dir().join(format!("contacts-test-{}", Uuid::now_v7().simple()));
    when_this_process_ends(
        "kill -INT $(head -1 \"$1/postgres/postmaster.pid\"); sleep 1; rm -rf \"$1\"",
        &data_dir.to_string_lossy(),
    );
    let start = || {
        let options = Options { data_dir: data_dir.clone(), data_dir_is_default: false, mode: Mode::Own };
        EmbeddedServer::start(options)
    };
    let server = start().await.expect("the embedded server starts");
    let options = as_superuser(&server);
    let mut admin = PgConnection::connect_with(&options).await.unwrap();
    let max_connections = format!("max_connections = {MAX_CONNECTIONS}");
    for setting in ["fsync = off", "synchronous_commit = off", "full_page_writes = off", &max_connections] {
        admin.execute(AssertSqlSafe(format!("alter system set {setting}"))).await.unwrap();
    }
    admin.close().await.unwrap();
    // The number of connections is read at a start.
    server.stop().await.expect("the embedded server stops");
    drop(server);
    let server = start().await.expect("the embedded server starts again");
    say("PostgreSQL is the embedded server");
    std::mem::forget(server);
    options
}

/// Runs a shell script with `argument` once this process is gone, however it ends: the script waits at a pipe
/// that only this process holds open. In a process group of its own, so that Ctrl-C does not reach it.
fn when_this_process_ends(script: &str, argument: &str) {
    let script = format!("cat >/dev/null; {script}");
    #[expect(clippy::zombie_processes, reason = "it outlives this process")]
    let mut child = Command::new("sh")
        .args(["-c", &script, "sh", argument])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .expect("a shell that tidies up");
    std::mem::forget(child.stdin.take());
}

/// The template's name has the migrations' digest, so that changed migrations make another one.
async fn make_template(server: &mut Server) {
    let checksums: Vec<u8> =
        migrations::MIGRATOR.iter().flat_map(|migration| migration.checksum.iter().copied()).collect();
    let template = format!("contacts_template_{:032x}", xxhash_rust::xxh3::xxh3_128(&checksums));
    let mut admin = PgConnection::connect_with(&server.options).await.unwrap();
    sqlx::query("select pg_advisory_lock($1)").bind(TEMPLATE_LOCK).execute(&mut admin).await.unwrap();
    let exists: bool = sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
        .bind(&template)
        .fetch_one(&mut admin)
        .await
        .unwrap();
    if !exists {
        let nodes = server.nodes();
        let draft = format!("{template}_draft");
        on_each(&nodes, &format!("drop database if exists {draft} with (force)")).await.unwrap();
        on_each(&nodes, &format!("create database {draft}")).await.unwrap();
        let database = Database::new(server.options.clone().database(&draft), 1, Duration::ZERO);
        if !server.workers.is_empty() {
            add_workers(server, &draft).await;
        }
        migrations::run(&database).await.unwrap();
        if !server.workers.is_empty() {
            let mut coordinator = database.connect().await.unwrap();
            distributed::distribute(&mut coordinator, &mut |_| {}).await.unwrap();
            coordinator.close().await.unwrap();
            // Citus keeps a process in every database that somebody connected to.
            on_each(&nodes, &format!("alter database {draft} allow_connections false")).await.unwrap();
            let end =
                format!("select pg_terminate_backend(pid) from pg_stat_activity where datname = '{draft}'");
            on_each(&nodes, &end).await.unwrap();
            on_each(&nodes[1..], &format!("drop database if exists {template}")).await.unwrap();
        }
        for node in nodes.iter().rev() {
            let rename = format!("alter database {draft} rename to {template}");
            on_each(std::slice::from_ref(node), &rename).await.unwrap();
        }
    }
    admin.close().await.unwrap();
    server.template = template;
}

/// Makes a cluster of the databases of this name.
async fn add_workers(server: &Server, database: &str) {
    let of = |node: &PgConnectOptions| node.clone().database(database);
    let nodes: Vec<_> = server.nodes().iter().map(of).collect();
    on_each(&nodes, "create extension citus").await.unwrap();
    let coordinator = &nodes[..1];
    for (at, node) in nodes.iter().enumerate() {
        let add = if at == 0 { "citus_set_coordinator_host" } else { "citus_add_node" };
        let sql = format!("select {add}('{}', {})", node.get_host(), node.get_port());
        on_each(coordinator, &sql).await.unwrap();
    }
}
