//! Connections that go silent, that lead to a server which takes no writes any more, and that are scarce; tenants that a
//! server has lost.

use std::time::Duration;

use contacts::database::Database;
use serde_json::json;
use sqlx::{
    AssertSqlSafe, Connection, Executor, PgConnection, PgPool,
    postgres::{PgConnectOptions, PgSslMode},
};
use tokio::{io::AsyncReadExt, net::TcpListener};

use super::{CONTACTS, Fragile, WAITING, assert_unavailable, eventually, let_go, new_contact};
use crate::support::{Setup, TestApp, database::TestDatabase, factory};

#[tokio::test]
async fn connections_gone_silent_are_replaced_once_one_of_them_was_noticed() {
    let fragile = Fragile::new().await;
    let writer = fragile.app.writer();
    let contact = writer.post(CONTACTS, new_contact()).await.expect(201);
    let (path, impatient) = (factory::path(&contact), fragile.impatient("contacts:read contacts:write"));
    for _ in 0..2 {
        fragile.fill_pool().await;
        fragile.proxy.swallow();
        assert_unavailable(&impatient.get(&path).await);
        eventually("reads are answered", async || impatient.get(&path).await.status == 200).await;
        eventually("writes are answered", async || {
            impatient.patch(&path, json!({"notes": "x"})).await.status == 200
        })
        .await;
        // Whoever waits longer does not meet a silent one either.
        for _ in 0..8 {
            writer.get(CONTACTS).await.expect(200);
        }
    }
    fragile.finish().await;
}

#[tokio::test]
async fn connections_that_went_silent_while_nobody_called_cost_no_answer() {
    let fragile = Fragile::new().await;
    let reader = fragile.app.reader();
    fragile.fill_pool().await;
    fragile.proxy.swallow();
    // Longer than a connection is trusted without being asked.
    tokio::time::sleep(Duration::from_secs(6)).await;
    for _ in 0..8 {
        reader.get(CONTACTS).await.expect(200);
    }
    fragile.finish().await;
}

#[tokio::test]
async fn a_statement_that_its_caller_left_is_cancelled() {
    let fragile = Fragile::new().await;
    let impatient = fragile.impatient("contacts:write");
    let holder = fragile.hold_counters("true").await;
    assert_unavailable(&impatient.post(CONTACTS, new_contact()).await);
    // The lock is still held.
    eventually("nobody waits for it", async || fragile.connections(WAITING).await == 0).await;
    let_go(holder).await;
    fragile.app.writer().post(CONTACTS, new_contact()).await.expect(201);
    fragile.finish().await;
}

#[tokio::test]
async fn a_caller_who_waits_too_long_for_a_lock_is_no_sign_of_a_failed_database() {
    let fragile = Fragile::new().await;
    let (start, impatient) = (std::time::Instant::now(), fragile.impatient("contacts:write"));
    let holder = fragile.hold_counters("true").await;
    assert_unavailable(&impatient.post(CONTACTS, new_contact()).await);
    eventually("nobody waits for it", async || fragile.connections(WAITING).await == 0).await;
    let_go(holder).await;
    let database = &fragile.app.state.database;
    assert!(!database.has_failed_since(start));
    fragile.fill_pool().await;
    fragile.proxy.set(crate::support::proxy::Line::Cut);
    assert_unavailable(&impatient.post(CONTACTS, new_contact()).await);
    assert!(database.has_failed_since(start));
    fragile.proxy.set(crate::support::proxy::Line::Open);
    fragile.finish().await;
}

