//! What is told of each change.

use serde_json::{Value, json};

use super::{CHANGES, Follower, event, items, now, stored, text};
use crate::support::{Client, TestApp, factory, run_jobs};

/// What is told of a thing, and what reading it answers.
async fn told_and_read(follower: &mut Follower, client: &Client, path: &str) -> (Value, Value) {
    let mut told = follower.catch_up(100).await;
    let item = told.pop().unwrap();
    assert_eq!(told, Vec::<Value>::new());
    let read = client.get(path).await;
    (item, if read.status == 200 { read.json()["data"].take() } else { Value::Null })
}

#[tokio::test]
async fn without_a_cursor_nothing_is_told_but_that_of_now() {
    let app = TestApp::new().await;
    let writer = app.writer();
    factory::contact(&writer, json!({})).await;
    let cursor = now(&writer).await;
    let answer = writer.get(&format!("{CHANGES}?since={cursor}")).await.expect(200);
    assert_eq!(answer, json!({"data": [], "nextCursor": cursor, "hasMore": false}));
    app.finish().await;
}

#[tokio::test]
async fn each_event_of_a_contact_is_told_with_what_reading_it_answers() {
    let app = TestApp::new().await;
    let writer = app.writer();
    let mut follower = Follower::new(writer.clone()).await;
    let contact = factory::contact(&writer, json!({})).await;
    let (id, path) = (text(&contact, "id"), factory::path(&contact));
    for (event, call) in [
        ("create", None),
        ("update", Some(("PATCH", "", json!({"notes": "x"})))),
        ("delete", Some(("DELETE", "", Value::Null))),
        ("restore", Some(("POST", "/restore", Value::Null))),
        ("delete", Some(("DELETE", "", Value::Null))),
        ("erase", Some(("DELETE", "?permanent=true", Value::Null))),
    ] {
        if let Some((method, more, body)) = call {
            writer.json(method.parse().unwrap(), &format!("{path}{more}"), body).await.expect(200);
        }
        let (item, read) = told_and_read(&mut follower, &writer, &path).await;
        assert_eq!(
            (&item["type"], &item["id"], &item["event"], &item["data"], &item["mergedInto"]),
            (&json!("contact"), &json!(id), &json!(event), &read, &Value::Null)
        );
    }
    app.finish().await;
}

#[tokio::test]
async fn a_merge_is_told_of_the_survivor_and_of_those_that_went_into_it_and_so_is_its_undo() {
    let app = TestApp::new().await;
    let writer = app.writer();
    let (stays, goes) =
        (factory::contact(&writer, json!({})).await, factory::contact(&writer, json!({})).await);
    let mut follower = Follower::new(writer.clone()).await;
    let merge = writer
        .post(&format!("{}/merge", factory::path(&stays)), json!({"from": [goes["id"]]}))
        .await
        .expect(200);
    let told = follower.catch_up(100).await;
    let of = |told: &[Value], contact: &Value| {
        let item = told.iter().find(|item| item["id"] == contact["id"]).unwrap();
        (event(item), item["data"].clone(), item["mergedInto"].clone())
    };
    assert_eq!(told.len(), 2);
    let survivor = factory::read(&writer, &stays).await;
    assert_eq!(of(&told, &stays), ("contact merge".into(), survivor, Value::Null));
    assert_eq!(of(&told, &goes), ("contact merge".into(), Value::Null, stays["id"].clone()));
    let undo = format!("/api/v1/contacts/merges/{}/undo", merge["data"]["mergeId"].as_str().unwrap());
    writer.post(&undo, Value::Null).await.expect(200);
    let told = follower.catch_up(100).await;
    assert_eq!(told.len(), 2);
    for contact in [&stays, &goes] {
        let read = factory::read(&writer, contact).await;
        assert_eq!(of(&told, contact), ("contact unmerge".into(), read, Value::Null));
    }
    assert_eq!(follower.contacts(), stored(&app).await);
    app.finish().await;
}

#[tokio::test]
async fn what_changed_several_times_is_told_once_at_its_last_place_as_it_is_now() {
    let app = TestApp::new().await;
    let writer = app.writer();
    let mut follower = Follower::new(writer.clone()).await;
    let first = factory::contact(&writer, json!({})).await;
    let second = factory::contact(&writer, json!({})).await;
    writer.patch(&factory::path(&first), json!({"notes": "x"})).await.expect(200);
    writer.delete(&factory::path(&second)).await.expect(200);
    writer.post(&format!("{}/restore", factory::path(&second)), Value::Null).await.expect(200);
    writer.patch(&factory::path(&first), json!({"notes": "y"})).await.expect(200);
    let told = follower.catch_up(100).await;
    let ids: Vec<&Value> = told.iter().map(|item| &item["id"]).collect();
    assert_eq!(ids, [&second["id"], &first["id"]]);
    assert_eq!(told[1]["data"]["notes"], "y");
    let changes: Vec<i64> = told.iter().map(|item| item["change"].as_i64().unwrap()).collect();
    assert!(changes.is_sorted());
    app.finish().await;
}

