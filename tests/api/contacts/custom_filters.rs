//! `GET /api/v1/contacts?cf_<name>=`: by the value of a custom field of every type.

use serde_json::json;

use super::{
    encoded,
    listing::{expect_listed, refused},
};
use crate::support::{TestApp, factory, factory::FieldSetup};

#[tokio::test]
async fn equal_values_are_found_however_they_are_written() {
    let app = TestApp::new().await;
    let long = "က".repeat(1_000);
    for (field_type, one, other, writings, strangers) in [
        (
            "text",
            json!("Straße  1"),
            json!("x"),
            vec!["STRASSE 1", "Straße 1", " straße\t1"],
            vec!["strasse"],
        ),
        ("text", json!(long), json!(format!("{}ခ", &long[3..])), vec![&long], vec![&long[3..]]),
        ("textarea", json!("a\nb%"), json!("a\nb_"), vec!["A\nB%", "a b%"], vec!["a", "ab%", "a b"]),
        (
            "number",
            json!(1.50),
            json!(-1.5),
            vec!["1.5", "1.50", "15e-1", "0.15E1", " 1.5 "],
            vec!["1.51", "15", "1.5000000000000001"],
        ),
        ("number", json!(0), json!(1), vec!["0", "-0", "0.00", "0e9"], vec!["10", "0.1e-9"]),
        (
            "number",
            "9007199254740993".parse().unwrap(),
            "9007199254740992".parse().unwrap(),
            vec!["9007199254740993.0"],
            vec!["9007199254740994"],
        ),
        ("number", "1e300".parse().unwrap(), json!(1000), vec!["1e300", "10e299", "1.0E+300"], vec!["1e301"]),
        ("date", json!("2026-01-08"), json!("2026-01-09"), vec!["2026-01-08"], vec!["2026-01-10"]),
        (
            "datetime",
            json!("2026-01-08T00:00:00+06:30"),
            json!("2026-01-08T00:00:00Z"),
            vec!["2026-01-07T17:30:00Z", "2026-01-08T00:00:00.000+06:30", "2026-01-08T00:00:00 06:30"],
            vec!["2026-01-07T17:30:00.000001Z"],
        ),
        ("checkbox", json!(true), json!(false), vec!["true", "1", "on", "YES"], vec![]),
        ("checkbox", json!(false), json!(true), vec!["false", "0", "off", "No"], vec![]),
        ("select", json!("Gold"), json!("gold"), vec!["Gold", "Gold "], vec!["Silver", "GOLD", "Bronze"]),
        ("multi_select", json!(["Gold", "Silver"]), json!(["gold"]), vec!["Gold", "Silver"], vec!["Bronze"]),
        (
            "url",
            json!("HTTPS://Example.com"),
            json!("https://example.com/a"),
            vec!["https://example.com/", "https://example.COM"],
            vec!["https://example.org"],
        ),
        ("email", json!("F+x@b.cc"), json!("f@b.cc"), vec!["f+X@B.cc", "f x@b.cc"], vec!["g@b.cc"]),
        (
            "phone",
            json!("+1 650-253-0000"),
            json!("+95 9 797877765"),
            vec!["+16502530000", " 1 650 253 0000"],
            vec!["0979787776"],
        ),
    ] {
        let name = format!("cf_{}", uuid::Uuid::now_v7().simple());
        let options: &[&str] = if field_type.ends_with("select") { &["Gold", "Silver", "gold"] } else { &[] };
        factory::custom_field(&app, &name, field_type, FieldSetup { options, ..Default::default() }).await;
        // Of another field the same value says nothing.
        let another = format!("{name}_2");
        factory::custom_field(&app, &another, field_type, FieldSetup { options, ..Default::default() }).await;
        for (contact, fields) in [("a", json!({&name: one})), ("b", json!({&name: other, &another: one}))] {
            factory::contact(&app.writer(), json!({"name": contact, "customFields": fields})).await;
        }
        for text in writings {
            expect_listed(&app.reader(), &format!("{name}={}", encoded(text)), &["a"]).await;
            expect_listed(&app.reader(), &format!("{another}={}", encoded(text)), &["b"]).await;
        }
        for text in strangers {
            expect_listed(&app.reader(), &format!("{name}={}", encoded(text)), &[]).await;
        }
        expect_listed(&app.reader(), &format!("{name}=&has={name}&{another}="), &["a", "b"]).await;
    }
    app.finish().await;
}

