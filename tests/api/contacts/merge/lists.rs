//! Lists are united.

use serde_json::json;

use super::{merge, merged, names};
use crate::{
    contacts::{groups, texts},
    support::{TestApp, factory},
};

#[tokio::test]
async fn lists_are_united_in_order_without_duplicates() {
    let app = TestApp::new().await;
    let client = app.writer();
    let groups = groups(&app).await;
    let survivor = factory::contact(
        &client,
        json!({
            "email": [{"email": "Frank@Example.com"}, {"email": "f@example.org", "isPrimary": true}],
            "phone": [{"phone": "09 797 877 765"}], "tags": ["vip", "new"], "contact_groups": [groups[2]["id"]],
            "platformContacts": [{"channel": "viber", "socialPlatformId": "U1"}],
        }),
    )
    .await;
    let second = factory::contact(
        &client,
        json!({
            "email": [{"email": "frank@example.COM", "isPrimary": true}, {"email": "second@example.com"}],
            "phone": [{"phone": "1-800-759-3000", "isPrimary": true}, {"phone": "+95 9 797877765"}],
            "tags": ["old", "VIP"], "contact_groups": [groups[0]["id"], groups[2]["id"]],
            "platformContacts": [
                {"channel": "line", "socialPlatformId": "U1"}, {"channel": "viber", "socialPlatformId": "U1"},
            ],
        }),
    )
    .await;
    let third = factory::contact(
        &client,
        json!({"email": [{"email": "SECOND@example.com"}, {"email": "third@example.com"}], "tags": ["older"]}),
    )
    .await;

    let contact = merged(&client, &survivor, &[&second, &third]).await["contact"].take();
    assert_eq!(
        contact["email"],
        json!([
            {"email": "Frank@Example.com", "isPrimary": false}, {"email": "f@example.org", "isPrimary": true},
            {"email": "second@example.com", "isPrimary": false}, {"email": "third@example.com", "isPrimary": false},
        ])
    );
    assert_eq!(
        contact["phone"],
        json!([
            {"phone": "09 797 877 765", "isPrimary": false}, {"phone": "1-800-759-3000", "isPrimary": true},
        ])
    );
    assert_eq!(names(&contact["tags"]), ["vip", "new", "old", "older"]);
    assert_eq!(contact["contact_groups"], json!([groups[2], groups[0]]));
    assert_eq!(
        contact["platformContacts"],
        json!([
            {"channel": "viber", "socialPlatformId": "U1"}, {"channel": "line", "socialPlatformId": "U1"},
        ])
    );
    assert_eq!(factory::read(&client, &survivor).await, contact);
    app.finish().await;
}

#[tokio::test]
async fn a_survivor_without_a_primary_gets_the_first_of_the_others() {
    let app = TestApp::new().await;
    let client = app.writer();
    let email = |email: &str, is_primary: bool| json!({"email": email, "isPrimary": is_primary});
    let survivor = factory::contact(&client, json!({"email": [email("a@x.com", false)]})).await;
    let second = factory::contact(&client, json!({"email": [email("b@x.com", false)]})).await;
    let third =
        factory::contact(&client, json!({"email": [email("c@x.com", false), email("A@x.com", true)]})).await;
    let fourth = factory::contact(&client, json!({"email": [email("d@x.com", true)]})).await;
    let contact = merged(&client, &survivor, &[&second, &third, &fourth]).await["contact"].take();
    // The survivor has the third's primary address too.
    let expected = [("a@x.com", true), ("b@x.com", false), ("c@x.com", false), ("d@x.com", false)];
    assert_eq!(contact["email"], json!(expected.map(|(address, is_primary)| email(address, is_primary))));
    app.finish().await;
}

#[tokio::test]
async fn what_a_contact_has_twice_itself_stays() {
    let app = TestApp::new().await;
    let client = app.writer();
    let emails = json!([{"email": "a@x.com"}, {"email": "A@x.com", "isPrimary": true}]);
    let survivor = factory::contact(&client, json!({"email": emails})).await;
    let other = factory::contact(&client, json!({"email": [{"email": "a@X.com"}]})).await;
    let contact = merged(&client, &survivor, &[&other]).await["contact"].take();
    assert_eq!(contact["email"], survivor["email"]);
    app.finish().await;
}

#[tokio::test]
async fn a_list_that_would_be_too_long_is_refused() {
    let app = TestApp::new().await;
    let client = app.writer();
    let fields = |prefix: &str, count: usize| {
        let each = |of: &dyn Fn(String) -> serde_json::Value| -> Vec<serde_json::Value> {
            (0..count).map(|number| of(format!("{prefix}{number}"))).collect()
        };
        json!({
            "email": each(&|text| json!({"email": format!("{text}@example.com")})),
            "phone": each(&|text| json!({"phone": format!("+1 650 {text} 0000 {}", text.len())})),
            "tags": each(&|text| json!(text)),
            "platformContacts": each(&|text| json!({"channel": "viber", "socialPlatformId": text})),
        })
    };
    let survivor = factory::contact(&client, fields("1", 26)).await;
    let second = factory::contact(&client, fields("2", 25)).await;
    let answer = merge(&client, &survivor, json!({"from": [second["id"]]})).await;
    let mut details = answer.expect_invalid();
    details.sort();
    assert_eq!(details, ["email:too_many", "phone:too_many", "platformContacts:too_many", "tags:too_many"]);
    let message = answer.json()["error"]["details"][0]["message"].as_str().unwrap().to_owned();
    assert!(message.contains("51") && message.contains("50"), "{message}");
    // What is preferred is no longer than one contact's.
    let prefer = json!({
        "email": survivor["id"], "phone": survivor["id"], "tags": second["id"], "platformContacts": second["id"],
    });
    let body = json!({"from": [second["id"]], "prefer": prefer});
    let contact = merge(&client, &survivor, body).await.expect(200)["data"]["contact"].take();
    assert_eq!(contact["email"], survivor["email"]);
    assert_eq!(contact["tags"], second["tags"]);
    app.finish().await;
}

#[tokio::test]
async fn more_than_twenty_groups_are_refused() {
    let app = TestApp::new().await;
    let client = app.writer();
    client.get("/api/v1/tags").await.expect(200);
    super::past_the_api(
        &app,
        "insert into groups (tenant_id, id, value, value_key, label, is_default, position, created_at, updated_at)
         select $1, md5('group' || n)::uuid, 'g' || n, 'g' || n, 'g' || n, false, 100 + n, now(), now()
         from generate_series(1, 21) n",
    )
    .await;
    let groups = groups(&app).await;
    let made: Vec<_> =
        groups.iter().filter(|group| group["value"].as_str().unwrap().starts_with('g')).collect();
    let ids =
        |groups: &[&serde_json::Value]| json!(groups.iter().map(|group| &group["id"]).collect::<Vec<_>>());
    let survivor = factory::contact(&client, json!({"contact_groups": ids(&made[..11])})).await;
    let second = factory::contact(&client, json!({"contact_groups": ids(&made[10..20])})).await;
    let third = factory::contact(&client, json!({"contact_groups": ids(&made[20..21])})).await;
    let answer = merge(&client, &survivor, json!({"from": [second["id"], third["id"]]})).await;
    assert_eq!(answer.expect_invalid(), ["contact_groups:too_many"]);
    let contact = merged(&client, &survivor, &[&second]).await["contact"].take();
    assert_eq!(texts(&contact["contact_groups"], "value").len(), 20);
    app.finish().await;
}
