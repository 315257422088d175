//! Changes that meet jobs which are not done yet: in whatever order they come, the outcome is that of one after the other.

use serde_json::{Value, json};

use super::{MANY, all, company_path, tag_path, total};
use crate::support::{TestApp, factory, run_jobs};

#[tokio::test]
async fn jobs_of_a_tenant_are_done_in_their_order() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let company = factory::company(&admin, "one").await;
    factory::many(&app, MANY, &[], Some(factory::id(&company))).await;
    for name in ["two", "three", "four"] {
        admin.patch(&company_path(&company), json!({"name": name})).await.expect(202);
    }
    run_jobs(&app.state).await.unwrap();
    let jobs = admin.get("/api/v1/jobs").await.expect(200);
    let ends: Vec<&str> =
        jobs["data"].as_array().unwrap().iter().map(|job| job["finishedAt"].as_str().unwrap()).collect();
    assert!(ends.is_sorted_by(|newer, older| newer >= older), "{ends:?}");
    assert_eq!(total(&admin, "keyword=four").await, 1_001);
    app.finish().await;
}

#[tokio::test]
async fn what_a_job_still_moves_contacts_to_can_be_merged_and_deleted() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let mut tags = Vec::new();
    for name in ["a", "b", "c", "d"] {
        tags.push(factory::tag(&admin, name).await);
    }
    factory::many(&app, MANY, &[factory::id(&tags[0])], None).await;
    factory::many(&app, 1, &[factory::id(&tags[1])], None).await;
    let merge = |from: &Value, into: &Value| {
        let (path, body) = (format!("{}/merge", tag_path(from)), json!({"into": into["id"]}));
        let admin = admin.clone();
        async move { admin.post(&path, body).await }
    };
    merge(&tags[0], &tags[1]).await.expect(202);
    // One contact only has it yet, but others are on their way.
    assert_eq!(merge(&tags[1], &tags[2]).await.expect(202)["data"]["total"], 1);
    merge(&tags[2], &tags[3]).await.expect(202);
    let named = factory::contact(&admin, json!({"tags": [{"id": tags[0]["id"]}]})).await;
    assert_eq!(named["tags"][0]["name"], "d");
    run_jobs(&app.state).await.unwrap();
    assert_eq!(total(&admin, "tag=d").await, 1_003);
    assert_eq!(all(&admin, "tag=d").await.iter().filter(|one| one["tags"] == named["tags"]).count(), 1_003);

    let other = factory::tag(&admin, "other").await;
    merge(&tags[3], &other).await.expect(202);
    admin.delete(&tag_path(&other)).await.expect(202);
    run_jobs(&app.state).await.unwrap();
    assert_eq!((total(&admin, "has=tags").await, total(&admin, "").await), (0, 1_003));
    app.finish().await;
}

#[tokio::test]
async fn a_company_that_contacts_are_on_their_way_to_is_in_use() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let (from, into) = (factory::company(&admin, "from").await, factory::company(&admin, "into").await);
    factory::many(&app, MANY, &[], Some(factory::id(&from))).await;
    admin.post(&format!("{}/merge", company_path(&from)), json!({"into": into["id"]})).await.expect(202);
    let refused = admin.delete(&company_path(&into)).await;
    assert_eq!(refused.expect_error(409, "conflict"), [("detach".into(), "in_use".into())]);
    assert!(refused.json()["message"].as_str().unwrap().starts_with("1001 contacts"));
    admin.delete(&format!("{}?detach=true", company_path(&into))).await.expect(202);
    run_jobs(&app.state).await.unwrap();
    assert_eq!((total(&admin, "has=company").await, total(&admin, "keyword=many").await), (0, 1_001));
    let pool = app.pool().await;
    let left: i64 = sqlx::query_scalar("select count(*) from companies").fetch_one(&pool).await.unwrap();
    pool.close().await;
    assert_eq!(left, 0);
    app.finish().await;
}

#[tokio::test]
async fn a_tag_may_be_deleted_while_a_job_renames_it() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let tag = factory::tag(&admin, "a").await;
    factory::many(&app, MANY, &[factory::id(&tag)], None).await;
    admin.patch(&tag_path(&tag), json!({"name": "b"})).await.expect(202);
    admin.delete(&tag_path(&tag)).await.expect(202);
    run_jobs(&app.state).await.unwrap();
    assert_eq!(total(&admin, "has=tags").await, 0);
    let jobs = admin.get("/api/v1/jobs").await.expect(200);
    for job in jobs["data"].as_array().unwrap() {
        assert_eq!((&job["status"], &job["done"]), (&json!("succeeded"), &json!(1_001)), "{job}");
    }
    app.finish().await;
}
