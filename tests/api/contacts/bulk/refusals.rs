//! Operations that are refused stop no others; requests that are refused do nothing.

use serde_json::{Value, json};

use super::{BULK, bulk, create, refusal, statuses, total};
use crate::{
    contacts::{NOBODY, changes},
    support::{TestApp, factory},
};

#[tokio::test]
async fn a_refused_operation_leaves_nothing_behind_and_stops_no_other() {
    let app = TestApp::new().await;
    let client = app.writer();
    let frank = factory::contact(&client, json!({})).await;
    let invalid =
        json!({"notes": 1, "phone": [{"phone": "1"}], "channel": "pigeon", "contact_groups": [NOBODY]});
    let results = bulk(
        &client,
        json!([
            create(json!({"username": "a"})),
            create(invalid),
            {"action": "update", "id": frank["id"], "contact": {"name": null, "notes": "lost"}},
            {"action": "update", "id": NOBODY, "contact": {"name": null}},
            {"action": "update", "id": frank["id"], "contact": {"notes": "kept"}},
            {"action": "tag", "id": frank["id"], "actionType": "ADD", "tags": ["a", 1]},
            {"action": "group", "id": frank["id"], "actionType": "MERGE", "groups": [NOBODY, "x"]},
            {"action": "group", "id": frank["id"], "actionType": "MERGE", "groups": [NOBODY]},
            {"action": "upsert", "by": "email", "value": "x", "contact": {"foo": 1}},
            {"action": "upsert", "by": "email", "value": "x@example.com", "contact": {}},
        ]),
    )
    .await;
    assert_eq!(statuses(&results), [201, 422, 422, 404, 200, 422, 422, 422, 422, 422]);
    let (kind, mut details) = refusal(&results[1]);
    details.sort();
    assert_eq!(kind, "validation_failed");
    assert_eq!(
        details,
        [
            "contact.channel:unknown_channel",
            "contact.contact_groups[0]:unknown_group",
            "contact.notes:wrong_type",
            "contact.phone[0].phone:too_short",
        ]
    );
    assert_eq!(refusal(&results[2]).1, ["contact.name:required"]);
    assert_eq!(refusal(&results[3]), ("not_found".into(), vec![]));
    assert_eq!(refusal(&results[5]).1, ["actionType:not_an_option", "tags[1]:wrong_type"]);
    assert_eq!(refusal(&results[6]).1, ["groups[1]:invalid_format", "groups[0]:unknown_group"]);
    assert_eq!(refusal(&results[7]).1, ["groups[0]:unknown_group"]);
    assert_eq!(refusal(&results[8]).1, ["value:invalid_format", "contact.foo:unknown_field"]);
    assert_eq!(refusal(&results[9]).1, ["contact.username:required"]);
    assert_eq!(results[1]["id"], Value::Null);
    assert_eq!(results[2]["id"], frank["id"]);
    assert_eq!(factory::read(&client, &frank).await["notes"], "kept");
    assert_eq!(total(&client, "").await, 2);
    app.finish().await;
}

#[tokio::test]
async fn what_is_no_operation_is_said_of_each() {
    let app = TestApp::new().await;
    let client = app.writer();
    let results = bulk(
        &client,
        json!([
            1,
            {},
            {"action": "erase"},
            {"action": "create"},
            {"action": "create", "contact": [], "foo": 1},
            {"action": "update", "contact": {}},
            {"action": "update", "id": 1, "contact": {}, "foo": 1},
            {"action": "upsert", "contact": {"name": "x"}},
            {"action": "upsert", "by": "name", "value": "x", "contact": {"name": "x"}},
            {"action": "upsert", "by": "cf_none", "value": "x", "contact": {"name": "x"}},
            {"action": "delete", "id": NOBODY, "contact": {}},
            {"action": "tag", "id": NOBODY},
            {"action": "group", "id": NOBODY, "tags": []},
        ]),
    )
    .await;
    // The last two name a contact that is not there, which comes before what is wrong with the rest.
    assert_eq!(statuses(&results), [[422; 11].as_slice(), &[404, 404]].concat());
    let details: Vec<Vec<String>> = (0..11).map(|index| refusal(&results[index]).1).collect();
    let expected: [&[&str]; 11] = [
        &[":wrong_type"],
        &["action:required"],
        &["action:not_an_option"],
        &["contact:required"],
        &["contact:wrong_type", "foo:unknown_field"],
        &["id:required"],
        &["id:wrong_type", "foo:unknown_field"],
        &["by:required", "value:required"],
        &["by:not_an_option"],
        &["by:unknown_field"],
        &["contact:unknown_field"],
    ];
    assert_eq!(details, expected);
    app.finish().await;
}

