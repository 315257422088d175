//! Which cursors hold: what was given up, lost or is another's is found out and never skipped over.

use contacts::{auth::Keys, clock::Clock};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Executor, PgPool};

use super::{CHANGES, Follower, now, stored, text};
use crate::support::{Client, Setup, TestApp, database::TestDatabase, factory};

/// The cursor that a 410 says to go on from.
async fn gone(client: &Client, cursor: &str) -> String {
    let answer = client.get(&format!("{CHANGES}?since={cursor}")).await;
    assert_eq!(answer.expect_error(410, "gone"), []);
    let next = text(&answer.json()["error"], "nextCursor");
    let page = client.get(&format!("{CHANGES}?since={next}")).await.expect(200);
    assert_eq!((&page["data"], &page["hasMore"]), (&json!([]), &json!(false)), "it goes on from now");
    next
}

/// Gives up what those have who follow the changes, up to the change `last`.
async fn give_up(pool: &PgPool, last: &str) {
    let sql = format!(
        "with given_up as (
             update change_log_starts s set events = l.change, stamp = l.stamp
             from (select distinct tenant_id, change, stamp from change_log where change = {last}) l
             where s.tenant_id = l.tenant_id returning s.tenant_id, s.events)
         delete from change_log l using given_up g where l.tenant_id = g.tenant_id and l.change <= g.events"
    );
    pool.execute(AssertSqlSafe(sql)).await.unwrap();
}

#[tokio::test]
async fn one_that_is_older_than_what_is_kept_is_gone_and_the_oldest_that_is_not_goes_on() {
    let app = TestApp::new().await;
    let writer = app.writer();
    let mut cursors = vec![now(&writer).await];
    for _ in 0..4 {
        factory::contact(&writer, json!({})).await;
        cursors.push(now(&writer).await);
    }
    let pool = app.pool().await;
    give_up(&pool, "(select min(change) + 1 from change_log where kind = 'contact')").await;
    for cursor in &cursors[..2] {
        gone(&writer, cursor).await;
    }
    for (index, cursor) in cursors.iter().enumerate().skip(2) {
        let page = writer.get(&format!("{CHANGES}?since={cursor}")).await.expect(200);
        assert_eq!(page["data"].as_array().unwrap().len(), 4 - index);
    }
    // Everything is given up: the newest goes on all the same, however quiet the tenant is.
    give_up(&pool, "(select max(change) from change_log)").await;
    gone(&writer, &cursors[3]).await;
    let page = writer.get(&format!("{CHANGES}?since={}", cursors[4])).await.expect(200);
    assert_eq!(page["data"], json!([]));
    factory::contact(&writer, json!({})).await;
    let page = writer.get(&format!("{CHANGES}?since={}", cursors[4])).await.expect(200);
    assert_eq!(page["data"].as_array().unwrap().len(), 1);
    pool.close().await;
    app.finish().await;
}

#[tokio::test]
async fn one_within_a_change_that_is_given_up_is_gone() {
    let app = TestApp::new().await;
    let writer = app.writer();
    let mut follower = Follower::new(writer.clone()).await;
    factory::contact(&writer, json!({"tags": ["a", "b"], "company": "K-Link"})).await;
    let whole = now(&writer).await;
    follower.page("&pageSize=2").await;
    let pool = app.pool().await;
    give_up(&pool, "(select max(change) from change_log)").await;
    gone(&writer, &follower.cursor).await;
    writer.get(&format!("{CHANGES}?since={whole}")).await.expect(200);
    pool.close().await;
    app.finish().await;
}

/// A copy of the database as it is now, to be gone back to.
async fn back_up(app: &TestApp) -> Vec<(String, Value)> {
    let pool = app.pool().await;
    let tables: Vec<String> = sqlx::query_scalar(
        "select table_name::text from information_schema.columns
         where table_schema = 'public' and column_name = 'tenant_id' order by table_name",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    let mut kept = Vec::new();
    for table in tables {
        let sql = format!("select coalesce(json_agg(t), '[]') from {table} t");
        kept.push((table, sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&pool).await.unwrap()));
    }
    pool.close().await;
    kept
}

