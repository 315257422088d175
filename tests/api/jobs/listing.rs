//! `GET /api/v1/jobs` and `GET /api/v1/jobs/{id}`

use serde_json::{Value, json};

use crate::support::{TestApp, factory, run_jobs};

#[tokio::test]
async fn a_job_is_found_where_the_answer_says_and_tells_how_far_it_is() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let tag = factory::tag(&admin, "vip").await;
    factory::many(&app, 1_001, &[factory::id(&tag)], None).await;
    let answer = admin.patch(&format!("/api/v1/tags/{}", factory::id(&tag)), json!({"name": "gold"})).await;
    let body = answer.expect(202);
    assert_eq!((&body["status"], &body["message"]), (&json!("success"), &json!("updating tag")));
    let job = &body["data"];
    let path = format!("/api/v1/jobs/{}", factory::id(job));
    assert_eq!(answer.header("location"), Some(path.as_str()));
    for (key, value) in [
        ("kind", json!("tagRename")),
        ("status", json!("running")),
        ("total", json!(1_001)),
        ("done", json!(0)),
        ("error", Value::Null),
        ("finishedAt", Value::Null),
    ] {
        assert_eq!(job[key], value, "{key}");
    }
    assert_eq!(app.reader().get(&path).await.expect(200)["data"], *job);

    run_jobs(&app.state).await.unwrap();
    let done = app.reader().get(&path).await.expect(200)["data"].take();
    assert_eq!(
        (&done["status"], &done["done"], &done["total"]),
        (&json!("succeeded"), &json!(1_001), &json!(1_001))
    );
    assert_eq!((&done["finishedAt"], &done["error"]), (&done["updatedAt"], &Value::Null));
    assert_eq!(done["createdAt"], job["createdAt"]);
    app.finish().await;
}

#[tokio::test]
async fn jobs_are_listed_newest_first_page_by_page_and_only_to_their_tenant() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let empty = app.reader().get("/api/v1/jobs").await.expect(200);
    assert_eq!(empty, json!({"total": 0, "page": 1, "pageSize": 10, "lastPage": 1, "data": []}));
    let tag = factory::tag(&admin, "vip").await;
    factory::many(&app, 1_001, &[factory::id(&tag)], None).await;
    let mut jobs = Vec::new();
    for name in ["a", "b", "c"] {
        let path = format!("/api/v1/tags/{}", factory::id(&tag));
        jobs.insert(0, admin.patch(&path, json!({"name": name})).await.expect(202)["data"].take());
    }
    let listing = app.reader().get("/api/v1/jobs?pageSize=2").await.expect(200);
    assert_eq!((&listing["total"], &listing["lastPage"]), (&json!(3), &json!(2)));
    assert_eq!(listing["data"], json!(jobs[..2]));
    let listing = app.reader().get("/api/v1/jobs?pageSize=2&page=2").await.expect(200);
    assert_eq!(listing["data"], json!(jobs[2..]));
    let wrong = app.reader().get("/api/v1/jobs?pageSize=101").await.expect_invalid();
    assert_eq!(wrong, ["pageSize:out_of_range"]);
    assert_eq!(app.stranger().get("/api/v1/jobs").await.expect(200)["total"], 0);
    let path = format!("/api/v1/jobs/{}", factory::id(&jobs[0]));
    app.stranger().get(&path).await.expect_error(404, "not_found");
    app.reader().get("/api/v1/jobs/x").await.expect_error(404, "not_found");
    run_jobs(&app.state).await.unwrap();
    app.finish().await;
}
