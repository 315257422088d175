//! `is_required` of a field's definition, default and custom alike.

use serde_json::{Value, json};

use super::{groups, refused, sql};
use crate::support::{TestApp, factory, factory::FieldSetup};

const REQUIRED: FieldSetup<'static> =
    FieldSetup { is_required: true, is_unique: false, is_archived: false, options: &[] };

/// A value for each default field that a contact may lack.
async fn optional_fields(app: &TestApp) -> [(&'static str, Value); 9] {
    let group = groups(app).await[0]["id"].clone();
    [
        ("address", json!("Dagon Seikkan Township")),
        ("avatar_url", json!("https://example.com/a.jpg")),
        ("channel", json!("viber")),
        ("company", json!("K-Link")),
        ("contact_groups", json!([group])),
        ("email", json!([{"email": "a@example.com"}])),
        ("notes", json!("calls back")),
        ("phone", json!([{"phone": "09797877765"}])),
        ("tags", json!(["vip"])),
    ]
}

#[tokio::test]
async fn a_new_contact_needs_every_required_field() {
    let app = TestApp::new().await;
    let optional = optional_fields(&app).await;
    for (field, _) in &optional {
        factory::set_default_field(&app, field, "is_required").await;
    }
    factory::custom_field(&app, "cf_sector", "text", REQUIRED).await;
    factory::custom_field(&app, "cf_old", "text", FieldSetup { is_archived: true, ..REQUIRED }).await;
    let mut missing: Vec<String> = optional.iter().map(|(field, _)| format!("{field}:required")).collect();
    missing.push("customFields.cf_sector:required".into());
    missing.sort();
    assert_eq!(refused(&app.writer(), json!({})).await, missing);
    let empty = json!({
        "address": null, "avatar_url": null, "channel": null, "company": null, "notes": null,
        "contact_groups": [], "tags": [], "customFields": {"cf_sector": ""},
    });
    assert_eq!(refused(&app.writer(), empty).await, missing);

    let mut full: Value =
        optional.iter().map(|(field, value)| ((*field).to_owned(), value.clone())).collect();
    full["customFields"] = json!({"cf_sector": "Finance"});
    factory::contact(&app.writer(), full.clone()).await;
    full.as_object_mut().unwrap().remove("avatar_url");
    full["socialProfileUrl"] = json!("https://example.com/a.jpg");
    factory::contact(&app.writer(), full).await;
    app.finish().await;
}

#[tokio::test]
async fn default_groups_satisfy_a_rule_that_asks_for_groups() {
    let app = TestApp::new().await;
    factory::set_default_field(&app, "contact_groups", "is_required").await;
    assert_eq!(refused(&app.writer(), json!({})).await, ["contact_groups:required"]);
    sql(&app, "update groups set is_default = true where tenant_id = $1 and value = 'new'").await;
    factory::contact(&app.writer(), json!({})).await;
    app.finish().await;
}

#[tokio::test]
async fn an_update_may_not_empty_a_required_field() {
    let app = TestApp::new().await;
    factory::custom_field(&app, "cf_sector", "text", REQUIRED).await;
    let mut full: Value =
        optional_fields(&app).await.into_iter().map(|(field, value)| (field.to_owned(), value)).collect();
    full["customFields"] = json!({"cf_sector": "Finance"});
    let contact = factory::contact(&app.writer(), full).await;
    let path = factory::path(&contact);
    for (field, _) in optional_fields(&app).await {
        factory::set_default_field(&app, field, "is_required").await;
        let empty = if contact[field].is_array() { json!([]) } else { json!(null) };
        for empty in [empty, json!(null)] {
            let details = app.writer().patch(&path, json!({field: empty})).await.expect_invalid();
            assert_eq!(details, [format!("{field}:required")]);
        }
    }
    let details = app.writer().patch(&path, json!({"socialProfileUrl": null})).await.expect_invalid();
    assert_eq!(details, ["avatar_url:required"]);
    for custom in [json!({"cf_sector": null}), json!({"cf_sector": " "})] {
        let details = app.writer().patch(&path, json!({"customFields": custom})).await.expect_invalid();
        assert_eq!(details, ["customFields.cf_sector:required"]);
    }
    for action in ["REMOVE", "REPLACE"] {
        let tags = if action == "REMOVE" { json!(["VIP"]) } else { json!([]) };
        let body = json!({"actionType": action, "tags": tags});
        let details = app.writer().patch(&format!("{path}/tags"), body).await.expect_invalid();
        assert_eq!(details, ["tags:required"]);
    }
    assert_eq!(factory::read(&app.reader(), &contact).await, contact);
    app.finish().await;
}

#[tokio::test]
async fn a_contact_that_lacks_what_is_required_since_can_still_be_edited() {
    let app = TestApp::new().await;
    let contact = factory::contact(&app.writer(), json!({})).await;
    for (field, _) in optional_fields(&app).await {
        factory::set_default_field(&app, field, "is_required").await;
    }
    factory::custom_field(&app, "cf_sector", "text", REQUIRED).await;
    factory::custom_field(&app, "cf_size", "number", FieldSetup::default()).await;
    let path = factory::path(&contact);
    let body = json!({"name": "Frank", "notes": "new", "customFields": {"cf_size": 7}});
    app.writer().patch(&path, body).await.expect(200);
    let body = json!({"name": "Frank II", "specific_update_fields": []});
    app.writer().put(&path, body).await.expect(200);
    let read = factory::read(&app.reader(), &contact).await;
    assert_eq!(
        (&read["name"], &read["notes"], &read["address"]),
        (&json!("Frank II"), &json!("new"), &json!(null))
    );
    app.finish().await;
}
