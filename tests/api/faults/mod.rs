//! The database goes away, stalls, comes back: callers are told to try again, nothing half-done stays, and the
//! service finds its way back by itself.

mod connections;
mod sharing;
mod switching;

use std::{future::Future, time::Duration};

use axum::http::Method;
use contacts::{config::CorsOrigins, router};
use serde_json::{Value, json};
use sqlx::{Connection, Executor, PgConnection, PgPool, Row};

use crate::support::{
    Answer, Client, Setup, TestApp,
    app::TENANT,
    database::TestDatabase,
    eventually, factory,
    locks::WAITING,
    proxy::{Line, Proxy},
};

const CONTACTS: &str = "/api/v1/contacts";

/// A service whose way to the database can be cut.
struct Fragile {
    app: TestApp,
    proxy: Proxy,
    /// The tests' own way, past the proxy.
    direct: PgPool,
}

impl Fragile {
    async fn new() -> Self {
        let database = TestDatabase::new().await;
        let proxy = Proxy::to(&database.options()).await;
        // With a time-out that no test waits for.
        let setup = Setup { timeout: Duration::from_secs(300), max_connections: 4, ..Setup::default() };
        let app = TestApp::on(database, proxy.options(), setup);
        let direct = app.pool().await;
        app.reader().get("/api/v1/tags").await.expect(200);
        Self { app, proxy, direct }
    }

    /// The same service with a time-out that is soon over, for what is to time out: it does not matter then how
    /// slow the machine is.
    fn impatient(&self, scope: &str) -> Client {
        let (state, cors) = (self.app.state.clone(), CorsOrigins::List(Vec::new()));
        let router = router::build(state, &cors, Duration::from_millis(300)).unwrap();
        Client::new(router, Some(self.app.token(TENANT, scope)))
    }

    /// Opens all connections that the pool may have.
    async fn fill_pool(&self) {
        let database = &self.app.state.database;
        let mut held = Vec::new();
        for _ in 0..4 {
            held.push(database.acquire().await.unwrap());
        }
        drop(held);
        eventually("all connections are idle", async || database.status().idle == 4).await;
    }

    /// What stands in the tables that a write touches.
    async fn rows(&self) -> Vec<i64> {
        let row = sqlx::query(
            "select (select count(*) from contacts), (select count(*) from tags), (select count(*) from companies),
                    (select count(*) from contact_tags), (select sum(contacts)::bigint from tenant_counters),
                    (select sum(changes)::bigint from tenant_counters), (select count(*) from contact_trash),
                    (select count(*) from change_log), (select count(*) from idempotency_keys)",
        )
        .fetch_one(&self.direct)
        .await
        .unwrap();
        (0..9).map(|index| row.get(index)).collect()
    }

    /// How many connections of the service the database knows of, of those that are `which`.
    async fn connections(&self, which: &str) -> i64 {
        let sql = format!(
            "select count(*) from pg_stat_activity
             where datname = current_database() and application_name = 'contacts' and {which}"
        );
        sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&self.direct).await.unwrap()
    }

    /// A connection that has locked the counters of the tenants that are `which`: the last lock before a commit.
    async fn hold_counters(&self, which: &str) -> PgConnection {
        let mut holder = PgConnection::connect_with(&self.app.options()).await.unwrap();
        holder.execute("begin").await.unwrap();
        let sql = format!("select from tenant_counters where {which} for update");
        holder.execute(sqlx::AssertSqlSafe(sql)).await.unwrap();
        holder
    }

    async fn finish(self) {
        self.direct.close().await;
        self.app.finish().await;
    }
}

/// Ends what a connection holds.
async fn let_go(mut holder: PgConnection) {
    holder.execute("rollback").await.unwrap();
    holder.close().await.unwrap();
}

#[track_caller]
fn assert_unavailable(answer: &Answer) {
    assert_eq!(answer.expect_error(503, "unavailable"), []);
    assert_eq!(answer.header("retry-after"), Some("1"));
}

fn new_contact() -> Value {
    factory::body(json!({"company": "K-Link", "tags": ["vip", "new"], "phone": [{"phone": "09797877765"}]}))
}