#[tokio::test]
async fn a_server_that_takes_no_writes_any_more_costs_one_answer() {
    let app = TestApp::with(Setup { max_connections: 2, ..Setup::default() }).await;
    let writer = app.writer();
    writer.post(CONTACTS, new_contact()).await.expect(201);
    for _ in 0..2 {
        let mut leases = Vec::new();
        for _ in 0..2 {
            let mut lease = app.state.database.acquire().await.unwrap();
            (&mut *lease).execute("set default_transaction_read_only = on").await.unwrap();
            leases.push(lease);
        }
        drop(leases);
        eventually("they are idle again", async || app.state.database.status().idle == 2).await;
        writer.get(CONTACTS).await.expect(200);
        assert_unavailable(&writer.post(CONTACTS, new_contact()).await);
        for _ in 0..3 {
            writer.post(CONTACTS, new_contact()).await.expect(201);
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn where_the_server_has_no_more_connections_those_that_there_are_serve_everybody() {
    let database = TestDatabase::new().await;
    let role = format!("scarce_{}", uuid::Uuid::now_v7().simple());
    let direct = PgPool::connect_with(database.options()).await.unwrap();
    let run = async |sql: String| direct.execute(AssertSqlSafe(sql)).await.unwrap();
    run(format!("create role {role} login password 'scarce' connection limit 2")).await;
    run(format!("grant select, insert, update, delete on all tables in schema public to {role}")).await;
    let options = database.options().username(&role).password("scarce");
    let app = TestApp::on(database, options, Setup { max_connections: 8, ..Setup::default() });
    let writer = app.writer();
    writer.post(CONTACTS, new_contact()).await.expect(201);
    let writes = futures_util::future::join_all((0..30).map(|_| writer.post(CONTACTS, new_contact()))).await;
    for answer in writes {
        answer.expect(201);
    }
    let reads = futures_util::future::join_all((0..30).map(|_| writer.get("/api/v1/tags"))).await;
    for answer in reads {
        answer.expect(200);
    }
    app.anon().get("/readyz").await.expect(200);
    assert!(app.state.database.status().connections <= 2);
    direct.close().await;
    let elsewhere = app.options().database("postgres");
    // With its database go the role's rights in it.
    app.finish().await;
    let mut direct = PgConnection::connect_with(&elsewhere).await.unwrap();
    direct.execute(AssertSqlSafe(format!("drop role {role}"))).await.unwrap();
    direct.close().await.unwrap();
}

#[tokio::test]
async fn a_tenant_that_the_database_has_lost_is_made_anew() {
    let app = TestApp::new().await;
    let (writer, reader) = (app.writer(), app.reader());
    let direct = app.pool().await;
    for forget in 0..4 {
        writer.post(CONTACTS, new_contact()).await.expect(201);
        // As a backup from before its creation would leave it.
        let mut lose = direct.begin().await.unwrap();
        sqlx::query("set local session_replication_role = replica").execute(&mut *lose).await.unwrap();
        let tables: Vec<String> = sqlx::query_scalar(
            "select table_name::text from information_schema.columns
             where table_schema = 'public' and column_name = 'tenant_id'",
        )
        .fetch_all(&mut *lose)
        .await
        .unwrap();
        for table in tables {
            sqlx::query(AssertSqlSafe(format!("delete from {table}"))).execute(&mut *lose).await.unwrap();
        }
        lose.commit().await.unwrap();
        match forget {
            0 => drop(writer.post(CONTACTS, new_contact()).await.expect(201)),
            1 => drop(app.admin().post("/api/v1/tags", json!({"name": "new"})).await.expect(201)),
            2 => {
                writer
                    .post(
                        "/api/v1/contacts/bulk",
                        json!({"operations": [{"action": "create", "contact": new_contact()}]}),
                    )
                    .await
                    .expect(200);
            }
            _ => {
                // A read is not repeated by itself.
                assert_unavailable(&reader.get(CONTACTS).await);
            }
        }
        reader.get(CONTACTS).await.expect(200);
        reader.get("/api/v1/contacts?keyword=a").await.expect(200);
    }
    direct.close().await;
    app.finish().await;
}

#[tokio::test]
async fn a_connection_is_begun_with_nothing_that_a_pooler_in_between_may_refuse_or_forget() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let options = PgConnectOptions::new_without_pgpass()
        .host("127.0.0.1")
        .port(listener.local_addr().unwrap().port())
        .ssl_mode(PgSslMode::Disable);
    let database = Database::new(options, 1, Duration::from_secs(30));
    let begins = tokio::spawn(async move { database.acquire().await.map(drop) });
    let (mut stream, _) = listener.accept().await.unwrap();
    let length = usize::try_from(stream.read_u32().await.unwrap()).unwrap();
    let mut start = vec![0; length - 4];
    stream.read_exact(&mut start).await.unwrap();
    drop(stream);
    assert!(begins.await.unwrap().is_err());
    // Behind the version of the protocol: names and values, each with a NUL at its end.
    let text = String::from_utf8(start[4..].to_vec()).unwrap();
    let names: Vec<String> = text.split('\0').step_by(2).map(str::to_lowercase).collect();
    // What PgBouncer keeps for each of its clients, beside who connects and where to.
    let kept = ["user", "database", "client_encoding", "datestyle", "timezone", "application_name", ""];
    assert!(names.iter().all(|name| kept.contains(&name.as_str())), "{names:?}");

    let app = TestApp::with(Setup { timeout: Duration::from_secs(17), ..Setup::default() }).await;
    let mut lease = app.state.database.acquire().await.unwrap();
    for (setting, value) in [
        ("statement_timeout", "17s"),
        ("idle_in_transaction_session_timeout", "5s"),
        ("jit", "off"),
        ("extra_float_digits", "1"),
    ] {
        let sql = format!("select current_setting('{setting}')");
        let set: String = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut lease).await.unwrap();
        assert_eq!(set, value, "{setting}");
    }
    drop(lease);
    app.finish().await;
}
