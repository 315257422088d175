//! The schema is brought up to date, or the database is refused and left as it is.

use std::borrow::Cow;

use contacts::database::{
    distributed::{self, Node},
    migrations::MIGRATOR,
};
use sqlx::{
    ConnectOptions, Connection, Executor, PgConnection, PgPool,
    migrate::{Migration, MigrationType, Migrator},
    raw_sql,
};

use crate::support::{
    TestApp,
    app::SECRET,
    process::{Service, contacts, run},
};

/// A command on the test's database.
fn command(app: &TestApp, arguments: &[&str]) -> tokio::process::Command {
    let mut command = contacts(arguments);
    command.env("DATABASE_URL", app.options().to_url_lossy().to_string()).env("JWT_SECRET", SECRET);
    command
}

/// Takes the schema out of the test's database.
async fn empty(pool: &PgPool) {
    pool.execute(raw_sql("drop schema public cascade; create schema public")).await.unwrap();
}

/// The tables, and the migrations that are recorded.
async fn state(pool: &PgPool) -> (Vec<String>, Vec<i64>) {
    let tables = "select c.relname::text from pg_class c
         where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' order by c.oid";
    (
        sqlx::query_scalar(tables).fetch_all(pool).await.unwrap(),
        sqlx::query_scalar("select version from _sqlx_migrations order by version")
            .fetch_all(pool)
            .await
            .unwrap_or_default(),
    )
}

