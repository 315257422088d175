//! `PATCH /api/v1/contacts/{id}/tags`

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{NOBODY, NOON, admin_at, changes, clock, texts};
use crate::support::{Answer, Setup, TestApp, factory};

async fn change(app: &TestApp, contact: &Value, action: &str, tags: Value) -> Answer {
    let body = json!({"actionType": action, "tags": tags});
    app.writer().patch(&format!("{}/tags", factory::path(contact)), body).await
}

async fn names(app: &TestApp, contact: &Value) -> Vec<String> {
    texts(&factory::read(&app.reader(), contact).await["tags"], "name")
}

async fn catalogue(app: &TestApp) -> Vec<String> {
    let mut names = texts(&app.reader().get("/api/v1/tags?pageSize=100").await.expect(200)["data"], "name");
    names.sort();
    names
}

#[tokio::test]
async fn a_change_of_tags_is_acknowledged() {
    let app = TestApp::new().await;
    let contact = factory::contact(&app.writer(), json!({})).await;
    let acknowledged =
        json!({"status": "success", "message": "Contact tags updated successfully", "data": null});
    for action in ["MERGE", "REPLACE", "REMOVE"] {
        assert_eq!(change(&app, &contact, action, json!(["vip"])).await.expect(200), acknowledged);
    }
    app.finish().await;
}

#[tokio::test]
async fn tags_are_merged_replaced_and_removed_in_order() {
    let app = TestApp::new().await;
    let contact = factory::contact(&app.writer(), json!({"tags": ["b", "a"], "notes": "n"})).await;
    for (action, tags, expected) in [
        ("MERGE", json!(["d", "A", "c", "D"]), vec!["b", "a", "d", "c"]),
        ("MERGE", json!([]), vec!["b", "a", "d", "c"]),
        ("REMOVE", json!(["B", "nobody has it", "c"]), vec!["a", "d"]),
        ("REMOVE", json!([]), vec!["a", "d"]),
        ("REPLACE", json!(["e", "d", "E", {"name": "a"}]), vec!["e", "d", "a"]),
        ("REPLACE", json!(["a", "d", "e"]), vec!["a", "d", "e"]),
        ("REMOVE", json!(["a", "d", "e"]), vec![]),
        ("MERGE", json!(["c"]), vec!["c"]),
        ("REPLACE", json!([]), vec![]),
    ] {
        change(&app, &contact, action, tags.clone()).await.expect(200);
        assert_eq!(names(&app, &contact).await, expected, "{action} {tags}");
    }
    // A tag that is only taken off is not made for it; one that nobody has any more stays.
    assert_eq!(catalogue(&app).await, ["a", "b", "c", "d", "e"]);
    assert_eq!(factory::read(&app.reader(), &contact).await["notes"], "n");
    app.finish().await;
}

#[tokio::test]
async fn tags_are_given_by_name_or_by_id() {
    let app = TestApp::new().await;
    let other = factory::contact(&app.writer(), json!({"tags": ["a", "b", "c"]})).await;
    let contact = factory::contact(&app.writer(), json!({})).await;
    let tags = &other["tags"];
    change(&app, &contact, "MERGE", json!([tags[1], {"id": tags[0]["id"]}, {"name": "C"}])).await.expect(200);
    let read = factory::read(&app.reader(), &contact).await;
    assert_eq!(read["tags"], json!([tags[1], tags[0], tags[2]]));
    change(&app, &contact, "REMOVE", json!([{"id": tags[1]["id"]}, {"id": NOBODY}, {"name": "A"}]))
        .await
        .expect(200);
    assert_eq!(names(&app, &contact).await, ["c"]);
    let theirs = factory::contact(&app.stranger(), json!({"tags": ["x"]})).await;
    for action in ["MERGE", "REPLACE"] {
        let tags = json!(["c", {"id": NOBODY}, theirs["tags"][0]]);
        let details = change(&app, &contact, action, tags).await.expect_invalid();
        assert_eq!(details, ["tags[1].id:unknown_tag", "tags[2].id:unknown_tag"]);
    }
    assert_eq!(names(&app, &contact).await, ["c"]);
    app.finish().await;
}

