//! An action on more than 1,000 contacts is left to a job.

use std::sync::Arc;

use contacts::state::{AppState, Parts};
use serde_json::{Value, json};

use super::{BY_FILTER, bulk, create, history, rows, total};
use crate::{
    contacts::{admin_at, clock},
    support::{Setup, TestApp, app::TENANT, factory, run_jobs},
};

const BEFORE: &str = "2026-01-08T12:00:00Z";
const AFTER: &str = "2026-01-08T12:00:01Z";

/// A service at a moment, with as many contacts, the first of them with 50 tags.
async fn filled(contacts: usize) -> (TestApp, Vec<Value>) {
    let app = TestApp::with(Setup { clock: clock(BEFORE), ..Setup::default() }).await;
    let mut made = Vec::new();
    for first in (0..contacts).step_by(1_000) {
        let operations: Vec<Value> = (first..contacts.min(first + 1_000))
            .map(|number| {
                let tags: Vec<String> =
                    if number == 0 { (0..49).map(|tag| format!("t{tag}")).collect() } else { vec![] };
                let tags: Vec<String> = tags.into_iter().chain(["old".to_owned()]).collect();
                create(json!({"username": format!("u{number}"), "tags": tags}))
            })
            .collect();
        made.extend(bulk(&app.writer(), json!(operations)).await.as_array().unwrap().clone());
    }
    (app, made)
}

async fn job(app: &TestApp, answer: &Value) -> Value {
    let id = answer["data"]["id"].as_str().unwrap();
    app.reader().get(&format!("/api/v1/jobs/{id}")).await.expect(200)["data"].take()
}

#[tokio::test]
async fn a_job_changes_what_passes_and_counts_what_fails() {
    let (app, contacts) = filled(1_301).await;
    let client = app.writer();
    let body = json!({"filter": {"tag": "old", "keyword": "u"}, "action": "tag", "actionType": "MERGE", "tags": ["new"]});
    let answer = client.post(BY_FILTER, body).await;
    let made = answer.expect(202);
    assert_eq!((&made["status"], &made["message"]), (&json!("success"), &json!("changing contacts")));
    assert_eq!(
        answer.header("location").unwrap(),
        format!("/api/v1/jobs/{}", made["data"]["id"].as_str().unwrap())
    );
    assert_eq!((&made["data"]["kind"], &made["data"]["status"]), (&json!("bulkTag"), &json!("running")));
    assert_eq!((&made["data"]["total"], &made["data"]["done"]), (&json!(1_301), &json!(0)));
    assert_eq!(total(&client, "tag=new").await, 0, "nothing is done yet");

    // What is created later, and what no longer passes, is left alone.
    let late = admin_at(&app, AFTER);
    factory::contact(&late, json!({"username": "u late", "tags": ["old"]})).await;
    client.patch(&factory::path(&contacts[7]), json!({"tags": []})).await.expect(200);

    run_jobs(&app.state).await.unwrap();
    let ended = job(&app, &made).await;
    assert_eq!((&ended["status"], &ended["error"]), (&json!("succeeded"), &Value::Null));
    assert_eq!(
        ["total", "done", "changed", "failed"].map(|key| ended[key].as_u64().unwrap()),
        [1_301, 1_300, 1_299, 1],
        "not the one that no longer passes; and the one with 50 tags fails"
    );
    assert_eq!(total(&client, "tag=new").await, 1_299);
    let (action, subject, fields) = history(&app, &contacts[1]).await.pop().unwrap();
    assert_eq!((action.as_str(), subject.as_str(), fields), ("updated", "tester", vec!["tags".to_owned()]));

    let pool = app.pool().await;
    let tenant = factory::tenant_id(&pool, TENANT).await;
    let (task, request_id): (String, String) =
        sqlx::query_as("select task, request_id from jobs where tenant_id = $1")
            .bind(tenant)
            .fetch_one(&pool)
            .await
            .unwrap();
    assert_eq!(task, "", "what it was to do is forgotten");
    let of_request: i64 = sqlx::query_scalar(
        "select count(*) from contact_history where tenant_id = $1 and request_id = $2 and action = 'updated'",
    )
    .bind(tenant)
    .bind(request_id)
    .fetch_one(&pool)
    .await
    .unwrap();
    assert_eq!(of_request, 1_299, "the history names the request that wanted it");
    pool.close().await;
    app.finish().await;
}

