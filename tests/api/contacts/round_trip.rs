//! What `GET` returns, `PUT` accepts, and it changes nothing.

use contacts::domain::{Email, Phone, Url, is_blank};
use proptest::{
    prelude::*,
    sample::subsequence,
    test_runner::{Config, TestRunner},
};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::{NOON, admin_at, changes, clock, full_contact, groups, list};
use crate::support::{Client, Setup, TestApp, factory};

/// A contact's text and entity tag.
async fn state(client: &Client, path: &str) -> (String, Option<String>) {
    let answer = client.get(path).await;
    answer.expect(200);
    (answer.text(), answer.header("etag").map(str::to_owned))
}

/// Sends an object back, with the fields to update where `PUT` needs them.
async fn send_back(client: &Client, mut object: Value) {
    let path = factory::path(&object);
    client.patch(&path, object.clone()).await.expect(200);
    let fields: Vec<Value> = object.as_object().unwrap().keys().map(|key| json!(key)).collect();
    for selection in [json!([]), json!(fields)] {
        object["specific_update_fields"] = selection;
        client.put(&path, object.clone()).await.expect(200);
    }
}

#[tokio::test]
async fn a_contact_with_everything_sent_back_changes_nothing() {
    let app = TestApp::with(Setup { clock: clock(NOON), ..Setup::default() }).await;
    for field in ["email", "phone", "username", "address"] {
        factory::set_default_field(&app, field, "is_unique").await;
        factory::set_default_field(&app, field, "is_required").await;
    }
    let contact = full_contact(&app).await;
    let path = factory::path(&contact);
    let (before, counter) = (state(&app.reader(), &path).await, changes(&app).await);
    let later = admin_at(&app, "2026-01-08T12:30:00Z");
    let read = factory::read(&app.reader(), &contact).await;
    let listed = list(&app.reader(), "").await["data"][0].take();
    let found = list(&app.reader(), "keyword=frank").await["data"][0].take();
    for object in [contact.clone(), read, listed, found] {
        send_back(&later, object).await;
        assert_eq!(state(&app.reader(), &path).await, before);
        assert_eq!(changes(&app).await, counter);
    }
    app.finish().await;
}

#[tokio::test]
async fn an_empty_contact_sent_back_changes_nothing() {
    let app = TestApp::with(Setup { clock: clock(NOON), ..Setup::default() }).await;
    let contact = factory::contact(&app.writer(), json!({})).await;
    let path = factory::path(&contact);
    let (before, counter) = (state(&app.reader(), &path).await, changes(&app).await);
    // Since then there is a field, and a group that new contacts get.
    factory::custom_field(
        &app,
        "cf_new",
        "text",
        factory::FieldSetup { is_required: true, ..Default::default() },
    )
    .await;
    super::sql(&app, "update groups set is_default = true where tenant_id = $1").await;
    send_back(&admin_at(&app, "2026-01-08T12:30:00Z"), contact).await;
    assert_eq!(state(&app.reader(), &path).await, before);
    assert_eq!(changes(&app).await, counter);
    app.finish().await;
}

/// Any text without NUL, of some visible character.
fn visible() -> impl Strategy<Value = String> {
    prop_oneof!["\\PC{1,20}", any::<String>(), "[က-ဪ ]{1,9}", " ?[a-zß😀]{1,5}\n"]
        .prop_map(|text| text.replace('\0', ""))
        .prop_filter("blank", |text| !is_blank(text) && text.chars().count() <= 100)
}

/// A name that no other differs from in case only.
fn lower_case() -> impl Strategy<Value = String> {
    "[a-z0-9à-öက-အ一-三%_\"'\\\\]{1,8}"
}

fn optional<T: std::fmt::Debug>(strategy: impl Strategy<Value = T>) -> impl Strategy<Value = Option<T>> {
    proptest::option::of(strategy)
}

/// Up to three entries, at most one of which is primary.
fn entries(key: &'static str, values: impl Strategy<Value = String>) -> impl Strategy<Value = Value> {
    (proptest::collection::vec(values, 0..4), 0..5_usize).prop_map(move |(values, primary)| {
        values
            .into_iter()
            .enumerate()
            .map(|(index, value)| json!({key: value, "isPrimary": index == primary}))
            .collect()
    })
}

pub(super) fn texts() -> impl Strategy<Value = Value> {
    let long = prop_oneof![visible(), Just(String::new())];
    let url = "https?://[a-zé]{1,9}\\.[a-z]{2}(:[0-9]{1,4})?/[ -~é]{0,9}[!-~]"
        .prop_filter("no URL", |url| Url::parse(url).is_ok());
    let channel = optional(prop_oneof![Just("phone"), Just("viber")]);
    (visible(), visible(), optional(long), optional(visible()), optional(url), channel).prop_map(
        |(username, name, address, notes, url, channel)| {
            json!({
                "username": username, "name": name, "address": address, "notes": notes, "avatar_url": url,
                "socialProfileUrl": url, "channel": channel,
            })
        },
    )
}

