//! Values of custom fields, by their types.

use axum::http::Method;
use serde_json::{Value, json};

use super::{CONTACTS, refused, sql};
use crate::support::{TestApp, factory, factory::FieldSetup};

const TYPES: [&str; 11] = [
    "text",
    "textarea",
    "number",
    "date",
    "datetime",
    "checkbox",
    "select",
    "multi_select",
    "url",
    "email",
    "phone",
];

/// A field `cf_<type>` of every type; options where there are any are Gold, Silver, gold.
async fn fields_of_every_type(app: &TestApp) {
    for field_type in TYPES {
        let options: &[&str] = if field_type.ends_with("select") { &["Gold", "Silver", "gold"] } else { &[] };
        let setup = FieldSetup { options, ..FieldSetup::default() };
        factory::custom_field(app, &format!("cf_{field_type}"), field_type, setup).await;
    }
}

/// The value of a contact's only custom field.
fn only_value(contact: &Value) -> &Value {
    let values = contact["customFields"].as_array().unwrap();
    assert_eq!(values.len(), 1, "{contact}");
    &values[0]["value"]
}

#[tokio::test]
async fn values_that_suit_their_type_are_kept() {
    let app = TestApp::new().await;
    fields_of_every_type(&app).await;
    let long = "က".repeat(1_000);
    let longer = "က".repeat(10_000);
    for (field_type, sent, shown) in [
        ("text", json!(" Finance "), json!(" Finance ")),
        ("text", json!(long), json!(long)),
        ("textarea", json!("a\nb"), json!("a\nb")),
        ("textarea", json!(longer), json!(longer)),
        ("number", json!(0), json!(0)),
        ("number", json!(-12.5), json!(-12.5)),
        ("date", json!("2024-02-29"), json!("2024-02-29")),
        ("date", json!("0001-01-01"), json!("0001-01-01")),
        ("date", json!("9999-12-31"), json!("9999-12-31")),
        ("datetime", json!("2026-01-08T17:46:48Z"), json!("2026-01-08T17:46:48Z")),
        ("datetime", json!("2026-01-08T17:46:48.5+06:30"), json!("2026-01-08T11:16:48.500Z")),
        ("checkbox", json!(true), json!(true)),
        ("checkbox", json!(false), json!(false)),
        ("select", json!("gold"), json!("gold")),
        ("multi_select", json!(["gold", "Gold"]), json!(["Gold", "gold"])),
        ("multi_select", json!(["Silver"]), json!(["Silver"])),
        ("url", json!("https://example.com/a b"), json!("https://example.com/a b")),
        ("email", json!("Frank@Example.com"), json!("Frank@Example.com")),
        ("phone", json!("1-800-FLOWERS"), json!("1-800-FLOWERS")),
    ] {
        let name = format!("cf_{field_type}");
        let as_array = json!([{"system_name": name, "value": sent}]);
        for custom in [json!({&name: sent}), as_array] {
            let contact = factory::contact(&app.writer(), json!({"customFields": custom})).await;
            let expected =
                json!([{"system_name": name, "display_name": name, "type": field_type, "value": shown}]);
            assert_eq!(contact["customFields"], expected);
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn values_that_do_not_suit_their_type_are_422() {
    let app = TestApp::new().await;
    fields_of_every_type(&app).await;
    for (field_type, value, code) in [
        ("text", json!(1), "wrong_type"),
        ("text", json!("a\u{0}"), "contains_nul"),
        ("text", json!("x".repeat(1_001)), "too_long"),
        ("textarea", json!(["a"]), "wrong_type"),
        ("textarea", json!("x".repeat(10_001)), "too_long"),
        ("number", json!("12"), "wrong_type"),
        ("number", json!(true), "wrong_type"),
        ("date", json!("2026-02-29"), "invalid_format"),
        ("date", json!("2026-1-8"), "invalid_format"),
        ("date", json!("08/01/2026"), "invalid_format"),
        ("date", json!("2026-01-08T00:00:00Z"), "invalid_format"),
        ("date", json!("10000-01-01"), "invalid_format"),
        ("date", json!(20_260_108), "wrong_type"),
        ("datetime", json!("2026-01-08"), "invalid_format"),
        ("datetime", json!("2026-01-08T17:46:48"), "invalid_format"),
        ("datetime", json!("2026-01-08T25:00:00Z"), "invalid_format"),
        ("checkbox", json!("true"), "wrong_type"),
        ("checkbox", json!(1), "wrong_type"),
        ("select", json!("GOLD"), "not_an_option"),
        ("select", json!(["Gold"]), "wrong_type"),
        ("multi_select", json!("Gold"), "wrong_type"),
        ("multi_select", json!(["Gold", "Bronze"]), "not_an_option"),
        ("multi_select", json!(["Gold", "Gold"]), "duplicate"),
        ("url", json!("example.com"), "invalid_format"),
        ("url", json!("ftp://example.com"), "invalid_format"),
        ("email", json!("frank"), "invalid_format"),
        ("phone", json!("12"), "too_short"),
        ("phone", json!(12345), "wrong_type"),
    ] {
        let name = format!("cf_{field_type}");
        let fields = json!({"customFields": {&name: value}});
        assert_eq!(refused(&app.writer(), fields).await, [format!("customFields.{name}:{code}")], "{value}");
    }
    let all: Value = TYPES.iter().map(|field_type| (format!("cf_{field_type}"), json!({}))).collect();
    let mut expected = TYPES.map(|field_type| format!("customFields.cf_{field_type}:wrong_type"));
    expected.sort();
    assert_eq!(refused(&app.writer(), json!({"customFields": all})).await, expected);
    app.finish().await;
}

#[tokio::test]
async fn numbers_keep_every_digit_and_their_range() {
    let app = TestApp::new().await;
    fields_of_every_type(&app).await;
    let send = async |number: &str| {
        let body = format!(r#"{{"name":"x","email":[],"phone":[],"customFields":{{"cf_number":{number}}}}}"#);
        app.writer().send(Method::POST, CONTACTS, &[("content-type", "application/json")], body).await
    };
    for (sent, shown) in [
        ("0.1", "0.1"),
        ("1.50", "1.5"),
        ("-0", "0"),
        ("1e3", "1000"),
        ("9007199254740993", "9007199254740993"),
        ("12345678901234567890.123456789", "12345678901234567890.123456789"),
        ("1.5e300", "15e+299"),
    ] {
        let answer = send(sent).await;
        let shown = format!(r#""type":"number","value":{shown}}}]"#);
        let read = app.reader().get(&factory::path(&answer.expect(201))).await.text();
        assert!(answer.text().contains(&shown) && read.contains(&shown), "{sent}: {read}");
    }
    for (sent, code) in [
        ("1e400", "out_of_range"),
        ("-1e400", "out_of_range"),
        ("1e99999999999999999999", "out_of_range"),
        ("1e-400", "out_of_range"),
        ("11111111111111111111111111111111111111111", "too_long"),
    ] {
        assert_eq!(send(sent).await.expect_invalid(), [format!("customFields.cf_number:{code}")]);
    }
    for no_number in ["NaN", "Infinity", "0x10", "01", ".5"] {
        send(no_number).await.expect_error(400, "malformed_request");
    }
    app.finish().await;
}

#[tokio::test]
async fn unknown_and_archived_keys_are_422() {
    let app = TestApp::new().await;
    let archived = FieldSetup { is_archived: true, ..FieldSetup::default() };
    factory::custom_field(&app, "cf_old", "text", archived).await;
    factory::custom_field(&app, "cf_new", "text", FieldSetup::default()).await;
    for key in ["cf_unknown", "cf_old", "name", "notes", "CF_NEW", "new", "cf_", "", "cf_new\u{0}", "cf_new "]
    {
        let expected = [format!("customFields.{key}:unknown_field")];
        assert_eq!(refused(&app.writer(), json!({"customFields": {key: "x"}})).await, expected);
        assert_eq!(refused(&app.writer(), json!({"customFields": {key: null}})).await, expected);
        let entry = json!([{"system_name": key, "value": "x"}]);
        assert_eq!(refused(&app.writer(), json!({"customFields": entry})).await, expected);
    }
    let theirs = app.stranger().post(CONTACTS, factory::body(json!({"customFields": {"cf_new": "x"}}))).await;
    assert_eq!(theirs.expect_invalid(), ["customFields.cf_new:unknown_field"]);
    app.finish().await;
}

#[tokio::test]
async fn a_malformed_entry_of_the_array_is_422() {
    let app = TestApp::new().await;
    factory::custom_field(&app, "cf_a", "text", FieldSetup::default()).await;
    for (entries, expected) in [
        (
            json!([{"system_name": "cf_a", "value": "x"}, {"system_name": "cf_a", "value": "y"}]),
            "cf_a:duplicate",
        ),
        (json!([{"value": "x"}]), "[0].system_name:required"),
        (json!([{"system_name": 7, "value": "x"}]), "[0].system_name:wrong_type"),
        (json!(["cf_a"]), "[0]:wrong_type"),
        (json!([{"system_name": "cf_a", "value": "x", "colour": "red"}]), "[0].colour:unknown_field"),
    ] {
        let separator = if expected.starts_with('[') { "" } else { "." };
        let expected = format!("customFields{separator}{expected}");
        assert_eq!(refused(&app.writer(), json!({"customFields": entries})).await, [expected]);
    }
    for scalar in [json!("cf_a"), json!(1), json!(true)] {
        assert_eq!(
            refused(&app.writer(), json!({"customFields": scalar})).await,
            ["customFields:wrong_type"]
        );
    }
    app.finish().await;
}

#[tokio::test]
async fn an_update_changes_the_keys_given_and_null_removes() {
    let app = TestApp::new().await;
    fields_of_every_type(&app).await;
    let custom =
        json!({"cf_text": "a", "cf_number": 1, "cf_multi_select": ["Gold", "gold"], "cf_checkbox": true});
    let contact = factory::contact(&app.writer(), json!({"customFields": custom})).await;
    let values = |contact: &Value| -> Value {
        let fields = contact["customFields"].as_array().unwrap().iter();
        fields
            .map(|field| (field["system_name"].as_str().unwrap().to_owned(), field["value"].clone()))
            .collect()
    };
    let mut expected = custom.clone();
    for (change, key, value) in [
        (json!({"cf_text": "b"}), "cf_text", Some(json!("b"))),
        (json!({"cf_number": null}), "cf_number", None),
        (json!([{"system_name": "cf_date", "value": "2026-01-08"}]), "cf_date", Some(json!("2026-01-08"))),
        (json!({"cf_multi_select": ["Silver"]}), "cf_multi_select", Some(json!(["Silver"]))),
        (json!({"cf_checkbox": false}), "cf_checkbox", Some(json!(false))),
        (json!({"cf_multi_select": []}), "cf_multi_select", None),
        (json!({"cf_text": ""}), "cf_text", None),
        (json!({}), "cf_text", None),
        (json!([]), "cf_text", None),
        (json!(null), "cf_text", None),
        (json!([{"system_name": "cf_date", "value": null}]), "cf_date", None),
        (json!({"cf_email": null}), "cf_email", None),
    ] {
        let body = json!({"customFields": change});
        app.writer().patch(&factory::path(&contact), body).await.expect(200);
        let object = expected.as_object_mut().unwrap();
        match value {
            Some(value) => object.insert(key.to_owned(), value),
            None => object.remove(key),
        };
        assert_eq!(values(&factory::read(&app.reader(), &contact).await), expected, "{change}");
    }
    app.finish().await;
}

#[tokio::test]
async fn values_are_shown_in_the_order_of_the_fields() {
    let app = TestApp::new().await;
    for name in ["cf_b", "cf_a_b", "cf_aa"] {
        factory::custom_field(&app, name, "text", FieldSetup::default()).await;
    }
    let custom = json!({"cf_aa": "1", "cf_a_b": "2", "cf_b": "3"});
    let contact = factory::contact(&app.writer(), json!({"customFields": custom})).await;
    let names = |contact: &Value| super::texts(&contact["customFields"], "system_name");
    assert_eq!(names(&contact), ["cf_b", "cf_a_b", "cf_aa"]);
    // Fields of one position come in the order of their names, whatever the collation of the database.
    let pool = app.pool().await;
    sqlx::query("update fields set position = 50 where system_name like 'cf%'").execute(&pool).await.unwrap();
    pool.close().await;
    app.writer().patch(&factory::path(&contact), json!({"customFields": {"cf_b": "4"}})).await.expect(200);
    let read = factory::read(&app.reader(), &contact).await;
    assert_eq!(names(&read), ["cf_a_b", "cf_aa", "cf_b"]);
    assert_eq!(only_value(&json!({"customFields": [read["customFields"][2]]})), "4");
    app.finish().await;
}

#[tokio::test]
async fn a_value_of_a_field_that_is_archived_is_hidden_and_comes_back_with_it() {
    let app = TestApp::new().await;
    factory::custom_field(
        &app,
        "cf_a",
        "multi_select",
        FieldSetup { options: &["x", "y"], ..Default::default() },
    )
    .await;
    factory::custom_field(&app, "cf_b", "text", FieldSetup::default()).await;
    let custom = json!({"cf_a": ["x", "y"], "cf_b": "1"});
    let contact = factory::contact(&app.writer(), json!({"customFields": custom})).await;
    let change = async |value: &str| {
        let body = json!({"customFields": {"cf_b": value}});
        app.writer().patch(&factory::path(&contact), body).await.expect(200);
        factory::read(&app.reader(), &contact).await
    };
    sql(&app, "update fields set is_archived = true where tenant_id = $1 and system_name = 'cf_a'").await;
    assert_eq!(only_value(&change("2").await), "2");
    sql(&app, "update fields set is_archived = false where tenant_id = $1 and system_name = 'cf_a'").await;
    assert_eq!(change("3").await["customFields"][0]["value"], json!(["x", "y"]));
    app.finish().await;
}
