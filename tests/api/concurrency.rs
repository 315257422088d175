//! Many at once: names are made once, nothing is lost, nobody waits for ever, and what is stored still follows
//! from the tables.

use std::{collections::BTreeSet, future::Future};

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::support::{Answer, Client, TestApp, factory};

const CONTACTS: &str = "/api/v1/contacts";

/// Runs `calls` at once, each in a task of its own. Their answers, in any order.
async fn at_once<F>(calls: impl IntoIterator<Item = F>) -> Vec<Answer>
where
    F: Future<Output = Answer> + Send + 'static,
{
    let tasks: JoinSet<Answer> = calls.into_iter().collect();
    tasks.join_all().await
}

/// The answers with a status that is not expected.
fn unexpected(answers: &[Answer], expected: &[u16]) -> Vec<String> {
    let answers = answers.iter().filter(|answer| !expected.contains(&answer.status.as_u16()));
    answers.map(|answer| format!("{} {}", answer.status, answer.text())).collect()
}

async fn create(client: &Client, fields: Value) -> Answer {
    client.post(CONTACTS, factory::body(fields)).await
}

async fn total(client: &Client, listing: &str) -> Value {
    client.get(&format!("/api/v1/{listing}")).await.expect(200)["total"].take()
}

fn names(tags: &Value) -> BTreeSet<String> {
    tags.as_array().unwrap().iter().map(|tag| tag["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_contacts_of_one_new_company_make_it_and_their_tags_once() {
    let app = TestApp::new().await;
    let client = app.admin();
    let answers = at_once((0..200).map(|number| {
        let client = client.clone();
        async move {
            // The same names, written differently.
            let (company, tag) = if number % 2 == 0 { ("K-Link", "VIP") } else { ("k-LINK", "vip") };
            let body =
                json!({"username": format!("user {number}"), "company": company, "tags": [tag, "new"]});
            create(&client, body).await
        }
    }))
    .await;
    assert_eq!(unexpected(&answers, &[201]), Vec::<String>::new());

    let created: Vec<Value> = answers.iter().map(Answer::json).collect();
    let ids = |pointer: &str| -> BTreeSet<String> {
        created.iter().map(|contact| contact.pointer(pointer).unwrap().as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids("/id").len(), 200);
    assert_eq!(ids("/company/id").len(), 1, "one company");
    assert_eq!((ids("/tags/0/id").len(), ids("/tags/1/id").len()), (1, 1), "each tag once");
    assert_eq!(ids("/company/name").len(), 1, "and all see the same writing of its name");
    assert_eq!(total(&client, "contacts").await, 200);
    assert_eq!(total(&client, "tags").await, 2);
    assert_eq!(total(&client, "contacts?keyword=k-link").await, 200);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn names_given_in_opposite_orders_at_once_do_not_lock_each_other_out() {
    let app = TestApp::new().await;
    let client = app.admin();
    let contacts = [
        factory::contact(&client, json!({"username": "one"})).await,
        factory::contact(&client, json!({"username": "two"})).await,
    ];
    for round in 0..5 {
        let tags: Vec<String> = (0..20).map(|number| format!("tag {round} {number}")).collect();
        let reversed: Vec<String> = tags.iter().rev().map(|tag| tag.to_uppercase()).collect();
        let paths: Vec<String> = contacts.iter().map(factory::path).collect();
        let answers = at_once((0..24).map(|number| {
            let client = client.clone();
            let tags = if number % 2 == 0 { tags.clone() } else { reversed.clone() };
            let path = paths[number % 2].clone();
            async move {
                match number % 3 {
                    0 => client.patch(&path, json!({"tags": tags})).await,
                    1 => {
                        client
                            .patch(&format!("{path}/tags"), json!({"actionType": "REPLACE", "tags": tags}))
                            .await
                    }
                    _ => client.post(CONTACTS, factory::body(json!({"tags": tags}))).await,
                }
            }
        }))
        .await;
        assert_eq!(unexpected(&answers, &[200, 201]), Vec::<String>::new());
        assert_eq!(total(&client, "tags").await, (round + 1) * 20);
    }
    assert_eq!(total(&client, "contacts").await, 2 + 5 * 8);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn tags_merged_into_one_contact_at_once_are_all_kept() {
    let app = TestApp::new().await;
    let client = app.writer();
    let contact = factory::contact(&client, json!({"tags": ["first"]})).await;
    let path = format!("{}/tags", factory::path(&contact));
    let answers = at_once((0..30).map(|number| {
        let (client, path) = (client.clone(), path.clone());
        async move {
            let tags = json!([format!("tag {number}"), "shared"]);
            client.patch(&path, json!({"actionType": "MERGE", "tags": tags})).await
        }
    }))
    .await;
    assert_eq!(unexpected(&answers, &[200]), Vec::<String>::new());
    let tags = factory::read(&client, &contact).await["tags"].take();
    let expected: BTreeSet<String> =
        (0..30).map(|number| format!("tag {number}")).chain(["first".into(), "shared".into()]).collect();
    assert_eq!(names(&tags), expected);
    assert_eq!(tags[0]["name"], "first", "new ones come behind those that were there");
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn updates_of_different_fields_of_one_contact_at_once_are_all_kept() {
    let app = TestApp::new().await;
    let client = app.writer();
    let contact = factory::contact(&client, json!({})).await;
    let path = factory::path(&contact);
    let changes = [
        json!({"notes": "notes"}),
        json!({"address": "address"}),
        json!({"company": "K-Link"}),
        json!({"channel": "viber"}),
        json!({"avatar_url": "https://example.com/a.jpg"}),
        json!({"phone": [{"phone": "09797877765"}]}),
        json!({"email": [{"email": "frank@example.com"}]}),
        json!({"platformContacts": [{"channel": "viber", "socialPlatformId": "U1"}]}),
    ];
    let answers = at_once(changes.clone().map(|change| {
        let (client, path) = (client.clone(), path.clone());
        async move { client.patch(&path, change).await }
    }))
    .await;
    assert_eq!(unexpected(&answers, &[200]), Vec::<String>::new());
    let after = factory::read(&client, &contact).await;
    for change in changes {
        let key = change.as_object().unwrap().keys().next().unwrap().clone();
        assert!(!after[&key].is_null() && after[&key] != json!([]), "{key} was lost: {after}");
    }
    for keyword in ["K-Link", "09797877765", "frank@example.com", "U1"] {
        assert_eq!(total(&client, &format!("contacts?keyword={keyword}")).await, 1, "{keyword}");
    }
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_mix_of_changes_at_once_leaves_everything_in_order() {
    let app = TestApp::new().await;
    let client = app.admin();
    let mut paths = Vec::new();
    for number in 0..10 {
        let contact = factory::contact(&client, json!({"username": format!("user {number}")})).await;
        paths.push(factory::path(&contact));
    }
    let answers = at_once((0..50).map(|number: usize| {
        let client = client.clone();
        let path = paths[number % paths.len()].clone();
        async move {
            match number % 5 {
                0 | 1 => {
                    let body =
                        json!({"username": format!("new {number}"), "company": "K-Link", "tags": ["vip"]});
                    client.post(CONTACTS, factory::body(body)).await
                }
                2 => client.patch(&path, json!({"company": format!("company {number}"), "notes": "x"})).await,
                3 => {
                    let tags = json!([format!("tag {number}"), "vip"]);
                    client.patch(&format!("{path}/tags"), json!({"actionType": "MERGE", "tags": tags})).await
                }
                _ => client.delete(&path).await,
            }
        }
    }))
    .await;
    // Whoever came behind a deletion finds nothing.
    assert_eq!(unexpected(&answers, &[200, 201, 404]), Vec::<String>::new());
    let created = answers.iter().filter(|answer| answer.status == 201).count();
    let deleted = answers
        .iter()
        .filter(|answer| answer.status == 200 && answer.json()["message"] == "deleting contact")
        .count();
    assert_eq!((created, deleted), (20, 2), "two contacts were to be deleted, by five calls each");

    let pool = app.pool().await;
    let counted: i64 = sqlx::query_scalar("select count(*) from contacts").fetch_one(&pool).await.unwrap();
    let companies: i64 = sqlx::query_scalar("select count(*) from companies where name_key = 'k-link'")
        .fetch_one(&pool)
        .await
        .unwrap();
    pool.close().await;
    assert_eq!((counted, companies), (28, 1));
    assert_eq!(total(&client, "contacts").await, counted);
    assert_eq!(app.differences().await, Vec::<String>::new());
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_want_one_unique_value_at_once_one_gets_it() {
    let app = TestApp::new().await;
    factory::set_default_field(&app, "email", "is_unique").await;
    let client = app.writer();
    let answers = at_once((0..20).map(|number| {
        let client = client.clone();
        async move {
            let email = if number % 2 == 0 { "frank@example.com" } else { "FRANK@example.com" };
            let body =
                json!({"username": format!("user {number}"), "email": [{"email": email}], "tags": ["vip"]});
            client.post(CONTACTS, factory::body(body)).await
        }
    }))
    .await;
    assert_eq!(unexpected(&answers, &[201, 409]), Vec::<String>::new());
    let (winners, losers): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 201);
    let [winner] = winners[..] else { panic!("{} have the value", winners.len()) };
    for loser in losers {
        assert_eq!(loser.json()["error"]["details"][0]["conflictingId"], winner.json()["id"]);
    }
    assert_eq!(total(&client, "contacts").await, 1);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_new_channels_of_one_name_at_once_one_is_made() {
    let app = TestApp::new().await;
    let client = app.admin();
    let answers = at_once(["sms", "SMS", "Sms", "sMs", "sms", "smS", "SmS", "SMs"].map(|name| {
        let client = client.clone();
        async move { client.post("/api/v1/channels", json!({"name": name})).await }
    }))
    .await;
    assert_eq!(unexpected(&answers, &[201, 409]), Vec::<String>::new());
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    assert_eq!(total(&client, "channels").await, 10);
    app.finish().await;
}
