//! A start waits for a database that may come, and ends at once where waiting cannot help.

use std::sync::Arc;

use contacts::database::embedded::{EmbeddedServer, Mode, Options, PORT};
use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection,
    postgres::{PgConnectOptions, PgSslMode},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use crate::support::{
    TestApp,
    app::SECRET,
    data_dir::DataDir,
    database::as_superuser,
    process::{Output, contacts, has_postgresql, run},
    proxy::{Line, Proxy},
};

/// What the log says each time it waits.
const WAITS: &str = "trying again";

fn command(url: &str) -> tokio::process::Command {
    let mut command = contacts(&["verify"]);
    command.env("DATABASE_URL", url).env("JWT_SECRET", SECRET);
    command
}

/// Ends with a sentence, without waiting.
#[track_caller]
fn assert_ended_at_once(output: &Output, sentence: &str) {
    assert_eq!(output.code, Some(1), "{sentence}: {}", output.stderr);
    assert!(!output.stderr.contains(WAITS), "{sentence}: {}", output.stderr);
    let last = output.stderr.lines().last().unwrap();
    assert!(last.starts_with("contacts: the database cannot be reached: "), "{last}");
    assert!(last.contains(sentence), "{last}");
    assert!(last.contains(", at "), "it does not say where: {last}");
    assert!(!output.stderr.contains("at line"), "{}", output.stderr);
}

/// A server of its own that takes connections by TCP, with this certificate, and lets nobody in by them.
struct Tls {
    // Stops before its folder goes.
    _server: Arc<EmbeddedServer>,
    _data: DataDir,
    host: String,
}

impl Tls {
    async fn start(certificate: &str) -> Self {
        let data = DataDir::new();
        let start = || {
            let data_dir = data.path().to_owned();
            EmbeddedServer::start(Options { data_dir, data_dir_is_default: false, mode: Mode::Own })
        };
        let server = start().await.unwrap();
        let options = as_superuser(&server);
        let mut admin = PgConnection::connect_with(&options).await.unwrap();
        // An address of its own, where the system has more than one: the port is PostgreSQL's usual one.
        let host = if cfg!(target_os = "linux") {
            let number = std::process::id();
            let last = if certificate.contains("v1") { 1 } else { 3 };
            format!("127.{}.{}.{last}", number % 199 + 1, number / 199 % 250)
        } else {
            "127.0.0.1".to_owned()
        };
        let folder: String = sqlx::query_scalar("show data_directory").fetch_one(&mut admin).await.unwrap();
        for (name, file) in [("server.crt", certificate), ("server.key", "rsa.private.pem")] {
            let path = format!("{}/tests/api/fixtures/{file}", env!("CARGO_MANIFEST_DIR"));
            let text = std::fs::read_to_string(path).unwrap();
            // Written by the server, so that the file is its user's.
            let sql = format!("copy (select unnest(string_to_array('{text}', e'\\n'))) to '{folder}/{name}'");
            admin.execute(AssertSqlSafe(sql)).await.unwrap();
            let path = std::path::Path::new(&folder).join(name);
            std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        }
        for setting in ["ssl = on".to_owned(), format!("listen_addresses = '{host}'")] {
            admin.execute(AssertSqlSafe(format!("alter system set {setting}"))).await.unwrap();
        }
        admin.close().await.unwrap();
        server.stop().await.unwrap();
        drop(server);
        let server = Arc::new(start().await.unwrap());
        Self { _server: server, _data: data, host }
    }

    fn url(&self, parameters: &str) -> String {
        format!("postgres://contacts@{}:{PORT}/postgres?{parameters}", self.host)
    }
}

#[tokio::test]
async fn a_certificate_of_version_1_ends_the_start() {
    if !has_postgresql() {
        return;
    }
    let server = Tls::start("rsa.v1.certificate.pem").await;
    for mode in ["sslmode=require", "sslmode=verify-ca", "sslmode=verify-full", "sslmode=prefer", ""] {
        let output = run(&mut command(&server.url(mode))).await;
        assert_ended_at_once(&output, "certificate of X.509 version 3");
    }
    // Without TLS it is the server that refuses.
    let output = run(&mut command(&server.url("sslmode=disable"))).await;
    assert_ended_at_once(&output, "pg_hba.conf");
}