#[tokio::test]
async fn a_request_that_cannot_be_read_is_refused_as_a_whole() {
    let app = TestApp::new().await;
    let client = app.writer();
    client.get("/api/v1/tags").await.expect(200);
    let before = changes(&app).await;
    let one = create(json!({}));
    let many: Vec<Value> = vec![one.clone(); 1_001];
    for (path, body, expected) in [
        (BULK.to_owned(), json!({}), vec!["operations:required"]),
        (BULK.to_owned(), json!({"operations": null}), vec!["operations:required"]),
        (BULK.to_owned(), json!({"operations": {}}), vec!["operations:wrong_type"]),
        (BULK.to_owned(), json!({"operations": many}), vec!["operations:too_many"]),
        (
            BULK.to_owned(),
            json!({"operations": [one.clone()], "atomic": 1, "foo": 1}),
            vec!["atomic:wrong_type", "foo:unknown_field"],
        ),
        (format!("{BULK}?atomic=yes"), json!({"operations": [one.clone()]}), vec!["atomic:wrong_type"]),
        (format!("{BULK}?atomic=true&atomic=false"), json!({"operations": [one]}), vec!["atomic:repeated"]),
    ] {
        assert_eq!(client.post(&path, body).await.expect_invalid(), expected);
    }
    assert_eq!((changes(&app).await, total(&client, "").await), (before, 0));
    app.finish().await;
}

#[tokio::test]
async fn an_answer_is_bounded_however_much_is_wrong() {
    let app = TestApp::new().await;
    let admin = app.admin();
    // What a message lists is the tenant's own, and long.
    for number in 0..40 {
        let name = format!("{number}{}", "x".repeat(90));
        admin.post("/api/v1/channels", json!({"name": name})).await.expect(201);
    }
    let platforms: Vec<Value> =
        (0..20).map(|number| json!({"channel": format!("none{number}"), "socialPlatformId": "U1"})).collect();
    let fields: serde_json::Map<String, Value> =
        (0..300).map(|number| (format!("{number}{}", "f".repeat(300)), json!(1))).collect();
    let contact =
        json!({"name": "May", "email": [], "phone": [], "platformContacts": platforms, "x": fields});
    let operations =
        vec![json!({"action": "create", "contact": contact}), json!({"action": "create", "contact": fields})];
    let operations: Vec<Value> = operations.into_iter().cycle().take(60).collect();
    let answer = admin.post(BULK, json!({"operations": operations})).await;
    let results = answer.expect(200)["data"]["results"].take();
    let details: Vec<usize> = results
        .as_array()
        .unwrap()
        .iter()
        .map(|result| result["error"]["details"].as_array().unwrap().len())
        .collect();
    assert_eq!(details.len(), 60);
    assert!(details.iter().all(|details| *details >= 1), "each says what is wrong with it: {details:?}");
    assert_eq!(details.iter().sum::<usize>(), 260);
    assert!(answer.body.len() < 400_000, "{} bytes", answer.body.len());

    let answer = admin.post(BULK, json!({"atomic": true, "operations": operations})).await;
    assert_eq!(answer.expect_error(422, "validation_failed").len(), 200);
    assert!(answer.body.len() < 400_000, "{} bytes", answer.body.len());
    app.finish().await;
}