async fn restore(app: &TestApp, kept: &[(String, Value)]) {
    let pool = app.pool().await;
    let mut connection = pool.acquire().await.unwrap();
    // The rows come back in any order.
    connection.execute("begin; set local session_replication_role = replica").await.unwrap();
    for (table, _) in kept {
        connection.execute(AssertSqlSafe(format!("delete from {table}"))).await.unwrap();
    }
    for (table, rows) in kept {
        let sql = format!(
            "insert into {table} select * from json_populate_recordset(null::{table}, $1::text::json)"
        );
        sqlx::query(AssertSqlSafe(sql)).bind(rows.to_string()).execute(&mut *connection).await.unwrap();
    }
    connection.execute("commit").await.unwrap();
    drop(connection);
    pool.close().await;
}

#[tokio::test]
async fn what_was_told_of_a_state_that_a_restored_backup_has_lost_is_found_out() {
    let app = TestApp::new().await;
    let writer = app.writer();
    let contact = factory::contact(&writer, json!({})).await;
    let other = factory::contact(&writer, json!({})).await;
    let mut within = Follower::new(writer.clone()).await;
    factory::contact(&writer, json!({})).await;
    writer.patch(&factory::path(&contact), json!({"notes": "kept"})).await.expect(200);
    let before = now(&writer).await;
    let kept = back_up(&app).await;
    // Its place is before the backup, and what it was shown is not.
    writer.patch(&factory::path(&other), json!({"notes": "lost"})).await.expect(200);
    within.page("&pageSize=1").await;
    let lost = now(&writer).await;

    restore(&app, &kept).await;
    gone(&writer, &lost).await;
    gone(&writer, &within.cursor).await;
    writer.get(&format!("{CHANGES}?since={before}")).await.expect(200);
    // The numbers are given again, to other changes.
    for _ in 0..3 {
        writer
            .patch(&factory::path(&other), json!({"notes": uuid::Uuid::now_v7().to_string()}))
            .await
            .expect(200);
        gone(&writer, &lost).await;
        gone(&writer, &within.cursor).await;
    }
    // Everything is read anew, and what comes then is right.
    within.cursor = gone(&writer, &within.cursor).await;
    within.copy.clear();
    for (id, document) in stored(&app).await {
        within.copy.insert(("contact".into(), id), document);
    }
    writer.patch(&factory::path(&contact), json!({"notes": "new"})).await.expect(200);
    within.catch_up(10).await;
    assert_eq!(within.contacts(), stored(&app).await);
    app.finish().await;
}

#[tokio::test]
async fn one_of_another_tenant_is_gone() {
    let app = TestApp::new().await;
    let cursor = now(&app.writer()).await;
    gone(&app.stranger(), &cursor).await;
    app.finish().await;
}

#[tokio::test]
async fn a_quiet_tenant_goes_on_from_its_first_cursor_for_ever() {
    let app = TestApp::with(Setup { clock: Clock::System, ..Setup::default() }).await;
    let cursor = now(&app.reader()).await;
    for _ in 0..2 {
        let page = app.reader().get(&format!("{CHANGES}?since={cursor}")).await.expect(200);
        assert_eq!(page["nextCursor"], cursor.as_str());
    }
    app.finish().await;
}

#[tokio::test]
async fn two_instances_take_the_cursors_of_each_other() {
    let database = TestDatabase::new().await;
    let options = database.options();
    let one = TestApp::on(database, options.clone(), Setup::default());
    let other = contacts::router::build(
        contacts::state::AppState::from(contacts::state::Parts {
            database: contacts::database::Database::new(options, 4, std::time::Duration::from_secs(30)),
            verifier: std::sync::Arc::new(contacts::auth::Verifier::new(
                Keys::from_secret(crate::support::app::SECRET).unwrap(),
                None,
                None,
            )),
            ..(*one.state).clone()
        }),
        &contacts::config::CorsOrigins::List(Vec::new()),
        std::time::Duration::from_secs(30),
    )
    .unwrap();
    let elsewhere = Client::new(other, Some(one.token(crate::support::app::TENANT, "admin")));
    let mut follower = Follower::new(one.writer()).await;
    factory::contact(&elsewhere, json!({})).await;
    assert_eq!(follower.events().await, ["contact create"]);
    let mut follower = Follower { client: elsewhere, cursor: follower.cursor, copy: follower.copy };
    factory::contact(&one.writer(), json!({})).await;
    assert_eq!(follower.events().await, ["contact create"]);
    assert_eq!(follower.contacts(), stored(&one).await);
    one.finish().await;
}
