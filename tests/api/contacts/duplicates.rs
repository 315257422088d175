//! `GET /api/v1/contacts/duplicates`

use serde_json::{Value, json};

use super::{merge_into, texts};
use crate::support::{Client, Setup, TestApp, factory};

const DUPLICATES: &str = "/api/v1/contacts/duplicates";

async fn duplicates(client: &Client, query: &str) -> Value {
    client.get(&format!("{DUPLICATES}?{query}")).await.expect(200)
}

/// Reasons, values, counts and usernames of the groups on a page.
fn shown(page: &Value) -> Vec<(String, String, i64, Vec<String>)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    page["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|group| {
            let count = group["count"].as_i64().unwrap();
            (text(&group["reason"]), text(&group["value"]), count, texts(&group["contacts"], "username"))
        })
        .collect()
}

fn group(reason: &str, value: &str, usernames: &[&str]) -> (String, String, i64, Vec<String>) {
    let usernames: Vec<String> = usernames.iter().map(|name| (*name).to_owned()).collect();
    (reason.to_owned(), value.to_owned(), i64::try_from(usernames.len()).unwrap(), usernames)
}

/// Makes contacts of these usernames.
async fn make(client: &Client, contacts: &[(&str, Value)]) -> Vec<Value> {
    let mut made = Vec::new();
    for (username, fields) in contacts {
        let mut fields = fields.clone();
        fields["username"] = json!(username);
        made.push(factory::contact(client, fields).await);
    }
    made
}

#[tokio::test]
async fn contacts_that_share_a_phone_an_email_or_a_name_in_a_company() {
    let app = TestApp::new().await;
    let client = app.writer();
    let contacts = make(
        &client,
        &[
            ("phone 1", json!({"name": "a", "phone": [{"phone": "09 797 877 765"}]})),
            (
                "phone 2",
                json!({"name": "b", "phone": [{"phone": "+1 650 253 0000"}, {"phone": "+95 9 797877765"}]}),
            ),
            ("vanity", json!({"name": "c", "phone": [{"phone": "123456"}, {"phone": "12-34-56"}]})),
            ("email 1", json!({"name": "d", "email": [{"email": "frank@example.com"}]})),
            (
                "email 2",
                json!({"name": "e", "email": [{"email": "x@y.com"}, {"email": "FRANK@example.com"}]}),
            ),
            ("name 1", json!({"name": "Łukasz  Müller", "company": "K-Link"})),
            ("name 2", json!({"name": "lukasz MULLER", "company": "k-link"})),
            ("name 3", json!({"name": "Lukasz Muller", "company": "Other"})),
            ("name 4", json!({"name": "Lukasz Muller"})),
            ("name 5", json!({"name": "Lukasz Muller"})),
        ],
    )
    .await;
    let page = duplicates(&client, "").await;
    assert_eq!(
        shown(&page),
        [
            group("phone", "+959797877765", &["phone 1", "phone 2"]),
            group("email", "frank@example.com", &["email 1", "email 2"]),
            group("name", "lukasz muller", &["name 1", "name 2"]),
        ]
    );
    for (key, expected) in [("total", 3), ("page", 1), ("pageSize", 10), ("lastPage", 1)] {
        assert_eq!(page[key], expected, "{key}");
    }
    assert_eq!(page["data"][2]["company"], contacts[5]["company"]);
    assert_eq!(page["data"][0]["company"], Value::Null);
    // Whole contacts, as reads show them.
    assert_eq!(page["data"][0]["contacts"], json!([contacts[0], contacts[1]]));
    app.finish().await;
}

#[tokio::test]
async fn by_one_reason_only() {
    let app = TestApp::new().await;
    let client = app.writer();
    let same = json!({
        "name": "Frank", "company": "K-Link", "email": [{"email": "f@x.com"}], "phone": [{"phone": "09797877765"}],
    });
    make(&client, &[("one", same.clone()), ("two", same)]).await;
    for (reason, value) in [("phone", "+959797877765"), ("email", "f@x.com"), ("name", "frank")] {
        let page = duplicates(&client, &format!("by={reason}")).await;
        assert_eq!(shown(&page), [group(reason, value, &["one", "two"])]);
        assert_eq!(page["total"], 1);
    }
    assert_eq!(duplicates(&client, "by=").await["total"], 3);
    let refused = |query: &'static str| {
        let client = client.clone();
        async move { client.get(&format!("{DUPLICATES}?{query}")).await.expect_invalid() }
    };
    assert_eq!(refused("by=Phone").await, ["by:not_an_option"]);
    assert_eq!(refused("by=phone&by=email").await, ["by:repeated"]);
    assert_eq!(refused("by=x&page=0").await, ["page:out_of_range", "by:not_an_option"]);
    app.finish().await;
}

