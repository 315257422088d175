//! Who is in a group.

use axum::http::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{group, path};
use crate::support::{Answer, Client, TestApp, app::TENANT, factory};

fn members(group: &Value) -> String {
    format!("{}/members", path(group))
}

fn ids<'a>(contacts: impl IntoIterator<Item = &'a Value>) -> Value {
    json!({"contactIds": contacts.into_iter().map(|contact| contact["id"].clone()).collect::<Vec<_>>()})
}

async fn contacts(client: &Client, count: usize) -> Vec<Value> {
    let mut contacts = Vec::new();
    for number in 0..count {
        contacts.push(factory::contact(client, json!({"username": format!("user {number}")})).await);
    }
    contacts
}

async fn history(app: &TestApp, contact: &Value) -> i64 {
    let pool = app.pool().await;
    let id: uuid::Uuid = contact["id"].as_str().unwrap().parse().unwrap();
    let count = sqlx::query_scalar("select count(*) from change_log where entity_id = $1")
        .bind(id)
        .fetch_one(&pool)
        .await
        .unwrap();
    pool.close().await;
    count
}

#[tokio::test]
async fn contacts_become_members_and_leave_again_as_a_change_of_theirs() {
    let app = TestApp::new().await;
    let (admin, writer) = (app.admin(), app.writer());
    let vip = group(&admin, "vip").await;
    let made = contacts(&writer, 3).await;
    factory::contact(&writer, json!({"username": "somebody else"})).await;
    let answer = writer.post(&members(&vip), ids(&made[..2])).await.expect(200);
    let counts = json!({"changed": 2, "unchanged": 0});
    assert_eq!(answer, json!({"status": "success", "message": "adding members", "data": counts}));
    let read = factory::read(&writer, &made[0]).await;
    assert_eq!(read["contact_groups"], json!([vip]));
    assert_ne!(read["updatedAt"], made[0]["updatedAt"]);
    assert_eq!(read["createdAt"], made[0]["createdAt"]);
    assert_eq!(history(&app, &made[0]).await, 2);

    // Those that are members already are left alone.
    let answer = writer.post(&members(&vip), ids(&made)).await.expect(200);
    assert_eq!(answer["data"], json!({"changed": 1, "unchanged": 2}));
    assert_eq!(factory::read(&writer, &made[0]).await, read);
    assert_eq!(history(&app, &made[0]).await, 2);
    let twice = ids([&made[0], &made[0]]);
    assert_eq!(writer.post(&members(&vip), twice).await.expect(200)["data"]["unchanged"], 1);

    let listing = app.reader().get(&members(&vip)).await.expect(200);
    assert_eq!((&listing["total"], &listing["lastPage"]), (&json!(3), &json!(1)));
    assert_eq!(listing["data"][2], read);

    let remove = format!("{}/remove", members(&vip));
    let answer = writer.post(&remove, ids(&made[..1])).await.expect(200);
    let counts = json!({"changed": 1, "unchanged": 0});
    assert_eq!(answer, json!({"status": "success", "message": "removing members", "data": counts}));
    assert_eq!(factory::read(&writer, &made[0]).await["contact_groups"], json!([]));
    assert_eq!(history(&app, &made[0]).await, 3);
    let answer = writer.post(&remove, ids(&made)).await.expect(200);
    assert_eq!(answer["data"], json!({"changed": 2, "unchanged": 1}));
    assert_eq!(app.reader().get(&members(&vip)).await.expect(200)["total"], 0);
    app.finish().await;
}

#[tokio::test]
async fn members_are_listed_like_contacts_with_pages_cursors_orders_and_filters() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let vip = group(&admin, "vip").await;
    let made = contacts(&admin, 7).await;
    admin.post(&members(&vip), ids(&made[..5])).await.expect(200);
    let names = async |query: &str| -> (Value, Vec<String>) {
        let listing = admin.get(&format!("{}{query}", members(&vip))).await.expect(200);
        let data = listing["data"].as_array().unwrap().iter();
        let names = data.map(|contact| contact["name"].as_str().unwrap().to_owned()).collect();
        (listing, names)
    };
    assert_eq!(names("").await.1, ["user 4", "user 3", "user 2", "user 1", "user 0"]);
    assert_eq!(names("?page=2&pageSize=2").await.1, ["user 2", "user 1"]);
    assert_eq!(names("?sort=name&pageSize=1").await.1, ["user 0"]);
    assert_eq!(names("?keyword=3").await.1, ["user 3"]);
    assert_eq!(names("?keyword=6").await.1, Vec::<String>::new());
    assert_eq!(names("?count=none").await.0["total"], Value::Null);
    let (first, _) = names("?pageSize=3").await;
    let cursor = first["nextCursor"].as_str().unwrap();
    assert_eq!(names(&format!("?pageSize=3&cursor={cursor}")).await.1, ["user 1", "user 0"]);
    // A cursor is of one listing.
    let other = group(&admin, "other").await;
    let answer = admin.get(&format!("{}?cursor={cursor}", members(&other))).await;
    assert_eq!(answer.expect_invalid(), ["cursor:invalid_cursor"]);
    let answer = admin.get(&format!("{}?pageSize=101", members(&vip))).await;
    assert_eq!(answer.expect_invalid(), ["pageSize:out_of_range"]);
    app.finish().await;
}

