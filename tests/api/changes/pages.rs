//! Pages of changes: nothing is skipped or put off, whatever changes meanwhile and wherever a page ends.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{CHANGES, Follower, items, now, stored, text};
use crate::support::{TestApp, factory, run_jobs};

#[tokio::test]
async fn what_changes_all_the_time_is_told_in_each_snapshot_and_no_page_loses_the_rest_of_a_change() {
    let app = TestApp::new().await;
    let writer = app.writer();
    let hot = factory::contact(&writer, json!({})).await;
    let mut follower = Follower::new(writer.clone()).await;
    // One transaction of many.
    let operations: Vec<Value> =
        (0..25).map(|_| json!({"action": "create", "contact": factory::body(json!({}))})).collect();
    writer.post("/api/v1/contacts/bulk", json!({"operations": operations})).await.expect(200);
    writer.patch(&factory::path(&hot), json!({"notes": "0"})).await.expect(200);
    let mut told_hot = 0;
    for round in 1..=12 {
        let page = follower.page("&pageSize=3").await;
        told_hot += items(&page).iter().filter(|item| item["id"] == hot["id"]).count();
        writer.patch(&factory::path(&hot), json!({"notes": round.to_string()})).await.expect(200);
    }
    assert!(told_hot >= 1);
    follower.catch_up(3).await;
    let mut copy = follower.contacts();
    let stored = stored(&app).await;
    copy.entry(text(&hot, "id")).or_insert(Value::Null);
    assert_eq!(copy, stored);
    app.finish().await;
}

