//! Rules that are turned on while sixteen clients write.

use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{CONTACTS, contact, field, named, path};
use crate::support::{Answer, Client, TestApp, factory};

/// Sixteen clients make three contacts each, while `patch` is sent; answers of the makers, and the other one.
async fn while_created(
    client: &Client,
    field: &Value,
    patch: Value,
    body: impl Fn(usize) -> Value,
) -> (Vec<Answer>, Answer) {
    let makers: JoinSet<Vec<Answer>> = (0..16)
        .map(|maker| {
            let client = client.clone();
            let bodies: Vec<Value> = (0..3).map(|turn| factory::body(body(maker * 3 + turn))).collect();
            async move {
                let mut answers = Vec::new();
                for body in bodies {
                    answers.push(client.post(CONTACTS, body).await);
                }
                answers
            }
        })
        .collect();
    let (patcher, path) = (client.clone(), path(field));
    let patched = tokio::spawn(async move {
        // In the middle of it: once some of them are there.
        while patcher.get(CONTACTS).await.json()["total"].as_i64() < Some(8) {}
        patcher.patch(&path, patch).await
    });
    let answers = makers.join_all().await.into_iter().flatten().collect();
    (answers, patched.await.unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn values_that_differ_are_all_taken_when_a_field_becomes_unique_meanwhile() {
    let app = TestApp::new().await;
    let client = app.admin();
    for default in ["custom", "email"] {
        let made = match default {
            "email" => super::default(&client, "email").await,
            _ => field(&client, json!({"display_name": "Number"})).await,
        };
        let body = |number: usize| {
            json!({"customFields": {"cf_number": format!("{default} {number}")},
                   "email": [{"email": format!("{default}{number}@example.com")}]})
        };
        let (answers, patched) = while_created(&client, &made, json!({"is_unique": true}), body).await;
        patched.expect(200);
        for answer in &answers {
            answer.expect(201);
        }
        // Whoever was there before or came meanwhile, each value is taken.
        for number in 0..48 {
            client.post(CONTACTS, factory::body(body(number))).await.expect_error(409, "conflict");
        }
        assert_eq!(app.differences().await, Vec::<String>::new());
    }
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_value_is_there_twice_where_a_field_became_unique_meanwhile() {
    let app = TestApp::new().await;
    let client = app.admin();
    let made = field(&client, json!({"display_name": "Number"})).await;
    // From the ninth on, two have the same.
    let body = |number: usize| json!({"customFields": {"cf_number": (number / 2).to_string()}});
    let (answers, patched) = while_created(&client, &made, json!({"is_unique": true}), body).await;
    let created = answers.iter().filter(|answer| answer.status == 201).count();
    for answer in &answers {
        assert!([201, 409].contains(&answer.status.as_u16()), "{}", answer.text());
    }
    match patched.status.as_u16() {
        200 => assert!(created <= 24, "{created}"),
        _ => {
            assert!(!super::offenders(&patched, "is_unique", "taken").is_empty());
            assert_eq!(created, 48);
        }
    }
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_contact_lacks_a_value_where_a_field_became_required_meanwhile() {
    let app = TestApp::new().await;
    let client = app.admin();
    for (round, has_value) in [(0, true), (1, false)] {
        let made = field(&client, json!({"display_name": format!("Round {round}")})).await;
        let name = made["system_name"].as_str().unwrap().to_owned();
        let total = |answer: Value| answer["total"].as_i64().unwrap();
        // Those of the round before have none.
        for contact in
            client.get(&format!("{CONTACTS}?pageSize=100")).await.expect(200)["data"].as_array().unwrap()
        {
            client.delete(&factory::path(contact)).await.expect(200);
        }
        let body = |number: usize| {
            // Eight have one in any case.
            let value = if has_value || number.is_multiple_of(3) { json!("x") } else { Value::Null };
            json!({"customFields": {&name: value}})
        };
        let (answers, patched) = while_created(&client, &made, json!({"is_required": true}), body).await;
        for answer in &answers {
            assert!([201, 422].contains(&answer.status.as_u16()), "{}", answer.text());
        }
        let all = total(client.get(CONTACTS).await.expect(200));
        let with_value = total(client.get(&format!("{CONTACTS}?has={name}")).await.expect(200));
        if has_value {
            patched.expect(200);
            assert_eq!(all, 48);
        }
        if patched.status == 200 {
            assert_eq!(with_value, all);
        } else {
            assert!(!super::offenders(&patched, "is_required", "required").is_empty());
        }
        client.patch(&path(&made), json!({"is_archived": true})).await.expect(200);
    }
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_option_is_removed_or_chosen_whoever_is_faster() {
    let app = TestApp::new().await;
    let client = app.admin();
    for round in 0..4 {
        let body = json!({
            "display_name": format!("Round {round}"), "type": "select", "options": named(&["a", "b"]),
        });
        let made = field(&client, body).await;
        let name = made["system_name"].as_str().unwrap().to_owned();
        let one = contact(&client, json!({&name: "b"})).await;
        let mut calls: JoinSet<Answer> = (0..8)
            .map(|_| {
                let (client, path, body) =
                    (client.clone(), factory::path(&one), json!({"customFields": {&name: "a"}}));
                async move { client.patch(&path, body).await }
            })
            .collect();
        let (remover, field_path) = (client.clone(), path(&made));
        calls.spawn(async move { remover.patch(&field_path, json!({"options": named(&["b"])})).await });
        for answer in calls.join_all().await {
            assert!([200, 409, 422].contains(&answer.status.as_u16()), "{}", answer.text());
        }
        let options = client.get(&path(&made)).await.expect(200)["data"]["options"].take();
        let has = super::value(&client, &one, &name).await;
        let is_there = options.as_array().unwrap().iter().any(|option| option["value"] == has);
        assert!(is_there, "{has} is none of {options}");
    }
    app.finish().await;
}
