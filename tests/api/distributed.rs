//! A PostgreSQL that is distributed over nodes (Citus). What is decided follows from the catalogue, so it is tried on
//! the catalogue of whatever PostgreSQL the tests have; `docs/distributed.md` says how the suite runs on a cluster.

use contacts::database::distributed::{self, Error, Node, Spread, Table};
use sqlx::{ConnectOptions, Connection, Executor, PgConnection};

use crate::support::{
    TestApp,
    app::SECRET,
    process::{contacts, run},
};

async fn connect(app: &TestApp) -> PgConnection {
    PgConnection::connect_with(&app.options()).await.unwrap()
}

/// Where a table stands in the order.
fn place(tables: &[Table], name: &str) -> usize {
    tables.iter().position(|table| table.name == name).unwrap_or_else(|| panic!("{name} in {tables:?}"))
}

#[tokio::test]
async fn tables_are_spread_by_their_keys_those_that_others_refer_to_first() {
    let app = TestApp::new().await;
    let mut database = connect(&app).await;
    let tables = distributed::in_order(distributed::tables(&mut database).await.unwrap());
    let everywhere: Vec<&str> = tables
        .iter()
        .filter(|table| table.spread() == Spread::Everywhere)
        .map(|table| &*table.name)
        .collect();
    assert_eq!(everywhere, ["_sqlx_migrations", "tenant_slugs"]);
    assert_eq!(tables[2].name, "tenants", "the table that the others are put beside");
    let count: i64 = sqlx::query_scalar("select count(*) from pg_tables where schemaname = 'public'")
        .fetch_one(&mut database)
        .await
        .unwrap();
    assert_eq!(i64::try_from(tables.len()).unwrap(), count);
    let mut references = 0;
    for (at, table) in tables.iter().enumerate() {
        for other in &table.refers_to {
            assert!(place(&tables, other) < at, "{} before {other}", table.name);
            references += 1;
        }
    }
    assert!(references > 20, "{references}");
    database.close().await.unwrap();
    app.finish().await;
}

#[tokio::test]
async fn tables_of_later_migrations_find_their_place() {
    let app = TestApp::new().await;
    let mut database = connect(&app).await;
    let mut transaction = database.begin().await.unwrap();
    for sql in [
        // Of a tenant, before all others by name; refers to a table that comes late.
        "create table a (tenant_id uuid not null, id uuid not null, contact_id uuid)",
        "alter table a add constraint a_pkey primary key (tenant_id, id)",
        "alter table a add constraint a_tag_fkey foreign key (tenant_id, contact_id) references contacts (tenant_id, id)",
        "alter table a add constraint a_a_fkey foreign key (tenant_id, contact_id) references a (tenant_id, id)",
        // Unique over all tenants, though it names one.
        "create table token_hashes (hash text not null, tenant_id uuid not null)",
        "alter table token_hashes add constraint token_hashes_pkey primary key (hash, tenant_id)",
        "create table \"Odd Name\" (id uuid not null)",
        // Of a tenant, in parts.
        "create table parted (tenant_id uuid not null, day date not null) partition by range (day)",
        "alter table parted add constraint parted_pkey primary key (tenant_id, day)",
        "create table parted_2026 partition of parted for values from ('2026-01-01') to ('2027-01-01')",
        // None of the tables of the service.
        "create temporary table passing (tenant_id uuid primary key)",
        "create view seen as select 1 as one",
        "create schema other",
        "create table other.thing (tenant_id uuid primary key)",
    ] {
        transaction.execute(sql).await.unwrap();
    }
    let tables = distributed::in_order(distributed::tables(&mut transaction).await.unwrap());
    let spread = |name| tables[place(&tables, name)].spread();
    assert!(place(&tables, "a") > place(&tables, "contacts"));
    assert_eq!(spread("a"), Spread::ByTenant);
    assert_eq!(spread("token_hashes"), Spread::Everywhere);
    assert_eq!(spread("\"Odd Name\""), Spread::Everywhere);
    assert_eq!(spread("parted"), Spread::ByTenant);
    for none in ["parted_2026", "passing", "seen", "other.thing"] {
        assert!(tables.iter().all(|table| table.name != none), "{none}");
    }
    transaction.rollback().await.unwrap();
    database.close().await.unwrap();
    app.finish().await;
}