#[tokio::test]
async fn unknown_contacts_are_named_and_nobody_is_added() {
    let app = TestApp::new().await;
    let (admin, writer) = (app.admin(), app.writer());
    let vip = group(&admin, "vip").await;
    let made = contacts(&writer, 2).await;
    let theirs = factory::contact(&app.stranger(), json!({})).await;
    let nobody = "0198c0de-0000-7000-8000-000000000000";
    let body = json!({"contactIds": [made[0]["id"], nobody, theirs["id"], made[1]["id"]]});
    let unknown = ["contactIds[1]:unknown_contact", "contactIds[2]:unknown_contact"];
    for call in [members(&vip), format!("{}/remove", members(&vip))] {
        assert_eq!(writer.post(&call, body.clone()).await.expect_invalid(), unknown);
        for (body, problems) in [
            (json!({}), &["contactIds:required"][..]),
            (json!({"contactIds": null}), &["contactIds:required"]),
            (json!({"contactIds": "x"}), &["contactIds:wrong_type"]),
            (
                json!({"contactIds": [1, "x"]}),
                &["contactIds[0]:invalid_format", "contactIds[1]:invalid_format"],
            ),
            (json!({"contactIds": [], "all": true}), &["all:unknown_field"]),
            (json!({"contactIds": vec![nobody; 1_001]}), &["contactIds:too_many"]),
        ] {
            assert_eq!(writer.post(&call, body.clone()).await.expect_invalid(), problems, "{body}");
        }
    }
    assert_eq!(factory::read(&writer, &made[0]).await, made[0]);
    let theirs = app.stranger().post(&members(&vip), ids(&[theirs])).await;
    theirs.expect_error(404, "not_found");
    app.reader().post(&members(&vip), ids(&made)).await.expect_error(403, "forbidden");
    app.client(TENANT, "settings:write")
        .post(&members(&vip), ids(&made))
        .await
        .expect_error(403, "forbidden");
    app.finish().await;
}

#[tokio::test]
async fn members_come_as_a_form_and_once_under_a_key() {
    let app = TestApp::new().await;
    let writer = app.writer();
    let vip = group(&app.admin(), "vip").await;
    let made = contacts(&writer, 3).await;
    let id = |index: usize| made[index]["id"].as_str().unwrap().to_owned();
    let form = format!("contactIds[]={}&contactIds[]={}", id(0), id(1));
    assert_eq!(writer.form(Method::POST, &members(&vip), &form).await.expect(200)["data"]["changed"], 2);
    let form = format!("contactIds=[\"{}\"]", id(0));
    let remove = format!("{}/remove", members(&vip));
    assert_eq!(writer.form(Method::POST, &remove, &form).await.expect(200)["data"]["changed"], 1);
    let headers = [("content-type", "application/json"), ("idempotency-key", "once")];
    let body = ids(&made).to_string();
    let first = writer.send(Method::POST, &members(&vip), &headers, body.clone()).await.expect(200);
    assert_eq!(first["data"], json!({"changed": 2, "unchanged": 1}));
    assert_eq!(writer.send(Method::POST, &members(&vip), &headers, body).await.expect(200), first);
    app.finish().await;
}

#[tokio::test]
async fn a_contact_is_in_at_most_twenty_groups_and_in_one_where_that_is_required() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let made = contacts(&admin, 2).await;
    for number in 0..20 {
        let one = group(&admin, &format!("group {number}")).await;
        admin.post(&members(&one), ids(&made[..1])).await.expect(200);
    }
    let last = group(&admin, "last").await;
    let answer = admin.post(&members(&last), ids([&made[1], &made[0]])).await;
    assert_eq!(answer.expect_invalid(), ["contactIds[1]:too_many"]);
    assert_eq!(factory::read(&admin, &made[1]).await, made[1]);

    admin.post(&members(&last), ids(&made[1..])).await.expect(200);
    factory::set_default_field(&app, "contact_groups", "is_required").await;
    let remove = format!("{}/remove", members(&last));
    assert_eq!(admin.post(&remove, ids(&made[1..])).await.expect_invalid(), ["contactIds[0]:required"]);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn members_added_at_once_from_both_ends_to_several_groups_are_all_there() {
    let app = TestApp::new().await;
    let client = app.admin();
    let made = contacts(&client, 24).await;
    let groups = [group(&client, "a").await, group(&client, "b").await, group(&client, "c").await];
    let calls = (0..24).map(|number| {
        let client = client.clone();
        let mut body: Vec<Value> = made.iter().map(|contact| contact["id"].clone()).collect();
        if number % 2 == 0 {
            body.reverse();
        }
        let path = members(&groups[number % 3]);
        async move { client.post(&path, json!({"contactIds": body})).await }
    });
    let answers: Vec<Answer> = calls.collect::<JoinSet<Answer>>().join_all().await;
    let changed: i64 =
        answers.iter().map(|answer| answer.expect(200)["data"]["changed"].as_i64().unwrap()).sum();
    assert_eq!(changed, 3 * 24, "each contact joined each group once");
    for group in &groups {
        assert_eq!(client.get(&members(group)).await.expect(200)["total"], 24);
    }
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobody_is_left_in_a_group_that_is_deleted_while_members_are_added() {
    let app = TestApp::new().await;
    let client = app.admin();
    for round in 0..3 {
        let made = contacts(&client, 16).await;
        let vip = group(&client, "vip").await;
        let mut calls: JoinSet<Answer> = made
            .iter()
            .map(|contact| {
                let (client, path, body) = (client.clone(), members(&vip), ids([contact]));
                async move { client.post(&path, body).await }
            })
            .collect();
        let (deleter, path) = (client.clone(), path(&vip));
        calls.spawn(async move { deleter.delete(&path).await });
        for answer in calls.join_all().await {
            assert!(
                [200, 404].contains(&answer.status.as_u16()),
                "{round}: {} {}",
                answer.status,
                answer.text()
            );
        }
        for contact in &made {
            assert_eq!(factory::read(&client, contact).await["contact_groups"], json!([]));
        }
    }
    app.finish().await;
}
