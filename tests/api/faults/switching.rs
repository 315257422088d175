//! The address of the database comes to lead to another server, while the old one goes on to answer.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use contacts::database::{
    Database,
    embedded::{EmbeddedServer, Mode, Options, PORT},
    migrations,
};
use serde_json::json;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, postgres::PgConnectOptions};

use super::{CONTACTS, Fragile, assert_unavailable, eventually, new_contact};
use crate::support::{Client, data_dir::DataDir, process::has_postgresql, proxy::Line};

const TAGS: &str = "/api/v1/tags";

/// Another server, with an empty database that has the name and the owner of the first one's.
struct Other {
    // Stops before its folder goes.
    _server: EmbeddedServer,
    _data: DataDir,
    options: PgConnectOptions,
}

impl Other {
    async fn beside(first: &PgConnectOptions) -> Self {
        let data = DataDir::new();
        let options =
            Options { data_dir: data.path().to_owned(), data_dir_is_default: false, mode: Mode::Own };
        let server = EmbeddedServer::start(options).await.unwrap();
        let options = PgConnectOptions::new_without_pgpass()
            .socket(server.socket_dir())
            .port(PORT)
            .username(server.user())
            .database("postgres");
        let mut admin = PgConnection::connect_with(&options).await.unwrap();
        let (role, name) = (first.get_username(), first.get_database().unwrap());
        if role != server.user() {
            admin.execute(AssertSqlSafe(format!("create role {role} superuser login"))).await.unwrap();
        }
        admin.execute(AssertSqlSafe(format!("create database {name} owner {role}"))).await.unwrap();
        admin.close().await.unwrap();
        let options = options.username(role).database(name);
        let database = Database::new(options.clone(), 1, std::time::Duration::ZERO);
        migrations::run(&database).await.unwrap();
        database.close();
        Self { _server: server, _data: data, options }
    }
}

/// Which server answers: the one that has this tag.
async fn server_of(reader: &Client) -> Option<String> {
    let answer = reader.get(TAGS).await;
    if answer.status != 200 {
        assert_unavailable(&answer);
        return None;
    }
    Some(answer.expect(200)["data"][0]["name"].as_str()?.to_owned())
}

#[tokio::test]
async fn once_one_caller_was_answered_by_a_new_server_nobody_is_answered_by_the_old_one() {
    if !has_postgresql() {
        return;
    }
    let fragile = Fragile::new().await;
    let (admin, reader) = (fragile.app.admin(), fragile.app.reader());
    let first = fragile.app.options();
    let other = Other::beside(&first).await;
    let database = &fragile.app.state.database;
    // The servers are told apart by their tags.
    for (server, name) in [(&first, "0"), (&other.options, "1")] {
        fragile.proxy.switch_to(server);
        fragile.proxy.set(Line::Cut);
        fragile.proxy.set(Line::Open);
        eventually("a tag is made", async || admin.post(TAGS, json!({"name": name})).await.status == 201)
            .await;
    }
    let mut last = "1".to_owned();
    for server in [&first, &other.options, &first, &other.options] {
        let new = if last == "1" { "0" } else { "1" };
        // The connections that stand, all but one of those that there may be, are in use while the address switches.
        let mut held = Vec::new();
        for _ in 0..3 {
            held.push(database.acquire().await.unwrap());
        }
        assert_eq!(server_of(&reader).await.as_ref(), Some(&last));
        held.push(database.acquire().await.unwrap());
        fragile.proxy.switch_to(server);
        // One is lost, and the next to be opened leads to the new server.
        end_at_server(held.pop().unwrap()).await;
        eventually("the new server answers", async || server_of(&reader).await.as_deref() == Some(new)).await;
        // Who has an old one gets no more out of it.
        let mut one = held.pop().unwrap();
        assert!((&mut one).execute("select 1").await.is_err());
        drop((one, held));
        // All at once, so that all that are idle are taken.
        for _ in 0..4 {
            let answers = futures_util::future::join_all((0..12).map(|_| server_of(&reader))).await;
            assert!(answers.iter().all(|answer| answer.as_deref() == Some(new)), "{answers:?}");
        }
        last = new.to_owned();
    }
    fragile.finish().await;
}

/// Ends the connection of a lease at the server.
async fn end_at_server(mut lease: contacts::database::Lease) {
    let _ = (&mut lease).execute("select pg_terminate_backend(pg_backend_pid())").await;
}

#[tokio::test]
async fn under_load_the_servers_behind_an_address_answer_one_after_the_other() {
    if !has_postgresql() {
        return;
    }
    let fragile = Fragile::new().await;
    let first = fragile.app.options();
    let other = Other::beside(&first).await;
    let writer = fragile.app.writer();
    writer.post(CONTACTS, new_contact()).await.expect(201);
    fragile.fill_pool().await;
    // What was answered last: 1 contact by the first server, none by the other.
    let switched = Arc::new(AtomicUsize::new(0));
    let callers: Vec<_> = (0..16)
        .map(|_| {
            let (reader, switched) = (fragile.app.reader(), switched.clone());
            tokio::spawn(async move {
                let mut after = 0;
                while after < 30 {
                    let is_switched = switched.load(Ordering::SeqCst) > 0;
                    let answer = reader.get(CONTACTS).await;
                    if answer.status != 200 {
                        assert_unavailable(&answer);
                        continue;
                    }
                    if answer.expect(200)["total"] == 0 {
                        switched.fetch_add(1, Ordering::SeqCst);
                        after += 1;
                    } else {
                        assert!(!is_switched, "the old server answers: {:?}", answer.body);
                    }
                }
            })
        })
        .collect();
    fragile.proxy.switch_to(&other.options);
    // Connections that stand do so for half an hour: one of them ends, as in a failover some do.
    end_at_server(fragile.app.state.database.acquire().await.unwrap()).await;
    for caller in callers {
        caller.await.unwrap();
    }
    fragile.finish().await;
}
