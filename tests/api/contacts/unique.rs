//! `is_unique` of a field's definition, default and custom alike.

use axum::http::StatusCode;
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{CONTACTS, sql};
use crate::support::{Answer, Setup, TestApp, factory, factory::FieldSetup};

const UNIQUE: FieldSetup<'static> =
    FieldSetup { is_unique: true, is_required: false, is_archived: false, options: &[] };

/// Holds that a value is taken, under this field, by this contact.
#[track_caller]
fn expect_taken(answer: &Answer, expected: &[(&str, &Value)]) {
    let fields: Vec<(String, String)> =
        expected.iter().map(|(field, _)| ((*field).to_owned(), "taken".to_owned())).collect();
    assert_eq!(answer.expect_error(409, "conflict"), fields);
    for (index, (_, holder)) in expected.iter().enumerate() {
        assert_eq!(answer.json()["error"]["details"][index]["conflictingId"], holder["id"]);
    }
}

#[tokio::test]
async fn a_unique_value_that_is_taken_is_409_and_names_the_holder() {
    let app = TestApp::new().await;
    for field in ["username", "name", "address", "notes", "avatar_url", "email", "phone"] {
        factory::set_default_field(&app, field, "is_unique").await;
    }
    for (name, field_type) in [
        ("cf_text", "text"),
        ("cf_number", "number"),
        ("cf_email", "email"),
        ("cf_phone", "phone"),
        ("cf_url", "url"),
    ] {
        factory::custom_field(&app, name, field_type, UNIQUE).await;
    }
    let mut number = 0;
    for (field, first, same, other) in [
        ("address", json!("12 Café Road"), json!("12 CAFÉ  road"), json!("12 Cafe Road")),
        ("notes", json!("n"), json!("N"), json!("m")),
        ("notes", json!("a".repeat(9_000)), json!("A".repeat(9_000)), json!("a".repeat(9_001))),
        (
            "avatar_url",
            json!("https://example.com/a"),
            json!("https://example.com/a"),
            json!("https://example.com/b"),
        ),
        ("email", json!("Frank@Example.com"), json!("frank@example.COM"), json!("frank@example.org")),
        ("phone", json!("09 797 877 765"), json!("+95 (9) 797-877765"), json!("09797877766")),
        ("phone", json!("1-800-FLOWERS"), json!("1-800-flowers"), json!("1-800-CONTACTS")),
        ("phone", json!("၁၂၃၄၅"), json!("1-23 45"), json!("12346")),
        ("cf_text", json!("Finance"), json!("FINANCE "), json!("Finances")),
        ("cf_number", json!(1.5), json!(15e-1), json!(1.51)),
        ("cf_email", json!("a@example.com"), json!("A@example.com"), json!("b@example.com")),
        ("cf_phone", json!("+959797877765"), json!("၀၉၇၉၇၈၇၇၇၆၅"), json!("09797877766")),
        (
            "cf_url",
            json!("https://Example.com"),
            json!("https://example.com/"),
            json!("https://example.com/a"),
        ),
    ] {
        let mut fields = |value: &Value| {
            number += 1;
            let username = json!(format!("frank {number}"));
            match field {
                "email" | "phone" => json!({"username": username, field: [{field: value}]}),
                _ if field.starts_with("cf_") => {
                    json!({"username": username, "customFields": {field: value}})
                }
                _ => json!({"username": username, field: value}),
            }
        };
        let path = match field {
            "email" | "phone" => format!("{field}[0].{field}"),
            _ if field.starts_with("cf_") => format!("customFields.{field}"),
            _ => field.to_owned(),
        };
        let holder = factory::contact(&app.writer(), fields(&first)).await;
        let other = factory::contact(&app.writer(), fields(&other)).await;
        let created = app.writer().post(CONTACTS, factory::body(fields(&same))).await;
        expect_taken(&created, &[(&path, &holder)]);
        let updated = app.writer().patch(&factory::path(&other), fields(&same)).await;
        expect_taken(&updated, &[(&path, &holder)]);
        assert_eq!(factory::read(&app.reader(), &other).await, other);
        // Its own value is not taken.
        app.writer().patch(&factory::path(&holder), fields(&same)).await.expect(200);
    }
    app.finish().await;
}

#[tokio::test]
async fn without_a_default_region_numbers_with_a_country_code_and_digits_are_compared() {
    let app = TestApp::with(Setup { region: None, ..Setup::default() }).await;
    factory::set_default_field(&app, "phone", "is_unique").await;
    let fields = |phone: &str| json!({"phone": [{"phone": phone}]});
    for (first, same) in [("+95 9 797877765", "+959797877765"), ("09 797 877 765", "(09797) 877-765")] {
        let holder = factory::contact(&app.writer(), fields(first)).await;
        let answer = app.writer().post(CONTACTS, factory::body(fields(same))).await;
        expect_taken(&answer, &[("phone[0].phone", &holder)]);
    }
    app.finish().await;
}

