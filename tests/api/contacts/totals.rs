//! Totals while others write.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{CONTACTS, list, texts};
use crate::support::{Client, TestApp, factory};

const WRITERS: usize = 8;
const ROUNDS: usize = 6;

/// Makes three contacts and deletes two of them, some times over.
async fn write(client: Client, writer: usize) {
    for round in 0..ROUNDS {
        let mut made = Vec::new();
        for n in 0..3 {
            let name = format!("writer {writer} {round} {n}");
            let tags: &[&str] = if n == 2 { &["kept"] } else { &["gone"] };
            let fields = json!({"name": name, "username": "user", "tags": tags, "company": "K-Link"});
            made.push(client.post(CONTACTS, factory::body(fields)).await.expect(201));
        }
        for gone in &made[..2] {
            client.delete(&factory::path(gone)).await.expect(200);
        }
    }
}

/// The total of an answer whose page has all there is must be what the page has.
#[track_caller]
fn check(query: &str, page: &Value) -> usize {
    let rows = page["data"].as_array().unwrap().len();
    assert_eq!(page["total"], rows, "{query}");
    assert_eq!((&page["lastPage"], &page["nextCursor"]), (&json!(1), &Value::Null));
    rows
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_answers_total_is_that_of_its_own_moment() {
    let app = TestApp::new().await;
    for n in 0..10 {
        factory::contact(&app.writer(), json!({"name": format!("before {n}"), "tags": ["before"]})).await;
    }
    let writing = Arc::new(AtomicUsize::new(WRITERS));
    let mut tasks = JoinSet::new();
    for writer in 0..WRITERS {
        let (client, writing) = (app.writer(), writing.clone());
        tasks.spawn(async move {
            write(client, writer).await;
            writing.fetch_sub(1, Ordering::Relaxed);
        });
    }
    for reader in 0..2 {
        let (client, writing) = (app.reader(), writing.clone());
        tasks.spawn(async move {
            let mut kept = 0;
            while writing.load(Ordering::Relaxed) > 0 {
                for query in [
                    "",
                    "sort=name",
                    "keyword=user",
                    "keyword=writer%20user",
                    "tag=gone",
                    "company=k-link",
                    "has=tags",
                ] {
                    let page = list(&client, &format!("{query}&pageSize=100")).await;
                    check(query, &page);
                    let mut ids = texts(&page["data"], "id");
                    ids.sort();
                    ids.dedup();
                    assert_eq!(page["total"], ids.len());
                }
                // What is only added to never falls; what nobody touches stays.
                let now = check("kept", &list(&client, "tag=kept&pageSize=100").await);
                assert!(now >= kept, "reader {reader}: {kept} became {now}");
                kept = now;
                let untouched = list(&client, "tag=before&pageSize=3&page=2").await;
                assert_eq!((&untouched["total"], &untouched["lastPage"]), (&json!(10), &json!(4)));
                let estimated = list(&client, "tag=before&count=estimated&pageSize=3").await;
                assert_eq!(estimated["total"], 10);
            }
        });
    }
    tasks.join_all().await;
    let kept = WRITERS * ROUNDS;
    for (query, total) in [
        ("", 10 + kept),
        ("keyword=user", kept),
        ("keyword=before", 10),
        ("tag=kept", kept),
        ("tag=gone", 0),
        ("company=k-link", kept),
        ("has=tags", 10 + kept),
    ] {
        for count in ["exact", "estimated"] {
            let page = list(&app.reader(), &format!("{query}&pageSize=1&count={count}")).await;
            assert_eq!(page["total"], total, "{query}");
        }
        assert_eq!(check(query, &list(&app.reader(), &format!("{query}&pageSize=100")).await), total);
    }
    app.finish().await;
}