/// Makes a call and cuts the line once the database waits in the middle of it, for the counter's row: the last lock
/// before the commit.
async fn cut_in_the_middle(fragile: &Fragile, call: impl Future<Output = Answer> + Send + 'static) -> Answer {
    let holder = fragile.hold_counters("true").await;
    let call = tokio::spawn(call);
    eventually("the call waits for the lock", async || fragile.connections(WAITING).await == 1).await;
    fragile.proxy.set(Line::Cut);
    let answer = call.await.unwrap();
    let_go(holder).await;
    // The server notices that nobody listens any more.
    eventually("its connections are gone", async || fragile.connections("true").await == 0).await;
    answer
}

#[tokio::test]
async fn a_write_cut_off_before_its_commit_is_answered_with_503_and_leaves_nothing_behind() {
    let fragile = Fragile::new().await;
    let writer = fragile.app.writer();
    let contact = writer.post(CONTACTS, new_contact()).await.expect(201);
    let path = factory::path(&contact);
    let trashed = writer.post(CONTACTS, new_contact()).await.expect(201);
    writer.delete(&factory::path(&trashed)).await.expect(200);
    let before = fragile.rows().await;
    let tags = format!("{path}/tags");
    for (method, path, body) in [
        (Method::POST, CONTACTS.to_owned(), factory::body(json!({"company": "New", "tags": ["newer"]}))),
        (Method::PATCH, path.clone(), json!({"notes": "x", "company": "New"})),
        (Method::PATCH, tags, json!({"actionType": "MERGE", "tags": ["newer"]})),
        (Method::DELETE, path.clone(), Value::Null),
        (Method::DELETE, format!("{path}?permanent=true"), Value::Null),
        (Method::DELETE, format!("{}?permanent=true", factory::path(&trashed)), Value::Null),
        (Method::POST, format!("{}/restore", factory::path(&trashed)), Value::Null),
    ] {
        let client = writer.clone();
        let call = async move { client.json(method, &path, body).await };
        assert_unavailable(&cut_in_the_middle(&fragile, call).await);
        fragile.proxy.set(Line::Open);
        // As if it had never been.
        assert_eq!(fragile.rows().await, before);
        assert_eq!(factory::read(&writer, &contact).await, contact);
        assert_eq!(fragile.app.differences().await, Vec::<String>::new());
    }
    writer.delete(&path).await.expect(200);
    fragile.finish().await;
}

#[tokio::test]
async fn a_post_with_a_key_that_is_cut_off_before_its_commit_leaves_the_key_free() {
    let fragile = Fragile::new().await;
    let writer = fragile.app.writer();
    let before = fragile.rows().await;
    let post = |writer: Client| async move { writer.post_once(CONTACTS, "k", new_contact()).await };
    for _ in 0..2 {
        assert_unavailable(&cut_in_the_middle(&fragile, post(writer.clone())).await);
        fragile.proxy.set(Line::Open);
        assert_eq!(fragile.rows().await, before);
    }
    let created = post(writer.clone()).await;
    created.expect(201);
    assert_eq!(post(writer.clone()).await.body, created.body);
    assert_eq!(writer.get(CONTACTS).await.expect(200)["total"], 1);
    fragile.finish().await;
}

#[tokio::test]
async fn a_post_with_a_key_whose_answer_was_lost_behind_its_commit_is_answered_and_not_repeated() {
    let fragile = Fragile::new().await;
    let writer = fragile.app.writer();
    fragile.proxy.set(Line::CutBehindCommit);
    assert_unavailable(&writer.post_once(CONTACTS, "k", new_contact()).await);
    fragile.proxy.set(Line::Open);
    // Whether the server has carried the commit out by now or not: the key is waited for.
    let answer = writer.post_once(CONTACTS, "k", new_contact()).await;
    let contact = answer.expect(201);
    assert_eq!(answer.header("location"), Some(factory::path(&contact).as_str()));
    let listing = writer.get(CONTACTS).await.expect(200);
    assert_eq!((&listing["total"], &listing["data"][0]), (&json!(1), &contact));
    // Without a key nobody can know.
    fragile.proxy.set(Line::CutBehindCommit);
    assert_unavailable(&writer.post(CONTACTS, new_contact()).await);
    fragile.proxy.set(Line::Open);
    writer.post(CONTACTS, new_contact()).await.expect(201);
    eventually("both are there", async || writer.get(CONTACTS).await.expect(200)["total"] == 3).await;
    fragile.finish().await;
}

