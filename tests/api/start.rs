//! A service that starts: it listens first, and says how far it is.

use std::time::Duration;

use nix::sys::signal::Signal;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection};

use crate::support::{
    TestApp,
    app::SECRET,
    eventually, factory,
    process::{Service, contacts, run},
    proxy::{Line, Proxy},
};

/// `contacts serve` on a database.
fn serve(url: impl AsRef<str>) -> tokio::process::Command {
    let mut command = contacts(&["serve"]);
    command.env("DATABASE_URL", url.as_ref()).env("JWT_SECRET", SECRET).env("DEFAULT_REGION", "MM");
    command
}

/// It is alive, and refuses everything else with this reason.
async fn assert_starts(service: &Service, reason: &str) {
    let (status, body) = service.curl("/healthz", &[]).await;
    assert_eq!((status, body["status"].as_str()), (200, Some("ok")));
    let paths = ["/readyz", "/api/v1/contacts", "/metrics", "/docs", "/nowhere", "/"];
    for (path, method) in paths.iter().map(|path| (*path, "GET")).chain([("/api/v1/contacts", "POST")]) {
        let (status, body) = service.curl(path, &["--request", method, "--data", "name=x"]).await;
        assert_eq!(status, 503, "{path}");
        assert_eq!(
            (&body["status"], &body["error"]["type"]),
            (&"error".into(), &"unavailable".into()),
            "{path}"
        );
        assert!(body["message"].as_str().unwrap().contains(reason), "{path}: {body}");
        let head = ["--request", method, "--dump-header", "-", "--output", "/dev/null"];
        let output = tokio::process::Command::new("curl")
            .arg("--silent")
            .args(head)
            .arg(format!("{}{path}", service.url))
            .output()
            .await
            .unwrap();
        let head = String::from_utf8(output.stdout).unwrap().to_lowercase();
        assert!(head.contains("retry-after: 1\r\n") && head.contains("x-request-id: "), "{path}: {head}");
    }
}

/// Waits until it has reached its database and brings the schema up to date.
async fn migrates(service: &Service) {
    eventually("it brings the schema up to date", async || {
        let (_, body) = service.curl("/readyz", &[]).await;
        body["message"].as_str().is_some_and(|message| message.contains("is being brought up to date"))
    })
    .await;
}

/// Ends in order, and soon.
async fn assert_stops(mut service: Service) {
    service.signal(Signal::SIGTERM);
    let code = tokio::time::timeout(Duration::from_secs(20), service.child.wait()).await;
    assert_eq!(code.expect("it hears the signal").unwrap().code(), Some(0), "{}", service.log());
}

#[tokio::test]
async fn while_the_database_is_away_a_service_that_starts_is_alive_and_not_ready() {
    let app = TestApp::new().await;
    let proxy = Proxy::to(&app.options()).await;
    let url = proxy.options().to_url_lossy().to_string();
    for line in [Line::Cut, Line::Stalled] {
        proxy.set(line);
        let service = Service::listening(&mut serve(&url)).await;
        assert_starts(&service, "it waits for its database").await;
        assert_stops(service).await;
    }
    let service = Service::listening(&mut serve(&url)).await;
    assert_starts(&service, "it waits for its database").await;
    let address = service.url.strip_prefix("http://").unwrap();
    let asked = run(contacts(&["healthcheck"]).env("LISTEN_ADDR", address)).await;
    assert_eq!(asked.code, Some(1));
    assert!(asked.stderr.contains("it waits for its database"), "{}", asked.stderr);
    proxy.set(Line::Open);
    if service.curl("/readyz", &[]).await.0 != 200 {
        // What was stalled stays so; a connection that is cut is tried again.
        proxy.set(Line::Cut);
        proxy.set(Line::Open);
    }
    service.until("/readyz", 200).await;
    assert_eq!(service.curl("/api/v1/contacts", &[]).await.0, 401);
    assert_eq!(service.curl("/metrics", &[]).await.0, 200);
    assert_stops(service).await;
    app.finish().await;
}

