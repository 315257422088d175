//! Options of fields: in another order, under another name, fewer of them.

use serde_json::{Value, json};

use super::{CONTACTS, contact, field, ids, named, offenders, path, value};
use crate::support::{Client, TestApp, factory};

async fn level(client: &Client, field_type: &str, values: &[&str]) -> Value {
    let body = json!({"display_name": "Level", "type": field_type, "options": named(values)});
    field(client, body).await
}

async fn set(client: &Client, field: &Value, options: Value) -> crate::support::Answer {
    client.patch(&path(field), json!({"options": options})).await
}

#[tokio::test]
async fn options_are_added_ordered_labelled_and_one_is_the_default() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let made = level(&admin, "select", &["gold", "silver"]).await;
    let one = contact(&admin, json!({"cf_level": "gold"})).await;
    let options = json!([
        {"value": "bronze", "label": "Bronze", "is_default": true},
        {"value": "silver", "label": "Silver", "is_default": false},
        {"value": "gold", "label": "gold", "is_default": false},
    ]);
    let answer = set(&admin, &made, options.clone()).await.expect(200);
    assert_eq!(answer["data"]["options"], options);
    assert_eq!(admin.get(&path(&made)).await.expect(200)["data"]["options"], options);
    assert_eq!(factory::read(&admin, &one).await, one);
    contact(&admin, json!({"cf_level": "bronze"})).await;
    for (options, problems) in [
        (json!([]), &["options:required"][..]),
        (
            json!([{"value": "a", "is_default": true}, {"value": "b", "is_default": true}]),
            &["options:many_defaults"],
        ),
        (json!([{"value": "a"}, {"value": "a"}]), &["options[1].value:duplicate"]),
        (json!([{"value": "a", "previousValue": "copper"}]), &["options[0].previousValue:not_an_option"]),
        (
            json!([{"value": "a", "previousValue": "gold"}, {"value": "b", "previousValue": "gold"}]),
            &["options[1].previousValue:duplicate"],
        ),
        (
            json!([{"value": "gold", "previousValue": "silver"}, {"value": "silver", "previousValue": "gold"}]),
            &["options[0].previousValue:contradiction", "options[1].previousValue:contradiction"],
        ),
        (
            json!([{"value": "a", "previousValue": 1, "colour": 2}]),
            &["options[0].previousValue:wrong_type", "options[0].colour:unknown_field"],
        ),
    ] {
        assert_eq!(set(&admin, &made, options.clone()).await.expect_invalid(), problems, "{options}");
    }
    app.finish().await;
}

#[tokio::test]
async fn contacts_follow_an_option_that_is_renamed() {
    let app = TestApp::new().await;
    let admin = app.admin();
    for field_type in ["select", "multi_select"] {
        let made = level(&admin, field_type, &["gold", "silver", "bronze"]).await;
        let name = made["system_name"].as_str().unwrap();
        let choice = |values: &[&str]| if field_type == "select" { json!(values[0]) } else { json!(values) };
        admin.patch(&path(&made), json!({"is_unique": true})).await.expect(200);
        let one = contact(&admin, json!({name: choice(&["gold", "bronze"])})).await;
        let other = contact(&admin, json!({name: choice(&["silver"])})).await;
        let options = json!([
            {"value": "Gold+", "previousValue": "gold", "label": "Gold plus"},
            {"value": "silver"}, {"value": "bronze", "previousValue": "bronze"},
        ]);
        let answer = set(&admin, &made, options).await.expect(200);
        let shown = json!([
            {"value": "Gold+", "label": "Gold plus", "is_default": false},
            {"value": "silver", "label": "silver", "is_default": false},
            {"value": "bronze", "label": "bronze", "is_default": false},
        ]);
        assert_eq!(answer["data"]["options"], shown);
        assert_eq!(admin.get(&path(&made)).await.expect(200)["data"]["options"], shown);
        assert_eq!(value(&admin, &one, name).await, choice(&["Gold+", "bronze"]));
        assert_eq!(factory::read(&admin, &other).await, other);
        let found = admin.get(&format!("{CONTACTS}?{name}=Gold%2B")).await.expect(200);
        assert_eq!(found["data"], json!([factory::read(&admin, &one).await]));
        assert_eq!(admin.get(&format!("{CONTACTS}?{name}=gold")).await.expect(200)["total"], 0);
        let taken = admin
            .post(CONTACTS, factory::body(json!({"customFields": {name: choice(&["Gold+", "bronze"])}})))
            .await;
        assert_eq!(offenders(&taken, &format!("customFields.{name}"), "taken"), ids([&one]));
        let former =
            admin.post(CONTACTS, factory::body(json!({"customFields": {name: choice(&["gold"])}}))).await;
        assert_eq!(former.expect_invalid(), [format!("customFields.{name}:not_an_option")]);
        // What GET returns, PATCH takes.
        let read = factory::read(&admin, &one).await;
        admin.patch(&factory::path(&one), read).await.expect(200);
        // The former name is free for another option.
        let options =
            json!([{"value": "Gold+"}, {"value": "silver"}, {"value": "bronze"}, {"value": "gold"}]);
        set(&admin, &made, options).await.expect(200);
        assert_eq!(app.differences().await, Vec::<String>::new());
    }
    app.finish().await;
}

