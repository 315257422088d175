//! The worker.

use std::time::Duration;

use contacts::{
    contacts::{JOB_RUNNERS, rebuild},
    database::{Database, TenantTransaction},
    jobs::{Batch, Requester, Runner, Task, worker},
    state::{AppState, Parts},
};
use serde_json::{Value, json};
use sqlx::{Connection, Executor, PgConnection};
use uuid::Uuid;

use crate::support::{
    Client, TestApp,
    app::TENANT,
    eventually, factory,
    locks::{cancel_waiting, somebody_waits, somebody_waits_for},
    run_jobs,
};

async fn job(client: &Client, job: &Value) -> Value {
    client.get(&format!("/api/v1/jobs/{}", factory::id(job))).await.expect(200)["data"].take()
}

#[tokio::test]
async fn a_worker_that_runs_is_told_of_a_job() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let tag = factory::tag(&admin, "vip").await;
    factory::many(&app, 1_001, &[factory::id(&tag)], None).await;
    let worker = tokio::spawn(worker::run(app.state.clone(), JOB_RUNNERS));
    let path = format!("/api/v1/tags/{}", factory::id(&tag));
    let made = admin.patch(&path, json!({"name": "gold"})).await.expect(202)["data"].take();
    while job(&admin, &made).await["status"] == "running" {}
    worker.abort();
    assert_eq!(job(&admin, &made).await["status"], "succeeded");
    assert_eq!(
        admin.get("/api/v1/contacts?tag=gold&pageSize=1").await.expect(200)["data"][0]["tags"][0]["name"],
        "gold"
    );
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn workers_of_several_instances_do_each_batch_once() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let company = factory::company(&admin, "K-Link").await;
    factory::many(&app, 1_700, &[], Some(factory::id(&company))).await;
    let path = format!("/api/v1/companies/{}", factory::id(&company));
    let made = admin.patch(&path, json!({"name": "Golden"})).await.expect(202)["data"].take();
    while job(&admin, &made).await["status"] == "running" {
        let workers: tokio::task::JoinSet<_> = (0..4)
            .map(|_| {
                let state = app.state.clone();
                async move { run_jobs(&state).await }
            })
            .collect();
        for result in workers.join_all().await {
            result.unwrap();
        }
    }
    let done = job(&admin, &made).await;
    assert_eq!((&done["status"], &done["done"]), (&json!("succeeded"), &json!(1_700)));
    assert_eq!(admin.get("/api/v1/contacts?keyword=golden").await.expect(200)["total"], 1_700);
    app.finish().await;
}

/// A job's row, as whoever made it wrote it.
async fn insert(app: &TestApp, tenant: &str, task: &str) -> Uuid {
    let pool = app.pool().await;
    let (tenant, id) = (factory::tenant_id(&pool, tenant).await, Uuid::now_v7());
    sqlx::query(
        "insert into jobs (tenant_id, id, kind, task, total, done, cursor, requested_by, request_id, created_at,
                           updated_at)
         values ($1, $2, 'made', $3, 5, 2, $4, '', '', now(), now())",
    )
    .bind(tenant)
    .bind(id)
    .bind(task)
    .bind(Uuid::nil())
    .execute(&pool)
    .await
    .unwrap();
    pool.close().await;
    id
}