#[tokio::test]
async fn while_the_schema_is_brought_up_to_date_a_service_is_alive_and_hears_a_signal() {
    let app = TestApp::new().await;
    let url = app.options().to_url_lossy().to_string();
    let pool = app.pool().await;
    for sql in ["drop schema public cascade", "create schema public"] {
        pool.execute(sql).await.unwrap();
    }
    // In the way of a migration, as another instance would be that is at the same one.
    let mut other = PgConnection::connect_with(&app.options()).await.unwrap();
    let mut transaction = other.begin().await.unwrap();
    transaction.execute("create table tags (id int)").await.unwrap();

    let service = Service::listening(&mut serve(&url)).await;
    eventually("a migration waits", async || {
        // Others may wait for other locks, such as whoever tidies up behind the tables that went.
        let waiting = "select exists (select from pg_stat_activity where datname = current_database()
                                      and wait_event_type = 'Lock' and query like '%create table tags%')";
        sqlx::query_scalar(waiting).fetch_one(&pool).await.unwrap()
    })
    .await;
    assert_starts(&service, "is being brought up to date").await;
    assert_stops(service).await;

    let service = Service::listening(&mut serve(&url)).await;
    migrates(&service).await;
    assert_starts(&service, "is being brought up to date").await;
    assert_stops(service).await;

    // The database goes away in the middle of it.
    let proxy = Proxy::to(&app.options()).await;
    let service = Service::listening(&mut serve(proxy.options().to_url_lossy().as_str())).await;
    migrates(&service).await;
    proxy.set(Line::Cut);
    eventually("it waits for its database", async || {
        let (_, body) = service.curl("/readyz", &[]).await;
        body["message"].as_str().is_some_and(|message| message.contains("it waits for its database"))
    })
    .await;
    transaction.rollback().await.unwrap();
    proxy.set(Line::Open);
    service.until("/readyz", 200).await;
    assert_stops(service).await;
    other.close().await.unwrap();
    pool.close().await;
    app.finish().await;
}

#[tokio::test]
async fn a_rebuild_behind_the_requests_keeps_nobody_waiting() {
    let app = TestApp::new().await;
    let phone = serde_json::json!([{"phone": "09 797 877 765"}]);
    let contact = factory::contact(&app.writer(), serde_json::json!({"name": "Ko Ko", "phone": phone})).await;
    let second = factory::contact(&app.writer(), serde_json::json!({"phone": phone})).await;
    factory::set_default_field(&app, "phone", "is_unique").await;
    let pool = app.pool().await;
    pool.execute("update tenants set derived_version = 0").await.unwrap();
    pool.execute("update contact_search set search_text = 'old'").await.unwrap();
    // As another instance would that is at it.
    let mut other = PgConnection::connect_with(&app.options()).await.unwrap();
    let mut transaction = other.begin().await.unwrap();
    transaction.execute("select from tenants for no key update").await.unwrap();

    let url = app.options().to_url_lossy().to_string();
    let mut service = Service::listening(&mut serve(&url)).await;
    service.token = Some(app.token("acme", "contacts:read"));
    service.until("/readyz", 200).await;
    let path = factory::path(&contact);
    assert_eq!(service.curl(&path, &[]).await.1["data"], contact);
    assert_stops(service).await;

    let mut service = Service::listening(&mut serve(&url)).await;
    service.token = Some(app.token("acme", "contacts:read"));
    service.until("/readyz", 200).await;
    transaction.rollback().await.unwrap();
    eventually("it is rebuilt", async || {
        service.curl("/api/v1/contacts?keyword=ko", &[]).await.1["total"] == 1
    })
    .await;
    eventually("that is noted", async || {
        let left = "select exists (select from tenants where derived_version = 0)";
        !sqlx::query_scalar::<_, bool>(left).fetch_one(&pool).await.unwrap()
    })
    .await;
    let log = service.log();
    let conflict =
        log.lines().find(|line| line.contains("must be unique")).unwrap_or_else(|| panic!("{log}"));
    assert!(conflict.contains("WARN") && conflict.contains("tenant=\"acme\""), "{conflict}");
    for contact in [&contact, &second] {
        assert!(conflict.contains(factory::id(contact)), "{conflict}");
    }
    assert!(!log.contains("09 797") && !log.contains("9797877765"), "no value is in the log: {log}");
    assert_stops(service).await;
    app.writer().patch(&factory::path(&second), serde_json::json!({"phone": []})).await.expect(200);
    other.close().await.unwrap();
    pool.close().await;
    app.finish().await;
}

