//! Tags and companies are renamed, merged and deleted while others create and change contacts that have them: no contact
//! is left with what was before. [`TestApp::finish`] compares every document with the tables.

use axum::http::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{MANY, company_path, tag_path};
use crate::support::{Answer, Client, TestApp, factory, run_jobs};

/// The statuses of answers that are not expected, with their texts.
fn unexpected(answers: &[Answer]) -> Vec<String> {
    let expected = [200, 201, 202, 404, 409, 422];
    let answers = answers.iter().filter(|answer| !expected.contains(&answer.status.as_u16()));
    answers.map(|answer| format!("{} {}", answer.status, answer.text())).collect()
}

/// Creates and changes contacts, by names and by ids.
async fn write(client: Client, number: usize, path: String, tag: Value, company: Value) -> Vec<Answer> {
    let mut answers = Vec::new();
    for round in 0..6 {
        answers.push(match (number + round) % 5 {
            0 => {
                client
                    .post(
                        "/api/v1/contacts",
                        factory::body(json!({"tags": ["vip", "new"], "company": "K-Link"})),
                    )
                    .await
            }
            1 => client.patch(&path, json!({"tags": [tag, "x"], "company": company})).await,
            2 => client.patch(&path, json!({"notes": format!("{number} {round}")})).await,
            3 => client.patch(&format!("{path}/tags"), json!({"actionType": "MERGE", "tags": ["vip"]})).await,
            _ => {
                client
                    .patch(&path, json!({"company": "k-link", "name": format!("name {number} {round}")}))
                    .await
            }
        });
    }
    answers
}

/// Renames, merges and deletes the tag and the company of the moment.
async fn change(client: Client, number: usize) -> Vec<Answer> {
    let mut answers = Vec::new();
    let pick = async |listing: &str, name: &str| {
        let found = client.get(&format!("/api/v1/{listing}?keyword={name}")).await.expect(200);
        found["data"][0].clone()
    };
    for round in 0..6 {
        let (tag, company) = (pick("tags", "vip").await, pick("companies", "k-link").await);
        if tag.is_null() || company.is_null() {
            continue;
        }
        let other = json!({"name": format!("other {number} {round}")});
        answers.push(match (number + round) % 6 {
            0 => client.patch(&tag_path(&tag), json!({"name": format!("VIP {number} {round}")})).await,
            1 => {
                client
                    .patch(&company_path(&company), json!({"name": format!("K-LINK {number} {round}")}))
                    .await
            }
            2 => client.delete(&tag_path(&tag)).await,
            3 => client.delete(&format!("{}?detach=true", company_path(&company))).await,
            4 => match client.post("/api/v1/tags", other).await {
                made if made.status == 201 => {
                    let into = json!({"into": made.json()["data"]["id"]});
                    client.post(&format!("{}/merge", tag_path(&tag)), into).await
                }
                refused => refused,
            },
            _ => match client.post("/api/v1/companies", other).await {
                made if made.status == 201 => {
                    let into = json!({"into": made.json()["data"]["id"]});
                    client.post(&format!("{}/merge", company_path(&company)), into).await
                }
                refused => refused,
            },
        });
    }
    answers
}

async fn race(app: &TestApp, changers: usize) {
    let admin = app.admin();
    let mut tasks = JoinSet::new();
    for number in 0..12 {
        let fields = json!({"username": format!("user {number}"), "tags": ["vip"], "company": "K-Link"});
        let contact = factory::contact(&admin, fields).await;
        let (tag, company) = (contact["tags"][0].clone(), contact["company"].clone());
        tasks.spawn(write(admin.clone(), number, factory::path(&contact), tag, company));
    }
    for number in 0..changers {
        tasks.spawn(change(admin.clone(), number));
    }
    for _ in 0..2 {
        let state = app.state.clone();
        tasks.spawn(async move {
            for _ in 0..5 {
                run_jobs(&state).await.unwrap();
            }
            Vec::new()
        });
    }
    let answers = tasks.join_all().await.concat_all();
    assert_eq!(unexpected(&answers), Vec::<String>::new());
    assert!(answers.iter().filter(|answer| answer.status.is_success()).count() > 30);
    run_jobs(&app.state).await.unwrap();
    // Nothing refers to what is retired, and what is deleted is gone.
    let pool = app.pool().await;
    let left: i64 = sqlx::query_scalar(
        "select (select count(*) from contact_tags l join tags t on t.tenant_id = l.tenant_id and t.id = l.tag_id
               where t.retired_at is not null)
              + (select count(*) from contacts c join companies n on n.tenant_id = c.tenant_id and n.id = c.company_id
                 where n.retired_at is not null)
              + (select count(*) from tags where retired_at is not null and merged_into is null)
              + (select count(*) from companies where retired_at is not null and merged_into is null)",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    pool.close().await;
    assert_eq!(left, 0);
}

