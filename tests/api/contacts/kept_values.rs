//! Values of custom fields that are kept of contacts in the trash, and of those from before a merge: they follow what
//! becomes of their fields as those of live contacts do, for good.

use serde_json::{Value, json};

use super::{
    CONTACTS,
    merge::{merged, undo},
};
use crate::support::{Client, TestApp, factory, run_jobs};

/// A custom field that was made by the API.
async fn field(client: &Client, field_type: &str, options: &[&str]) -> Value {
    let mut body = json!({"display_name": "Level", "system_name": "cf_level", "type": field_type});
    if !options.is_empty() {
        body["options"] = options.iter().map(|value| json!({"value": value})).collect();
    }
    client.post(&format!("{CONTACTS}/fields"), body).await.expect(201)["data"].take()
}

async fn change(client: &Client, field: &Value, body: Value) -> Value {
    let answer = client.patch(&format!("{CONTACTS}/fields/{}", factory::id(field)), body).await;
    assert!([200, 202].contains(&answer.status.as_u16()), "{}", answer.text());
    answer.json()["data"].take()
}

/// Renames options: `(from, into)`, or the same twice.
async fn rename(client: &Client, field: &Value, options: &[(&str, &str)]) {
    let option = |(from, into): &(&str, &str)| json!({"value": into, "previousValue": from});
    let options: Value = options.iter().map(option).collect();
    change(client, field, json!({"options": options})).await;
}

async fn contact(client: &Client, value: Value) -> Value {
    factory::contact(client, json!({"customFields": {"cf_level": value}})).await
}

async fn level(client: &Client, contact: &Value) -> Value {
    let read = factory::read(client, contact).await;
    read["customFields"].as_array().unwrap().first().map_or(Value::Null, |value| value["value"].clone())
}

async fn trash(client: &Client, contact: &Value) {
    client.delete(&factory::path(contact)).await.expect(200);
}

async fn restore(client: &Client, contact: &Value) -> Value {
    client.post(&format!("{}/restore", factory::path(contact)), json!({})).await.expect(200);
    level(client, contact).await
}

#[tokio::test]
async fn an_option_that_was_renamed_has_its_new_name_in_a_contact_that_is_restored() {
    let app = TestApp::new().await;
    let client = app.admin();
    let field = field(&client, "select", &["gold", "silver"]).await;
    let gone = contact(&client, json!("gold")).await;
    trash(&client, &gone).await;
    rename(&client, &field, &[("gold", "Gold"), ("silver", "silver")]).await;
    rename(&client, &field, &[("Gold", "GOLD"), ("silver", "silver")]).await;
    // An upsert finds it by the new name only.
    let upsert = |name: &str| format!("{CONTACTS}/by/cf_level/{name}?revive=true");
    let other = client.put(&upsert("gold"), json!({"username": "x"})).await;
    assert_eq!(other.expect_invalid(), ["value:not_an_option"]);
    let revived = client.put(&upsert("GOLD"), json!({"notes": "back"})).await.expect(200);
    assert_eq!(revived["id"], gone["id"]);
    assert_eq!(level(&client, &gone).await, "GOLD");
    // From then on it is as any other.
    trash(&client, &gone).await;
    rename(&client, &field, &[("GOLD", "au"), ("silver", "silver")]).await;
    assert_eq!(restore(&client, &gone).await, "au");
    app.finish().await;
}

#[tokio::test]
async fn options_that_swapped_their_names_are_the_same_in_contacts_that_were_away() {
    let app = TestApp::new().await;
    let client = app.admin();
    let field = field(&client, "multi_select", &["a", "b", "c"]).await;
    let live = contact(&client, json!(["a", "c"])).await;
    let gone = contact(&client, json!(["a", "c"])).await;
    let (survivor, other) = (contact(&client, json!([])).await, contact(&client, json!(["b"])).await);
    let merge = merged(&client, &survivor, &[&other]).await;
    trash(&client, &gone).await;
    rename(&client, &field, &[("a", "x"), ("b", "b"), ("c", "c")]).await;
    rename(&client, &field, &[("x", "x"), ("b", "a"), ("c", "c")]).await;
    rename(&client, &field, &[("x", "b"), ("a", "a"), ("c", "c")]).await;
    assert_eq!(level(&client, &live).await, json!(["b", "c"]));
    assert_eq!(restore(&client, &gone).await, json!(["b", "c"]));
    // What the merge brought goes, under whatever name; and it comes back where it was.
    assert_eq!(level(&client, &survivor).await, json!(["a"]));
    undo(&client, &merge["mergeId"]).await.expect(200);
    assert_eq!(level(&client, &survivor).await, Value::Null);
    assert_eq!(level(&client, &other).await, json!(["a"]));
    app.finish().await;
}