#[tokio::test]
async fn of_several_choices_each_is_found_and_all_that_are_given_must_be_there() {
    let app = TestApp::new().await;
    let setup = FieldSetup { options: &["red", "green", "a, b"], ..FieldSetup::default() };
    factory::custom_field(&app, "cf_colours", "multi_select", setup).await;
    for (name, colours) in [("a", json!(["red"])), ("b", json!(["green", "red"])), ("c", json!(["a, b"]))] {
        let contact = json!({"name": name, "customFields": {"cf_colours": colours}});
        factory::contact(&app.writer(), contact).await;
    }
    for (query, expected) in [
        ("cf_colours=red", vec!["a", "b"]),
        ("cf_colours=green", vec!["b"]),
        ("cf_colours=red&cf_colours=green", vec!["b"]),
        ("cf_colours=red&cf_colours=a,%20b", vec![]),
        ("cf_colours=a,%20b", vec!["c"]),
        ("cf_colours=a", vec![]),
    ] {
        expect_listed(&app.reader(), query, &expected).await;
    }
    // The values of a contact change with it.
    let c = super::list(&app.reader(), "cf_colours=a,%20b").await["data"][0].take();
    let change = json!({"customFields": {"cf_colours": ["green"]}});
    app.writer().patch(&factory::path(&c), change).await.expect(200);
    assert_eq!(super::list(&app.reader(), "cf_colours=a,%20b").await["total"], 0);
    assert_eq!(super::list(&app.reader(), "cf_colours=green").await["total"], 2);
    app.writer().patch(&factory::path(&c), json!({"customFields": {"cf_colours": null}})).await.expect(200);
    assert_eq!(super::list(&app.reader(), "has=cf_colours").await["total"], 2);
    app.finish().await;
}

#[tokio::test]
async fn unknown_fields_and_values_that_do_not_suit_are_422() {
    let app = TestApp::new().await;
    for field_type in
        ["text", "textarea", "number", "date", "datetime", "checkbox", "select", "url", "email", "phone"]
    {
        factory::custom_field(&app, &format!("cf_{field_type}"), field_type, FieldSetup::default()).await;
    }
    let archived = FieldSetup { is_archived: true, ..FieldSetup::default() };
    factory::custom_field(&app, "cf_archived", "text", archived).await;
    let long = "x".repeat(1_001);
    for (query, expected) in [
        ("cf_none=1".to_owned(), vec!["cf_none:unknown_field"]),
        ("has=cf_none".into(), vec!["has:unknown_field"]),
        ("cf_archived=1".into(), vec!["cf_archived:unknown_field"]),
        ("has=cf_archived".into(), vec!["has:unknown_field"]),
        ("cf_=1".into(), vec!["cf_:invalid_format"]),
        ("cf_Text=1".into(), vec!["cf_Text:invalid_format"]),
        ("cf_%00=1".into(), vec!["cf_\0:invalid_format"]),
        ("has=cf_".into(), vec!["has:invalid_format"]),
        ("has=cf_%00".into(), vec!["has:invalid_format"]),
        ("cf_text=%00".into(), vec!["cf_text:contains_nul"]),
        (format!("cf_text={long}"), vec!["cf_text:too_long"]),
        ("cf_textarea=%00".into(), vec!["cf_textarea:contains_nul"]),
        ("cf_number=x".into(), vec!["cf_number:invalid_format"]),
        ("cf_number=1e400".into(), vec!["cf_number:out_of_range"]),
        (format!("cf_number={}", "1".repeat(41)), vec!["cf_number:too_long"]),
        ("cf_number=NaN".into(), vec!["cf_number:invalid_format"]),
        ("cf_date=2026-02-30".into(), vec!["cf_date:invalid_format"]),
        ("cf_datetime=2026-01-08".into(), vec!["cf_datetime:invalid_format"]),
        ("cf_checkbox=maybe".into(), vec!["cf_checkbox:invalid_format"]),
        ("cf_select=%00".into(), vec!["cf_select:contains_nul"]),
        ("cf_url=a.b".into(), vec!["cf_url:invalid_format"]),
        ("cf_email=a".into(), vec!["cf_email:invalid_format"]),
        ("cf_phone=1".into(), vec!["cf_phone:too_short"]),
        (
            "cf_number=x&cf_number=1&cf_none=1&cf_email=a".into(),
            vec!["cf_email:invalid_format", "cf_none:unknown_field", "cf_number:invalid_format"],
        ),
    ] {
        assert_eq!(refused(&app.reader(), &query).await, expected, "{query}");
    }
    // The field is one of the other tenant.
    assert_eq!(refused(&app.stranger(), "cf_text=1").await, ["cf_text:unknown_field"]);
    app.finish().await;
}
