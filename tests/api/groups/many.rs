//! Groups of more contacts than are changed while the caller waits.

use serde_json::json;

use super::{GROUPS, group, path, values};
use crate::support::{TestApp, factory, run_jobs};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_thousand_contacts_follow_at_once_and_more_by_a_job() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let vip = group(&admin, "vip").await;
    let fields = json!({"contact_groups": [vip["id"]]});
    let first = factory::contact(&admin, fields.clone()).await;
    factory::contacts(&admin, 999, &fields).await;
    let answer = admin.patch(&path(&vip), json!({"label": "Top"})).await.expect(200);
    let listed = admin.get("/api/v1/contacts?group=vip&pageSize=100&page=10").await.expect(200);
    assert_eq!(listed["total"], 1_000);
    for contact in listed["data"].as_array().unwrap() {
        assert_eq!(contact["contact_groups"], json!([answer["data"]]));
    }

    factory::contact(&admin, fields).await;
    let answer = admin.patch(&path(&vip), json!({"label": "Best"})).await;
    let job = answer.expect(202);
    assert_eq!(job["data"]["kind"], "groupUpdate");
    assert_eq!((&job["data"]["total"], &job["data"]["status"]), (&json!(1_001), &json!("running")));
    let location = answer.header("location").unwrap().to_owned();
    assert_eq!(location, format!("/api/v1/jobs/{}", job["data"]["id"].as_str().unwrap()));
    assert_eq!(admin.get(&path(&vip)).await.expect(200)["data"]["label"], "Best");
    run_jobs(&app.state).await.unwrap();
    assert_eq!(admin.get(&location).await.expect(200)["data"]["status"], "succeeded");
    assert_eq!(factory::read(&admin, &first).await["contact_groups"][0]["label"], "Best");

    let answer = admin.delete(&path(&vip)).await.expect(202);
    assert_eq!(
        (&answer["message"], &answer["data"]["kind"]),
        (&json!("deleting group"), &json!("groupDelete"))
    );
    assert_eq!(values(&admin, "").await.len(), 4);
    admin.get(&path(&vip)).await.expect_error(404, "not_found");
    // Its value is free before its contacts have left it.
    let again = admin.post(GROUPS, json!({"value": "vip"})).await.expect(201)["data"].take();
    run_jobs(&app.state).await.unwrap();
    assert_eq!(factory::read(&admin, &first).await["contact_groups"], json!([]));
    assert_eq!(admin.get(&format!("{}/members", path(&again))).await.expect(200)["total"], 0);
    app.finish().await;
}