#[tokio::test]
async fn choices_are_shown_in_the_new_order_and_are_the_same_choices() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let made = level(&admin, "multi_select", &["a", "b", "c"]).await;
    admin.patch(&path(&made), json!({"is_unique": true})).await.expect(200);
    let one = contact(&admin, json!({"cf_level": ["a", "c"]})).await;
    let two = contact(&admin, json!({"cf_level": ["b"]})).await;
    set(&admin, &made, named(&["c", "b", "a"])).await.expect(200);
    assert_eq!(value(&admin, &one, "cf_level").await, json!(["c", "a"]));
    assert_eq!(app.differences().await, Vec::<String>::new());
    let taken = admin.post(CONTACTS, factory::body(json!({"customFields": {"cf_level": ["a", "c"]}}))).await;
    assert_eq!(offenders(&taken, "customFields.cf_level", "taken"), ids([&one]));
    assert_eq!(factory::read(&admin, &two).await, two);
    app.finish().await;
}

#[tokio::test]
async fn an_option_that_contacts_have_cannot_be_removed() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let made = level(&admin, "multi_select", &["a", "b", "c", "d"]).await;
    let mut having = Vec::new();
    for number in 0..22 {
        let choices = if number % 2 == 0 { json!(["a", "b"]) } else { json!(["b"]) };
        having.push(contact(&admin, json!({"cf_level": choices})).await);
    }
    contact(&admin, json!({"cf_level": ["c"]})).await;
    let answer = set(&admin, &made, named(&["c"])).await;
    assert_eq!(offenders(&answer, "options", "in_use"), ids(&having[..20]));
    assert!(answer.json()["message"].as_str().unwrap().starts_with("22 contacts have"), "{}", answer.text());
    let answer = set(&admin, &made, named(&["a", "b", "d"])).await;
    assert!(answer.json()["message"].as_str().unwrap().starts_with("1 contact has"), "{}", answer.text());
    // One that nobody has can go; its name can be taken by another one afterwards.
    let options = json!([{"value": "d", "previousValue": "a"}, {"value": "c"}, {"value": "b"}]);
    assert_eq!(
        set(&admin, &made, options.clone()).await.expect_invalid(),
        ["options[0].value:contradiction"]
    );
    set(&admin, &made, named(&["a", "c", "b"])).await.expect(200);
    set(&admin, &made, options).await.expect(200);
    assert_eq!(value(&admin, &having[0], "cf_level").await, json!(["d", "b"]));
    // Values of an archived field come back with it, so they count.
    admin.patch(&path(&made), json!({"is_archived": true})).await.expect(200);
    set(&admin, &made, named(&["c"])).await.expect_error(409, "conflict");
    app.finish().await;
}
