//! What was kept for long enough is removed.

use chrono::TimeDelta;
use contacts::housekeeping::{Removed, Retention, clean};
use futures_util::future::join_all;
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection, PgPool};
use uuid::Uuid;

use crate::support::{TestApp, app::TENANT, eventually, factory, locks::cancel_waiting};

const CONTACTS: &str = "/api/v1/contacts";

const RETENTION: Retention = Retention {
    trash: Some(TimeDelta::days(30)),
    history: Some(TimeDelta::days(365)),
    events: Some(TimeDelta::days(30)),
};

/// A tenant's rows that housekeeping is about.
#[derive(Debug, PartialEq, Eq, sqlx::FromRow)]
struct Kept {
    trash: i64,
    history: i64,
    snapshots: i64,
    keys: i64,
    jobs: i64,
}

async fn kept(pool: &PgPool) -> Kept {
    sqlx::query_as(
        "select (select count(*) from contact_trash) as trash, (select count(history_id) from change_log) as history,
                (select count(snapshots) from contact_merges) as snapshots,
                (select count(*) from idempotency_keys) as keys, (select count(*) from jobs) as jobs",
    )
    .fetch_one(pool)
    .await
    .unwrap()
}

async fn deleted(app: &TestApp, count: usize) -> Vec<Value> {
    let mut contacts = Vec::new();
    for number in 0..count {
        let contact = factory::contact(&app.writer(), json!({"name": format!("{number}")})).await;
        app.writer().delete(&factory::path(&contact)).await.expect(200);
        contacts.push(contact);
    }
    contacts
}

/// Runs a statement on the rows of all tenants.
async fn sql(pool: &PgPool, statement: &'static str) {
    sqlx::query(statement).execute(pool).await.unwrap();
}

#[tokio::test]
async fn the_trash_is_emptied_after_its_days() {
    let app = TestApp::new().await;
    let (pool, writer) = (app.pool().await, app.writer());
    let contacts = deleted(&app, 3).await;
    let theirs = factory::contact(&app.stranger(), json!({})).await;
    app.stranger().delete(&factory::path(&theirs)).await.expect(200);
    let live = factory::contact(&writer, json!({})).await;
    assert_eq!(clean(&app.state, RETENTION).await.unwrap(), Removed::default());
    sql(&pool, "update contact_trash set deleted_at = now() - interval '29 days 23 hours'").await;
    assert_eq!(clean(&app.state, RETENTION).await.unwrap(), Removed::default());
    let age =
        "update contact_trash set deleted_at = now() - interval '30 days 1 hour' where contact_id <> $1";
    sqlx::query(age)
        .bind(contacts[1]["id"].as_str().unwrap().parse::<Uuid>().unwrap())
        .execute(&pool)
        .await
        .unwrap();
    let removed = clean(&app.state, RETENTION).await.unwrap();
    assert_eq!(removed, Removed { contacts: 3, ..Removed::default() });
    let page = writer.get(&format!("{CONTACTS}/trash")).await.expect(200);
    assert_eq!((&page["total"], &page["data"][0]["id"]), (&json!(1), &contacts[1]["id"]));
    // Erased, not only out of sight.
    for gone in [&contacts[0], &contacts[2]] {
        writer.get(&format!("{}/history", factory::path(gone))).await.expect_error(404, "not_found");
        let restore = format!("{}/restore", factory::path(gone));
        writer.post(&restore, json!({})).await.expect_error(404, "not_found");
    }
    assert_eq!(app.stranger().get(&format!("{CONTACTS}/trash")).await.expect(200)["total"], 0);
    assert_eq!(factory::read(&writer, &live).await, live);
    assert_eq!(clean(&app.state, RETENTION).await.unwrap(), Removed::default());
    pool.close().await;
    app.finish().await;
}

#[tokio::test]
async fn a_batch_that_takes_too_long_is_done_again_in_smaller_ones() {
    let app = TestApp::new().await;
    let pool = app.pool().await;
    let contacts = deleted(&app, 3).await;
    sql(&pool, "update contact_trash set deleted_at = now() - interval '31 days'").await;
    let mut other = PgConnection::connect_with(&app.options()).await.unwrap();
    let mut transaction = other.begin().await.unwrap();
    sqlx::query("select from change_log where entity_id = $1 for update")
        .bind(contacts[1]["id"].as_str().unwrap().parse::<Uuid>().unwrap())
        .execute(&mut *transaction)
        .await
        .unwrap();
    let state = app.state.clone();
    let cleaning = tokio::spawn(async move { clean(&state, RETENTION).await });
    // As the time-out of a statement does, twice.
    for _ in 0..2 {
        eventually("it waits", async || cancel_waiting(&pool).await == 1).await;
    }
    transaction.rollback().await.unwrap();
    let removed = cleaning.await.unwrap().unwrap();
    assert_eq!(removed, Removed { contacts: 3, ..Removed::default() });
    other.close().await.unwrap();
    pool.close().await;
    app.finish().await;
}

