//! Changing, deleting and merging, with few contacts: at once.

use axum::http::Method;
use serde_json::{Value, json};

use super::{NOBODY, TAGS, path};
use crate::support::{Client, TestApp, factory};

/// How many contacts a listing finds.
async fn total(client: &Client, query: &str) -> Value {
    client.get(&format!("/api/v1/contacts?{query}")).await.expect(200)["total"].take()
}

fn tag_names(contact: &Value) -> Vec<&str> {
    contact["tags"].as_array().unwrap().iter().map(|tag| tag["name"].as_str().unwrap()).collect()
}

/// A contact's tag of a name.
fn tag_of(contact: &Value, name: &str) -> Value {
    contact["tags"].as_array().unwrap().iter().find(|tag| tag["name"] == name).unwrap().clone()
}

#[tokio::test]
async fn a_new_name_shows_at_once_wherever_contacts_are_read() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let contact = factory::contact(&admin, json!({"tags": ["new", "vip"]})).await;
    let before = admin.get(&factory::path(&contact)).await;
    let tag = tag_of(&contact, "vip");
    let answer = admin.patch(&path(&tag), json!({"name": "Very Important"})).await.expect(200);
    assert_eq!(answer["message"], "updating tag");
    assert_eq!((&answer["data"]["name"], &answer["data"]["contacts"]), (&json!("Very Important"), &json!(1)));
    assert_eq!(admin.get(&path(&tag)).await.expect(200)["data"], answer["data"]);

    let after = admin.get(&factory::path(&contact)).await;
    assert_ne!(before.header("etag"), after.header("etag"));
    let (before, after) = (before.expect(200)["data"].take(), after.expect(200)["data"].take());
    assert_eq!(tag_names(&after), ["new", "Very Important"]);
    assert_eq!(before["updatedAt"], after["updatedAt"], "the contact itself did not change");
    let listed = admin.get("/api/v1/contacts?tag=very%20important").await.expect(200);
    assert_eq!(listed["data"], json!([after]));
    assert_eq!(total(&admin, "tag=vip").await, 0);
    assert_eq!(admin.get(&format!("{TAGS}?keyword=vip")).await.expect(200)["total"], 0);

    // What was read before may be written back: its id counts.
    let body = json!({"tags": before["tags"], "specific_update_fields": []});
    admin.put(&factory::path(&contact), body).await.expect(200);
    assert_eq!(tag_names(&factory::read(&admin, &contact).await), ["new", "Very Important"]);
    // The old name is free.
    let other = factory::contact(&admin, json!({"tags": ["vip"]})).await;
    assert_ne!(other["tags"][0]["id"], tag["id"]);
    app.finish().await;
}

#[tokio::test]
async fn a_name_that_another_tag_has_is_refused_but_its_own_may_be_written_otherwise() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let (gold, silver) = (factory::tag(&admin, "gold").await, factory::tag(&admin, "silver").await);
    let answer = admin.patch(&path(&silver), json!({"name": "GOLD"})).await;
    assert_eq!(answer.expect_error(409, "conflict"), [("name".into(), "taken".into())]);
    assert_eq!(answer.json()["error"]["details"][0]["conflictingId"], gold["id"]);
    let contact = factory::contact(&admin, json!({"tags": ["gold"]})).await;
    assert_eq!(admin.patch(&path(&gold), json!({"name": "Gold"})).await.expect(200)["data"]["name"], "Gold");
    assert_eq!(tag_names(&factory::read(&admin, &contact).await), ["Gold"]);
    app.finish().await;
}

#[tokio::test]
async fn a_colour_is_set_and_cleared_and_contacts_do_not_show_it() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let contact = factory::contact(&admin, json!({"tags": ["vip"]})).await;
    let tag = &contact["tags"][0];
    let coloured = admin.patch(&path(tag), json!({"colour": "#A1B2C3"})).await.expect(200);
    assert_eq!(coloured["data"]["colour"], "#a1b2c3");
    assert_eq!(factory::read(&admin, &contact).await, contact);
    let renamed = admin.patch(&path(tag), json!({"name": "VIP"})).await.expect(200);
    assert_eq!(renamed["data"]["colour"], "#a1b2c3", "what the body lacks stays");
    let cleared = admin.patch(&path(tag), json!({"colour": null})).await.expect(200);
    assert_eq!(cleared["data"]["colour"], Value::Null);
    admin.form(Method::PATCH, &path(tag), "colour=%23000000").await.expect(200);
    let cleared = admin.form(Method::PATCH, &path(tag), "colour=").await.expect(200);
    assert_eq!(cleared["data"]["colour"], Value::Null);
    app.finish().await;
}

#[tokio::test]
async fn a_patch_that_changes_nothing_changes_nothing() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let contact = factory::contact(&admin, json!({"tags": ["vip"]})).await;
    let tag = admin.get(&path(&contact["tags"][0])).await.expect(200)["data"].take();
    for body in [json!({}), json!({"name": "vip"}), json!({"colour": null}), tag.clone()] {
        assert_eq!(admin.patch(&path(&tag), body.clone()).await.expect(200)["data"], tag, "{body}");
    }
    for (body, problems) in [
        (json!({"name": null, "colour": []}), ["name:required", "colour:wrong_type"]),
        (json!({"colour": "blue", "x": 1}), ["colour:invalid_format", "x:unknown_field"]),
    ] {
        assert_eq!(admin.patch(&path(&tag), body.clone()).await.expect_invalid(), problems, "{body}");
    }
    assert_eq!(admin.get(&path(&tag)).await.expect(200)["data"], tag);
    app.finish().await;
}