#[tokio::test]
async fn pages_have_an_exact_total_and_one_order() {
    let app = TestApp::new().await;
    let client = app.writer();
    for round in 0..2 {
        for number in 0..7 {
            let fields = json!({
                "username": format!("{round} {number}"), "company": format!("company {number}"), "name": "Frank",
                "email": [{"email": format!("{number}@x.com")}],
            });
            factory::contact(&client, fields).await;
        }
    }
    let all = shown(&duplicates(&client, "pageSize=100").await);
    assert_eq!(all.len(), 14);
    let values: Vec<(&str, &str)> =
        all.iter().map(|(reason, value, ..)| (value.as_str(), reason.as_str())).collect();
    assert!(values.is_sorted(), "{values:?}");
    let mut paged = Vec::new();
    for page in 1..=3 {
        let page = duplicates(&client, &format!("pageSize=5&page={page}")).await;
        assert_eq!((&page["total"], &page["lastPage"]), (&json!(14), &json!(3)));
        paged.extend(shown(&page));
    }
    assert_eq!(paged, all);
    let past = duplicates(&client, "pageSize=5&page=4").await;
    assert_eq!((&past["total"], &past["data"]), (&json!(14), &json!([])));
    app.finish().await;
}

#[tokio::test]
async fn of_a_large_group_the_oldest_are_shown_and_all_counted() {
    let app = TestApp::with(Setup { clock: super::clock(super::NOON), ..Setup::default() }).await;
    // The younger ones are made first.
    for minute in (10..35).rev() {
        let client = super::admin_at(&app, &format!("2026-01-08T12:{minute}:00Z"));
        let fields = json!({"username": format!("{minute}"), "email": [{"email": "f@x.com"}]});
        factory::contact(&client, fields).await;
    }
    let page = duplicates(&app.reader(), "").await;
    let [(_, _, count, usernames)] = &shown(&page)[..] else { panic!("{page}") };
    assert_eq!(*count, 25);
    assert_eq!(*usernames, (10..30).map(|minute| minute.to_string()).collect::<Vec<_>>());
    app.finish().await;
}

#[tokio::test]
async fn long_names_are_told_apart_to_their_end() {
    let app = TestApp::new().await;
    let client = app.writer();
    let name = |end: &str| format!("{}{end}", "Ł".repeat(240));
    make(
        &client,
        &[
            ("one", json!({"name": name("x"), "company": "c"})),
            ("two", json!({"name": name("y"), "company": "c"})),
            ("three", json!({"name": name("X"), "company": "c"})),
        ],
    )
    .await;
    let expected = format!("{}x", "l".repeat(240));
    assert_eq!(shown(&duplicates(&client, "").await), [group("name", &expected, &["one", "three"])]);
    app.finish().await;
}

#[tokio::test]
async fn what_was_merged_or_deleted_is_no_duplicate() {
    let app = TestApp::new().await;
    let client = app.writer();
    let email = json!({"email": [{"email": "f@x.com"}]});
    let contacts = make(&client, &[("one", email.clone()), ("two", email.clone()), ("three", email)]).await;
    merge_into(&client, &contacts[0], &contacts[1]).await;
    assert_eq!(shown(&duplicates(&client, "").await), [group("email", "f@x.com", &["one", "three"])]);
    client.delete(&factory::path(&contacts[2])).await.expect(200);
    let page = duplicates(&client, "").await;
    assert_eq!((&page["total"], &page["data"]), (&json!(0), &json!([])));
    app.finish().await;
}

#[tokio::test]
async fn contacts_of_other_tenants_are_no_duplicates() {
    let app = TestApp::new().await;
    let email = json!({"email": [{"email": "f@x.com"}]});
    factory::contact(&app.writer(), email.clone()).await;
    factory::contact(&app.stranger(), email.clone()).await;
    factory::contact(&app.stranger(), email).await;
    assert_eq!(duplicates(&app.reader(), "").await["total"], 0);
    assert_eq!(duplicates(&app.stranger(), "").await["total"], 1);
    app.client("acme", "contacts:write").get(DUPLICATES).await.expect_error(403, "forbidden");
    app.finish().await;
}