#[tokio::test]
async fn reads_under_way_when_the_line_is_cut_are_answered_with_503() {
    let fragile = Fragile::new().await;
    let reader = fragile.app.reader();
    fragile.fill_pool().await;
    fragile.proxy.set(Line::Stalled);
    let reads: Vec<_> = ["contacts", "contacts?keyword=x", "tags", "contacts/fields"]
        .into_iter()
        .map(|path| {
            let reader = reader.clone();
            tokio::spawn(async move { reader.get(&format!("/api/v1/{path}")).await })
        })
        .collect();
    let database = &fragile.app.state.database;
    eventually("all are under way", async || database.status().idle == 0).await;
    fragile.proxy.set(Line::Cut);
    for read in reads {
        assert_unavailable(&read.await.unwrap());
    }
    fragile.proxy.set(Line::Open);
    for _ in 0..6 {
        reader.get(CONTACTS).await.expect(200);
    }
    fragile.finish().await;
}

#[tokio::test]
async fn once_the_line_is_open_again_the_very_next_requests_succeed() {
    let fragile = Fragile::new().await;
    let writer = fragile.app.writer();
    for _ in 0..3 {
        // Every idle connection breaks with the line.
        fragile.fill_pool().await;
        fragile.proxy.set(Line::Cut);
        assert_unavailable(&writer.get(CONTACTS).await);
        assert_unavailable(&writer.post(CONTACTS, new_contact()).await);
        fragile.proxy.set(Line::Open);
        for _ in 0..6 {
            writer.post(CONTACTS, new_contact()).await.expect(201);
            writer.get(CONTACTS).await.expect(200);
        }
    }
    assert_eq!(writer.get(CONTACTS).await.expect(200)["total"], 18);
    fragile.finish().await;
}

#[tokio::test]
async fn connections_that_broke_while_nobody_called_cost_at_most_one_answer() {
    let fragile = Fragile::new().await;
    let writer = fragile.app.writer();
    fragile.fill_pool().await;
    fragile.proxy.set(Line::Cut);
    eventually("the server lost its connections", async || fragile.connections("true").await == 0).await;
    fragile.proxy.set(Line::Open);
    let first = writer.get(CONTACTS).await;
    if first.status != 200 {
        assert_unavailable(&first);
    }
    for _ in 0..6 {
        writer.post(CONTACTS, new_contact()).await.expect(201);
    }
    fragile.finish().await;
}

#[tokio::test]
async fn a_stalled_line_is_answered_with_503_after_the_time_out_and_heals_when_it_moves() {
    let fragile = Fragile::new().await;
    let (writer, impatient) = (fragile.app.writer(), fragile.impatient("contacts:read contacts:write"));
    let contact = writer.post(CONTACTS, new_contact()).await.expect(201);
    let before = fragile.rows().await;
    fragile.proxy.set(Line::Stalled);
    let path = factory::path(&contact);
    for answer in [
        impatient.get(&path).await,
        impatient.post(CONTACTS, new_contact()).await,
        impatient.patch(&path, json!({"notes": "x"})).await,
        impatient.delete(&path).await,
        impatient.get(CONTACTS).await,
    ] {
        assert_unavailable(&answer);
    }
    fragile.proxy.set(Line::Open);
    assert_eq!(factory::read(&writer, &contact).await, contact);
    assert_eq!(fragile.rows().await, before);
    writer.patch(&path, json!({"notes": "x"})).await.expect(200);
    writer.post(CONTACTS, new_contact()).await.expect(201);
    fragile.finish().await;
}