#[tokio::test]
async fn an_option_that_a_job_renames_has_its_new_name_at_once_in_what_comes_back() {
    let app = TestApp::new().await;
    let client = app.admin();
    let field = field(&client, "select", &["gold", "silver"]).await;
    for _ in 0..2 {
        let operation = json!({"action": "create", "contact": factory::body(json!({"customFields": {"cf_level": "gold"}}))});
        let body = json!({"operations": vec![operation; 600]});
        client.post(&format!("{CONTACTS}/bulk"), body).await.expect(200);
    }
    let [early, late] = [contact(&client, json!("gold")).await, contact(&client, json!("gold")).await];
    let [survivor, other] = [contact(&client, json!(null)).await, contact(&client, json!("gold")).await];
    let merge = merged(&client, &survivor, &[&other]).await;
    trash(&client, &early).await;
    let options = json!([{"value": "au", "previousValue": "gold"}, {"value": "silver"}]);
    let job = change(&client, &field, json!({"options": options})).await;
    assert_eq!(job["kind"], "fieldUpdate");
    // One that goes while the job has still to come, and one that was away.
    trash(&client, &late).await;
    assert_eq!(restore(&client, &early).await, "au");
    run_jobs(&app.state).await.unwrap();
    assert_eq!(restore(&client, &late).await, "au");
    undo(&client, &merge["mergeId"]).await.expect(200);
    assert_eq!((level(&client, &survivor).await, level(&client, &other).await), (Value::Null, json!("au")));
    app.finish().await;
}

#[tokio::test]
async fn values_of_a_field_that_changed_its_type_are_converted_and_those_that_cannot_be_are_left_out() {
    let app = TestApp::new().await;
    let client = app.admin();
    let field = field(&client, "text", &[]).await;
    let mut contacts = Vec::new();
    for value in ["7.0", "1.50", "no number"] {
        contacts.push(contact(&client, json!(value)).await);
    }
    let (survivor, other) = (contact(&client, json!(null)).await, contact(&client, json!("9.0")).await);
    for gone in &contacts {
        trash(&client, gone).await;
    }
    change(&client, &field, json!({"type": "number"})).await;
    assert_eq!(restore(&client, &contacts[0]).await, json!(7));
    trash(&client, &contacts[0]).await;
    let merge = merged(&client, &survivor, &[&other]).await;
    change(&client, &field, json!({"type": "text"})).await;
    assert_eq!(restore(&client, &contacts[0]).await, "7");
    assert_eq!(restore(&client, &contacts[1]).await, "1.5", "it was a number for a while");
    assert_eq!(restore(&client, &contacts[2]).await, "no number", "it suits the field again");
    undo(&client, &merge["mergeId"]).await.expect(200);
    assert_eq!((level(&client, &survivor).await, level(&client, &other).await), (Value::Null, json!("9")));

    trash(&client, &contacts[2]).await;
    client.delete(&factory::path(&contacts[1])).await.expect(200);
    change(
        &client,
        &field,
        json!({"type": "select", "options": [{"value": "7"}, {"value": "9"}, {"value": "8"}]}),
    )
    .await;
    rename(&client, &field, &[("7", "seven"), ("9", "9"), ("8", "8")]).await;
    assert_eq!(level(&client, &contacts[0]).await, "seven");
    assert_eq!(restore(&client, &contacts[1]).await, Value::Null, "1.5 is no option");
    assert_eq!(restore(&client, &contacts[2]).await, Value::Null);
    app.finish().await;
}

#[tokio::test]
async fn a_restored_contact_that_keeps_a_removed_option_may_be_sent_back_as_it_was_read() {
    let app = TestApp::new().await;
    let client = app.admin();
    let field = field(&client, "multi_select", &["gold", "silver", "bronze"]).await;
    let kept = contact(&client, json!(["silver", "gold"])).await;
    trash(&client, &kept).await;
    change(&client, &field, json!({"options": [{"value": "bronze"}, {"value": "silver"}]})).await;
    assert_eq!(restore(&client, &kept).await, json!(["silver", "gold"]));
    let path = factory::path(&kept);
    let read = factory::read(&client, &kept).await;
    let mut sent = read.clone();
    sent["specific_update_fields"] = json!([]);
    client.put(&path, sent).await.expect(200);
    client.patch(&path, read.clone()).await.expect(200);
    let operations = json!([{"action": "update", "id": kept["id"], "contact": read}]);
    let bulk = client.post(&format!("{CONTACTS}/bulk"), json!({"operations": operations})).await.expect(200);
    assert_eq!(bulk["data"]["succeeded"], 1, "{bulk}");
    assert_eq!(factory::read(&client, &kept).await, read, "nothing changed");
    // What else is chosen changes beside it; and once it is given up, it is gone.
    let set = async |value: Value| client.patch(&path, json!({"customFields": {"cf_level": value}})).await;
    set(json!(["gold", "bronze"])).await.expect(200);
    assert_eq!(level(&client, &kept).await, json!(["bronze", "gold"]));
    set(json!(["bronze"])).await.expect(200);
    assert_eq!(set(json!(["gold"])).await.expect_invalid(), ["customFields.cf_level:not_an_option"]);
    // Nobody else may have it.
    let body = factory::body(json!({"customFields": {"cf_level": ["gold"]}}));
    assert_eq!(client.post(CONTACTS, body).await.expect_invalid(), ["customFields.cf_level:not_an_option"]);
    app.finish().await;
}