#[tokio::test]
async fn a_database_of_before_the_first_release_is_refused_and_left_as_it_is() {
    let app = TestApp::new().await;
    let pool = app.pool().await;
    empty(&pool).await;
    // Its history was longer, and of other files.
    let old = (1..=136).map(|version| {
        let sql = match version {
            2 => "create table tenants (tenant_id uuid not null)",
            _ => "select 1",
        };
        let kind = MigrationType::Simple;
        Migration::new(version, Cow::Borrowed("old"), kind, sqlx::SqlSafeStr::into_sql_str(sql), false)
    });
    let mut connection = PgConnection::connect_with(&app.options()).await.unwrap();
    Migrator::with_migrations(old.collect()).run(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    let before = state(&pool).await;
    assert_eq!(before.1.len(), 136);

    for arguments in [
        &["serve"][..],
        &["migrate"],
        &["verify"],
        &["reindex"],
        &["create-tenant", "acme"],
        &["demo", "--contacts", "1"],
    ] {
        let output = run(&mut command(&app, arguments)).await;
        assert_eq!(output.code, Some(1), "{arguments:?}: {}", output.stderr);
        let sentence = output.stderr.lines().last().unwrap();
        assert!(sentence.contains("load the data again into an empty database"), "{arguments:?}: {sentence}");
    }
    let started = Service::start(command(&app, &["serve"]).env("MIGRATE_ON_START", "false")).await;
    assert!(started.is_err_and(|output| output.stderr.contains("load the data again")));
    assert_eq!(app.anon().get("/readyz").await.expect_error(503, "unavailable"), []);
    assert_eq!(state(&pool).await, before);
    pool.close().await;
}

#[tokio::test]
async fn a_database_with_later_migrations_is_served() {
    let app = TestApp::new().await;
    let pool = app.pool().await;
    sqlx::query(
        "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
         values (9999, 'later', true, 'x', -1)",
    )
    .execute(&pool)
    .await
    .unwrap();
    app.anon().get("/readyz").await.expect(200);
    for name in ["migrate", "verify"] {
        let output = run(&mut command(&app, &[name])).await;
        assert_eq!(output.code, Some(0), "{}", output.stderr);
        assert_eq!(output.stderr.matches("is newer than this version").count(), 1, "{}", output.stderr);
    }
    sqlx::query("delete from _sqlx_migrations where version = 9999").execute(&pool).await.unwrap();
    let output = run(&mut command(&app, &["verify"])).await;
    assert!(!output.stderr.contains("newer"), "{}", output.stderr);
    pool.close().await;
    app.finish().await;
}

#[tokio::test]
async fn a_migration_is_applied_as_a_whole_or_not_at_all() {
    let app = TestApp::new().await;
    let pool = app.pool().await;
    empty(&pool).await;
    // Stands in the way of the last statements of its file.
    pool.execute("create table contacts_newest (id int)").await.unwrap();
    let failed = run(&mut command(&app, &["migrate"])).await;
    assert_eq!(failed.code, Some(1));
    assert!(failed.stderr.contains("contacts_newest"), "{}", failed.stderr);
    assert!(
        failed.stderr.contains("migration 10 failed") && !failed.stderr.contains("at line"),
        "{}",
        failed.stderr
    );
    let (tables, versions) = state(&pool).await;
    assert!(tables.contains(&"fields".into()) && !tables.contains(&"contacts".into()), "{tables:?}");
    assert_eq!(versions, (1..10).collect::<Vec<_>>());

    pool.execute("drop table contacts_newest").await.unwrap();
    let mended = run(&mut command(&app, &["migrate"])).await;
    assert_eq!(mended.code, Some(0), "{}", mended.stderr);
    let recorded: Vec<(i64, String, Vec<u8>)> = sqlx::query_as(
        "select version, description, checksum from _sqlx_migrations where success order by version",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    let compiled = MIGRATOR
        .iter()
        .map(|migration| (migration.version, migration.description.to_string(), migration.checksum.to_vec()));
    assert_eq!(recorded, compiled.collect::<Vec<_>>());
    pool.close().await;
    app.finish().await;
}

/// Where the tests run on a plain PostgreSQL, it is told that it has Citus and which node it is.
#[tokio::test]
async fn on_a_worker_node_of_citus_the_schema_is_left_alone() {
    let app = TestApp::new().await;
    let pool = app.pool().await;
    let mut database = PgConnection::connect_with(&app.options()).await.unwrap();
    let node = distributed::node(&mut database).await.unwrap();
    let is_superuser: bool = sqlx::query_scalar("select usesuper from pg_user where usename = current_user")
        .fetch_one(&mut database)
        .await
        .unwrap();
    if node != Node::Plain || !is_superuser {
        return;
    }
    empty(&pool).await;
    database
        .execute(raw_sql(
            "set allow_system_table_mods = on;
             insert into pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
             select 1, 'citus', usesysid, 'pg_catalog'::regnamespace, false, '' from pg_user where usename = current_user;
             create table pg_catalog.pg_dist_local_group (groupid int not null);
             insert into pg_catalog.pg_dist_local_group values (3);
             create table pg_catalog.pg_dist_node
                 (groupid int, nodename text, nodeport int, noderole text, isactive boolean, shouldhaveshards boolean)",
        ))
        .await
        .unwrap();
    database.close().await.unwrap();

    let refused = run(&mut command(&app, &["migrate"])).await;
    assert_eq!(refused.code, Some(1));
    assert!(refused.stderr.contains("on the coordinator"), "{}", refused.stderr);
    let service =
        Service::start(&mut command(&app, &["serve"])).await.unwrap_or_else(|output| panic!("{output:?}"));
    assert_eq!(service.curl("/readyz", &[]).await.0, 503);
    assert_eq!(state(&pool).await, (vec![], vec![]));

    // The coordinator is in group 0; what it does shows on the workers.
    pool.execute("update pg_catalog.pg_dist_local_group set groupid = 0").await.unwrap();
    assert_eq!(run(&mut command(&app, &["migrate"])).await.code, Some(0));
    pool.execute("update pg_catalog.pg_dist_local_group set groupid = 3").await.unwrap();
    service.until("/readyz", 200).await;
    let migrated = run(&mut command(&app, &["migrate"])).await;
    assert_eq!(migrated.code, Some(0), "{}", migrated.stderr);
    pool.close().await;
    app.finish().await;
}