#[tokio::test]
async fn a_write_that_waits_longer_than_the_time_out_leaves_nothing_behind() {
    let fragile = Fragile::new().await;
    let (writer, impatient) = (fragile.app.writer(), fragile.impatient("contacts:write"));
    let before = fragile.rows().await;
    let holder = fragile.hold_counters("true").await;
    for _ in 0..3 {
        assert_unavailable(&impatient.post(CONTACTS, new_contact()).await);
    }
    let_go(holder).await;
    eventually("nobody waits any more", async || fragile.connections(WAITING).await == 0).await;
    assert_eq!(fragile.rows().await, before);
    writer.post(CONTACTS, new_contact()).await.expect(201);
    assert_eq!(writer.get(CONTACTS).await.expect(200)["total"], 1);
    fragile.finish().await;
}

#[tokio::test]
async fn readiness_follows_the_database_and_liveness_does_not() {
    let fragile = Fragile::new().await;
    let (anon, impatient) = (fragile.app.anon(), fragile.impatient(""));
    anon.get("/readyz").await.expect(200);
    for line in [Line::Cut, Line::Stalled, Line::Cut] {
        fragile.fill_pool().await;
        fragile.proxy.set(line);
        for _ in 0..2 {
            assert_unavailable(&impatient.get("/readyz").await);
            assert_eq!(anon.get("/healthz").await.expect(200), json!({"status": "ok"}));
            assert_eq!(anon.get("/metrics").await.status, 200);
        }
        fragile.proxy.set(Line::Open);
        anon.get("/readyz").await.expect(200);
        anon.get("/healthz").await.expect(200);
    }
    fragile.finish().await;
}

#[tokio::test]
async fn what_is_refused_before_the_database_is_asked_is_refused_without_it() {
    let fragile = Fragile::new().await;
    fragile.proxy.set(Line::Cut);
    let (anon, reader) = (fragile.app.anon(), fragile.app.reader());
    anon.get(CONTACTS).await.expect_error(401, "unauthenticated");
    reader.post(CONTACTS, new_contact()).await.expect_error(403, "forbidden");
    reader.get("/api/v1/contacts/42").await.expect_error(404, "not_found");
    reader.get("/api/v1/contacts?page=0").await.expect_error(422, "validation_failed");
    // A tenant that nobody has seen cannot be looked up.
    assert_unavailable(&fragile.app.stranger().get(CONTACTS).await);
    fragile.proxy.set(Line::Open);
    fragile.app.stranger().get(CONTACTS).await.expect(200);
    fragile.finish().await;
}

#[tokio::test]
async fn contacts_that_are_read_together_when_the_line_is_cut_are_503_for_everyone_and_read_again() {
    let fragile = Fragile::new().await;
    let path = factory::path(&factory::contact(&fragile.app.writer(), json!({})).await);
    fragile.fill_pool().await;
    fragile.proxy.set(Line::Stalled);
    let reads: Vec<_> = (0..20)
        .map(|_| {
            let (reader, path) = (fragile.app.reader(), path.clone());
            tokio::spawn(async move { reader.get(&path).await })
        })
        .collect();
    eventually("reads are under way", async || fragile.app.state.database.status().idle < 4).await;
    fragile.proxy.set(Line::Cut);
    for read in reads {
        assert_unavailable(&read.await.unwrap());
    }
    fragile.proxy.set(Line::Open);
    fragile.app.reader().get(&path).await.expect(200);
    fragile.finish().await;
}

#[tokio::test]
async fn reads_that_are_given_up_let_others_read() {
    let fragile = Fragile::new().await;
    let path = factory::path(&factory::contact(&fragile.app.writer(), json!({})).await);
    fragile.fill_pool().await;
    let impatient = fragile.impatient("contacts:read");
    fragile.proxy.set(Line::Stalled);
    let reads = futures_util::future::join_all((0..20).map(|_| impatient.get(&path))).await;
    reads.iter().for_each(assert_unavailable);
    fragile.proxy.set(Line::Open);
    let reader = fragile.app.reader();
    for read in futures_util::future::join_all((0..20).map(|_| reader.get(&path))).await {
        read.expect(200);
    }
    fragile.finish().await;
}
