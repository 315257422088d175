//! The worker.

use contacts::{contacts::JOB_RUNNERS, jobs::worker};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Client, TestApp, app::TENANT, factory, run_jobs};

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

#[tokio::test]
async fn a_job_that_cannot_go_on_fails_and_the_next_one_has_its_turn() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let tag = factory::tag(&admin, "vip").await;
    factory::many(&app, 1_001, &[factory::id(&tag)], None).await;
    let pool = app.pool().await;
    let tenant = factory::tenant_id(&pool, TENANT).await;
    let broken = Uuid::now_v7();
    sqlx::query(
        "insert into jobs (tenant_id, id, kind, task, total, done, cursor, requested_by, request_id, created_at,
                           updated_at)
         values ($1, $2, 'fromTheFuture', '{\"unheard\":1}', 5, 2, $2, '', '', now(), now())",
    )
    .bind(tenant)
    .bind(broken)
    .execute(&pool)
    .await
    .unwrap();
    pool.close().await;
    let path = format!("/api/v1/tags/{}", factory::id(&tag));
    let made = admin.patch(&path, json!({"name": "gold"})).await.expect(202)["data"].take();
    run_jobs(&app.state).await.unwrap();
    let failed = job(&admin, &json!({"id": broken.to_string()})).await;
    assert_eq!((&failed["status"], &failed["done"]), (&json!("failed"), &json!(2)));
    assert!(failed["error"].is_string() && failed["finishedAt"].is_string(), "{failed}");
    assert_eq!(job(&admin, &made).await["status"], "succeeded");
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
