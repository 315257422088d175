//! `prefer`: whose value a field is to have.

use serde_json::{Value, json};

use super::{merge, names};
use crate::{
    contacts::groups,
    support::{TestApp, factory, factory::FieldSetup},
};

#[tokio::test]
async fn every_field_can_be_that_of_any_of_the_contacts() {
    let app = TestApp::new().await;
    let client = app.writer();
    factory::custom_field(&app, "cf_sector", "text", FieldSetup::default()).await;
    let groups = groups(&app).await;
    let fields = |name: &str, channel: &str, group: usize| {
        json!({
            "username": format!("{name}-user"), "name": name, "address": name, "notes": name, "channel": channel,
            "avatar_url": format!("https://example.com/{name}.jpg"), "company": name, "tags": [name],
            "email": [{"email": format!("{name}@example.com"), "isPrimary": true}],
            "phone": [{"phone": format!("+1 650 253 {}", if name == "one" { "0001" } else { "0002" })}],
            "platformContacts": [{"channel": channel, "socialPlatformId": name}],
            "contact_groups": [groups[group]["id"]], "customFields": {"cf_sector": name},
        })
    };
    for field in [
        "username",
        "name",
        "address",
        "notes",
        "channel",
        "avatar_url",
        "socialProfileUrl",
        "company",
        "tags",
        "email",
        "phone",
        "platformContacts",
        "contact_groups",
        "customFields.cf_sector",
    ] {
        let one = factory::contact(&client, fields("one", "viber", 0)).await;
        let two = factory::contact(&client, fields("two", "line", 1)).await;
        let prefer = json!({field: two["id"]});
        let body = json!({"from": [two["id"]], "prefer": prefer});
        let contact = merge(&client, &one, body).await.expect(200)["data"]["contact"].take();
        let shown = field.split('.').next().unwrap();
        assert_eq!(contact[shown], two[shown], "{field}");
        for other in ["username", "name", "address", "notes", "channel", "company", "customFields"] {
            if other != shown {
                assert_eq!(contact[other], one[other], "{other} with {field} preferred");
            }
        }
        if shown != "tags" {
            assert_eq!(names(&contact["tags"]), ["one", "two"], "{field}");
        }
        assert_eq!(factory::read(&client, &one).await, contact);
    }
    app.finish().await;
}

#[tokio::test]
async fn what_is_preferred_is_taken_also_where_it_is_nothing() {
    let app = TestApp::new().await;
    let client = app.writer();
    factory::custom_field(&app, "cf_sector", "text", FieldSetup::default()).await;
    let survivor = factory::contact(
        &client,
        json!({"notes": "x", "company": "K-Link", "tags": ["a"], "customFields": {"cf_sector": "x"}}),
    )
    .await;
    let second = factory::contact(&client, json!({"notes": "y"})).await;
    let third = factory::contact(&client, json!({"email": [{"email": "third@example.com"}]})).await;
    let prefer = json!({
        "notes": third["id"], "company": second["id"], "tags": third["id"], "email": survivor["id"],
        "customFields.cf_sector": third["id"],
    });
    let body = json!({"from": [second["id"], third["id"]], "prefer": prefer});
    let contact = merge(&client, &survivor, body).await.expect(200)["data"]["contact"].take();
    assert_eq!((&contact["notes"], &contact["company"]), (&Value::Null, &Value::Null));
    for list in ["tags", "email", "customFields"] {
        assert_eq!(contact[list], json!([]), "{list}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_field_of_two_names_is_preferred_by_either_or_both() {
    let app = TestApp::new().await;
    let client = app.writer();
    let url = "https://example.com/two.jpg";
    for names in [&["avatar_url"][..], &["socialProfileUrl"], &["avatar_url", "socialProfileUrl"]] {
        let one = factory::contact(&client, json!({"avatar_url": "https://example.com/one.jpg"})).await;
        let two = factory::contact(&client, json!({"avatar_url": url})).await;
        let prefer: Value = names.iter().map(|name| ((*name).to_owned(), two["id"].clone())).collect();
        let body = json!({"from": [two["id"]], "prefer": prefer});
        let contact = merge(&client, &one, body).await.expect(200)["data"]["contact"].take();
        assert_eq!((&contact["avatar_url"], &contact["socialProfileUrl"]), (&json!(url), &json!(url)));
    }
    app.finish().await;
}

#[tokio::test]
async fn a_required_field_cannot_be_emptied() {
    let app = TestApp::new().await;
    let client = app.writer();
    let other = factory::contact(&client, json!({})).await;
    for field in ["email", "tags", "notes", "company"] {
        factory::set_default_field(&app, field, "is_required").await;
    }
    let required = FieldSetup { is_required: true, ..FieldSetup::default() };
    factory::custom_field(&app, "cf_sector", "text", required).await;
    let survivor = factory::contact(
        &client,
        json!({
            "email": [{"email": "a@x.com"}], "tags": ["a"], "notes": "x", "company": "c",
            "customFields": {"cf_sector": "x"},
        }),
    )
    .await;
    let prefer = json!({
        "email": other["id"], "tags": other["id"], "notes": other["id"], "company": other["id"],
        "customFields.cf_sector": other["id"],
    });
    let body = json!({"from": [other["id"]], "prefer": prefer});
    let mut details = merge(&client, &survivor, body).await.expect_invalid();
    details.sort();
    let expected = ["company", "customFields.cf_sector", "email", "notes", "tags"];
    assert_eq!(details, expected.map(|field| format!("prefer.{field}:required")));
    // One that lacks them already, by an older rule, is merged all the same.
    let body = json!({"from": [survivor["id"]], "prefer": {"email": other["id"]}});
    let contact = merge(&client, &other, body).await.expect(200)["data"]["contact"].take();
    assert_eq!(contact["email"], json!([]));
    app.finish().await;
}
