//! Fields of more contacts than are changed while the caller waits.

use serde_json::json;

use super::{CONTACTS, contact, field, named, path, value};
use crate::support::{TestApp, factory, run_jobs};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn more_than_a_thousand_contacts_follow_a_renamed_option_by_a_job() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let body = json!({"display_name": "Level", "type": "select", "options": named(&["gold", "silver"])});
    let made = field(&admin, body).await;
    let gold = json!({"customFields": {"cf_level": "gold"}});
    let first = factory::contact(&admin, gold.clone()).await;
    factory::contacts(&admin, 1_000, &gold).await;
    let silver = contact(&admin, json!({"cf_level": "silver"})).await;

    // What few have is renamed at once, however many have something else.
    let options = json!([{"value": "gold"}, {"value": "Silver", "previousValue": "silver"}]);
    admin.patch(&path(&made), json!({"options": options})).await.expect(200);
    assert_eq!(value(&admin, &silver, "cf_level").await, "Silver");

    let options = json!([{"value": "Gold", "previousValue": "gold"}, {"value": "Silver"}]);
    let answer = admin.patch(&path(&made), json!({"options": options})).await;
    let job = answer.expect(202);
    assert_eq!((&job["message"], &job["data"]["kind"]), (&json!("updating field"), &json!("fieldUpdate")));
    assert_eq!(job["data"]["total"], 1_001);
    let shown = admin.get(&path(&made)).await.expect(200)["data"]["options"].take();
    assert_eq!(shown[0]["value"], "Gold");
    assert_eq!(shown.as_array().unwrap().len(), 2);
    // What a read still shows may be sent back meanwhile, and what is new is there.
    admin.patch(&factory::path(&first), json!({"customFields": {"cf_level": "gold"}})).await.expect(200);
    let new = contact(&admin, json!({"cf_level": "Gold"})).await;
    // Its options do not change again before that.
    let again = json!({"options": named(&["Gold", "Silver", "gold"])});
    admin.patch(&path(&made), again.clone()).await.expect_error(409, "conflict");
    admin.patch(&path(&made), json!({"type": "text"})).await.expect_error(409, "conflict");
    run_jobs(&app.state).await.unwrap();
    let location = answer.header("location").unwrap();
    assert_eq!(admin.get(location).await.expect(200)["data"]["status"], "succeeded");
    for contact in [&first, &new] {
        assert_eq!(value(&admin, contact, "cf_level").await, "Gold");
    }
    assert_eq!(admin.get(&format!("{CONTACTS}?cf_level=Gold")).await.expect(200)["total"], 1_002);
    assert_eq!(admin.get(&format!("{CONTACTS}?cf_level=gold")).await.expect(200)["total"], 0);
    let former = json!({"customFields": {"cf_level": "gold"}});
    let refused = admin.patch(&factory::path(&first), former).await;
    assert_eq!(refused.expect_invalid(), ["customFields.cf_level:not_an_option"]);
    admin.patch(&path(&made), again).await.expect(200);

    // A new name of the field, hiding it and showing it again; another type is always there at once.
    admin.patch(&path(&made), json!({"display_name": "Rank"})).await.expect(202);
    run_jobs(&app.state).await.unwrap();
    assert_eq!(factory::read(&admin, &first).await["customFields"][0]["display_name"], "Rank");
    admin.patch(&path(&made), json!({"is_archived": true})).await.expect(202);
    run_jobs(&app.state).await.unwrap();
    assert_eq!(factory::read(&admin, &first).await["customFields"], json!([]));
    admin.patch(&path(&made), json!({"is_archived": false})).await.expect(202);
    run_jobs(&app.state).await.unwrap();
    admin.patch(&path(&made), json!({"type": "text"})).await.expect(200);
    assert_eq!(factory::read(&admin, &first).await["customFields"][0]["type"], "text");
    app.finish().await;
}