#[tokio::test]
async fn a_database_that_can_only_be_read_is_served_from() {
    let app = TestApp::new().await;
    let contact = factory::contact(&app.writer(), serde_json::json!({"name": "Ko Ko"})).await;
    let mut database = PgConnection::connect_with(&app.options()).await.unwrap();
    let name = app.options().get_database().unwrap().to_owned();
    let only_read = |is: bool| format!("alter database {name} set default_transaction_read_only = {is}");
    database.execute(AssertSqlSafe(only_read(true))).await.unwrap();

    let url = app.options().to_url_lossy().to_string();
    let mut service = Service::start(&mut serve(url)).await.unwrap_or_else(|output| panic!("{output:?}"));
    service.token = Some(app.token("acme", "contacts:read contacts:write"));
    assert_eq!(service.curl("/readyz", &[]).await.0, 200);
    assert_eq!(service.curl(&factory::path(&contact), &[]).await.1["data"], contact);
    for query in ["", "?keyword=ko", "?keyword=ko&has=phone", "?sort=name"] {
        let (status, page) = service.curl(&format!("/api/v1/contacts{query}"), &[]).await;
        assert_eq!(status, 200, "{query}: {page}");
    }
    let (status, _) = service.curl(&factory::path(&contact), &["--request", "DELETE"]).await;
    assert_eq!(status, 503);
    assert_stops(service).await;
    // Only new connections are told.
    let mut database = PgConnection::connect_with(&app.options()).await.unwrap();
    database.execute("set default_transaction_read_only = off").await.unwrap();
    database.execute(AssertSqlSafe(only_read(false))).await.unwrap();
    database.close().await.unwrap();
    app.finish().await;
}

#[tokio::test]
async fn the_log_names_what_is_in_the_way_of_a_write_at_each_attempt() {
    let app = TestApp::new().await;
    let contact = factory::contact(&app.writer(), serde_json::json!({})).await;
    let pool = app.pool().await;
    let url = app.options().to_url_lossy().to_string();
    let mut service = Service::start(&mut serve(url)).await.unwrap_or_else(|output| panic!("{output:?}"));
    service.token = Some(app.token("acme", "contacts:read contacts:write"));
    for (change, undo, sqlstate, constraint) in [
        (
            "alter table change_log add constraint in_the_way unique (tenant_id)",
            "alter table change_log drop constraint in_the_way",
            "23505",
            "in_the_way",
        ),
        (
            "alter table change_log add constraint to_nowhere foreign key (tenant_id, history_id)
             references contact_trash (tenant_id, contact_id) not valid",
            "alter table change_log drop constraint to_nowhere",
            "23503",
            "to_nowhere",
        ),
    ] {
        pool.execute(change).await.unwrap();
        let path = factory::path(&contact);
        let (status, body) = service.curl(&path, &["--request", "PATCH", "--data", "notes=hello"]).await;
        assert_eq!(status, 503, "{body}");
        let id = body["requestId"].as_str().unwrap();
        assert!(!body.to_string().contains(constraint), "{body}");
        // The log is read beside the answers.
        let said = |log: &str| {
            log.lines().find(|line| line.contains(id) && line.contains("at each attempt")).map(str::to_owned)
        };
        eventually("the log says it", async || said(&service.log()).is_some()).await;
        let line = said(&service.log()).unwrap();
        for part in [sqlstate, constraint, "attempts=10"] {
            assert!(line.contains(part), "{part}: {line}");
        }
        pool.execute(undo).await.unwrap();
        let (status, body) = service.curl(&path, &["--request", "PATCH", "--data", "notes=bye"]).await;
        assert_eq!(status, 200, "{body}");
        let (status, _) = service.curl(&path, &["--request", "PATCH", "--data", "notes="]).await;
        assert_eq!(status, 200);
    }
    assert_stops(service).await;
    pool.close().await;
    app.finish().await;
}
