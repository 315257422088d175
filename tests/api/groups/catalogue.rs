//! Groups themselves.

use axum::http::Method;
use serde_json::{Value, json};

use super::{GROUPS, group, path, values};
use crate::support::{TestApp, app::TENANT, factory};

#[tokio::test]
async fn a_group_is_made_with_its_value_as_label_and_is_the_last_in_order() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let answer = admin.post(GROUPS, json!({"value": "vip"})).await;
    let made = answer.expect(201);
    assert_eq!((&made["status"], &made["message"]), (&json!("success"), &json!("creating group")));
    let group = &made["data"];
    assert_eq!(*group, json!({"id": group["id"], "value": "vip", "label": "vip", "is_default": false}));
    assert_eq!(answer.header("location"), Some(path(group).as_str()));
    let form = "value=reseller&label=Resellers+%26+more&is_default=true";
    let other = admin.form(Method::POST, "/api/v1/contacts/groups", form).await.expect(201)["data"].take();
    assert_eq!(other["label"], "Resellers & more");
    assert_eq!(other["is_default"], true);
    assert_eq!(values(&admin, "").await, ["new", "lead", "customer", "partner", "vip", "reseller"]);
    // A contact without groups gets the default ones.
    let contact = factory::contact(&app.writer(), json!({})).await;
    assert_eq!(contact["contact_groups"], json!([other]));
    for prefix in [GROUPS, "/api/v1/contacts/groups"] {
        let path = format!("{prefix}/{}", group["id"].as_str().unwrap());
        let read = app.reader().get(&path).await.expect(200);
        assert_eq!(read, json!({"status": "success", "message": "group", "data": group}));
        let listing = app.reader().get(prefix).await.expect(200);
        assert_eq!((&listing["total"], &listing["data"][4]), (&json!(6), group));
    }
    app.finish().await;
}

#[tokio::test]
async fn a_group_that_is_no_good_is_refused_with_all_that_is_wrong() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let long = "x".repeat(256);
    for (body, problems) in [
        (json!({}), &["value:required"][..]),
        (json!({"value": null}), &["value:required"]),
        (json!({"value": " "}), &["value:blank"]),
        (
            json!({"value": 1, "label": 2, "is_default": "yes"}),
            &["value:wrong_type", "label:wrong_type", "is_default:wrong_type"],
        ),
        (json!({"value": long, "label": long}), &["value:too_long", "label:too_long"]),
        (json!({"value": "a\u{0}", "label": null}), &["value:contains_nul", "label:required"]),
        (json!({"value": "a", "id": 1, "colour": "red"}), &["colour:unknown_field", "id:unknown_field"]),
    ] {
        assert_eq!(admin.post(GROUPS, body.clone()).await.expect_invalid(), problems, "{body}");
    }
    let form = admin.form(Method::POST, GROUPS, "value=&is_default=perhaps").await;
    assert_eq!(form.expect_invalid(), ["value:required", "is_default:wrong_type"]);
    assert_eq!(values(&admin, "").await.len(), 4);
    app.finish().await;
}

#[tokio::test]
async fn a_value_is_taken_once() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let first = group(&admin, "vip").await;
    let second = group(&admin, "VIP").await;
    for answer in [
        admin.post(GROUPS, json!({"value": "vip"})).await,
        admin.post("/api/v1/contacts/groups", json!({"value": "vip"})).await,
        admin.patch(&path(&second), json!({"value": "vip"})).await,
    ] {
        assert_eq!(answer.expect_error(409, "conflict"), [("value".into(), "taken".into())]);
        assert_eq!(answer.json()["error"]["details"][0]["conflictingId"], first["id"]);
    }
    app.stranger().post(GROUPS, json!({"value": "vip"})).await.expect(201);
    app.finish().await;
}

