//! Undoing a merge: what comes back, and what stays.

use serde_json::{Value, json};

use super::{MERGES, merge, merged, names, undo, without_time};
use crate::{
    contacts::{full_contact, list},
    support::{TestApp, factory},
};

#[tokio::test]
async fn all_contacts_are_as_they_were() {
    let app = TestApp::new().await;
    let client = app.writer();
    let full = full_contact(&app).await;
    let survivor = factory::contact(&client, json!({"username": "survivor", "tags": ["own"]})).await;
    let third = factory::contact(&client, json!({"username": "third", "notes": "of the third"})).await;
    let merge = merged(&client, &survivor, &[&full, &third]).await;
    let answer = undo(&client, &merge["mergeId"]).await.expect(200);
    assert_eq!((&answer["status"], &answer["message"]), (&json!("success"), &json!("undoing merge")));
    let undone = &answer["data"];
    assert_eq!((&undone["id"], &undone["survivorId"]), (&merge["mergeId"], &survivor["id"]));
    assert_eq!(
        (&undone["mergedIds"], &undone["isUndoable"]),
        (&json!([full["id"], third["id"]]), &json!(false))
    );
    assert!(undone["undoneAt"].is_string());
    assert_eq!(client.get(MERGES).await.expect(200)["data"], json!([undone]));

    for contact in [&survivor, &full, &third] {
        let answer = client.get(&factory::path(contact)).await.expect(200);
        assert!(answer.get("mergedInto").is_none());
        assert_eq!(without_time(&answer["data"]), without_time(contact));
        assert_eq!(
            answer["data"]["updatedAt"], undone["undoneAt"],
            "it changed, for those who look for changes"
        );
    }
    let page = list(&client, "").await;
    assert_eq!((&page["total"], page["data"].as_array().unwrap().len()), (&json!(3), 3));
    for (keyword, found) in [("McCallister", &full), ("third", &third), ("survivor", &survivor)] {
        let page = list(&client, &format!("keyword={keyword}")).await;
        assert_eq!((&page["total"], &page["data"][0]["id"]), (&json!(1), &found["id"]), "{keyword}");
    }
    // And can be merged again.
    merged(&client, &full, &[&survivor]).await;
    app.finish().await;
}

#[tokio::test]
async fn later_changes_of_the_survivor_stay() {
    let app = TestApp::new().await;
    let client = app.writer();
    let email = |address: &str, is_primary: bool| json!({"email": address, "isPrimary": is_primary});
    let survivor = factory::contact(
        &client,
        json!({"username": "one", "address": "street", "tags": ["a", "b"], "email": [email("one@x.com", false)]}),
    )
    .await;
    let other = factory::contact(
        &client,
        json!({
            "username": "two", "notes": "of the other", "company": "K-Link", "channel": "viber", "tags": ["c"],
            "email": [email("two@x.com", true)],
        }),
    )
    .await;
    let merge = merged(&client, &survivor, &[&other]).await;
    let change = json!({
        "username": "renamed", "notes": "changed since", "tags": ["new", "c", "a"],
        "email": [email("three@x.com", true), email("two@x.com", false), email("one@x.com", false)],
    });
    client.patch(&factory::path(&survivor), change).await.expect(200);
    undo(&client, &merge["mergeId"]).await.expect(200);

    let after = factory::read(&client, &survivor).await;
    // Changed since: they stay.
    assert_eq!((&after["username"], &after["notes"]), (&json!("renamed"), &json!("changed since")));
    // Taken over, and not changed since: they go back.
    assert_eq!((&after["company"], &after["channel"]), (&Value::Null, &Value::Null));
    assert_eq!(after["address"], "street");
    // Of lists that were changed goes what was taken over.
    assert_eq!(names(&after["tags"]), ["new", "a"]);
    assert_eq!(after["email"], json!([email("three@x.com", true), email("one@x.com", false)]));
    assert_eq!(without_time(&factory::read(&client, &other).await), without_time(&other));
    app.finish().await;
}

#[tokio::test]
async fn what_a_preference_took_from_the_survivor_comes_back() {
    let app = TestApp::new().await;
    let client = app.writer();
    let survivor =
        factory::contact(&client, json!({"username": "one", "notes": "x", "tags": ["a", "b"]})).await;
    let other = factory::contact(&client, json!({"username": "two", "tags": ["b", "c"]})).await;
    let prefer = json!({"username": other["id"], "notes": other["id"], "tags": other["id"]});
    let body = json!({"from": [other["id"]], "prefer": prefer});
    let made = merge(&client, &survivor, body).await.expect(200)["data"].take();
    assert_eq!(names(&made["contact"]["tags"]), ["b", "c"]);
    let add = json!({"actionType": "MERGE", "tags": ["d"]});
    client.patch(&format!("{}/tags", factory::path(&survivor)), add).await.expect(200);
    undo(&client, &made["mergeId"]).await.expect(200);
    let after = factory::read(&client, &survivor).await;
    assert_eq!((&after["username"], &after["notes"]), (&json!("one"), &json!("x")));
    assert_eq!(names(&after["tags"]), ["b", "d", "a"]);
    app.finish().await;
}

#[tokio::test]
async fn one_of_several_merges_into_a_contact_can_be_undone() {
    let app = TestApp::new().await;
    let client = app.writer();
    let survivor = factory::contact(&client, json!({"tags": ["a"]})).await;
    let second = factory::contact(&client, json!({"tags": ["b"], "notes": "of the second"})).await;
    let third = factory::contact(&client, json!({"tags": ["c"], "address": "of the third"})).await;
    let first_merge = merged(&client, &survivor, &[&second]).await;
    let second_merge = merged(&client, &survivor, &[&third]).await;
    undo(&client, &first_merge["mergeId"]).await.expect(200);
    let after = factory::read(&client, &survivor).await;
    assert_eq!((names(&after["tags"]), &after["notes"]), (vec!["a".into(), "c".into()], &Value::Null));
    assert_eq!(after["address"], "of the third");
    undo(&client, &second_merge["mergeId"]).await.expect(200);
    for contact in [&survivor, &second, &third] {
        assert_eq!(without_time(&factory::read(&client, contact).await), without_time(contact));
    }
    app.finish().await;
}

#[tokio::test]
async fn merges_that_preferred_the_same_field_are_undone_in_the_order_in_which_they_were_made() {
    let app = TestApp::new().await;
    let client = app.writer();
    let fields =
        |name: &str| json!({"username": name, "notes": name, "phone": [{"phone": "+95 9 797877765"}]});
    let a = factory::contact(&client, fields("a")).await;
    let b = factory::contact(&client, fields("b")).await;
    let c = factory::contact(&client, fields("c")).await;
    let preferring = async |other: &Value| {
        let body = json!({"from": [other["id"]], "prefer": {"notes": other["id"], "username": other["id"]}});
        merge(&client, &a, body).await.expect(200)["data"]["mergeId"].take()
    };
    let (first, second) = (preferring(&b).await, preferring(&c).await);
    undo(&client, &first).await.expect(200);
    assert_eq!(factory::read(&client, &a).await["notes"], "c", "the second merge stands");
    // Of what the contact is without the first merge something is changed.
    client.patch(&factory::path(&a), json!({"address": "new"})).await.expect(200);
    undo(&client, &second).await.expect(200);
    let mut expected = without_time(&a);
    expected["address"] = json!("new");
    assert_eq!(without_time(&factory::read(&client, &a).await), expected);
    for contact in [&b, &c] {
        assert_eq!(without_time(&factory::read(&client, contact).await), without_time(contact));
    }
    app.finish().await;
}
