//! Creating, listing and reading.

use axum::http::Method;
use serde_json::{Value, json};

use super::{NOBODY, TAGS, path};
use crate::support::{TestApp, factory};

fn names(listing: &Value) -> Vec<&str> {
    listing["data"].as_array().unwrap().iter().map(|tag| tag["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_new_tag_is_answered_with_its_path_and_can_be_read_and_used() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let answer = admin.post(TAGS, json!({"name": "Gold", "colour": "#FFd700"})).await;
    let body = answer.expect(201);
    assert_eq!((&body["status"], &body["message"]), (&json!("success"), &json!("creating tag")));
    let tag = &body["data"];
    assert_eq!(answer.header("location"), Some(path(tag).as_str()));
    assert_eq!(
        (&tag["name"], &tag["colour"], &tag["contacts"]),
        (&json!("Gold"), &json!("#ffd700"), &json!(0))
    );
    assert_eq!(tag["createdAt"], tag["updatedAt"]);
    assert_eq!(app.reader().get(&path(tag)).await.expect(200)["data"], *tag);

    let by_form = admin.form(Method::POST, TAGS, "name=silver&colour=").await.expect(201);
    assert_eq!((&by_form["data"]["name"], &by_form["data"]["colour"]), (&json!("silver"), &Value::Null));

    let contact = factory::contact(&app.writer(), json!({"tags": ["GOLD"]})).await;
    assert_eq!(contact["tags"], json!([{"id": tag["id"], "name": "Gold"}]), "a contact shows id and name");
    assert_eq!(admin.get(&path(tag)).await.expect(200)["data"]["contacts"], 1);
    app.finish().await;
}

#[tokio::test]
async fn a_name_is_unique_without_regard_to_case() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let tag = factory::tag(&admin, "Café").await;
    for name in ["Café", "CAFÉ", "cafe\u{301}"] {
        let answer = admin.post(TAGS, json!({"name": name})).await;
        assert_eq!(answer.expect_error(409, "conflict"), [("name".into(), "taken".into())], "{name}");
        assert_eq!(answer.json()["error"]["details"][0]["conflictingId"], tag["id"]);
    }
    factory::tag(&admin, "Cafe").await;
    app.finish().await;
}

#[tokio::test]
async fn all_that_is_wrong_with_a_new_tag_is_said_at_once() {
    let app = TestApp::new().await;
    let admin = app.admin();
    for (body, problems) in [
        (json!({}), &["name:required"][..]),
        (json!({"name": null, "colour": 5}), &["name:required", "colour:wrong_type"]),
        (json!({"name": " ", "colour": "red"}), &["name:blank", "colour:invalid_format"]),
        (json!({"name": "x".repeat(101), "colour": "#12345"}), &["name:too_long", "colour:invalid_format"]),
        (
            json!({"name": 5, "id": NOBODY, "color": "#123456"}),
            &["name:wrong_type", "color:unknown_field", "id:unknown_field"],
        ),
        (json!({"name": "a\0"}), &["name:contains_nul"]),
    ] {
        assert_eq!(admin.post(TAGS, body.clone()).await.expect_invalid(), problems, "{body}");
    }
    assert_eq!(admin.get(TAGS).await.expect(200)["total"], 0);
    app.finish().await;
}

#[tokio::test]
async fn with_an_idempotency_key_a_tag_is_made_once() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let headers = [("content-type", "application/json"), ("idempotency-key", "k1")];
    let body = json!({"name": "gold"}).to_string();
    let first = admin.send(Method::POST, TAGS, &headers, body.clone()).await;
    let again = admin.send(Method::POST, TAGS, &headers, body).await;
    assert_eq!(first.expect(201), again.expect(201));
    assert_eq!(first.header("location"), again.header("location"));
    app.finish().await;
}

#[tokio::test]
async fn the_listing_is_searched_by_parts_of_names_without_case_and_accents() {
    let app = TestApp::new().await;
    let admin = app.admin();
    for name in ["VIP", "Łódź stały klient", "vip plus", "Neu Kunde", "100%"] {
        factory::tag(&admin, name).await;
    }
    for (keyword, found) in [
        ("vip", &["VIP", "vip plus"][..]),
        ("lodz", &["Łódź stały klient"]),
        ("KLIENT%20l%C3%B3d", &["Łódź stały klient"]),
        ("k", &["Neu Kunde", "Łódź stały klient"]),
        ("%25", &["100%"]),
        ("plus%20neu", &[]),
        ("", &["100%", "Neu Kunde", "VIP", "vip plus", "Łódź stały klient"]),
    ] {
        let listing = admin.get(&format!("{TAGS}?keyword={keyword}")).await.expect(200);
        assert_eq!(names(&listing), found, "{keyword}");
        assert_eq!(listing["total"], found.len(), "{keyword}");
    }
    let second = admin.get(&format!("{TAGS}?keyword=vip&pageSize=1&page=2")).await.expect(200);
    assert_eq!(
        (names(&second), &second["total"], &second["lastPage"]),
        (vec!["vip plus"], &json!(2), &json!(2))
    );
    let beyond = admin.get(&format!("{TAGS}?keyword=vip&page=9")).await.expect(200);
    assert_eq!((names(&beyond).len(), &beyond["total"]), (0, &json!(2)));
    let wrong = admin.get(&format!("{TAGS}?keyword=a&keyword=b&pageSize=0")).await.expect_invalid();
    assert_eq!(wrong, ["keyword:repeated", "pageSize:out_of_range"]);
    app.finish().await;
}

#[tokio::test]
async fn the_listing_counts_the_contacts_that_there_are() {
    let app = TestApp::new().await;
    let admin = app.admin();
    factory::tag(&admin, "none").await;
    let first = factory::contact(&admin, json!({"tags": ["vip", "new"]})).await;
    factory::contact(&admin, json!({"tags": ["vip"]})).await;
    let counts = async || {
        let listing = admin.get(TAGS).await.expect(200);
        let count =
            |tag: &Value| (tag["name"].as_str().unwrap().to_owned(), tag["contacts"].as_i64().unwrap());
        listing["data"].as_array().unwrap().iter().map(count).collect::<Vec<_>>()
    };
    assert_eq!(counts().await, [("new".into(), 1), ("none".into(), 0), ("vip".into(), 2)]);
    admin.delete(&factory::path(&first)).await.expect(200);
    assert_eq!(counts().await, [("new".into(), 0), ("none".into(), 0), ("vip".into(), 1)]);
    app.finish().await;
}

#[tokio::test]
async fn what_there_is_not_is_not_found() {
    let app = TestApp::new().await;
    let admin = app.admin();
    for id in [NOBODY, "x"] {
        admin.get(&format!("{TAGS}/{id}")).await.expect_error(404, "not_found");
        admin.patch(&format!("{TAGS}/{id}"), json!({"name": "x"})).await.expect_error(404, "not_found");
        admin.delete(&format!("{TAGS}/{id}")).await.expect_error(404, "not_found");
        admin
            .post(&format!("{TAGS}/{id}/merge"), json!({"into": NOBODY}))
            .await
            .expect_error(404, "not_found");
    }
    app.finish().await;
}
