//! What a change of a tag or a company does to many contacts: at once or by a job, while others read and write them.

mod at_once;
mod during;
mod order;
mod races;

use serde_json::{Value, json};

use crate::support::{Client, TestApp, factory, run_jobs};

/// More than are changed at once.
const MANY: i32 = 1_001;

fn tag_path(tag: &Value) -> String {
    format!("/api/v1/tags/{}", factory::id(tag))
}

fn company_path(company: &Value) -> String {
    format!("/api/v1/companies/{}", factory::id(company))
}

/// How many contacts a listing finds.
async fn total(client: &Client, query: &str) -> i64 {
    client.get(&format!("/api/v1/contacts?{query}")).await.expect(200)["total"].as_i64().unwrap()
}

/// All contacts that a listing finds.
async fn all(client: &Client, query: &str) -> Vec<Value> {
    let (mut contacts, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/api/v1/contacts?{query}&count=none&pageSize=100&cursor={cursor}");
        let mut page = client.get(&path).await.expect(200);
        contacts.append(page["data"].as_array_mut().unwrap());
        match page["nextCursor"].as_str() {
            Some(next) => next.clone_into(&mut cursor),
            None => return contacts,
        }
    }
}

/// Has the jobs carried out; the one of an answer with it.
async fn carried_out(app: &TestApp, answer: &Value) -> Value {
    run_jobs(&app.state).await.unwrap();
    let path = format!("/api/v1/jobs/{}", factory::id(&answer["data"]));
    let job = app.reader().get(&path).await.expect(200)["data"].take();
    assert_eq!((&job["status"], &job["done"]), (&json!("succeeded"), &job["total"]), "{job}");
    job
}