#[tokio::test]
async fn what_is_gone_by_the_time_of_reading_is_told_as_gone_and_what_is_back_as_back() {
    let app = TestApp::new().await;
    let writer = app.writer();
    let contact = factory::contact(&writer, json!({})).await;
    let other = factory::contact(&writer, json!({})).await;
    let mut follower = Follower::new(writer.clone()).await;
    // The page before ends the snapshot behind the change of the contact.
    writer.patch(&factory::path(&other), json!({"notes": "x"})).await.expect(200);
    writer.patch(&factory::path(&contact), json!({"notes": "x"})).await.expect(200);
    follower.page("&pageSize=1").await;
    writer.delete(&factory::path(&contact)).await.expect(200);
    let page = follower.page("&pageSize=1").await;
    assert_eq!((event(&items(&page)[0]), &page["hasMore"]), ("contact delete".into(), &true.into()));
    assert_eq!(follower.events().await, ["contact delete"]);
    writer.patch(&factory::path(&other), json!({"notes": "y"})).await.expect(200);
    writer.delete(&factory::path(&other)).await.expect(200);
    let third = factory::contact(&writer, json!({})).await;
    follower.page("&pageSize=1").await;
    writer.post(&format!("{}/restore", factory::path(&other)), Value::Null).await.expect(200);
    writer.delete(&format!("{}?permanent=true", factory::path(&third))).await.expect(200);
    assert_eq!(follower.events().await, ["contact erase", "contact restore", "contact erase"]);
    assert_eq!(follower.contacts(), stored(&app).await);
    app.finish().await;
}

#[tokio::test]
async fn tags_and_companies_that_a_contact_makes_are_told_with_it() {
    let app = TestApp::new().await;
    let writer = app.writer();
    let mut follower = Follower::new(writer.clone()).await;
    let fields = json!({"tags": ["vip", "new"], "company": "K-Link"});
    factory::contact(&writer, fields.clone()).await;
    let mut told = follower.catch_up(100).await;
    let numbers: Vec<Value> = told.iter().map(|item| item["change"].clone()).collect();
    assert!(numbers.iter().all(|number| *number == numbers[0]));
    told.sort_by_key(event);
    let events: Vec<String> = told.iter().map(event).collect();
    assert_eq!(events, ["company create", "contact create", "tag create", "tag create"]);
    assert_eq!(told[0]["data"]["contacts"], 1);
    // Those that are there already are not made again.
    factory::contact(&writer, fields).await;
    assert_eq!(follower.events().await, ["contact create"]);
    app.finish().await;
}

#[tokio::test]
async fn each_change_of_the_catalogue_is_told_with_what_reading_it_answers() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let mut follower = Follower::new(admin.clone()).await;
    for (kind, listing, create, patch) in [
        ("tag", "tags", json!({"name": "vip"}), json!({"colour": "#ffd700"})),
        ("company", "companies", json!({"name": "K-Link"}), json!({"industry": "Trade"})),
        ("group", "groups", json!({"value": "vip"}), json!({"label": "Very"})),
        ("channel", "channels", json!({"name": "fax"}), json!({"is_archived": true})),
        ("field", "contacts/fields", json!({"display_name": "Sector"}), json!({"display_name": "Branch"})),
    ] {
        let made = admin.post(&format!("/api/v1/{listing}"), create).await.expect(201)["data"].take();
        let path = format!("/api/v1/{listing}/{}", text(&made, "id"));
        for event in ["create", "update", "delete"] {
            match event {
                "update" => drop(admin.patch(&path, patch.clone()).await.expect(200)),
                "delete" if kind == "field" => continue,
                "delete" => drop(admin.delete(&path).await.expect(200)),
                _ => {}
            }
            let told = follower.catch_up(100).await;
            let item = told.iter().find(|item| item["id"] == made["id"]).unwrap();
            let read = admin.get(&path).await;
            let read = if read.status == 200 { read.json()["data"].take() } else { Value::Null };
            assert_eq!(
                (&item["type"], &item["event"], &item["data"]),
                (&json!(kind), &json!(event), &read),
                "{kind}"
            );
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn a_channel_is_told_with_the_field_that_has_it_as_an_option() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let mut follower = Follower::new(admin.clone()).await;
    let made = admin.post("/api/v1/channels", json!({"name": "fax"})).await.expect(201)["data"].take();
    let path = format!("/api/v1/channels/{}", text(&made, "id"));
    for patch in [None, Some(json!({"name": "telefax"})), Some(json!({"is_archived": true}))] {
        let event = if patch.is_none() { "channel create" } else { "channel update" };
        if let Some(patch) = patch {
            admin.patch(&path, patch).await.expect(200);
        }
        let told = follower.catch_up(100).await;
        assert_eq!(told.iter().map(super::event).collect::<Vec<_>>(), [event, "field update"]);
        assert_eq!(told[1]["changedFields"], json!(["options"]));
        let field = format!("/api/v1/contacts/fields/{}", text(&told[1], "id"));
        assert_eq!(admin.get(&field).await.expect(200)["data"], told[1]["data"]);
    }
    // It is no option any more.
    admin.patch(&path, json!({"name": "fax"})).await.expect(200);
    let told = follower.catch_up(100).await;
    assert_eq!(told.iter().map(super::event).collect::<Vec<_>>(), ["channel update"]);
    admin.delete(&path).await.expect(200);
    let told = follower.catch_up(100).await;
    assert_eq!(told.iter().map(super::event).collect::<Vec<_>>(), ["channel delete"]);
    app.finish().await;
}

#[tokio::test]
async fn a_tag_that_was_merged_is_told_with_the_one_that_stands_for_it() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let (from, into) = (factory::tag(&admin, "a").await, factory::tag(&admin, "b").await);
    let contact = factory::contact(&admin, json!({"tags": ["a"]})).await;
    let mut follower = Follower::new(admin.clone()).await;
    let path = format!("/api/v1/tags/{}/merge", text(&from, "id"));
    admin.post(&path, json!({"into": into["id"]})).await.expect(200);
    let told = follower.catch_up(100).await;
    let item = told.iter().find(|item| item["id"] == from["id"]).unwrap();
    assert_eq!(
        (event(item), &item["mergedInto"], &item["data"]),
        ("tag merge".into(), &into["id"], &Value::Null)
    );
    let item = told.iter().find(|item| item["id"] == contact["id"]).unwrap();
    assert_eq!((event(item), &item["data"]["tags"][0]["id"]), ("contact update".into(), &into["id"]));
    app.finish().await;
}

