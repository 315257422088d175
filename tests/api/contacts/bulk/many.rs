//! `POST /contacts/bulk`: what operations do.

use axum::http::Method;
use serde_json::{Value, json};

use super::{BULK, bulk, create, history, refusal, rows, statuses, total};
use crate::{
    contacts::{CONTACTS, NOBODY, changes, found, groups, texts},
    support::{TestApp, factory},
};

#[tokio::test]
async fn each_operation_is_answered_in_order() {
    let app = TestApp::new().await;
    let client = app.writer();
    let groups = groups(&app).await;
    let [one, two, three, four] =
        ["one", "two", "three", "four"].map(|name| json!({"username": name, "tags": ["old"]}));
    let one = factory::contact(&client, one).await;
    let two = factory::contact(&client, two).await;
    let three = factory::contact(&client, three).await;
    let four = factory::contact(&client, four).await;
    let before = changes(&app).await;
    let results = bulk(
        &client,
        json!([
            create(json!({"username": "five", "company": "K-Link", "email": [{"email": "five@example.com"}]})),
            {"action": "update", "id": one["id"], "contact": {"notes": "x", "specific_update_fields": ["notes"]}},
            {"action": "upsert", "by": "email", "value": "SIX@example.com", "contact": {"name": "six"}},
            {"action": "upsert", "by": "email", "value": "six@example.com", "contact": {"notes": "again"}},
            {"action": "delete", "id": two["id"]},
            {"action": "tag", "id": three["id"], "actionType": "MERGE", "tags": ["vip"]},
            {"action": "group", "id": four["id"], "actionType": "REPLACE", "groups": [groups[1]["id"]]},
            {"action": "update", "id": one["id"], "contact": {"notes": "x"}},
        ]),
    )
    .await;
    assert_eq!(statuses(&results), [201, 200, 201, 200, 200, 200, 200, 200]);
    let read = |id: Value| {
        let client = client.clone();
        async move { factory::read(&client, &json!({"id": id})).await }
    };
    let five = read(results[0]["id"].clone()).await;
    assert_eq!((&five["username"], &five["company"]["name"]), (&json!("five"), &json!("K-Link")));
    assert_eq!(results[1]["id"], one["id"]);
    assert_eq!(read(one["id"].clone()).await["notes"], "x");
    assert_eq!(results[2]["id"], results[3]["id"], "the second upsert finds what the first one made");
    let six = read(results[2]["id"].clone()).await;
    assert_eq!((&six["notes"], &six["email"][0]["email"]), (&json!("again"), &json!("SIX@example.com")));
    assert_eq!(results[4]["id"], two["id"]);
    client.get(&factory::path(&two)).await.expect_error(404, "not_found");
    assert_eq!(texts(&read(three["id"].clone()).await["tags"], "name"), ["old", "vip"]);
    assert_eq!(read(four["id"].clone()).await["contact_groups"], json!([groups[1]]));
    assert_eq!(total(&client, "").await, 5);
    assert_eq!(found(&client, "six").await, ["six"], "searches find it at once");
    assert_eq!(changes(&app).await, before + 1, "one change of the tenant");
    app.finish().await;
}

#[tokio::test]
async fn operations_on_one_contact_are_carried_out_in_order() {
    let app = TestApp::new().await;
    let client = app.writer();
    let groups = groups(&app).await;
    let frank = factory::contact(&client, json!({"contact_groups": [groups[0]["id"]]})).await;
    let id = &frank["id"];
    let group = |action: &str, groups: Value| json!({"action": "group", "id": id, "actionType": action, "groups": groups});
    let tag =
        |action: &str, tags: Value| json!({"action": "tag", "id": id, "actionType": action, "tags": tags});
    let results = bulk(
        &client,
        json!([
            tag("MERGE", json!(["a", "b"])),
            tag("REMOVE", json!(["A"])),
            tag("MERGE", json!(["c"])),
            {"action": "update", "id": id, "contact": {"notes": "first"}},
            {"action": "update", "id": id, "contact": {"notes": "second"}},
            group("MERGE", json!([groups[1]["id"], groups[0]])),
            group("REMOVE", json!([groups[0]["id"], NOBODY])),
            group("REMOVE", json!([groups[0]["id"]])),
        ]),
    )
    .await;
    assert_eq!(statuses(&results), [200; 8]);
    let after = factory::read(&client, &frank).await;
    assert_eq!(texts(&after["tags"], "name"), ["b", "c"]);
    assert_eq!((&after["notes"], &after["contact_groups"]), (&json!("second"), &json!([groups[1]])));
    let steps: Vec<(String, Vec<String>)> =
        history(&app, &frank).await.into_iter().skip(1).map(|(action, _, fields)| (action, fields)).collect();
    let step = |field: &str| ("updated".to_owned(), vec![field.to_owned()]);
    assert_eq!(
        steps,
        [
            step("tags"),
            step("tags"),
            step("tags"),
            step("notes"),
            step("notes"),
            step("contact_groups"),
            step("contact_groups")
        ],
        "each of them is in the history, but for the last, which changed nothing"
    );

    let results = bulk(
        &client,
        json!([
            {"action": "delete", "id": id},
            {"action": "update", "id": id, "contact": {"notes": "third"}},
            {"action": "delete", "id": id},
        ]),
    )
    .await;
    assert_eq!(statuses(&results), [200, 404, 404]);
    assert_eq!(refusal(&results[1]), ("not_found".into(), vec![]));
    app.finish().await;
}

