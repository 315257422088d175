//! New fields.

use axum::http::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{CONTACTS, FIELDS, contact, field, ids, offenders, path, value};
use crate::support::{Answer, TestApp, app::TENANT, factory};

#[tokio::test]
async fn a_field_needs_a_display_name_and_gets_its_key_from_it() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let answer = admin.post(FIELDS, json!({"display_name": "Sector"})).await;
    let made = answer.expect(201);
    let expected = json!({
        "id": made["data"]["id"], "system_name": "cf_sector", "display_name": "Sector", "type": "text",
        "is_default": false, "is_archived": false, "is_required": false, "is_unique": false, "options": [],
    });
    assert_eq!(made, json!({"status": "success", "message": "creating field", "data": expected}));
    assert_eq!(answer.header("location"), Some(path(&expected).as_str()));
    let read = app.reader().get(&path(&expected)).await.expect(200);
    assert_eq!(read, json!({"status": "success", "message": "field", "data": expected}));
    let listing = admin.get(&format!("{FIELDS}?page=2")).await.expect(200);
    assert_eq!((&listing["total"], &listing["data"][1]), (&json!(12), &expected));

    for (display_name, system_name) in [
        ("Sector", "cf_sector_2"),
        ("SECTOR!", "cf_sector_3"),
        ("Größe (cm) – Łódź", "cf_grosse_cm_lodz"),
        ("အမည်", "cf_field"),
        ("နာမည်", "cf_field_2"),
        ("12 %", "cf_12"),
    ] {
        let made = field(&admin, json!({"display_name": display_name})).await;
        assert_eq!(
            (&made["system_name"], &made["display_name"]),
            (&json!(system_name), &json!(display_name))
        );
    }
    let longest = field(&admin, json!({"display_name": "x".repeat(255)})).await;
    assert_eq!(longest["system_name"], format!("cf_{}", "x".repeat(60)));
    let next = field(&admin, json!({"display_name": "x".repeat(200)})).await;
    assert_eq!(next["system_name"], format!("cf_{}_2", "x".repeat(58)));
    let given = field(&admin, json!({"display_name": "Sector", "system_name": "cf_0_"})).await;
    assert_eq!(given["system_name"], "cf_0_");
    let one = contact(&admin, json!({"cf_0_": "a", "cf_sector": "b"})).await;
    assert_eq!(value(&admin, &one, "cf_0_").await, "a");
    app.finish().await;
}

#[tokio::test]
async fn every_type_can_be_made_and_takes_values() {
    let app = TestApp::new().await;
    let admin = app.admin();
    for (field_type, value) in [
        ("text", json!("x")),
        ("textarea", json!("x\ny")),
        ("number", json!(1.5)),
        ("date", json!("2026-01-08")),
        ("datetime", json!("2026-01-08T17:46:48Z")),
        ("checkbox", json!(true)),
        ("select", json!("a")),
        ("multi_select", json!(["a", "b"])),
        ("url", json!("https://example.com")),
        ("email", json!("frank@example.com")),
        ("phone", json!("09 797 877 765")),
    ] {
        let mut body = json!({"display_name": field_type, "type": field_type});
        if field_type.ends_with("select") {
            body["options"] = json!([{"value": "a", "label": "A", "is_default": true}, {"value": "b"}]);
        }
        let made = field(&admin, body).await;
        assert_eq!(made["type"], field_type);
        if field_type.ends_with("select") {
            let options = json!([{"value": "a", "label": "A", "is_default": true},
                                 {"value": "b", "label": "b", "is_default": false}]);
            assert_eq!(made["options"], options);
            assert_eq!(admin.get(&path(&made)).await.expect(200)["data"]["options"], options);
        }
        let name = made["system_name"].as_str().unwrap();
        let one = contact(&admin, json!({name: value})).await;
        assert_eq!(super::value(&admin, &one, name).await, value);
    }
    app.finish().await;
}