#[tokio::test]
async fn a_rename_is_told_of_the_tag_and_of_each_contact_that_shows_it_at_once_and_by_a_job() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let tag = factory::tag(&admin, "vip").await;
    let path = format!("/api/v1/tags/{}", text(&tag, "id"));
    let few = factory::contact(&admin, json!({"tags": ["vip"]})).await;
    let mut follower = Follower::new(admin.clone()).await;
    admin.patch(&path, json!({"name": "gold"})).await.expect(200);
    let told = follower.catch_up(100).await;
    assert_eq!(told.iter().map(event).collect::<Vec<_>>(), ["tag update", "contact update"]);
    assert_eq!((&told[1]["id"], &told[1]["data"]["tags"][0]["name"]), (&few["id"], &json!("gold")));

    factory::many(&app, 1_100, &[&text(&tag, "id")], None).await;
    follower.copy.clear();
    // A rebuild changes nothing that is shown.
    follower.catch_up(1_000).await;
    assert_eq!(follower.contacts().len(), 0);
    admin.patch(&path, json!({"name": "platinum"})).await.expect(202);
    assert_eq!(follower.events().await, ["tag update"]);
    run_jobs(&app.state).await.unwrap();
    let told = follower.catch_up(97).await;
    assert_eq!(told.len(), 1_101);
    assert!(told.iter().all(|item| event(item) == "contact update"));
    assert_eq!(follower.contacts(), stored(&app).await);
    app.finish().await;
}

#[tokio::test]
async fn contacts_of_bulk_are_told_each() {
    let app = TestApp::new().await;
    let writer = app.writer();
    let mut follower = Follower::new(writer.clone()).await;
    let operations: Vec<Value> =
        (0..30).map(|_| json!({"action": "create", "contact": factory::body(json!({}))})).collect();
    writer.post("/api/v1/contacts/bulk", json!({"operations": operations})).await.expect(200);
    assert_eq!(follower.catch_up(7).await.len(), 30);
    let body = json!({"all": true, "action": "update", "contact": {"notes": "x"}});
    writer.post("/api/v1/contacts/bulk/by-filter", body).await.expect(200);
    assert_eq!(follower.catch_up(7).await.len(), 30);
    assert_eq!(follower.contacts(), stored(&app).await);
    app.finish().await;
}

#[tokio::test]
async fn a_document_of_an_older_shape_is_told_as_reading_it_answers() {
    let app = TestApp::new().await;
    let writer = app.writer();
    let mut follower = Follower::new(writer.clone()).await;
    let contact = factory::contact(&writer, json!({})).await;
    let pool = app.pool().await;
    sqlx::query("update contacts set document = '{}', document_version = 0").execute(&pool).await.unwrap();
    let told = follower.catch_up(100).await;
    assert_eq!(told[0]["data"], contact);
    sqlx::query("update contacts set document = $1, document_version = 1")
        .bind(contact.to_string())
        .execute(&pool)
        .await
        .unwrap();
    pool.close().await;
}

#[tokio::test]
async fn another_tenant_is_told_nothing() {
    let app = TestApp::new().await;
    let mut stranger = Follower::new(app.stranger()).await;
    factory::contact(&app.writer(), json!({"tags": ["vip"]})).await;
    assert_eq!(stranger.events().await, Vec::<String>::new());
    app.finish().await;
}