pub(super) fn lists() -> impl Strategy<Value = Value> {
    let email = "[a-z0-9+'é]{1,9}@[a-zA-Z]{1,9}\\.(com|例子)"
        .prop_filter("no email", |text| Email::parse(text).is_ok());
    let phone = "(\\+|00)?[0-9၀-၉ ()./-]{0,12}( ext\\. [0-9]|-[A-Z]{3})?"
        .prop_filter("no phone", |text| Phone::parse(text, None).is_ok());
    let platforms = proptest::collection::vec((prop_oneof![Just("viber"), Just("line")], visible()), 0..3);
    let tags = proptest::collection::hash_set(lower_case(), 0..4);
    let groups = subsequence(vec![0_usize, 1, 2, 3], 0..3).prop_shuffle();
    (entries("email", email), entries("phone", phone), platforms, tags, optional(lower_case()), groups)
        .prop_map(|(emails, phones, platforms, tags, company, groups)| {
            let platforms: Value = platforms
                .into_iter()
                .map(|(channel, id)| json!({"channel": channel, "socialPlatformId": id}))
                .collect();
            let tags: Vec<String> = tags.into_iter().collect();
            json!({
                "email": emails, "phone": phones, "platformContacts": platforms, "tags": tags,
                "company": company, "contact_groups": groups,
            })
        })
}

/// Values of the fields that [`full_contact`] makes.
pub(super) fn custom_values() -> impl Strategy<Value = Value> {
    let decimal = "-?[1-9][0-9]{0,12}\\.[0-9]{0,12}[1-9]".prop_map(|text| text.parse::<Value>().unwrap());
    let number = prop_oneof![any::<i64>().prop_map(Value::from), decimal];
    let colours = subsequence(vec!["red", "green", "blue"], 1..=3);
    (optional(visible()), optional(number), optional(any::<bool>()), optional(colours)).prop_map(
        |(sector, size, vip, colours)| {
            json!({"cf_sector": sector, "cf_size": size, "cf_vip": vip, "cf_colours": colours})
        },
    )
}

/// What a read shows of the fields that were sent, in the shape in which they were sent.
fn as_sent(read: &Value, sent: &Value, groups: &[Value]) -> Value {
    let mut shown: Value =
        sent.as_object().unwrap().keys().map(|key| (key.clone(), read[key].clone())).collect();
    shown["company"] = read["company"].get("name").cloned().unwrap_or_default();
    shown["tags"] = json!(super::texts(&read["tags"], "name"));
    let place = |group| groups.iter().position(|one| one == group);
    shown["contact_groups"] = read["contact_groups"].as_array().unwrap().iter().map(place).collect();
    shown["customFields"] = json!({"cf_sector": null, "cf_size": null, "cf_vip": null, "cf_colours": null});
    for field in read["customFields"].as_array().unwrap() {
        shown["customFields"][field["system_name"].as_str().unwrap()] = field["value"].clone();
    }
    shown
}

#[test]
fn any_contact_is_read_as_it_was_sent_and_sent_back_changes_nothing() {
    let runtime = Runtime::new().unwrap();
    let app = runtime.block_on(TestApp::new());
    let groups = runtime.block_on(async {
        full_contact(&app).await;
        groups(&app).await
    });
    let config = Config { cases: 32, failure_persistence: None, max_shrink_iters: 100, ..Config::default() };
    let strategy = (texts(), lists(), custom_values());
    let result = TestRunner::new(config).run(&strategy, |(mut sent, lists, custom)| {
        let object = sent.as_object_mut().unwrap();
        object.extend(lists.as_object().unwrap().clone());
        object.insert("customFields".to_owned(), custom);
        runtime.block_on(async {
            let mut body = sent.clone();
            for group in body["contact_groups"].as_array_mut().unwrap() {
                *group = groups[usize::try_from(group.as_u64().unwrap()).unwrap()]["id"].clone();
            }
            let created = app.admin().post("/api/v1/contacts", body).await.expect(201);
            let path = factory::path(&created);
            let before = state(&app.reader(), &path).await;
            let read = factory::read(&app.reader(), &created).await;
            prop_assert_eq!(&read, &created);
            // Blank text is no value.
            for field in ["address", "notes"] {
                if sent[field].as_str().is_some_and(|text| text.trim().is_empty()) {
                    sent[field] = Value::Null;
                }
            }
            prop_assert_eq!(as_sent(&read, &sent, &groups), sent);
            let counter = changes(&app).await;
            send_back(&app.admin(), read).await;
            prop_assert_eq!(state(&app.reader(), &path).await, before);
            prop_assert_eq!(changes(&app).await, counter);
            Ok(())
        })
    });
    runtime.block_on(app.finish());
    if let Err(error) = result {
        panic!("{error}");
    }
}
