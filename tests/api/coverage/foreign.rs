//! Another tenant, with every permission of its own and every id of the first one.

use axum::http::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    assert_documented,
    calls::call,
    operations,
    owned::{MARKER, Owned, everything},
};
use crate::{
    openapi,
    support::{Answer, Client, TestApp, factory},
};

#[tokio::test]
async fn another_tenant_reads_and_changes_nothing_through_any_operation() {
    let app = TestApp::new().await;
    let owned = Owned::new(&app).await;
    let before = everything(&app.admin()).await;
    let document = openapi::document();
    for operation in operations() {
        let call = call(&operation.id, &owned);
        let answer = call.send(&app.stranger(), &operation).await;
        owned.assert_not_in(&operation.id, &answer);
        assert_documented(&document, &operation, &answer);
        if call.is_about_an_item {
            assert_eq!(answer.status, 404, "{}: {}", operation.id, answer.text());
            answer.expect_error(404, "not_found");
        } else {
            assert!(answer.status.is_success(), "{}: {} {}", operation.id, answer.status, answer.text());
        }
    }
    assert_eq!(everything(&app.admin()).await, before);
    app.finish().await;
}

#[tokio::test]
async fn an_id_of_another_tenant_is_answered_as_one_that_does_not_exist() {
    let app = TestApp::new().await;
    let owned = Owned::new(&app).await;
    for operation in operations() {
        let foreign = call(&operation.id, &owned);
        if !foreign.is_about_an_item {
            continue;
        }
        let unknown = owned.unknown();
        let answer = foreign.send(&app.stranger(), &operation).await;
        let other = call(&operation.id, &unknown).send(&app.stranger(), &operation).await;
        assert_same(&operation.id, &answer, &other);
    }
    app.finish().await;
}

/// The same answer, but for the request's id.
#[track_caller]
fn assert_same(what: &str, one: &Answer, other: &Answer) {
    let without_id = |answer: &Answer| {
        let mut body = answer.json();
        body["requestId"].take();
        (answer.status, body)
    };
    assert_eq!(without_id(one), without_id(other), "{what}");
}

#[tokio::test]
async fn no_search_finds_another_tenants_contacts() {
    let app = TestApp::new().await;
    let owned = Owned::new(&app).await;
    let stranger = app.stranger();
    let searches = [
        format!("?keyword={MARKER}"),
        "?keyword=z".to_owned(),
        "?keyword=1800".to_owned(),
        format!("?keyword={}", owned.contact_id()),
        format!("?socialPlatformId={}", owned.social_id()),
        format!("?keyword=z&socialPlatformId={}", owned.social_id()),
        format!("/social-platforms/{}", owned.social_id()),
    ];
    for search in searches {
        let path = format!("/api/v1/contacts{search}");
        let answer = stranger.get(&path).await;
        owned.assert_not_in(&path, &answer);
        assert_eq!(answer.expect(200)["total"], 0, "{path}");
    }
    for path in ["?keyword=1800", &format!("/social-platforms/{}", owned.social_id())] {
        assert_eq!(app.reader().get(&format!("/api/v1/contacts{path}")).await.expect(200)["total"], 1);
    }
    app.finish().await;
}

/// Every way to write a contact's fields, as somebody who has one.
async fn write(client: &Client, own: &Value, fields: &Value) -> Vec<(&'static str, Answer)> {
    let path = factory::path(own);
    let mut put = fields.clone();
    put["specific_update_fields"] = json!([]);
    vec![
        ("POST", client.post("/api/v1/contacts", factory::body(fields.clone())).await),
        ("PUT", client.put(&path, put).await),
        ("PATCH", client.patch(&path, fields.clone()).await),
    ]
}

