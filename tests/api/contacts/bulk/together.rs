//! Operations that want the same: unique values within a request, and requests at once.

use serde_json::{Value, json};

use super::{BULK, bulk, create, refusal, statuses, total};
use crate::support::{TestApp, factory};

#[tokio::test]
async fn unique_values_are_taken_and_given_up_in_order() {
    let app = TestApp::new().await;
    let client = app.writer();
    factory::set_default_field(&app, "username", "is_unique").await;
    let holder = factory::contact(&client, json!({"username": "x"})).await;
    let other = factory::contact(&client, json!({"username": "y"})).await;
    let rename = |contact: &Value, name: &str| json!({"action": "update", "id": contact["id"], "contact": {"username": name}});
    let results = bulk(
        &client,
        json!([
            create(json!({"username": "X"})),
            rename(&other, "x"),
            rename(&holder, "z"),
            rename(&other, "x"),
            rename(&holder, "y"),
            create(json!({"username": "z"})),
            create(json!({"username": "Z"})),
            {"action": "delete", "id": holder["id"]},
            create(json!({"username": "y"})),
        ]),
    )
    .await;
    assert_eq!(statuses(&results), [409, 409, 200, 200, 200, 201, 409, 200, 201]);
    assert_eq!(refusal(&results[0]), ("conflict".into(), vec!["contact.username:taken".into()]));
    assert_eq!(results[0]["error"]["details"][0]["conflictingId"], holder["id"]);
    assert_eq!(
        results[6]["error"]["details"][0]["conflictingId"], results[5]["id"],
        "the contact that this request made"
    );
    assert_eq!(factory::read(&client, &other).await["username"], "x");
    assert_eq!(total(&client, "").await, 3);
    app.finish().await;
}

#[tokio::test]
async fn upserts_see_what_operations_before_them_did() {
    let app = TestApp::new().await;
    let client = app.writer();
    let phone = json!([{"phone": "09797877765"}]);
    let one = factory::contact(&client, json!({"username": "one", "phone": phone})).await;
    let two = factory::contact(&client, json!({"username": "two", "phone": phone})).await;
    let upsert = |notes: &str| json!({"action": "upsert", "by": "phone", "value": "+959797877765", "contact": {"username": "new", "notes": notes}});
    let results = bulk(
        &client,
        json!([
            upsert("none"),
            {"action": "update", "id": one["id"], "contact": {"phone": []}},
            upsert("two"),
            {"action": "delete", "id": two["id"]},
            upsert("made"),
            upsert("again"),
            create(json!({"username": "late", "phone": phone})),
            upsert("none"),
        ]),
    )
    .await;
    assert_eq!(statuses(&results), [409, 200, 200, 200, 201, 200, 201, 409]);
    assert_eq!(refusal(&results[0]).1, ["value:ambiguous", "value:ambiguous"]);
    assert_eq!(results[2]["id"], two["id"]);
    assert_eq!(results[5]["id"], results[4]["id"]);
    assert_eq!(factory::read(&client, &results[4]).await["notes"], "again");
    assert_eq!(total(&client, "").await, 3);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn requests_at_once_share_unique_values_out_among_them() {
    let app = TestApp::new().await;
    let client = app.writer();
    factory::set_default_field(&app, "username", "is_unique").await;
    let calls = (0..6).map(|number: u32| {
        let mut names: Vec<String> = (0..20).map(|name| format!("u{name}")).collect();
        if number.is_multiple_of(2) {
            names.reverse();
        }
        let tag = format!("t{}", number % 3);
        let operations: Vec<Value> = names
            .iter()
            .map(|name| create(json!({"username": name, "tags": [tag], "company": "K-Link"})))
            .collect();
        let client = client.clone();
        tokio::spawn(async move { client.post(BULK, json!({"operations": operations})).await })
    });
    let mut succeeded = 0;
    for call in calls.collect::<Vec<_>>() {
        let data = call.await.unwrap().expect(200)["data"].take();
        succeeded += data["succeeded"].as_u64().unwrap();
        for result in data["results"].as_array().unwrap() {
            assert!([201, 409].contains(&result["status"].as_u64().unwrap()), "{result}");
        }
    }
    assert_eq!((succeeded, total(&client, "").await), (20, 20));
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn upserts_of_the_same_values_at_once_make_one_contact_each() {
    let app = TestApp::new().await;
    let client = app.writer();
    let calls = (0..6).map(|number: u32| {
        let mut values: Vec<u32> = (0..20).collect();
        if number.is_multiple_of(2) {
            values.reverse();
        }
        let upsert = |value: &u32| {
            json!({"action": "upsert", "by": "email", "value": format!("u{value}@example.com"),
                "contact": {"name": format!("by {number}"), "tags": ["a"]}})
        };
        let operations: Vec<Value> = values.iter().map(upsert).collect();
        let client = client.clone();
        tokio::spawn(async move { client.post(BULK, json!({"operations": operations})).await })
    });
    for call in calls.collect::<Vec<_>>() {
        assert_eq!(call.await.unwrap().expect(200)["data"]["failed"], 0);
    }
    assert_eq!(total(&client, "").await, 20);
    app.finish().await;
}

#[tokio::test]
async fn many_new_tags_are_made_as_fast_beside_as_many_that_there_are() {
    let app = TestApp::new().await;
    let client = app.writer();
    // Nobody has gathered statistics yet, and what was planned for an empty table is kept.
    let pool = app.pool().await;
    sqlx::query("alter table tags set (autovacuum_enabled = false)").execute(&pool).await.unwrap();
    pool.close().await;
    for round in 0..2 {
        let operations: Vec<Value> = (0..1_000)
            .map(|contact| {
                let tags: Vec<String> = (0..50).map(|tag| format!("{round} {contact} {tag}")).collect();
                json!({"action": "create", "contact": {"name": "May", "email": [], "phone": [], "tags": tags}})
            })
            .collect();
        // Row by row through the list it would take longer than a request may.
        client.post(BULK, json!({"operations": operations})).await.expect(200);
    }
    assert_eq!(client.get("/api/v1/tags?pageSize=1").await.expect(200)["total"], 100_000);
    app.finish().await;
}