#[tokio::test]
async fn what_is_deleted_goes_to_the_trash() {
    let app = TestApp::new().await;
    let client = app.writer();
    let frank = factory::contact(&client, json!({"notes": "kept"})).await;
    bulk(
        &client,
        json!([
            {"action": "update", "id": frank["id"], "contact": {"address": "here"}},
            {"action": "delete", "id": frank["id"]},
        ]),
    )
    .await;
    let pool = app.pool().await;
    let (id, snapshot): (uuid::Uuid, String) =
        sqlx::query_as("select contact_id, snapshot from contact_trash").fetch_one(&pool).await.unwrap();
    pool.close().await;
    let snapshot: Value = serde_json::from_str(&snapshot).unwrap();
    assert_eq!(
        (id.to_string().as_str(), &snapshot["address"]),
        (frank["id"].as_str().unwrap(), &json!("here"))
    );
    let actions: Vec<String> = history(&app, &frank).await.into_iter().map(|(action, ..)| action).collect();
    assert_eq!(actions, ["created", "updated", "deleted"]);
    assert_eq!(total(&client, "").await, 0);
    app.finish().await;
}

#[tokio::test]
async fn tags_and_companies_are_made_once_and_not_for_what_is_refused() {
    let app = TestApp::new().await;
    let client = app.writer();
    factory::set_default_field(&app, "username", "is_unique").await;
    factory::contact(&client, json!({"username": "taken"})).await;
    let tags: Vec<String> = (0..50).map(|number| format!("t{number}")).collect();
    let full = factory::contact(&client, json!({"username": "full", "tags": tags})).await;
    let results = bulk(
        &client,
        json!([
            create(json!({"username": "taken", "tags": ["LOST", "vip"], "company": "Lost"})),
            {"action": "tag", "id": full["id"], "actionType": "MERGE", "tags": ["Lost too", "Vip"]},
            create(json!({"username": "a", "tags": ["Vip"], "company": "K-Link"})),
            create(json!({"username": "b", "tags": ["VIP", "New"], "company": "k-link"})),
        ]),
    )
    .await;
    assert_eq!(statuses(&results), [409, 422, 201, 201]);
    assert_eq!(refusal(&results[1]).1, ["tags:too_many"]);
    let all = client.get("/api/v1/tags?pageSize=100").await.expect(200);
    let mut names = texts(&all["data"], "name");
    names.retain(|name| !name.starts_with('t'));
    assert_eq!(names, ["New", "Vip"], "as the first that came about named it");
    let b = factory::read(&client, &results[3]).await;
    assert_eq!((&b["tags"][0]["name"], &b["company"]["name"]), (&json!("Vip"), &json!("K-Link")));
    assert_eq!((rows(&app, "companies").await, total(&client, "company=lost").await), (1, 0));
    app.finish().await;
}

#[tokio::test]
async fn a_thousand_contacts_and_more_than_a_mebibyte_are_taken() {
    let app = TestApp::new().await;
    let client = app.writer();
    let notes = "n".repeat(2_000);
    let operations: Vec<Value> =
        (0..1_000).map(|number| create(json!({"username": format!("u{number}"), "notes": notes}))).collect();
    let results = bulk(&client, json!(operations)).await;
    assert_eq!(statuses(&results), [201; 1_000]);
    assert_eq!(total(&client, "").await, 1_000);
    let ids = texts(&results, "id");
    let updates: Vec<Value> =
        ids.iter().map(|id| json!({"action": "update", "id": id, "contact": {"notes": null}})).collect();
    assert_eq!(statuses(&bulk(&client, json!(updates)).await), [200; 1_000]);
    let deletes: Vec<Value> = ids.iter().map(|id| json!({"action": "delete", "id": id})).collect();
    assert_eq!(statuses(&bulk(&client, json!(deletes)).await), [200; 1_000]);
    assert_eq!((total(&client, "").await, rows(&app, "contact_trash").await), (0, 1_000));
    let padded = " ".repeat(8 * 1024 * 1024);
    let headers = [("content-type", "application/json")];
    let answer = client.send(Method::POST, BULK, &headers, format!("{{\"operations\":[]}}{padded}")).await;
    answer.expect_error(413, "payload_too_large");
    let padded = &padded[..8 * 1024 * 1024 - 17];
    let answer = client.send(Method::POST, BULK, &headers, format!("{{\"operations\":[]}}{padded}")).await;
    assert_eq!(answer.expect(200)["data"], json!({"succeeded": 0, "failed": 0, "results": []}));
    app.finish().await;
}