#[tokio::test]
async fn without_days_trash_and_history_are_kept_for_ever() {
    let app = TestApp::new().await;
    let pool = app.pool().await;
    deleted(&app, 2).await;
    sql(&pool, "update contact_trash set deleted_at = '1970-01-02'").await;
    sql(&pool, "update change_log set changed_at = '1970-01-02'").await;
    assert_eq!(clean(&app.state, Retention::default()).await.unwrap(), Removed::default());
    assert_eq!(kept(&pool).await, Kept { trash: 2, history: 4, snapshots: 0, keys: 0, jobs: 0 });
    pool.close().await;
    app.finish().await;
}

#[tokio::test]
async fn history_keys_jobs_and_merges_go_when_their_time_is_over() {
    let app = TestApp::new().await;
    let (pool, writer) = (app.pool().await, app.writer());
    let contact = factory::contact(&writer, json!({})).await;
    for number in 0..3 {
        writer.patch(&factory::path(&contact), json!({"notes": format!("{number}")})).await.expect(200);
    }
    let age = "update change_log set changed_at = now() - interval '366 days' where change <= 3";
    sql(&pool, age).await;
    for key in ["old", "new"] {
        let body = factory::body(json!({"name": key}));
        writer.post_once(CONTACTS, key, body).await.expect(201);
    }
    sql(&pool, "update idempotency_keys set created_at = now() - interval '25 hours' where key = 'old'")
        .await;
    let tenant = factory::tenant_id(&pool, TENANT).await;
    for (created, finished) in [("40 days", Some("31 days")), ("40 days", Some("29 days")), ("40 days", None)]
    {
        sqlx::query(sqlx::AssertSqlSafe(format!(
            "insert into jobs (tenant_id, id, kind, task, total, done, cursor, requested_by, request_id, created_at,
                               updated_at, finished_at)
             values ($1, $2, 'x', '', 1, 1, $2, 't', 'r', now() - interval '{created}', now(), {})",
            finished.map_or("null".into(), |ago| format!("now() - interval '{ago}'"))
        )))
        .bind(tenant)
        .bind(Uuid::now_v7())
        .execute(&pool)
        .await
        .unwrap();
    }
    for (merged, undone) in [("31 days", "null"), ("29 days", "null"), ("1 day", "now()")] {
        sqlx::query(sqlx::AssertSqlSafe(format!(
            "insert into contact_merges values ($1, $2, $2, '{{}}', now() - interval '{merged}', 't', {undone}, '[]')"
        )))
        .bind(tenant)
        .bind(Uuid::now_v7())
        .execute(&pool)
        .await
        .unwrap();
    }
    assert_eq!(kept(&pool).await, Kept { trash: 0, history: 6, snapshots: 3, keys: 2, jobs: 3 });
    let removed = clean(&app.state, RETENTION).await.unwrap();
    let expected = Removed { contacts: 0, history: 3, events: 3, merges: 2, idempotency_keys: 1, jobs: 1 };
    assert_eq!(removed, expected);
    assert_eq!(kept(&pool).await, Kept { trash: 0, history: 3, snapshots: 1, keys: 1, jobs: 2 });
    let merges: i64 =
        sqlx::query_scalar("select count(*) from contact_merges").fetch_one(&pool).await.unwrap();
    assert_eq!(merges, 3, "that there were merges is still known");
    let history = writer.get(&format!("{}/history", factory::path(&contact))).await.expect(200);
    assert_eq!(history["total"], 1);
    // The job that has not ended is none that this version can do.
    sql(&pool, "delete from jobs").await;
    pool.close().await;
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn more_than_a_batch_is_removed_and_several_instances_share_the_work() {
    let app = TestApp::new().await;
    let pool = app.pool().await;
    let contact = &deleted(&app, 1).await[0];
    // The same snapshot under other ids.
    sqlx::query(
        "insert into contact_trash
         select t.tenant_id, md5(n::text)::uuid, now() - interval '31 days' - n * interval '1 second', 'x', t.snapshot
         from contact_trash t, generate_series(1, 1200) n",
    )
    .execute(&pool)
    .await
    .unwrap();
    let cleaned = (0..4).map(|_| {
        let state = app.state.clone();
        tokio::spawn(async move { clean(&state, RETENTION).await.unwrap() })
    });
    let contacts: u64 = join_all(cleaned).await.into_iter().map(|removed| removed.unwrap().contacts).sum();
    let again = clean(&app.state, RETENTION).await.unwrap().contacts;
    assert_eq!(contacts + again, 1200, "none is counted twice");
    let page = app.reader().get(&format!("{CONTACTS}/trash")).await.expect(200);
    assert_eq!((&page["total"], &page["data"][0]["id"]), (&json!(1), &contact["id"]));
    pool.close().await;
    app.finish().await;
}