#[tokio::test]
async fn action_and_tags_are_required_and_nothing_else_is_known() {
    let app = TestApp::new().await;
    let contact = factory::contact(&app.writer(), json!({"tags": ["a"]})).await;
    let path = format!("{}/tags", factory::path(&contact));
    for (body, expected) in [
        (json!({}), vec!["actionType:required", "tags:required"]),
        (json!({"actionType": "MERGE"}), vec!["tags:required"]),
        (json!({"actionType": "MERGE", "tags": null}), vec!["tags:required"]),
        (json!({"tags": ["b"]}), vec!["actionType:required"]),
        (json!({"actionType": null, "tags": ["b"]}), vec!["actionType:required"]),
        (json!({"actionType": "merge", "tags": ["b"]}), vec!["actionType:not_an_option"]),
        (json!({"actionType": "", "tags": ["b"]}), vec!["actionType:not_an_option"]),
        (json!({"actionType": 1, "tags": ["b"]}), vec!["actionType:not_an_option"]),
        (json!({"actionType": {"MERGE": null}, "tags": ["b"]}), vec!["actionType:not_an_option"]),
        (json!({"actionType": "MERGE", "tags": "b"}), vec!["tags:wrong_type"]),
        (
            json!({"actionType": "ADD", "tags": ["", 7, {}, {"name": "x", "colour": "red"}], "id": 1}),
            vec![
                "actionType:not_an_option",
                "id:unknown_field",
                "tags[0]:blank",
                "tags[1]:wrong_type",
                "tags[2].name:required",
                "tags[3].colour:unknown_field",
            ],
        ),
    ] {
        let mut details = app.writer().patch(&path, body.clone()).await.expect_invalid();
        details.sort();
        assert_eq!(details, expected, "{body}");
    }
    assert_eq!(
        (names(&app, &contact).await, catalogue(&app).await),
        (vec!["a".to_owned()], vec!["a".to_owned()])
    );
    app.finish().await;
}

#[tokio::test]
async fn a_contact_has_at_most_fifty_tags() {
    let app = TestApp::new().await;
    let tags =
        |numbers: std::ops::Range<u8>| -> Value { numbers.map(|n| json!(format!("tag {n}"))).collect() };
    let contact = factory::contact(&app.writer(), json!({"tags": tags(0..49)})).await;
    assert_eq!(change(&app, &contact, "MERGE", tags(48..51)).await.expect_invalid(), ["tags:too_many"]);
    assert_eq!(names(&app, &contact).await.len(), 49);
    change(&app, &contact, "MERGE", tags(48..50)).await.expect(200);
    assert_eq!(names(&app, &contact).await.len(), 50);
    change(&app, &contact, "MERGE", tags(0..50)).await.expect(200);
    for action in ["MERGE", "REPLACE", "REMOVE"] {
        assert_eq!(change(&app, &contact, action, tags(0..51)).await.expect_invalid(), ["tags:too_many"]);
    }
    assert_eq!(catalogue(&app).await.len(), 50);
    app.finish().await;
}

#[tokio::test]
async fn only_a_change_of_tags_is_a_change() {
    let app = TestApp::with(Setup { clock: clock(NOON), ..Setup::default() }).await;
    let contact = factory::contact(&app.writer(), json!({"tags": ["a", "b"]})).await;
    let later = "2026-01-08T12:30:00.000000Z";
    let (client, path) = (admin_at(&app, later), format!("{}/tags", factory::path(&contact)));
    let before = changes(&app).await;
    for (action, tags) in [("MERGE", ["B"]), ("REMOVE", ["c"])] {
        client.patch(&path, json!({"actionType": action, "tags": tags})).await.expect(200);
    }
    client.patch(&path, json!({"actionType": "REPLACE", "tags": ["A", "b"]})).await.expect(200);
    assert_eq!(factory::read(&app.reader(), &contact).await, contact);
    assert_eq!(changes(&app).await, before);
    client.patch(&path, json!({"actionType": "REMOVE", "tags": ["A"]})).await.expect(200);
    let mut expected = contact.clone();
    expected["tags"] = json!([contact["tags"][1]]);
    expected["updatedAt"] = json!(later);
    assert_eq!(factory::read(&app.reader(), &contact).await, expected);
    assert_eq!(changes(&app).await, before + 1);
    app.finish().await;
}

#[tokio::test]
async fn tags_merged_at_once_all_survive() {
    let app = TestApp::new().await;
    let contact = factory::contact(&app.writer(), json!({"tags": ["z"]})).await;
    let tags = ["a", "b", "c", "d", "B", "A"];
    for answer in join_all(tags.iter().map(|tag| change(&app, &contact, "MERGE", json!([tag, "e"])))).await {
        answer.expect(200);
    }
    let mut names = names(&app, &contact).await.iter().map(|name| name.to_lowercase()).collect::<Vec<_>>();
    names.sort();
    assert_eq!(names, ["a", "b", "c", "d", "e", "z"]);
    assert_eq!(catalogue(&app).await.len(), 6);
    app.finish().await;
}