#[tokio::test]
async fn every_size_of_page_tells_the_same() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let since = now(&admin).await;
    let tag = factory::tag(&admin, "vip").await;
    let mut contacts = Vec::new();
    for number in 0..12 {
        let fields =
            json!({"name": format!("n{number}"), "tags": ["vip"], "company": format!("c{}", number % 3)});
        contacts.push(factory::contact(&admin, fields).await);
    }
    admin.patch(&format!("/api/v1/tags/{}", text(&tag, "id")), json!({"name": "gold"})).await.expect(200);
    admin.patch(&factory::path(&contacts[3]), json!({"notes": "x"})).await.expect(200);
    admin.delete(&factory::path(&contacts[5])).await.expect(200);
    admin.delete(&format!("{}?permanent=true", factory::path(&contacts[7]))).await.expect(200);
    let merge = json!({"from": [contacts[1]["id"], contacts[2]["id"]]});
    admin.post(&format!("{}/merge", factory::path(&contacts[0])), merge).await.expect(200);
    let mut all: Option<Vec<Value>> = None;
    for size in [1_000, 1, 2, 3, 5, 7] {
        let mut follower = Follower::new(admin.clone()).await;
        follower.cursor.clone_from(&since);
        let told = follower.catch_up(size).await;
        let ids: BTreeSet<String> = told.iter().map(|item| text(item, "id")).collect();
        assert_eq!(ids.len(), told.len(), "each once");
        assert_eq!(follower.contacts(), stored(&app).await);
        assert_eq!(*all.get_or_insert_with(|| told.clone()), told, "pages of {size}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_page_ends_within_a_batch_of_documents_and_the_next_one_goes_on_there() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let tag = factory::tag(&admin, "vip").await;
    factory::many(&app, 40, &[&text(&tag, "id")], None).await;
    let mut follower = Follower::new(admin.clone()).await;
    let path = format!("/api/v1/tags/{}", text(&tag, "id"));
    admin.patch(&path, json!({"name": "gold"})).await.expect(200);
    follower.page("&pageSize=10").await;
    // What changes again, in the batch or by itself, is told later.
    let told: Vec<String> = follower.contacts().into_keys().collect();
    let other = stored(&app).await.into_keys().find(|id| !told.contains(id)).unwrap();
    admin.patch(&format!("/api/v1/contacts/{other}"), json!({"notes": "x"})).await.expect(200);
    follower.page("&pageSize=10").await;
    admin.patch(&path, json!({"name": "platinum"})).await.expect(200);
    follower.catch_up(10).await;
    assert_eq!(follower.contacts(), stored(&app).await);
    app.finish().await;
}

#[tokio::test]
async fn what_follows_a_large_batch_of_documents_is_told_with_every_size_of_page() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let tag = factory::tag(&admin, "vip").await;
    // As many as are renamed at once, in one entry.
    factory::many(&app, 1_000, &[&text(&tag, "id")], None).await;
    let before = now(&admin).await;
    admin.patch(&format!("/api/v1/tags/{}", text(&tag, "id")), json!({"name": "gold"})).await.expect(200);
    let behind = now(&admin).await;
    for round in 0..2 {
        let last = factory::contact(&admin, json!({"name": format!("last {round}")})).await;
        for size in [1_000, 250, 100, 7] {
            let mut follower = Follower::new(admin.clone()).await;
            follower.cursor.clone_from(&before);
            let told = follower.catch_up(size).await;
            assert_eq!((told.len(), follower.contacts()), (1_002 + round, stored(&app).await));
            follower.cursor.clone_from(&behind);
            let told = follower.catch_up(size).await;
            assert_eq!((told.len(), &told[round]["id"]), (1 + round, &last["id"]));
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn types_that_match_nothing_in_a_long_range_move_the_cursor_on_to_what_does() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let mut follower = Follower::new(admin.clone()).await;
    for _ in 0..3 {
        let operations: Vec<Value> =
            (0..250).map(|_| json!({"action": "create", "contact": factory::body(json!({}))})).collect();
        admin.post("/api/v1/contacts/bulk", json!({"operations": operations})).await.expect(200);
    }
    factory::tag(&admin, "vip").await;
    let mut pages = 0;
    let told = loop {
        let page = follower.page("&types=tag&pageSize=1").await;
        pages += 1;
        assert!(pages < 10);
        if page["hasMore"] == false {
            break page;
        }
    };
    assert!(pages > 1, "it went through in several steps");
    assert_eq!(items(&told).len(), 1);
    // Other types may be asked for from any cursor.
    follower.cursor = now(&admin).await;
    factory::contact(&admin, json!({"tags": ["new"]})).await;
    assert_eq!(items(&follower.page("&types=company,channel").await).len(), 0);
    factory::contact(&admin, json!({"tags": ["newer"]})).await;
    let kinds: BTreeSet<String> =
        follower.catch_up(100).await.iter().map(|item| text(item, "type")).collect();
    assert_eq!(kinds, ["contact", "tag"].map(str::to_owned).into());
    app.finish().await;
}

#[tokio::test]
async fn a_contact_of_a_rename_that_changed_by_itself_since_is_told_once() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let tag = factory::tag(&admin, "vip").await;
    factory::many(&app, 1_001, &[&text(&tag, "id")], None).await;
    let mut follower = Follower::new(admin.clone()).await;
    admin.patch(&format!("/api/v1/tags/{}", text(&tag, "id")), json!({"name": "gold"})).await.expect(202);
    run_jobs(&app.state).await.unwrap();
    let changed = stored(&app).await.into_keys().nth(500).unwrap();
    admin.patch(&format!("/api/v1/contacts/{changed}"), json!({"notes": "x"})).await.expect(200);
    let told = follower.catch_up(1_000).await;
    assert_eq!(told.len(), 1_002);
    assert_eq!(text(told.last().unwrap(), "id"), changed);
    assert_eq!(follower.contacts(), stored(&app).await);
    app.finish().await;
}

#[tokio::test]
async fn a_page_of_the_largest_contacts_is_cut_and_goes_on() {
    let app = TestApp::new().await;
    let writer = app.writer();
    let mut follower = Follower::new(writer.clone()).await;
    factory::contacts(&writer, 3, &json!({})).await;
    factory::swell(&app, 3_000_000).await;
    let sizes = [2, 1].map(|size| (size, size == 2));
    for (size, has_more) in sizes {
        let page = follower.page("").await;
        assert_eq!((items(&page).len(), &page["hasMore"]), (size, &has_more.into()));
    }
    assert_eq!(follower.contacts().len(), 3);
    app.state.database.close();
}

#[tokio::test]
async fn parameters_are_read_as_everywhere() {
    let app = TestApp::new().await;
    let reader = app.reader();
    for (query, field, code) in [
        ("since=x", "since", "invalid_cursor"),
        ("types=contact,person", "types", "not_an_option"),
        ("types=", "", ""),
        ("types=tag,company&types[]=contact", "", ""),
        ("types=tag,", "types", "not_an_option"),
        ("pageSize=0", "pageSize", "out_of_range"),
        ("pageSize=1001", "pageSize", "out_of_range"),
        ("wait=61", "wait", "out_of_range"),
        ("wait=-1", "wait", "out_of_range"),
        ("wait=x", "wait", "wrong_type"),
        ("wait=1&wait=2", "wait", "repeated"),
        ("cursor=x", "cursor", "unknown_parameter"),
    ] {
        let answer = reader.get(&format!("{CHANGES}?{query}")).await;
        if field.is_empty() {
            answer.expect(200);
        } else {
            let details = answer.expect_error(422, "validation_failed");
            assert_eq!((details[0].0.as_str(), details[0].1.as_str()), (field, code), "{query}");
        }
    }
    app.finish().await;
}
