//! A total is counted once for each change of the tenant, by whichever instance, and is always that of its moment.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use contacts::{
    config::CorsOrigins,
    database::Database,
    read_model::Totals,
    router,
    state::{AppState, Parts},
    tenants::Tenants,
};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{CONTACTS, list, sql};
use crate::support::{Client, TestApp, app::TENANT, factory};

/// Filters that many contacts pass, so that a page is found before they are counted.
const FREQUENT: [&str; 6] =
    ["keyword=a", "keyword=an", "tag=vip", "has=email", "company=k-link", "keyword=fr&tag=vip"];

/// Another instance on the same database.
fn instance(app: &TestApp) -> (AppState, Client) {
    let timeout = std::time::Duration::from_secs(30);
    let state = AppState::from(Parts {
        database: Database::new(app.options(), 4, timeout),
        tenants: Tenants::new(true),
        totals: Totals::default(),
        ..Parts::clone(&app.state)
    });
    let router = router::build(state.clone(), &CorsOrigins::List(Vec::new()), timeout).unwrap();
    (state, Client::new(router, Some(app.token(TENANT, "admin"))))
}

async fn make(client: &Client) -> Value {
    let fields = json!({
        "name": "Frank Anders", "tags": ["vip"], "company": "K-Link", "email": [{"email": "a@b.cc"}],
    });
    factory::contact(client, fields).await
}

async fn total(client: &Client, query: &str) -> i64 {
    list(client, &format!("{query}&pageSize=2")).await["total"].as_i64().unwrap()
}

/// Takes a contact away past the service, which numbers no change: only who counts sees it.
async fn hide_one(app: &TestApp) {
    let hidden = "delete from contacts where tenant_id = $1
                  and id = (select c.id from contacts c where c.tenant_id = $1 order by c.id desc limit 1)";
    assert_eq!(sql(app, hidden).await, 1);
}

#[tokio::test]
async fn what_one_instance_writes_the_next_search_of_another_counts() {
    let app = TestApp::new().await;
    let (state, other) = instance(&app);
    let one = app.writer();
    let mut made = vec![make(&one).await, make(&one).await, make(&one).await];
    for round in 0..6 {
        for query in FREQUENT {
            let expected = i64::try_from(made.len()).unwrap();
            for client in [&one, &other, &one, &other] {
                assert_eq!(total(client, query).await, expected, "{query}");
            }
            // By turns one of them writes, and both are asked.
            let writer = if round % 2 == 0 { &one } else { &other };
            if round < 4 {
                made.push(make(writer).await);
            } else {
                writer.delete(&factory::path(&made.pop().unwrap())).await.expect(200);
            }
        }
    }
    // A contact that changes passes no longer, though there are as many as before.
    let path = factory::path(&made[0]);
    let nobody = json!({"name": "x", "username": "y", "tags": [], "company": null, "email": []});
    other.patch(&path, nobody).await.expect(200);
    for query in FREQUENT {
        for client in [&one, &other] {
            assert_eq!(total(client, query).await, i64::try_from(made.len()).unwrap() - 1, "{query}");
        }
    }
    state.database.close();
    app.finish().await;
}

#[tokio::test]
async fn a_total_is_counted_anew_when_the_tenant_changed_and_only_then() {
    let app = TestApp::new().await;
    let client = app.writer();
    for _ in 0..6 {
        make(&client).await;
    }
    for query in FREQUENT {
        assert_eq!(total(&client, query).await, 6, "{query}");
    }
    hide_one(&app).await;
    for query in FREQUENT {
        // In whatever order, on whatever page, by whichever name of it.
        for more in ["", "&sort=updatedAt", "&page=2"] {
            assert_eq!(
                total(&client, &format!("{query}{more}")).await,
                6,
                "{query}{more}: not counted again"
            );
        }
        assert_eq!(total(&client, &format!("{query}&count=estimated")).await, 5, "{query}: counted always");
        assert_eq!(list(&client, &format!("{query}&count=none")).await["total"], Value::Null);
    }
    assert_eq!(total(&client, "keyword=A").await, 6, "the keyword as it is searched");
    assert_eq!(total(&client, "keyword=n").await, 5, "another keyword");
    let (state, other) = instance(&app);
    assert_eq!(total(&other, "keyword=a").await, 5, "an instance that remembers nothing");

    // What is refused or rolled back is no change; the next one is.
    client.post(CONTACTS, json!({"username": ""})).await.expect(422);
    assert_eq!(total(&client, "keyword=a").await, 6);
    other.post("/api/v1/channels", json!({"name": "fax"})).await.expect(201);
    for query in FREQUENT {
        assert_eq!(total(&client, query).await, 5, "{query}: counted again");
    }
    state.database.close();
    sql(&app, "update tenant_counters set contacts = contacts - 1 where tenant_id = $1").await;
    app.finish().await;
}

#[tokio::test]
async fn nothing_is_remembered_of_another_tenant_nor_of_another_change_with_the_same_number() {
    let app = TestApp::new().await;
    for _ in 0..4 {
        make(&app.writer()).await;
    }
    make(&app.stranger()).await;
    for query in FREQUENT {
        for _ in 0..2 {
            assert_eq!(
                (total(&app.reader(), query).await, total(&app.stranger(), query).await),
                (4, 1),
                "{query}"
            );
        }
    }
    hide_one(&app).await;
    assert_eq!(total(&app.reader(), "keyword=a").await, 4);
    // As of a restored backup, or a server that took over, which numbered its changes on its own.
    sql(&app, "update tenant_counters set stamp = stamp + 1 where tenant_id = $1").await;
    assert_eq!(total(&app.reader(), "keyword=a").await, 3);
    assert_eq!(total(&app.reader(), "keyword=a").await, 3);
    sql(&app, "update tenant_counters set contacts = contacts - 1 where tenant_id = $1").await;
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_instances_that_write_and_count_at_once_neither_is_ever_behind() {
    const WRITERS: usize = 4;
    const EACH: usize = 12;
    let app = TestApp::new().await;
    let (state, other) = instance(&app);
    make(&app.writer()).await;
    let (written, writing) = (Arc::new(AtomicUsize::new(1)), Arc::new(AtomicUsize::new(WRITERS)));
    let clients = [app.writer(), other];
    let mut tasks = JoinSet::new();
    for writer in 0..WRITERS {
        let (client, written, writing) = (clients[writer % 2].clone(), written.clone(), writing.clone());
        tasks.spawn(async move {
            for _ in 0..EACH {
                make(&client).await;
                written.fetch_add(1, Ordering::SeqCst);
            }
            writing.fetch_sub(1, Ordering::SeqCst);
        });
    }
    for client in &clients {
        let (client, written, writing) = (client.clone(), written.clone(), writing.clone());
        tasks.spawn(async move {
            while writing.load(Ordering::SeqCst) > 0 {
                for query in FREQUENT {
                    // What was acknowledged before the search is in it; what is under way may be.
                    let before = i64::try_from(written.load(Ordering::SeqCst)).unwrap();
                    let found = total(&client, query).await;
                    let after = i64::try_from(written.load(Ordering::SeqCst) + WRITERS).unwrap();
                    assert!((before..=after).contains(&found), "{query}: {before} <= {found} <= {after}");
                }
            }
        });
    }
    tasks.join_all().await;
    for client in clients {
        for query in FREQUENT {
            assert_eq!(total(&client, query).await, i64::try_from(1 + WRITERS * EACH).unwrap(), "{query}");
        }
    }
    state.database.close();
    app.finish().await;
}