#[tokio::test]
async fn a_field_that_is_no_good_is_refused_with_all_that_is_wrong() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let refused = async |body: Value| admin.post(FIELDS, body).await.expect_invalid();
    for (body, problems) in [
        (json!({}), &["display_name:required"][..]),
        (json!({"display_name": " "}), &["display_name:blank"]),
        (json!({"display_name": 1, "type": 2}), &["display_name:wrong_type", "type:wrong_type"]),
        (json!({"display_name": "x", "type": "colour"}), &["type:not_an_option"]),
        (json!({"display_name": "x".repeat(256)}), &["display_name:too_long"]),
        (json!({"display_name": "x", "system_name": "sector"}), &["system_name:invalid_format"]),
        (json!({"display_name": "x", "system_name": "cf_A"}), &["system_name:invalid_format"]),
        (json!({"display_name": "x", "system_name": ""}), &["system_name:invalid_format"]),
        (
            json!({"display_name": "x", "is_required": "yes", "is_unique": null}),
            &["is_required:wrong_type", "is_unique:wrong_type"],
        ),
        (
            json!({"display_name": "x", "is_archived": true, "id": 1}),
            &["id:unknown_field", "is_archived:unknown_field"],
        ),
        (json!({"display_name": "x", "type": "select"}), &["options:required"]),
        (json!({"display_name": "x", "type": "multi_select", "options": []}), &["options:required"]),
        (json!({"display_name": "x", "options": [{"value": "a"}]}), &["options:not_allowed"]),
        (json!({"display_name": "x", "type": "select", "options": "a"}), &["options:wrong_type"]),
        (
            json!({"display_name": "x", "type": "select", "options": ["a", {"label": "b"}, {"value": " "}]}),
            &["options[0]:wrong_type", "options[1].value:required", "options[2].value:blank"],
        ),
        (
            json!({"display_name": "x", "type": "select", "options": [{"value": "a"}, {"value": "a"}]}),
            &["options[1].value:duplicate"],
        ),
        (
            json!({"display_name": "x", "type": "select", "options": [
            {"value": "a", "is_default": true}, {"value": "b", "is_default": true, "previousValue": "c"}]}),
            &["options[1].previousValue:unknown_field", "options:many_defaults"],
        ),
    ] {
        assert_eq!(refused(body.clone()).await, problems, "{body}");
    }
    let many: Vec<Value> = (0..501).map(|number| json!({"value": number.to_string()})).collect();
    let body = json!({"display_name": "x", "type": "select", "options": many});
    assert_eq!(refused(body).await, ["options:too_many"]);
    app.finish().await;
}

#[tokio::test]
async fn a_key_is_taken_once_also_by_an_archived_field() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let first = field(&admin, json!({"display_name": "Sector"})).await;
    let body = json!({"display_name": "Other", "system_name": "cf_sector"});
    for _ in 0..2 {
        let answer = admin.post(FIELDS, body.clone()).await;
        assert_eq!(answer.expect_error(409, "conflict"), [("system_name".into(), "taken".into())]);
        assert_eq!(answer.json()["error"]["details"][0]["conflictingId"], first["id"]);
        admin.patch(&path(&first), json!({"is_archived": true})).await.expect(200);
    }
    app.stranger().post(FIELDS, body).await.expect(201);
    app.finish().await;
}

#[tokio::test]
async fn a_field_comes_as_a_form_and_once_under_a_key() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let form = "display_name=Level&type=select&is_unique=0&options[0][value]=gold&options[0][label]=Gold\
                &options[1][value]=silver&options[1][is_default]=true";
    let made = admin.form(Method::POST, FIELDS, form).await.expect(201)["data"].take();
    let options = json!([{"value": "gold", "label": "Gold", "is_default": false},
                         {"value": "silver", "label": "silver", "is_default": true}]);
    assert_eq!(made["options"], options);
    let form = r#"display_name=Colour&type=select&options=[{"value":"red"}]"#;
    assert_eq!(
        admin.form(Method::POST, FIELDS, form).await.expect(201)["data"]["options"][0]["value"],
        "red"
    );
    let headers = [("content-type", "application/json"), ("idempotency-key", "k")];
    let body = r#"{"display_name":"Sector"}"#;
    let first = admin.send(Method::POST, FIELDS, &headers, body).await.expect(201);
    assert_eq!(admin.send(Method::POST, FIELDS, &headers, body).await.expect(201), first);
    assert_eq!(admin.get(FIELDS).await.expect(200)["total"], 14);
    app.finish().await;
}