#[tokio::test]
async fn ids_and_names_of_another_tenant_in_a_body_are_as_unknown_as_any() {
    let app = TestApp::new().await;
    let owned = Owned::new(&app).await;
    let before = everything(&app.admin()).await;
    let stranger = app.stranger();
    let own = factory::contact(&stranger, json!({"tags": ["own"], "company": "own"})).await;
    let own_before = everything(&stranger).await;
    let nobody = Uuid::now_v7();
    for (foreign, unknown) in [
        (json!({"contact_groups": [owned.group_id]}), json!({"contact_groups": [nobody]})),
        (json!({"contact_groups": [{"id": owned.group_id}]}), json!({"contact_groups": [{"id": nobody}]})),
        (json!({"tags": ["own", {"id": owned.tag_id()}]}), json!({"tags": ["own", {"id": nobody}]})),
        (json!({"company": {"id": owned.company_id()}}), json!({"company": {"id": nobody}})),
        (json!({"channel": format!("{MARKER}-channel")}), json!({"channel": "nobodys-channel"})),
        (
            json!({"platformContacts": [{"channel": format!("{MARKER}-channel"), "socialPlatformId": "1"}]}),
            json!({"platformContacts": [{"channel": "nobodys-channel", "socialPlatformId": "1"}]}),
        ),
    ] {
        let answers = write(&stranger, &own, &foreign).await;
        let others = write(&stranger, &own, &unknown).await;
        for ((what, answer), (_, other)) in answers.iter().zip(&others) {
            answer.expect_invalid();
            assert_same(&format!("{what} {foreign}"), answer, other);
            owned.assert_not_in(&foreign.to_string(), answer);
        }
    }
    let custom = json!({"customFields": {format!("cf_{MARKER}"): "mine"}});
    for (_, answer) in write(&stranger, &own, &custom).await {
        assert_eq!(answer.expect_invalid(), [format!("customFields.cf_{MARKER}:unknown_field")]);
    }
    let tags = format!("{}/tags", factory::path(&own));
    for action in ["MERGE", "REPLACE", "REMOVE"] {
        let body = |id: &str| json!({"actionType": action, "tags": [{"id": id}]});
        let answer = stranger.patch(&tags, body(owned.tag_id())).await;
        assert_same(action, &answer, &stranger.patch(&tags, body(&nobody.to_string())).await);
        owned.assert_not_in(action, &answer);
        assert_eq!(answer.status, if action == "REMOVE" { 200 } else { 422 });
    }
    assert_eq!(everything(&app.admin()).await, before);
    assert_eq!(everything(&stranger).await, own_before);
    app.finish().await;
}

#[tokio::test]
async fn equal_names_and_unique_values_of_two_tenants_have_nothing_to_do_with_each_other() {
    let app = TestApp::new().await;
    let (admin, stranger) = (app.admin(), app.stranger());
    stranger.get("/api/v1/tags").await.expect(200);
    // Of both tenants: the field is found by its name.
    let pool = app.pool().await;
    let tenants = "update fields set is_unique = true where system_name = 'username'";
    admin.get("/api/v1/tags").await.expect(200);
    assert_eq!(sqlx::query(tenants).execute(&pool).await.unwrap().rows_affected(), 2);
    pool.close().await;

    let same = json!({"username": "frank", "company": "K-Link", "tags": ["platinum"]});
    let mine = factory::contact(&admin, same.clone()).await;
    let theirs = factory::contact(&stranger, same.clone()).await;
    assert_ne!(mine["company"]["id"], theirs["company"]["id"]);
    assert_ne!(mine["tags"][0]["id"], theirs["tags"][0]["id"]);
    for (client, contact) in [(&admin, &mine), (&stranger, &theirs)] {
        let answer = client.post("/api/v1/contacts", factory::body(same.clone())).await;
        answer.expect_error(409, "conflict");
        assert_eq!(answer.json()["error"]["details"][0]["conflictingId"], contact["id"]);
    }
    let channel = json!({"name": "fax"});
    admin.post("/api/v1/channels", channel.clone()).await.expect(201);
    stranger.post("/api/v1/channels", channel).await.expect(201);
    app.finish().await;
}

#[tokio::test]
async fn totals_of_one_tenant_are_not_moved_by_the_other() {
    async fn totals(client: &Client) -> Vec<i64> {
        let mut totals = Vec::new();
        for path in ["contacts", "contacts?keyword=frank", "tags", "channels", "contacts/groups"] {
            totals.push(client.get(&format!("/api/v1/{path}")).await.expect(200)["total"].as_i64().unwrap());
        }
        totals
    }
    let app = TestApp::new().await;
    let (admin, stranger) = (app.admin(), app.stranger());
    for _ in 0..3 {
        factory::contact(&admin, json!({"tags": ["a", "b"]})).await;
    }
    let theirs = factory::contact(&stranger, json!({"tags": ["a"]})).await;
    assert_eq!(totals(&admin).await, [3, 3, 2, 9, 4]);
    assert_eq!(totals(&stranger).await, [1, 1, 1, 9, 4]);

    admin.delete(&factory::path(&theirs)).await.expect_error(404, "not_found");
    let patch = json!({"tags": ["c"]});
    admin.json(Method::PATCH, &factory::path(&theirs), patch).await.expect_error(404, "not_found");
    assert_eq!(totals(&admin).await, [3, 3, 2, 9, 4]);
    assert_eq!(totals(&stranger).await, [1, 1, 1, 9, 4]);

    stranger.delete(&factory::path(&theirs)).await.expect(200);
    stranger.post("/api/v1/channels", json!({"name": "fax"})).await.expect(201);
    assert_eq!(totals(&admin).await, [3, 3, 2, 9, 4]);
    assert_eq!(totals(&stranger).await, [0, 0, 1, 10, 4]);
    app.finish().await;
}