#[tokio::test]
async fn what_a_later_version_is_to_do_is_left_alone_and_waited_for() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let tag = factory::tag(&admin, "vip").await;
    factory::many(&app, 1_001, &[factory::id(&tag)], None).await;
    let pool = app.pool().await;
    let id = Uuid::nil();
    let filter =
        r#""filter":{"keyword":null,"conditions":[]},"until":"2026-01-01T00:00:00Z","is_form":false"#;
    for task in [
        // A kind that nobody knows, a change that nobody knows, one with more to it than is known.
        r#"{"unheard":1}"#.to_owned(),
        r#"{"catalogue":{"tag_split":{"id":"ID"}}}"#.to_owned(),
        r#"{"catalogue":{"tag_renamed":{"id":"ID","only_since":1}}}"#.to_owned(),
        format!(r#"{{"by_filter":{{{filter},"operation":{{"action":"archive"}}}}}}"#),
        format!(r#"{{"by_filter":{{{filter},"operation":{{"action":"delete"}},"at_most":5}}}}"#),
        format!(
            r#"{{"by_filter":{{{},"operation":{{"action":"delete"}}}}}}"#,
            filter.replace(r#""conditions":[]"#, r#""conditions":[{"Starred":true}]"#)
        ),
        "something else altogether".to_owned(),
    ] {
        let task = task.replace("ID", &id.to_string());
        let unknown = insert(&app, TENANT, &task).await;
        let path = format!("/api/v1/tags/{}", factory::id(&tag));
        let made =
            admin.patch(&path, json!({"name": Uuid::now_v7().to_string()})).await.expect(202)["data"].take();
        for _ in 0..2 {
            run_jobs(&app.state).await.unwrap();
        }
        let left = job(&admin, &json!({"id": unknown.to_string()})).await;
        assert_eq!((&left["status"], &left["done"]), (&json!("running"), &json!(2)), "{task}");
        assert_eq!((&left["error"], &left["finishedAt"]), (&Value::Null, &Value::Null), "{task}");
        let kept: String = sqlx::query_scalar("select task from jobs where id = $1")
            .bind(unknown)
            .fetch_one(&pool)
            .await
            .unwrap();
        assert_eq!(kept, task);
        assert_eq!(job(&admin, &made).await["status"], "running", "it waits for its turn");
        sqlx::query("delete from jobs where id = $1").bind(unknown).execute(&pool).await.unwrap();
        run_jobs(&app.state).await.unwrap();
        assert_eq!(job(&admin, &made).await["status"], "succeeded");
    }
    pool.close().await;
    app.finish().await;
}

/// Tasks of a test.
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
enum Made {
    Panics,
    IsSoonDone,
}

impl Task for Made {
    const NAME: &'static str = "made";

    fn kind(&self) -> &'static str {
        "made"
    }

    async fn run(
        &self,
        _: &mut TenantTransaction,
        _: &AppState,
        _: &Requester,
        _: Uuid,
        _: usize,
    ) -> contacts::Result<Batch> {
        match self {
            Self::Panics => panic!("it fell over"),
            Self::IsSoonDone => {
                Ok(Batch { last: None, done: 0, changed: 0, failed: 0, growth: 0, is_all: true })
            }
        }
    }
}

/// Those of the service, and those above.
fn runners() -> Vec<Runner> {
    [JOB_RUNNERS, &[Runner::of::<Made>()]].concat()
}

#[tokio::test]
async fn a_tenant_whose_job_waits_for_a_lock_holds_up_no_other() {
    let app = TestApp::new().await;
    let (admin, stranger) = (app.admin(), app.stranger());
    stranger.get("/api/v1/jobs").await.expect(200);
    let tag = factory::tag(&admin, "vip").await;
    factory::many(&app, 1_001, &[factory::id(&tag)], None).await;
    let path = format!("/api/v1/tags/{}", factory::id(&tag));
    let made = admin.patch(&path, json!({"name": "gold"})).await.expect(202)["data"].take();
    let pool = app.pool().await;
    let mut other = PgConnection::connect_with(&app.options()).await.unwrap();
    hold(&mut other, "many 7").await;
    let worker = tokio::spawn({
        let state = app.state.clone();
        async move { worker::run(state, &runners()).await }
    });
    eventually("it waits", async || somebody_waits(&pool).await).await;
    let theirs = json!({"id": insert(&app, "globex", r#"{"made":"is_soon_done"}"#).await.to_string()});
    eventually("theirs is done", async || job(&stranger, &theirs).await["status"] == "succeeded").await;
    assert_eq!(job(&admin, &made).await["done"], 0);
    other.execute("rollback").await.unwrap();
    eventually("it is done", async || job(&admin, &made).await["status"] == "succeeded").await;
    worker.abort();
    other.close().await.unwrap();
    pool.close().await;
    app.finish().await;
}

#[tokio::test]
async fn a_job_that_cannot_go_on_fails_with_its_cause_and_the_next_one_has_its_turn() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let tag = factory::tag(&admin, "vip").await;
    factory::many(&app, 1_001, &[factory::id(&tag)], None).await;
    let runners = runners();
    let path = format!("/api/v1/tags/{}", factory::id(&tag));
    let pool = app.pool().await;
    let panics = insert(&app, TENANT, r#"{"made":"panics"}"#).await;
    let refused = admin.patch(&path, json!({"name": "silver"})).await.expect(202)["data"].take();
    pool.execute(
        "alter table contacts add constraint no_silver check (document not like '%silver%') not valid",
    )
    .await
    .unwrap();
    worker::run_pending(&app.state, &runners).await.unwrap();
    for (id, cause) in [(panics.to_string(), "it fell over"), (factory::id(&refused).to_owned(), "no_silver")]
    {
        let failed = job(&admin, &json!({"id": id})).await;
        assert_eq!(failed["status"], "failed", "{failed}");
        assert!(failed["finishedAt"].is_string(), "{failed}");
        let error = failed["error"].as_str().unwrap();
        assert!(error.contains(&id) && error.contains(cause), "{error}");
    }
    pool.execute("alter table contacts drop constraint no_silver").await.unwrap();
    let made = admin.patch(&path, json!({"name": "gold"})).await.expect(202)["data"].take();
    worker::run_pending(&app.state, &runners).await.unwrap();
    assert_eq!(job(&admin, &made).await["status"], "succeeded");
    pool.close().await;
    app.finish().await;
}

/// Locks a contact, so that whoever comes to it waits.
async fn hold(connection: &mut PgConnection, name: &str) {
    connection.execute("begin").await.unwrap();
    let locked = sqlx::query("select from contacts where name = $1 for update").bind(name);
    assert_eq!(locked.execute(&mut *connection).await.unwrap().rows_affected(), 1);
}

#[tokio::test]
async fn a_batch_that_takes_too_long_is_done_again_in_smaller_ones_and_says_why_meanwhile() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let tag = factory::tag(&admin, "vip").await;
    factory::many(&app, 1_100, &[factory::id(&tag)], None).await;
    let pool = app.pool().await;
    let path = format!("/api/v1/tags/{}", factory::id(&tag));
    let made = admin.patch(&path, json!({"name": "gold"})).await.expect(202)["data"].take();
    let mut other = PgConnection::connect_with(&app.options()).await.unwrap();
    hold(&mut other, "many 100").await;
    let worker = tokio::spawn(worker::run(app.state.clone(), JOB_RUNNERS));
    let batch =
        async || -> i16 { sqlx::query_scalar("select batch from jobs").fetch_one(&pool).await.unwrap() };
    for smaller in [250, 125, 62] {
        eventually("the worker waits", async || somebody_waits(&pool).await).await;
        // As the time-out of its statement does.
        cancel_waiting(&pool).await;
        eventually("smaller batches", async || batch().await == smaller).await;
        if smaller < 100 {
            break;
        }
        let state = job(&admin, &made).await;
        assert_eq!((&state["status"], &state["done"]), (&json!("running"), &json!(0)));
        let error = state["error"].as_str().unwrap();
        assert!(error.contains(factory::id(&made)) && error.contains("57014"), "{error}");
    }
    eventually("it gets on", async || job(&admin, &made).await["done"] == 62).await;
    assert_eq!(job(&admin, &made).await["error"], Value::Null, "what was is over");
    other.execute("rollback").await.unwrap();
    eventually("it is done", async || job(&admin, &made).await["status"] == "succeeded").await;
    let done = job(&admin, &made).await;
    assert_eq!((&done["done"], &done["changed"]), (&json!(1_100), &json!(1_100)));
    worker.abort();
    other.close().await.unwrap();
    pool.close().await;
    app.finish().await;
}

#[tokio::test]
async fn jobs_and_rebuilds_do_not_run_under_the_time_out_of_requests() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let tag = factory::tag(&admin, "vip").await;
    factory::many(&app, 1_001, &[factory::id(&tag)], None).await;
    let path = format!("/api/v1/tags/{}", factory::id(&tag));
    let made = admin.patch(&path, json!({"name": "gold"})).await.expect(202)["data"].take();
    let mut parts: Parts = (*app.state).clone();
    parts.database = Database::new(app.options(), 4, Duration::from_millis(200));
    let impatient = AppState::from(parts);
    let pool = app.pool().await;
    let mut other = PgConnection::connect_with(&app.options()).await.unwrap();

    hold(&mut other, "many 7").await;
    let state = impatient.clone();
    let working = tokio::spawn(async move { run_jobs(&state).await });
    eventually("it waits for long", async || somebody_waits_for(&pool, 500).await).await;
    other.execute("rollback").await.unwrap();
    working.await.unwrap().unwrap();
    let done = job(&admin, &made).await;
    assert_eq!((&done["status"], &done["error"]), (&json!("succeeded"), &Value::Null));

    pool.execute("update tenants set derived_version = 0").await.unwrap();
    hold(&mut other, "many 7").await;
    let database = impatient.database.clone();
    let working = tokio::spawn(async move { rebuild::catch_up(&database, None).await });
    eventually("it waits for long", async || somebody_waits_for(&pool, 500).await).await;
    other.execute("rollback").await.unwrap();
    working.await.unwrap().unwrap();
    other.close().await.unwrap();
    pool.close().await;
    app.finish().await;
}

#[tokio::test]
async fn jobs_are_done_in_the_order_of_their_making_though_clocks_differ() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let company = factory::company(&admin, "one").await;
    factory::many(&app, 1_001, &[], Some(factory::id(&company))).await;
    let path = format!("/api/v1/companies/{}", factory::id(&company));
    let first = admin.patch(&path, json!({"name": "two"})).await.expect(202)["data"].take();
    // As if the instance that made it had a clock that is years ahead.
    let ahead = Uuid::try_parse("0fffffff-0000-7000-8000-000000000000").unwrap();
    let pool = app.pool().await;
    let moved = sqlx::query("update jobs set id = $1").bind(ahead).execute(&pool).await.unwrap();
    assert_eq!(moved.rows_affected(), 1);
    pool.close().await;
    let second = admin.patch(&path, json!({"name": "three"})).await.expect(202)["data"].take();
    assert!(second["id"].as_str() > Some(ahead.to_string().as_str()), "{first} {second}");
    let third = admin.patch(&path, json!({"name": "four"})).await.expect(202)["data"].take();
    assert!(third["id"].as_str() > second["id"].as_str());
    run_jobs(&app.state).await.unwrap();
    assert_eq!(admin.get("/api/v1/contacts?keyword=four").await.expect(200)["total"], 1_001);
    app.finish().await;
}

#[tokio::test]
async fn a_tenant_does_not_wait_for_the_jobs_of_another() {
    let app = TestApp::new().await;
    let (admin, stranger) = (app.admin(), app.stranger());
    let tag = factory::tag(&admin, "vip").await;
    factory::many(&app, 1_001, &[factory::id(&tag)], None).await;
    let path = format!("/api/v1/tags/{}", factory::id(&tag));
    let made = admin.patch(&path, json!({"name": "gold"})).await.expect(202)["data"].take();
    assert_eq!(stranger.get("/api/v1/jobs").await.expect(200)["total"], 0);
    let theirs = factory::contact(&stranger, json!({"tags": ["vip"]})).await;
    let theirs = format!("/api/v1/tags/{}", factory::id(&theirs["tags"][0]));
    stranger.patch(&theirs, json!({"name": "silver"})).await.expect(200);
    run_jobs(&app.state).await.unwrap();
    assert_eq!(job(&admin, &made).await["status"], "succeeded");
    app.finish().await;
}