#[tokio::test]
async fn a_job_deletes_all_contacts_there_were() {
    let (app, _) = filled(1_001).await;
    let client = app.writer();
    let headers = [("content-type", "application/json"), ("idempotency-key", "one")];
    let body = json!({"all": true, "action": "delete"}).to_string();
    let made = client.send(axum::http::Method::POST, BY_FILTER, &headers, body.clone()).await.expect(202);
    let again = client.send(axum::http::Method::POST, BY_FILTER, &headers, body).await.expect(202);
    assert_eq!((&made, rows(&app, "jobs").await), (&again, 1), "a repeated request makes no second job");
    let late = factory::contact(&admin_at(&app, AFTER), json!({"username": "late"})).await;
    run_jobs(&app.state).await.unwrap();
    let ended = job(&app, &made).await;
    assert_eq!(
        (&ended["kind"], &ended["changed"], &ended["failed"]),
        (&json!("bulkDelete"), &json!(1_001), &json!(0))
    );
    assert_eq!((total(&client, "").await, rows(&app, "contact_trash").await), (1, 1_001));
    assert_eq!(factory::read(&client, &late).await["username"], "late");
    app.finish().await;
}

#[tokio::test]
async fn another_service_goes_on_with_it() {
    let (app, _) = filled(1_001).await;
    let client = app.writer();
    factory::custom_field(&app, "cf_ref", "text", factory::FieldSetup::default()).await;
    let body = json!({"all": true, "action": "update", "contact": {"customFields": {"cf_ref": "x"}}});
    client.post(BY_FILTER, body).await.expect(202);
    let body = json!({"filter": {"cf_ref": "X", "has": "cf_ref"}, "action": "delete", "dryRun": true});
    assert_eq!(client.post(BY_FILTER, body.clone()).await.expect(200)["data"]["matched"], 0);
    // Another process that knows nothing but the database.
    let parts = Parts { new_jobs: Arc::default(), ..Parts::clone(&app.state) };
    let state = AppState::from(parts);
    run_jobs(&state).await.unwrap();
    assert_eq!(client.post(BY_FILTER, body).await.expect(200)["data"]["matched"], 1_001);
    // One whose filter has everything that there is.
    let body = json!({"filter": {
        "cf_ref": "x", "keyword": "u", "has": ["cf_ref", "tags"], "tag": "old", "createdBefore": "2030-01-01",
        "updatedAfter": "2001-01-01",
    }, "action": "update", "contact": {"notes": "n"}});
    client.post(BY_FILTER, body).await.expect(202);
    run_jobs(&state).await.unwrap();
    let jobs = app.reader().get("/api/v1/jobs").await.expect(200);
    assert_eq!(
        (&jobs["data"][0]["kind"], &jobs["data"][0]["changed"]),
        (&json!("bulkUpdate"), &json!(1_001))
    );
    app.finish().await;
}