#[tokio::test]
async fn a_field_is_required_and_unique_from_the_start_where_no_contact_stands_in_the_way() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let body = json!({"display_name": "Number", "type": "number", "is_required": true, "is_unique": true});
    let made = field(&admin, body.clone()).await;
    assert_eq!((&made["is_required"], &made["is_unique"]), (&json!(true), &json!(true)));
    let refused = admin.post(CONTACTS, factory::body(json!({}))).await;
    assert_eq!(refused.expect_invalid(), ["customFields.cf_number:required"]);
    let one = contact(&admin, json!({"cf_number": 1})).await;
    let taken = admin.post(CONTACTS, factory::body(json!({"customFields": {"cf_number": 1}}))).await;
    taken.expect_error(409, "conflict");
    let answer = admin.post(FIELDS, body).await;
    assert_eq!(offenders(&answer, "is_required", "required"), ids([&one]));
    assert_eq!(admin.get(FIELDS).await.expect(200)["total"], 12, "nothing was made");
    app.finish().await;
}

#[tokio::test]
async fn keyword_finds_any_part_of_display_names_and_keys() {
    let app = TestApp::new().await;
    let admin = app.admin();
    field(&admin, json!({"display_name": "Größe", "system_name": "cf_size"})).await;
    let found = async |query: &str| -> Vec<String> {
        let listing = admin.get(&format!("{FIELDS}?{query}")).await.expect(200);
        let data = listing["data"].as_array().unwrap().iter();
        data.map(|field| field["system_name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(found("keyword=grosse").await, ["cf_size"]);
    assert_eq!(found("keyword=_SIZ").await, ["cf_size"]);
    assert_eq!(found("keyword=name").await, ["name", "username"]);
    assert_eq!(found("keyword=url").await, ["avatar_url"]);
    assert_eq!(found("keyword=a&page=2&pageSize=3").await.len(), 3);
    assert_eq!(found("keyword=").await.len(), 10);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fields_of_one_name_made_at_once_get_keys_of_their_own() {
    let app = TestApp::new().await;
    let client = app.admin();
    client.get(FIELDS).await.expect(200);
    let calls = (0..6).map(|_| {
        let client = client.clone();
        async move { client.post(FIELDS, json!({"display_name": "Sector"})).await }
    });
    let answers: Vec<Answer> = calls.collect::<JoinSet<Answer>>().join_all().await;
    let mut names: Vec<String> = answers
        .iter()
        .map(|answer| answer.expect(201)["data"]["system_name"].as_str().unwrap().to_owned())
        .collect();
    names.sort();
    assert_eq!(
        names,
        ["cf_sector", "cf_sector_2", "cf_sector_3", "cf_sector_4", "cf_sector_5", "cf_sector_6"]
    );
    app.finish().await;
}

#[tokio::test]
async fn to_change_fields_is_to_change_settings_of_ones_own() {
    let app = TestApp::new().await;
    let made = field(&app.admin(), json!({"display_name": "Sector"})).await;
    let body = json!({"display_name": "x"});
    app.writer().post(FIELDS, body.clone()).await.expect_error(403, "forbidden");
    app.writer().patch(&path(&made), body.clone()).await.expect_error(403, "forbidden");
    let settings = app.client(TENANT, "settings:write");
    settings.post(FIELDS, body.clone()).await.expect(201);
    for id in [made["id"].as_str().unwrap(), "0198c0de-0000-7000-8000-000000000000", "cf_sector"] {
        let path = format!("{FIELDS}/{id}");
        app.stranger().get(&path).await.expect_error(404, "not_found");
        app.stranger().patch(&path, body.clone()).await.expect_error(404, "not_found");
        app.admin().delete(&path).await.expect_error(405, "method_not_allowed");
    }
    assert_eq!(app.admin().get(&path(&made)).await.expect(200)["data"], made);
    app.finish().await;
}
