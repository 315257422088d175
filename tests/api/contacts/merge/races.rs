//! Merges of the same contacts at once, and merges among other changes: nobody gets lost.

use std::collections::HashSet;

use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{MERGES, merge, undo};
use crate::{
    contacts::list,
    support::{Answer, Client, TestApp, factory},
};

async fn contacts(client: &Client, count: usize) -> Vec<Value> {
    let mut contacts = Vec::new();
    for number in 0..count {
        let fields = json!({"username": format!("user {number}"), "tags": [format!("tag {number}")]});
        contacts.push(factory::contact(client, fields).await);
    }
    contacts
}

/// The answers with a status that is not expected.
fn unexpected(answers: &[Answer], expected: &[u16]) -> Vec<String> {
    let answers = answers.iter().filter(|answer| !expected.contains(&answer.status.as_u16()));
    answers.map(|answer| format!("{} {}", answer.status, answer.text())).collect()
}

/// Each contact is there, or leads to one that is there. Returns those that are.
async fn living(client: &Client, contacts: &[Value]) -> HashSet<String> {
    let page = list(client, "pageSize=100").await;
    let living: HashSet<String> = crate::contacts::texts(&page["data"], "id").into_iter().collect();
    assert_eq!(page["total"], living.len());
    for contact in contacts {
        let answer = client.get(&factory::path(contact)).await.expect(200);
        let shown = answer["data"]["id"].as_str().unwrap();
        assert!(living.contains(shown));
        assert_eq!(answer["mergedInto"].is_string(), shown != contact["id"].as_str().unwrap());
    }
    living
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_merges_of_one_contact_at_once_one_gets_it() {
    let app = TestApp::new().await;
    let client = app.writer();
    let all = contacts(&client, 3).await;
    let tasks: JoinSet<Answer> = [0, 2]
        .map(|survivor: usize| {
            let (client, survivor, other) = (client.clone(), all[survivor].clone(), all[1]["id"].clone());
            async move { merge(&client, &survivor, json!({"from": [other]})).await }
        })
        .into_iter()
        .collect();
    let answers = tasks.join_all().await;
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status.as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 422]);
    let late = answers.iter().find(|answer| answer.status == 422).unwrap();
    assert_eq!(late.expect_invalid(), ["from[0]:merged"]);
    assert_eq!(living(&client, &all).await.len(), 2);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn contacts_that_are_merged_into_each_other_at_once_end_as_one() {
    let app = TestApp::new().await;
    let client = app.writer();
    for _ in 0..5 {
        let all = contacts(&client, 2).await;
        let tasks: JoinSet<Answer> = [(0, 1), (1, 0)]
            .map(|(survivor, other): (usize, usize)| {
                let (client, survivor, other) =
                    (client.clone(), all[survivor].clone(), all[other]["id"].clone());
                async move { merge(&client, &survivor, json!({"from": [other]})).await }
            })
            .into_iter()
            .collect();
        let answers = tasks.join_all().await;
        // Whoever is late finds that its survivor was merged.
        assert_eq!(unexpected(&answers, &[200, 409]), Vec::<String>::new());
        let alive = living(&client, &all).await;
        assert_eq!(all.iter().filter(|one| alive.contains(one["id"].as_str().unwrap())).count(), 1);
    }
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_overlapping_merges_and_undoings_lose_nobody() {
    let app = TestApp::new().await;
    factory::set_default_field(&app, "username", "is_unique").await;
    let client = app.writer();
    let all = contacts(&client, 8).await;
    let tasks: JoinSet<Vec<Answer>> = (0..16)
        .map(|task: usize| {
            let (client, all) = (client.clone(), all.clone());
            async move {
                let id = |number: usize| &all[number % all.len()]["id"];
                let mut answers = Vec::new();
                for round in 0..3 {
                    let survivor = &all[(task * 3 + round) % all.len()];
                    let from = json!([id(task + round + 1), id(task * 5 + round + 2)]);
                    let answer = merge(&client, survivor, json!({"from": from})).await;
                    if answer.status == 200 && task.is_multiple_of(2) {
                        answers.push(undo(&client, &answer.json()["data"]["mergeId"]).await);
                    }
                    answers.push(answer);
                }
                answers
            }
        })
        .collect();
    let answers: Vec<Answer> = tasks.join_all().await.into_iter().flatten().collect();
    // A survivor or a part that was merged meanwhile, a merge of a contact with itself.
    assert_eq!(unexpected(&answers, &[200, 409, 422]), Vec::<String>::new());
    living(&client, &all).await;
    assert_eq!(app.differences().await, Vec::<String>::new());

    // Undone from the newest to the oldest, everybody is back.
    let merges = client.get(&format!("{MERGES}?pageSize=100")).await.expect(200);
    for merge in merges["data"].as_array().unwrap() {
        if merge["isUndoable"] == true {
            undo(&client, &merge["id"]).await.expect(200);
        }
    }
    assert_eq!(living(&client, &all).await.len(), all.len());
    for contact in &all {
        let after = factory::read(&client, contact).await;
        assert_eq!(super::without_time(&after), super::without_time(contact));
    }
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_merge_among_changes_and_deletions_of_its_parts() {
    let app = TestApp::new().await;
    let client = app.writer();
    let mut everybody = Vec::new();
    for _ in 0..4 {
        let all = contacts(&client, 4).await;
        let tasks: JoinSet<Answer> = (0..16)
            .map(|task: usize| {
                let (client, all) = (client.clone(), all.clone());
                async move {
                    let path = factory::path(&all[task % all.len()]);
                    match task {
                        3 => client.delete(&path).await,
                        0 | 5 | 10 => {
                            let from = json!([all[(task + 1) % 4]["id"], all[(task + 2) % 4]["id"]]);
                            merge(&client, &all[task % 4], json!({"from": from})).await
                        }
                        task if task % 2 == 0 => {
                            client.patch(&path, json!({"notes": format!("{task}")})).await
                        }
                        task => {
                            let tags = json!({"actionType": "MERGE", "tags": [format!("new {task}")]});
                            client.patch(&format!("{path}/tags"), tags).await
                        }
                    }
                }
            })
            .collect();
        let answers = tasks.join_all().await;
        assert_eq!(unexpected(&answers, &[200, 404, 409, 422]), Vec::<String>::new());
        everybody.extend(all);
    }
    assert_eq!(app.differences().await, Vec::<String>::new());
    // Each is there, leads to one that is there, or went with one that was deleted.
    let pool = app.pool().await;
    let lost: Vec<uuid::Uuid> = sqlx::query_scalar(
        "select n.id from unnest($1::uuid[]) as n (id)
         left join contact_redirects r on r.contact_id = n.id
         where not exists (select from contacts c where c.id = coalesce(r.survivor_id, n.id))
           and not exists (select from contact_trash t where t.contact_id = coalesce(r.survivor_id, n.id))",
    )
    .bind(everybody.iter().map(crate::contacts::id).collect::<Vec<_>>())
    .fetch_all(&pool)
    .await
    .unwrap();
    let twice: i64 = sqlx::query_scalar(
        "select count(*) from contact_redirects r where exists (select from contacts c where c.id = r.contact_id)
            or exists (select from contact_redirects o where o.contact_id = r.survivor_id)",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    pool.close().await;
    assert_eq!((lost, twice), (Vec::new(), 0));
    app.finish().await;
}