#[tokio::test]
async fn a_certificate_that_is_not_trusted_ends_the_start() {
    if !has_postgresql() {
        return;
    }
    let server = Tls::start("rsa.v3.certificate.pem").await;
    for mode in ["sslmode=verify-ca", "sslmode=verify-full"] {
        let output = run(&mut command(&server.url(mode))).await;
        assert_ended_at_once(&output, "this machine trusts");
    }
    let output = run(&mut command(&server.url("sslmode=verify-full&sslrootcert=/no/such/file"))).await;
    assert_ended_at_once(&output, "sslrootcert");
    // Taken as it is.
    let output = run(&mut command(&server.url("sslmode=require"))).await;
    assert_ended_at_once(&output, "pg_hba.conf");
}

#[tokio::test]
async fn what_is_no_postgresql_ends_the_start() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let _ = client.read(&mut [0; 64]).await;
            let _ = client.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        }
    });
    let output = run(&mut command(&format!("postgres://me@{address}/db"))).await;
    assert_ended_at_once(&output, "");
}

#[tokio::test]
async fn a_refusal_ends_the_start() {
    let app = TestApp::new().await;
    let mut database = PgConnection::connect_with(&app.options()).await.unwrap();
    let name = app.options().get_database().unwrap().to_owned();
    let role = format!("role_of_{name}");
    // Whoever is its owner, the server of the tests makes databases for us, and perhaps roles.
    let made = database.execute(AssertSqlSafe(format!("create role {role} login password 'secret'"))).await;
    let revoke = format!("revoke connect on database {name} from public");
    database.execute(AssertSqlSafe(revoke)).await.unwrap();
    let url = |options: PgConnectOptions| options.to_url_lossy().to_string();
    for (url, sentence) in [
        (url(app.options().database("no_such_database")), "no_such_database"),
        (url(app.options().username("no_such_role")), "no_such_role"),
        (
            url(app.options().username(&role).password("secret")),
            if made.is_ok() { "permission denied for database" } else { &role },
        ),
        (format!("{}&options=-c%20no_such_setting%3D1", url(app.options())), "no_such_setting"),
        (url(app.options().ssl_mode(PgSslMode::Require)), "TLS"),
    ] {
        assert_ended_at_once(&run(&mut command(&url)).await, sentence);
    }
    database.execute(AssertSqlSafe(format!("drop role if exists {role}"))).await.unwrap();
    database.close().await.unwrap();
    app.finish().await;
}

#[tokio::test]
async fn a_database_that_is_still_to_come_is_waited_for() {
    let app = TestApp::new().await;
    let proxy = Proxy::to(&app.options()).await;
    // Both ways of asking: with TLS and without, closed before an answer.
    for mode in [PgSslMode::Prefer, PgSslMode::Disable] {
        proxy.set(Line::Cut);
        let url = proxy.options().ssl_mode(mode).to_url_lossy().to_string();
        let mut child = command(&url).stderr(std::process::Stdio::piped()).spawn().unwrap();
        let mut stderr = child.stderr.take().unwrap();
        let mut said = String::new();
        while !said.contains(WAITS) {
            let mut part = [0; 4096];
            let length = stderr.read(&mut part).await.unwrap();
            assert_ne!(length, 0, "it ended: {said}");
            said.push_str(&String::from_utf8_lossy(&part[..length]));
        }
        // Some attempts later.
        tokio::time::sleep(std::time::Duration::from_secs(2)).await;
        proxy.set(Line::Open);
        stderr.read_to_string(&mut said).await.unwrap();
        assert_eq!(child.wait().await.unwrap().code(), Some(0), "{said}");
        let options = proxy.options();
        let address = format!("{}:{}", options.get_host(), options.get_port());
        assert_eq!((said.matches(WAITS).count(), said.matches(&address).count()), (1, 1), "{said}");
    }
    app.finish().await;
}