#[test]
fn tables_that_refer_to_each_other_do_not_hold_up_the_order() {
    let table = |name: &str, refers_to: &[&str]| Table {
        name: name.into(),
        key: vec!["tenant_id".into(), "id".into()],
        refers_to: refers_to.iter().map(|&other| other.into()).collect(),
    };
    let tables = vec![table("c", &["b"]), table("b", &["a"]), table("a", &["b"]), table("d", &["elsewhere"])];
    let names: Vec<String> = distributed::in_order(tables).into_iter().map(|table| table.name).collect();
    assert_eq!(names, ["d", "a", "b", "c"]);
}

#[tokio::test]
async fn elsewhere_distribute_refuses_with_a_sentence() {
    let app = TestApp::new().await;
    let mut database = connect(&app).await;
    let is_plain = distributed::node(&mut database).await.unwrap() == Node::Plain;
    let url = app.options().to_url_lossy().to_string();
    let mut command = contacts(&["distribute"]);
    command.env("DATABASE_URL", url).env("JWT_SECRET", SECRET);
    let output = run(&mut command).await;
    if is_plain {
        assert_eq!(output.code, Some(1), "{output:?}");
        assert!(
            output.stderr.contains("no extension citus") && output.stderr.contains("docs/distributed.md")
        );
        assert_eq!((output.stderr.lines().count(), &*output.stdout), (1, ""), "{output:?}");
        let refused = distributed::distribute(&mut database, &mut |_| panic!("nothing is done")).await;
        assert!(matches!(refused, Err(Error::Plain)), "{refused:?}");
    } else {
        // Of a cluster the template is distributed already.
        assert_eq!(output.code, Some(0), "{output:?}");
        assert!(output.stdout.starts_with("nothing to do: "), "{output:?}");
    }
    // The service's own PostgreSQL is plain, and is not started to find out.
    let own = run(contacts(&["distribute"]).env("DATA_DIR", "/nonexistent/data")).await;
    assert_eq!(own.code, Some(1));
    assert!(own.stderr.contains("no extension citus"), "{}", own.stderr);
    database.close().await.unwrap();
    app.finish().await;
}

#[tokio::test]
async fn plans_are_generic_on_a_plain_postgresql_only() {
    let app = TestApp::new().await;
    let mut database = connect(&app).await;
    let is_plain = distributed::node(&mut database).await.unwrap() == Node::Plain;
    let mode: String =
        sqlx::query_scalar("show plan_cache_mode").fetch_one(app.state.database.on()).await.unwrap();
    assert_eq!(mode, if is_plain { "force_generic_plan" } else { "auto" });
    database.close().await.unwrap();
    app.finish().await;
}

/// Citus hands on what a shard says of copied rows, but not its SQLSTATE.
#[tokio::test]
async fn what_a_shard_refuses_for_a_race_is_tried_again() {
    let app = TestApp::new().await;
    let mut database = connect(&app).await;
    for (message, is_overtaken) in [
        ("insert or update on table \"a_102306\" violates foreign key constraint \"a_b_fkey_102306\"", true),
        ("duplicate key value violates unique constraint \"a_pkey_102306\"", true),
        ("deadlock detected", true),
        ("new row for relation \"a_102306\" violates check constraint \"a_is_b_102306\"", false),
        ("could not find a shard", false),
    ] {
        for (code, is_telling) in [("XX000", is_overtaken), ("22000", false)] {
            let sql = format!(
                "do $$ begin raise exception using errcode = '{code}', message = '{message}'; end $$"
            );
            let error = database.execute(sqlx::AssertSqlSafe(sql)).await.unwrap_err();
            let error = contacts::Error::from(error);
            assert_eq!(error.is_overtaken(), is_telling, "{code} {message}: {error:?}");
        }
    }
    database.close().await.unwrap();
    app.finish().await;
}
