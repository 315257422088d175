//! Channels of more contacts than are changed while the caller waits.

use serde_json::json;

use super::{CHANNELS, channel, path};
use crate::support::{TestApp, factory, run_jobs};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn more_than_a_thousand_contacts_show_a_new_name_by_a_job() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let viber = channel(&admin, "viber").await;
    let fields = json!({"channel": "viber"});
    let first = factory::contact(&admin, fields.clone()).await;
    factory::contacts(&admin, 1_000, &fields).await;
    let answer = admin.patch(&path(&viber), json!({"name": "Rakuten"})).await;
    let job = answer.expect(202);
    assert_eq!(
        (&job["message"], &job["data"]["kind"]),
        (&json!("updating channel"), &json!("channelRename"))
    );
    assert_eq!(job["data"]["total"], 1_001);
    let location = answer.header("location").unwrap().to_owned();
    assert_eq!(admin.get(&path(&viber)).await.expect(200)["data"]["name"], "Rakuten");
    // To archive it changes no contact.
    admin.patch(&path(&viber), json!({"is_archived": true})).await.expect(200);
    run_jobs(&app.state).await.unwrap();
    assert_eq!(admin.get(&location).await.expect(200)["data"]["status"], "succeeded");
    assert_eq!(factory::read(&admin, &first).await["channel"], "Rakuten");
    let listed = admin.get("/api/v1/contacts?channel=rakuten&pageSize=1").await.expect(200);
    assert_eq!(listed["total"], 1_001);
    admin
        .delete(&format!("{CHANNELS}/{}", viber["id"].as_str().unwrap()))
        .await
        .expect_error(409, "conflict");
    app.finish().await;
}