#[tokio::test]
async fn a_repeated_request_is_carried_out_once() {
    let app = TestApp::new().await;
    let client = app.writer();
    let body = json!({"operations": [
        create(json!({"username": "a"})), {"action": "delete", "id": NOBODY},
    ]});
    let headers = [("content-type", "application/json"), ("idempotency-key", "one")];
    let first = client.send(Method::POST, BULK, &headers, body.to_string()).await.expect(200);
    let again = client.send(Method::POST, BULK, &headers, body.to_string()).await.expect(200);
    assert_eq!(first, again);
    assert_eq!(total(&client, "").await, 1);
    // Also where nothing changed.
    let body = json!({"operations": [{"action": "delete", "id": NOBODY}]}).to_string();
    let headers = [("content-type", "application/json"), ("idempotency-key", "two")];
    let first = client.send(Method::POST, BULK, &headers, body.clone()).await.expect(200);
    assert_eq!(client.send(Method::POST, BULK, &headers, body).await.expect(200), first);
    let other = client.send(Method::POST, BULK, &headers, r#"{"operations":[]}"#).await;
    assert_eq!(other.expect_invalid(), ["Idempotency-Key:reused"]);
    app.finish().await;
}

#[tokio::test]
async fn a_form_does_the_same() {
    let app = TestApp::new().await;
    let client = app.writer();
    let body = "operations[0][action]=create&operations[0][contact][name]=Frank\
                &operations[0][contact][email]=[{\"email\":\"f@example.com\"}]&operations[0][contact][phone]=[]\
                &operations[1]={\"action\":\"upsert\",\"by\":\"email\",\"value\":\"f@example.com\",\"contact\":{\"tags\":[\"a\"]}}";
    let results = client.form(Method::POST, BULK, body).await.expect(200)["data"]["results"].take();
    assert_eq!((statuses(&results), &results[0]["id"]), (vec![201, 200], &results[1]["id"]));
    let frank = factory::read(&client, &results[0]).await;
    assert_eq!((&frank["name"], &frank["tags"][0]["name"]), (&json!("Frank"), &json!("a")));
    let body = format!(
        "atomic=true&operations=[{{\"action\":\"delete\",\"id\":\"{}\"}}]",
        frank["id"].as_str().unwrap()
    );
    client.form(Method::POST, BULK, &body).await.expect(200);
    assert_eq!(total(&client, "").await, 0);

    let good = r#"{"action":"create","contact":{"name":"a","email":[],"phone":[]}}"#;
    for (flag, status) in [("1", 422), ("on", 422), ("0", 200), ("off", 200), ("", 200), ("maybe", 422)] {
        let body = format!(r#"atomic={flag}&operations=[{good},{{"action":"create"}}]"#);
        let answer = client.form(Method::POST, BULK, &body).await;
        assert_eq!(answer.status, status, "{flag}: {}", answer.text());
    }
    assert_eq!(total(&client, "").await, 3);
    app.finish().await;
}

#[tokio::test]
async fn contacts_of_another_tenant_are_not_found() {
    let app = TestApp::new().await;
    let ours = factory::contact(&app.writer(), json!({"email": [{"email": "frank@example.com"}]})).await;
    let results = bulk(
        &app.stranger(),
        json!([
            {"action": "update", "id": ours["id"], "contact": {"notes": "x"}},
            {"action": "delete", "id": ours["id"]},
            {"action": "tag", "id": ours["id"], "actionType": "MERGE", "tags": ["x"]},
            {"action": "group", "id": ours["id"], "actionType": "MERGE", "groups": []},
            {"action": "delete", "id": "no uuid"},
            {"action": "upsert", "by": "email", "value": "frank@example.com", "contact": {"name": "theirs"}},
        ]),
    )
    .await;
    assert_eq!(statuses(&results), [404, 404, 404, 404, 404, 201]);
    assert_eq!(factory::read(&app.writer(), &ours).await, ours);
    assert_eq!(app.writer().get(CONTACTS).await.expect(200)["total"], 1);
    app.finish().await;
}