#[tokio::test]
async fn a_job_goes_by_what_was_called_so_when_it_was_made() {
    let app = TestApp::with(Setup { clock: clock(BEFORE), ..Setup::default() }).await;
    let admin = app.admin();
    // In the other normal form than jobs name them, and with a space at the end.
    let (spelling, gold, silver) = ("Cafe\u{301} ", "go\u{301}ld ", "silve\u{301}r ");
    let group = admin.post("/api/v1/groups", json!({"value": spelling})).await.expect(201)["data"].take();
    let options = json!([{"value": gold}, {"value": silver}]);
    let level =
        json!({"display_name": "Level", "system_name": "cf_level", "type": "select", "options": options});
    let level = admin.post("/api/v1/contacts/fields", level).await.expect(201)["data"].take();
    let fields = json!({
        "username": "u", "tags": ["old", "former"], "company": "Old", "channel": "viber", "contact_groups": [group["id"]],
        "customFields": {"cf_level": "góld"},
    });
    let made = bulk(&admin, json!(vec![create(fields); 501])).await;
    let contact = factory::read(&admin, &made[0]).await;
    bulk(&admin, json!(vec![create(contact.clone()); 500])).await;
    factory::contact(&admin, json!({"username": "another", "tags": ["into"], "company": "Into"})).await;
    let listed = async |of: &str, name: &str, value: &str| {
        let page = admin.get(&format!("/api/v1/{of}?pageSize=100")).await.expect(200);
        let found = page["data"].as_array().unwrap().iter().find(|one| one[name] == value);
        format!("/api/v1/{of}/{}", factory::id(found.unwrap()))
    };
    let by_tag = json!({"tag": "old"});
    let change = json!({"tags": ["former", "brand new"], "channel": "viber", "company": "old"});
    let mut started = Vec::new();
    for body in [
        // What filters name.
        json!({"filter": {"tag": contact["tags"][0]["id"]}, "action": "update", "contact": {"notes": "by id"}}),
        json!({"filter": {"tag": "OLD", "company": "old", "group": "Café", "channel": "Viber", "cf_level": "góld"},
               "action": "update", "contact": {"notes": "by all"}}),
        // What operations name: something that is there, a tag that is not yet.
        json!({"filter": by_tag, "action": "tag", "actionType": "REMOVE", "tags": ["former"]}),
        json!({"filter": by_tag, "action": "update", "contact": {"customFields": {"cf_level": "silvér"}}}),
        json!({"filter": by_tag, "action": "update", "contact": change}),
    ] {
        started.push(admin.post(BY_FILTER, body).await.expect(202));
    }

    // All of it is renamed, and then merged.
    for (of, name, value, new) in [
        ("tags", "name", "old", "renamed"),
        ("tags", "name", "former", "latter"),
        ("tags", "name", "brand new", "second-hand"),
        ("companies", "name", "Old", "Renamed"),
        ("channels", "name", "viber", "walkie-talkie"),
        ("groups", "value", spelling, "h"),
    ] {
        let answer = admin.patch(&listed(of, name, value).await, json!({ name: new })).await;
        assert!([200, 202].contains(&answer.status.as_u16()), "{of} {}", answer.text());
    }
    let path = format!("/api/v1/contacts/fields/{}", factory::id(&level));
    let options = json!([{"value": gold}, {"value": "ag", "previousValue": silver}]);
    admin.patch(&path, json!({"options": options})).await.expect(200);
    let options = json!([{"value": "au", "previousValue": "góld"}, {"value": "ag"}]);
    admin.patch(&path, json!({"options": options})).await.expect(202);
    for (of, from, into) in [("tags", "renamed", "into"), ("companies", "Renamed", "Into")] {
        let into = listed(of, "name", into).await;
        let body = json!({"into": into.rsplit('/').next()});
        admin.post(&(listed(of, "name", from).await + "/merge"), body).await.expect(202);
    }
    // Names that are free again are somebody else's.
    let another = json!({"username": "late", "tags": ["old", "former"], "company": "Old"});
    let another = factory::contact(&admin_at(&app, AFTER), another).await;

    run_jobs(&app.state).await.unwrap();
    for made in &started {
        let ended = job(&app, made).await;
        let counts = ["done", "changed", "failed"].map(|key| ended[key].as_u64().unwrap());
        assert!(ended["status"] == "succeeded" && counts[0] >= 1_001 && counts[2] == 0, "{ended}");
        assert!(counts[1] >= 1_001, "{ended}");
    }
    let after = factory::read(&admin, &contact).await;
    assert_eq!(
        (&after["notes"], &after["channel"], &after["company"]["name"]),
        (&json!("by all"), &json!("walkie-talkie"), &json!("Into"))
    );
    assert_eq!(after["customFields"][0]["value"], "ag");
    assert_eq!(crate::contacts::texts(&after["tags"], "name"), ["latter", "second-hand"]);
    assert_eq!(factory::read(&admin, &another).await, another);
    app.finish().await;
}

#[tokio::test]
async fn a_job_whose_tag_is_deleted_says_that_it_came_to_nothing() {
    let (app, contacts) = filled(1_001).await;
    let admin = app.admin();
    let body = json!({"filter": {"tag": "old"}, "action": "delete"});
    let made = admin.post(BY_FILTER, body).await.expect(202);
    let tags = admin.get("/api/v1/tags?keyword=old").await.expect(200);
    admin.delete(&format!("/api/v1/tags/{}", factory::id(&tags["data"][0]))).await.expect(202);
    run_jobs(&app.state).await.unwrap();
    let ended = job(&app, &made).await;
    assert_eq!(
        (&ended["status"], &ended["done"], &ended["changed"]),
        (&json!("succeeded"), &json!(0), &json!(0)),
        "{ended}"
    );
    assert_eq!(total(&admin, "").await, 1_001);
    assert_eq!(factory::read(&admin, &contacts[5]).await["tags"], json!([]));
    app.finish().await;
}