#[tokio::test]
async fn every_value_that_is_taken_is_named_with_its_holder() {
    let app = TestApp::new().await;
    for field in ["email", "phone", "username"] {
        factory::set_default_field(&app, field, "is_unique").await;
    }
    let by_email = json!({"username": "a", "email": [{"email": "a@example.com"}]});
    let by_email = factory::contact(&app.writer(), by_email).await;
    let by_phone = json!({"username": "b", "phone": [{"phone": "09797877765"}]});
    let by_phone = factory::contact(&app.writer(), by_phone).await;
    let fields = json!({
        "username": "B", "email": [{"email": "new@example.com"}, {"email": "A@example.com"}],
        "phone": [{"phone": "+959797877765"}, {"phone": "09797877766"}],
    });
    let answer = app.writer().post(CONTACTS, factory::body(fields)).await;
    let mut details = answer.json()["error"]["details"].as_array().unwrap().clone();
    details.sort_by_key(|detail| detail["field"].to_string());
    let named: Vec<_> = details.iter().map(|detail| (&detail["field"], &detail["conflictingId"])).collect();
    let expected = [
        (&json!("email[1].email"), &by_email["id"]),
        (&json!("phone[0].phone"), &by_phone["id"]),
        (&json!("username"), &by_phone["id"]),
    ];
    assert_eq!(named, expected);
    assert_eq!(answer.status, StatusCode::CONFLICT);
    app.finish().await;
}

#[tokio::test]
async fn a_value_given_up_is_free_again() {
    let app = TestApp::new().await;
    factory::set_default_field(&app, "email", "is_unique").await;
    let fields = json!({"email": [{"email": "a@example.com"}, {"email": "A@example.com"}]});
    let deleted = factory::contact(&app.writer(), fields.clone()).await;
    app.writer().delete(&factory::path(&deleted)).await.expect(200);
    let changed = factory::contact(&app.writer(), fields.clone()).await;
    let body = json!({"email": [{"email": "b@example.com"}]});
    app.writer().patch(&factory::path(&changed), body).await.expect(200);
    let holder = factory::contact(&app.writer(), fields.clone()).await;
    expect_taken(
        &app.writer().post(CONTACTS, factory::body(fields.clone())).await,
        &[("email[0].email", &holder)],
    );
    factory::contact(&app.stranger(), fields).await;
    app.finish().await;
}

#[tokio::test]
async fn a_contact_that_breaks_a_newer_uniqueness_can_still_be_edited() {
    let app = TestApp::new().await;
    let twin = json!({"phone": [{"phone": "09797877765"}], "address": "here"});
    let twins =
        [factory::contact(&app.writer(), twin.clone()).await, factory::contact(&app.writer(), twin).await];
    for field in ["phone", "address", "email"] {
        factory::set_default_field(&app, field, "is_unique").await;
    }
    for (twin, email) in twins.iter().zip(["a@example.com", "b@example.com"]) {
        let body = json!({"name": "x", "email": [{"email": email}]});
        app.writer().patch(&factory::path(twin), body).await.expect(200);
    }
    // Without the rule nothing is left that breaks it.
    sql(&app, "update fields set is_unique = false where tenant_id = $1 and system_name <> 'email'").await;
    app.finish().await;
}

#[tokio::test]
async fn of_contacts_made_at_once_with_one_unique_value_exactly_one_wins() {
    let app = TestApp::new().await;
    factory::set_default_field(&app, "phone", "is_unique").await;
    let writer = app.writer();
    let spellings = ["09797877765", "+959797877765", "09 797 877 765", "၀၉၇၉၇၈၇၇၇၆၅"];
    let answers = join_all(
        spellings
            .iter()
            .cycle()
            .take(8)
            .map(|phone| writer.post(CONTACTS, factory::body(json!({"phone": [{"phone": phone}]})))),
    )
    .await;
    let (won, lost): (Vec<_>, Vec<_>) =
        answers.iter().partition(|answer| answer.status == StatusCode::CREATED);
    assert_eq!((won.len(), lost.len()), (1, 7));
    for answer in lost {
        expect_taken(answer, &[("phone[0].phone", &won[0].json())]);
    }
    app.finish().await;
}

#[tokio::test]
async fn of_contacts_updated_at_once_to_one_unique_value_exactly_one_wins() {
    let app = TestApp::new().await;
    factory::custom_field(&app, "cf_number", "number", UNIQUE).await;
    let writer = app.writer();
    let contacts = join_all((0..6).map(|_| factory::contact(&writer, json!({})))).await;
    let paths: Vec<String> = contacts.iter().map(factory::path).collect();
    let body = json!({"customFields": {"cf_number": 7}});
    let answers = join_all(paths.iter().map(|path| writer.patch(path, body.clone()))).await;
    let winner = answers.iter().position(|answer| answer.status == StatusCode::OK).unwrap();
    for answer in answers.iter().enumerate().filter(|(index, _)| *index != winner).map(|(_, answer)| answer) {
        expect_taken(answer, &[("customFields.cf_number", &contacts[winner])]);
    }
    app.finish().await;
}
