//! Another type for a field.

use serde_json::{Value, json};

use super::{CONTACTS, contact, field, ids, named, offenders, path};
use crate::support::{TestApp, factory};

#[tokio::test]
async fn values_that_all_suit_the_new_type_become_values_of_it() {
    let app = TestApp::new().await;
    let admin = app.admin();
    for (from, to, before, after, filter) in [
        ("text", "number", json!("1.50"), json!(1.5), "1.5"),
        ("text", "date", json!("2026-01-08"), json!("2026-01-08"), "2026-01-08"),
        (
            "text",
            "datetime",
            json!("2026-01-08T10:00:00+06:30"),
            json!("2026-01-08T03:30:00Z"),
            "2026-01-08T03:30:00Z",
        ),
        ("text", "checkbox", json!("Yes"), json!(true), "true"),
        ("text", "email", json!("Frank@Example.com"), json!("Frank@Example.com"), "frank@example.com"),
        ("text", "phone", json!("09 797 877 765"), json!("09 797 877 765"), "%2B959797877765"),
        ("text", "url", json!("https://A.example"), json!("https://A.example"), "https://a.example/"),
        ("text", "textarea", json!("x"), json!("x"), "X"),
        ("number", "text", json!(12), json!("12"), "12"),
        ("checkbox", "text", json!(true), json!("true"), "TRUE"),
        ("text", "select", json!("a"), json!("a"), "a"),
        ("text", "multi_select", json!("b"), json!(["b"]), "b"),
        ("select", "multi_select", json!("a"), json!(["a"]), "a"),
        ("multi_select", "select", json!(["b"]), json!("b"), "b"),
        ("select", "text", json!("a"), json!("a"), "A"),
    ] {
        let mut body = json!({"display_name": format!("{from} {to}"), "type": from});
        if from.ends_with("select") {
            body["options"] = named(&["a", "b"]);
        }
        let made = field(&admin, body).await;
        let name = made["system_name"].as_str().unwrap();
        let one = contact(&admin, json!({name: before})).await;
        let mut change = json!({"type": to});
        if to.ends_with("select") && !from.ends_with("select") {
            change["options"] = named(&["a", "b"]);
        }
        let changed = admin.patch(&path(&made), change).await.expect(200)["data"].take();
        assert_eq!(changed["type"], to);
        let options = if to.ends_with("select") { 2 } else { 0 };
        assert_eq!(changed["options"].as_array().unwrap().len(), options, "{from} {to}");
        assert_eq!(admin.get(&path(&made)).await.expect(200)["data"], changed);
        let read = factory::read(&admin, &one).await;
        assert_eq!(read["customFields"][0]["type"], to);
        assert_eq!(read["customFields"][0]["value"], after, "{from} {to}");
        let found = admin.get(&format!("{CONTACTS}?{name}={filter}")).await.expect(200);
        assert_eq!(found["data"], json!([read]), "{from} {to}");
        assert_eq!(app.differences().await, Vec::<String>::new(), "{from} {to}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_value_that_does_not_suit_the_new_type_refuses_it() {
    let app = TestApp::new().await;
    let admin = app.admin();
    for (from, to, good, bad, code) in [
        ("text", "number", json!("1"), json!("one"), "invalid_format"),
        ("text", "date", json!("2026-01-08"), json!("8 January"), "invalid_format"),
        ("text", "select", json!("a"), json!("A"), "not_an_option"),
        ("textarea", "text", json!("x"), json!("x".repeat(1_001)), "too_long"),
        ("number", "phone", json!(1234), json!(1), "too_short"),
        ("multi_select", "select", json!(["a"]), json!(["a", "b"]), "wrong_type"),
        ("multi_select", "text", json!(["a"]), json!(["a", "b"]), "wrong_type"),
        ("datetime", "number", Value::Null, json!("2026-01-08T10:00:00Z"), "invalid_format"),
    ] {
        let mut body = json!({"display_name": format!("{from} {to}"), "type": from});
        if from.ends_with("select") {
            body["options"] = named(&["a", "b"]);
        }
        let made = field(&admin, body).await;
        let name = made["system_name"].as_str().unwrap();
        let one = contact(&admin, json!({name: good})).await;
        let mut wrong = Vec::new();
        for _ in 0..21 {
            wrong.push(contact(&admin, json!({name: bad})).await);
        }
        let mut change = json!({"type": to});
        if to == "select" && !from.ends_with("select") {
            change["options"] = named(&["a", "b"]);
        }
        let answer = admin.patch(&path(&made), change).await;
        assert_eq!(offenders(&answer, "type", code), ids(&wrong[..20]), "{from} {to}");
        assert_eq!(admin.get(&path(&made)).await.expect(200)["data"], made);
        assert_eq!(factory::read(&admin, &one).await, one, "nothing was converted");
    }
    let made =
        field(&admin, json!({"display_name": "Level", "type": "select", "options": named(&["a"])})).await;
    let both = json!({"type": "multi_select", "options": [{"value": "b", "previousValue": "a"}]});
    assert_eq!(
        admin.patch(&path(&made), both).await.expect_invalid(),
        ["options[0].previousValue:not_allowed"]
    );
    app.finish().await;
}

#[tokio::test]
async fn unique_values_follow_and_two_that_become_one_refuse_it() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let made = field(&admin, json!({"display_name": "Number", "is_unique": true})).await;
    let one = contact(&admin, json!({"cf_number": "1.0"})).await;
    let two = contact(&admin, json!({"cf_number": "1"})).await;
    let answer = admin.patch(&path(&made), json!({"type": "number"})).await;
    assert_eq!(offenders(&answer, "is_unique", "taken"), ids([&one, &two]));
    assert_eq!(factory::read(&admin, &one).await, one);
    admin.delete(&factory::path(&two)).await.expect(200);
    let change = json!({"type": "number", "is_required": true, "display_name": "No."});
    admin.patch(&path(&made), change).await.expect(200);
    let read = factory::read(&admin, &one).await;
    assert_eq!(
        read["customFields"][0],
        json!({
            "system_name": "cf_number", "display_name": "No.", "type": "number", "value": 1,
        })
    );
    let taken = admin.post(CONTACTS, factory::body(json!({"customFields": {"cf_number": 1.00}}))).await;
    assert_eq!(offenders(&taken, "customFields.cf_number", "taken"), ids([&one]));
    app.finish().await;
}

#[tokio::test]
async fn values_of_an_archived_field_become_of_the_new_type_too() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let made = field(&admin, json!({"display_name": "Number"})).await;
    let one = contact(&admin, json!({"cf_number": "12"})).await;
    admin.patch(&path(&made), json!({"is_archived": true})).await.expect(200);
    admin.patch(&path(&made), json!({"type": "number"})).await.expect(200);
    assert_eq!(factory::read(&admin, &one).await["customFields"], json!([]));
    admin.patch(&path(&made), json!({"is_archived": false})).await.expect(200);
    assert_eq!(super::value(&admin, &one, "cf_number").await, 12);
    app.finish().await;
}