/// All answers of all tasks.
trait ConcatAll {
    fn concat_all(self) -> Vec<Answer>;
}

impl ConcatAll for Vec<Vec<Answer>> {
    fn concat_all(self) -> Vec<Answer> {
        self.into_iter().flatten().collect()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn changes_at_once_among_writers_leave_nothing_stale() {
    let app = TestApp::new().await;
    race(&app, 3).await;
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn jobs_among_writers_leave_nothing_stale() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let (tag, company) = (factory::tag(&admin, "vip").await, factory::company(&admin, "K-Link").await);
    factory::many(&app, MANY, &[factory::id(&tag)], Some(factory::id(&company))).await;
    race(&app, 3).await;
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_who_rename_at_once_take_turns() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let contact = factory::contact(&admin, json!({"tags": ["vip"], "company": "K-Link"})).await;
    let mut tasks = JoinSet::new();
    for number in 0..30 {
        let (admin, tag) = (admin.clone(), tag_path(&contact["tags"][0]));
        tasks.spawn(async move { admin.patch(&tag, json!({"name": format!("name {number}")})).await });
    }
    for answer in tasks.join_all().await {
        answer.expect(200);
    }
    let shown = factory::read(&admin, &contact).await["tags"][0]["name"].take();
    let tag = admin.get(&tag_path(&contact["tags"][0])).await.expect(200);
    assert_eq!(tag["data"]["name"], shown);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_want_one_name_at_once_one_gets_it() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let mut tasks = JoinSet::new();
    for number in 0..10 {
        let company = factory::company(&admin, &format!("company {number}")).await;
        let admin = admin.clone();
        tasks.spawn(async move {
            match number % 3 {
                0 => admin.post("/api/v1/companies", json!({"name": "The One"})).await,
                1 => admin.post("/api/v1/contacts", factory::body(json!({"company": "the ONE"}))).await,
                _ => admin.form(Method::PATCH, &company_path(&company), "name=THE one").await,
            }
        });
    }
    let answers = tasks.join_all().await;
    assert_eq!(unexpected(&answers), Vec::<String>::new());
    let listing = admin.get("/api/v1/companies?keyword=the%20one").await.expect(200);
    assert_eq!(listing["total"], 1);
    app.finish().await;
}

/// A large request takes longer than a change of the catalogue, so one of these is always in its way; in the end they wait
/// for it.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_is_overtaken_again_and_again_gets_through() {
    let app = TestApp::new().await;
    let mut changes = JoinSet::new();
    for number in 0..4 {
        let admin = app.admin();
        changes.spawn(async move {
            let tag = factory::tag(&admin, &format!("tag {number}")).await;
            for round in 0.. {
                admin.patch(&tag_path(&tag), json!({"name": format!("{number} {round}")})).await.expect(200);
            }
        });
    }
    let create = json!({"action": "create", "contact": factory::body(json!({"tags": ["vip"]}))});
    for _ in 0..3 {
        let body = json!({"operations": vec![create.clone(); 200]});
        let answer = app.writer().post("/api/v1/contacts/bulk", body).await.expect(200);
        assert_eq!(answer["data"]["succeeded"], 200);
    }
    changes.shutdown().await;
    app.finish().await;
}