#[tokio::test]
async fn a_group_is_made_once_under_a_key() {
    let app = TestApp::new().await;
    let send = async || {
        let headers = [("content-type", "application/json"), ("idempotency-key", "k1")];
        app.admin().send(Method::POST, GROUPS, &headers, r#"{"value":"vip"}"#).await
    };
    let first = send().await.expect(201);
    assert_eq!(send().await.expect(201), first);
    assert_eq!(values(&app.admin(), "").await.len(), 5);
    app.finish().await;
}

#[tokio::test]
async fn keyword_finds_any_part_of_value_or_label_on_every_page() {
    let app = TestApp::new().await;
    let admin = app.admin();
    for (value, label) in [("gold", "Großkunde Łódź"), ("silver", "100% sure"), ("bronze", "A_B")] {
        admin.post(GROUPS, json!({"value": value, "label": label})).await.expect(201);
    }
    for (query, expected) in [
        ("?keyword=OL", &["gold"][..]),
        ("?keyword=lodz", &["gold"]),
        ("?keyword=grosskunde+gold", &["gold"]),
        ("?keyword=%25", &["silver"]),
        ("?keyword=_", &["bronze"]),
        ("?keyword=e", &["new", "lead", "customer", "partner", "gold", "silver", "bronze"]),
        ("?keyword=e&page=2&pageSize=2", &["customer", "partner"]),
        ("?keyword=", &["new", "lead", "customer", "partner", "gold", "silver", "bronze"]),
        ("?keyword=nothing", &[]),
    ] {
        assert_eq!(values(&admin, query).await, expected, "{query}");
    }
    let listing = admin.get(&format!("{GROUPS}?keyword=e&page=2&pageSize=2")).await.expect(200);
    assert_eq!((&listing["total"], &listing["lastPage"]), (&json!(7), &json!(4)));
    assert_eq!(
        admin.get(&format!("{GROUPS}?keyword=a&keyword=b")).await.expect_invalid(),
        ["keyword:repeated"]
    );
    app.finish().await;
}

#[tokio::test]
async fn a_change_shows_at_once_in_every_read_of_its_contacts() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let made = group(&admin, "vip").await;
    let contact = factory::contact(&admin, json!({"contact_groups": [made["id"]]})).await;
    let other = factory::contact(&admin, json!({})).await;
    for (body, value, label, is_default) in [
        (json!({"value": "top"}), "top", "vip", false),
        (json!({"label": "The best"}), "top", "The best", false),
        (json!({"is_default": true}), "top", "The best", true),
        (json!({}), "top", "The best", true),
        (json!({"id": "as read", "value": "v", "label": "l", "is_default": false}), "v", "l", false),
    ] {
        let answer = admin.patch(&path(&made), body.clone()).await.expect(200);
        let expected = json!({"id": made["id"], "value": value, "label": label, "is_default": is_default});
        assert_eq!(
            answer,
            json!({"status": "success", "message": "updating group", "data": expected}),
            "{body}"
        );
        let read = factory::read(&admin, &contact).await;
        assert_eq!(read["contact_groups"], json!([expected]));
        let listed = admin.get(&format!("/api/v1/contacts?group={value}")).await.expect(200);
        assert_eq!(listed["data"], json!([read]));
        assert_eq!(factory::read(&admin, &other).await, other);
        assert_eq!(app.differences().await, Vec::<String>::new());
    }
    // As a form, by the other path; and what GET returned.
    let by_contacts = format!("/api/v1/contacts/groups/{}", made["id"].as_str().unwrap());
    admin.form(Method::PATCH, &by_contacts, "label=x&is_default=1").await.expect(200);
    let read = admin.get(&by_contacts).await.expect(200)["data"].take();
    assert_eq!((&read["label"], &read["is_default"]), (&json!("x"), &json!(true)));
    assert_eq!(admin.patch(&by_contacts, read.clone()).await.expect(200)["data"], read);
    assert_eq!(admin.patch(&path(&made), json!({"value": ""})).await.expect_invalid(), ["value:blank"]);
    assert_eq!(
        admin.patch(&path(&made), json!({"name": "x"})).await.expect_invalid(),
        ["name:unknown_field"]
    );
    app.finish().await;
}

#[tokio::test]
async fn a_group_that_is_deleted_is_gone_and_its_value_free() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let body = json!({"value": "vip", "is_default": true});
    let made = admin.post(GROUPS, body.clone()).await.expect(201)["data"].take();
    let lead = admin.get(&format!("{GROUPS}?keyword=lead")).await.expect(200)["data"][0].take();
    let groups = json!([made["id"], lead["id"]]);
    let contact = factory::contact(&admin, json!({"contact_groups": groups})).await;
    let answer = admin.delete(&path(&made)).await.expect(200);
    assert_eq!(answer, json!({"status": "success", "message": "deleting group", "data": null}));
    assert_eq!(factory::read(&admin, &contact).await["contact_groups"], json!([lead]));
    assert_eq!(values(&admin, "").await, ["new", "lead", "customer", "partner"]);
    assert_eq!(values(&admin, "?keyword=vip").await, Vec::<String>::new());
    for answer in [
        admin.get(&path(&made)).await,
        admin.patch(&path(&made), json!({"label": "x"})).await,
        admin.delete(&path(&made)).await,
        admin.get(&format!("{}/members", path(&made))).await,
        admin.post(&format!("{}/members", path(&made)), json!({"contactIds": []})).await,
    ] {
        answer.expect_error(404, "not_found");
    }
    assert_eq!(factory::contact(&admin, json!({})).await["contact_groups"], json!([]));
    let refused =
        admin.post("/api/v1/contacts", factory::body(json!({"contact_groups": [made["id"]]}))).await;
    assert_eq!(refused.expect_invalid(), ["contact_groups[0]:unknown_group"]);
    let again = admin.post(GROUPS, body).await.expect(201)["data"].take();
    assert_ne!(again["id"], made["id"]);
    let by_contacts = format!("/api/v1/contacts/groups/{}", again["id"].as_str().unwrap());
    admin.delete(&by_contacts).await.expect(200);
    app.finish().await;
}

#[tokio::test]
async fn to_change_groups_is_to_change_settings_of_ones_own() {
    let app = TestApp::new().await;
    let made = group(&app.admin(), "vip").await;
    let writer = app.writer();
    writer.post(GROUPS, json!({"value": "x"})).await.expect_error(403, "forbidden");
    writer.patch(&path(&made), json!({"label": "x"})).await.expect_error(403, "forbidden");
    writer.delete(&path(&made)).await.expect_error(403, "forbidden");
    let settings = app.client(TENANT, "settings:write");
    settings.patch(&path(&made), json!({"label": "x"})).await.expect(200);
    settings.get(&path(&made)).await.expect_error(403, "forbidden");
    let stranger = app.stranger();
    for id in [made["id"].as_str().unwrap(), "0198c0de-0000-7000-8000-000000000000", "vip"] {
        for prefix in [GROUPS, "/api/v1/contacts/groups"] {
            let path = format!("{prefix}/{id}");
            stranger.get(&path).await.expect_error(404, "not_found");
            stranger.patch(&path, json!({"label": "theirs"})).await.expect_error(404, "not_found");
            stranger.delete(&path).await.expect_error(404, "not_found");
        }
    }
    let read = app.reader().get(&path(&made)).await.expect(200)["data"].take();
    assert_eq!(read["label"], "x");
    assert_eq!(read["value"], Value::from("vip"));
    app.finish().await;
}