#[tokio::test]
async fn a_deleted_tag_is_off_all_contacts_and_its_name_is_free() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let contact = factory::contact(&admin, json!({"tags": ["a", "vip", "b"]})).await;
    let tag = tag_of(&contact, "vip");
    let answer = admin.delete(&path(&tag)).await.expect(200);
    assert_eq!(answer, json!({"status": "success", "message": "deleting tag", "data": null}));
    assert_eq!(tag_names(&factory::read(&admin, &contact).await), ["a", "b"]);
    admin.get(&path(&tag)).await.expect_error(404, "not_found");
    admin.delete(&path(&tag)).await.expect_error(404, "not_found");
    assert_eq!(admin.get(TAGS).await.expect(200)["total"], 2);
    assert_eq!(total(&admin, &format!("tag={}", factory::id(&tag))).await, 0);
    let body = json!({"tags": [{"id": tag["id"]}]});
    assert_eq!(
        admin.patch(&factory::path(&contact), body).await.expect_invalid(),
        ["tags[0].id:unknown_tag"]
    );
    assert_ne!(factory::tag(&admin, "vip").await["id"], tag["id"]);
    let pool = app.pool().await;
    let left: i64 = sqlx::query_scalar("select count(*) from tags where retired_at is not null")
        .fetch_one(&pool)
        .await
        .unwrap();
    pool.close().await;
    assert_eq!(left, 0);
    app.finish().await;
}

#[tokio::test]
async fn a_merged_tag_is_the_other_on_every_contact_once() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let one = factory::contact(&admin, json!({"tags": ["a", "old", "b"]})).await;
    let both = factory::contact(&admin, json!({"tags": ["old", "x", "kept"]})).await;
    let other_way = factory::contact(&admin, json!({"tags": ["kept", "x", "old"]})).await;
    let (old, kept) = (tag_of(&both, "old"), tag_of(&both, "kept"));
    let merge = format!("{}/merge", path(&old));
    let answer = admin.post(&merge, json!({"into": kept["id"]})).await.expect(200);
    assert_eq!(answer["message"], "merging tags");
    assert_eq!((&answer["data"]["id"], &answer["data"]["contacts"]), (&kept["id"], &json!(3)));
    assert_eq!(admin.get(&path(&kept)).await.expect(200)["data"], answer["data"]);

    assert_eq!(tag_names(&factory::read(&admin, &one).await), ["a", "kept", "b"]);
    assert_eq!(tag_names(&factory::read(&admin, &both).await), ["kept", "x"]);
    assert_eq!(tag_names(&factory::read(&admin, &other_way).await), ["kept", "x"]);
    assert_eq!(total(&admin, "tag=kept").await, 3);
    assert_eq!(total(&admin, "tag=old").await, 0);
    admin.get(&path(&old)).await.expect_error(404, "not_found");
    assert_eq!(admin.get(&format!("{TAGS}?keyword=old")).await.expect(200)["total"], 0);
    // A contact that was read before is written back: its tag is what took its place.
    admin.patch(&factory::path(&one), json!({"tags": one["tags"]})).await.expect(200);
    assert_eq!(tag_names(&factory::read(&admin, &one).await), ["a", "kept", "b"]);
    // The name is free, and means another tag from now on.
    assert_ne!(factory::tag(&admin, "old").await["id"], kept["id"]);
    app.finish().await;
}

#[tokio::test]
async fn a_chain_of_merges_leads_to_its_end() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let contact = factory::contact(&admin, json!({"tags": ["a"]})).await;
    let (a, b, c) =
        (contact["tags"][0].clone(), factory::tag(&admin, "b").await, factory::tag(&admin, "c").await);
    admin.post(&format!("{}/merge", path(&a)), json!({"into": b["id"]})).await.expect(200);
    admin
        .form(Method::POST, &format!("{}/merge", path(&b)), &format!("into={}", factory::id(&c)))
        .await
        .expect(200);
    assert_eq!(tag_names(&factory::read(&admin, &contact).await), ["c"]);
    for old in [&a, &b] {
        let other = factory::contact(&admin, json!({"tags": [{"id": old["id"]}]})).await;
        assert_eq!(other["tags"], json!([{"id": c["id"], "name": "c"}]));
    }
    admin.delete(&path(&c)).await.expect(200);
    assert_eq!(factory::read(&admin, &contact).await["tags"], json!([]));
    let body = factory::body(json!({"tags": [{"id": a["id"]}]}));
    assert_eq!(admin.post("/api/v1/contacts", body).await.expect_invalid(), ["tags[0].id:unknown_tag"]);
    app.finish().await;
}

#[tokio::test]
async fn a_tag_is_not_merged_into_itself_or_into_nothing() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let (gold, silver) = (factory::tag(&admin, "gold").await, factory::tag(&admin, "silver").await);
    let merge = format!("{}/merge", path(&gold));
    for (body, problems) in [
        (json!({}), &["into:required"][..]),
        (json!({"into": null}), &["into:required"]),
        (json!({"into": 5, "x": 1}), &["into:wrong_type", "x:unknown_field"]),
        (json!({"into": "silver"}), &["into:invalid_format"]),
        (json!({"into": NOBODY}), &["into:unknown_tag"]),
        (json!({"into": gold["id"]}), &["into:itself"]),
    ] {
        assert_eq!(admin.post(&merge, body.clone()).await.expect_invalid(), problems, "{body}");
    }
    admin.delete(&path(&silver)).await.expect(200);
    let body = json!({"into": silver["id"]});
    assert_eq!(admin.post(&merge, body).await.expect_invalid(), ["into:unknown_tag"]);
    assert_eq!(admin.get(&path(&gold)).await.expect(200)["data"], gold);
    app.finish().await;
}
