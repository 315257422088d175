//! A listing is what its parameters say, whatever the contacts: keyword, filters, order and pages together, compared
//! with an evaluation of the contacts themselves.

use std::{cmp::Ordering, sync::atomic::AtomicU32};

use contacts::domain::{Keyword, Region, case_key, fold};
use proptest::{
    prelude::*,
    sample::{select, subsequence},
    test_runner::{Config, TestRunner},
};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::{
    admin_of, clock, encoded, list,
    listing::{SORTS, data, turned, walked},
    search_rule::search_text,
    texts,
};
use crate::support::{Client, Setup, TestApp, factory};

/// Few moments, so that many contacts share one.
const MOMENTS: [&str; 3] = ["2026-01-08T11:00:00Z", "2026-01-08T12:00:00.5Z", "2026-01-09T00:00:00Z"];
const NAMES: [&str; 10] =
    ["Łukasz", "lukasz b", "ÁB", "ab", "a%", "ကျော်", "ကျော်ကျော်", "王小明", "🎉 a", "Straße"];
const TAGS: [&str; 3] = ["vip", "Łódź", "new"];
const COMPANIES: [&str; 2] = ["K-Link", "Ábé"];
const CHANNELS: [&str; 2] = ["viber", "line"];
const EMAILS: [&str; 2] = ["Ab@b.cc", "x@ab.cc"];
const PHONES: [&str; 2] = ["+95 9 797877765", "09 420012345"];

/// A contact's fields, when it is made, and when it is changed, if ever.
type Made = (Value, usize, Option<usize>);

fn contact() -> impl Strategy<Value = Made> {
    let maybe = |from: &'static [&'static str]| proptest::option::of(select(from));
    (
        select(&NAMES[..]),
        subsequence(&TAGS[..], 0..=3),
        (maybe(&COMPANIES), maybe(&CHANNELS), maybe(&EMAILS), maybe(&PHONES), maybe(&["U1", "U2"])),
        0..MOMENTS.len(),
        proptest::option::weighted(0.3, 0..MOMENTS.len()),
    )
        .prop_map(|(name, tags, (company, channel, email, phone, social_id), made, changed)| {
            let emails: Value = email.iter().map(|email| json!({"email": email})).collect();
            let phones: Value = phone.iter().map(|phone| json!({"phone": phone})).collect();
            let platforms: Value =
                social_id.iter().map(|id| json!({"channel": "viber", "socialPlatformId": id})).collect();
            let fields = json!({
                "name": name, "username": "user", "tags": tags, "company": company, "channel": channel,
                "email": emails, "phone": phones, "platformContacts": platforms,
            });
            (fields, made, changed)
        })
}

/// A parameter and its value.
type Parameter = (&'static str, &'static str);

fn parameters() -> impl Strategy<Value = Vec<Parameter>> {
    let of = |name: &'static str, values: &'static [&'static str]| {
        select(values).prop_map(move |value| (name, value)).boxed()
    };
    let times: &[&str] = &["2026-01-08", "2026-01-08T11:00:00Z", "2026-01-08T12:00:00.5Z", "2026-01-09"];
    let condition = prop_oneof![
        4 => of("tag", &["VIP", "łódź", "new", "nobody", ""]),
        2 => of("company", &["k-link", "ábé", "abe"]),
        2 => of("channel", &["Viber", "line"]),
        1 => of("email", &["ab@B.cc", "x@ab.cc"]),
        1 => of("phone", &["09797877765", "+95 9420012345"]),
        1 => of("socialPlatformId", &["U1", "u2"]),
        2 => of("has", &["email", "phone", "company", "channel", "tags", "platformContacts"]),
        1 => of("createdAfter", times),
        1 => of("createdBefore", times),
        1 => of("updatedAfter", times),
        1 => of("updatedBefore", times),
    ];
    let keyword = proptest::option::of(of(
        "keyword",
        &[
            "a", "ab", "USER", "user a", "kasz", "ကျ", "王", "%", "link", "0979", "(09) 42", "b@", "u", "zz",
            "🎉", "ß", "ss", " ",
        ],
    ));
    (proptest::collection::vec(condition, 0..4), keyword).prop_map(|(mut conditions, keyword)| {
        conditions.extend(keyword);
        conditions
    })
}

/// Whether a contact, as it is shown, is one that a parameter asks for.
fn passes(contact: &Value, (name, value): Parameter) -> bool {
    if value.is_empty() {
        return true;
    }
    let any = |texts: Vec<String>, is: &dyn Fn(&str) -> bool| texts.iter().any(|text| is(text));
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    // Those numbers differ in their last digits.
    let is_phone = |text: &str| digits(text).ends_with(&digits(value)[digits(value).len() - 7..]);
    let moment = |text: &str| {
        let text = if text.contains('T') { text.to_owned() } else { format!("{text}T00:00:00Z") };
        chrono::DateTime::parse_from_rfc3339(&text).unwrap()
    };
    let is = |key: &str, order: Ordering| moment(contact[key].as_str().unwrap()).cmp(&moment(value)) == order;
    let has = |key: &str| contact[key].as_array().map_or(!contact[key].is_null(), |list| !list.is_empty());
    match name {
        "keyword" => Keyword::parse_in(value, Region::parse("MM").ok())
            .unwrap()
            .is_none_or(|keyword| keyword.matches(&search_text(contact))),
        "tag" => any(texts(&contact["tags"], "name"), &|tag| case_key(tag) == case_key(value)),
        "company" => {
            contact["company"]["name"].as_str().is_some_and(|name| case_key(name) == case_key(value))
        }
        "channel" => contact["channel"].as_str().is_some_and(|name| case_key(name) == case_key(value)),
        "email" => {
            any(texts(&contact["email"], "email"), &|email| email.to_lowercase() == value.to_lowercase())
        }
        "phone" => any(texts(&contact["phone"], "phone"), &is_phone),
        "socialPlatformId" => {
            any(texts(&contact["platformContacts"], "socialPlatformId"), &|social_id| social_id == value)
        }
        "has" => has(value),
        "createdAfter" => is("createdAt", Ordering::Greater),
        "createdBefore" => is("createdAt", Ordering::Less),
        "updatedAfter" => is("updatedAt", Ordering::Greater),
        "updatedBefore" => is("updatedAt", Ordering::Less),
        _ => unreachable!("{name}"),
    }
}

/// The contacts in an order of the API.
fn sorted(mut contacts: Vec<Value>, sort: &str) -> Vec<Value> {
    let key = sort.trim_start_matches('-');
    contacts.sort_by_key(|contact| {
        let text = |key: &str| contact[key].as_str().unwrap().to_owned();
        // The API writes every moment with as many digits, so that texts are in their order.
        (if key == "name" { fold(&text(key)) } else { text(key) }, text("id"))
    });
    if sort.starts_with('-') {
        contacts.reverse();
    }
    contacts
}

async fn make(app: &TestApp, tenant: &str, contacts: Vec<Made>) -> (Client, Vec<Value>) {
    let clients = MOMENTS.map(|moment| admin_of(app, tenant, moment));
    let mut made = Vec::new();
    for (fields, at, changed) in contacts {
        let contact = factory::contact(&clients[at], fields).await;
        if let Some(then) = changed.filter(|then| *then > at) {
            clients[then].patch(&factory::path(&contact), json!({"notes": "x"})).await.expect(200);
        }
        made.push(factory::read(&clients[at], &contact).await);
    }
    let [client, ..] = clients;
    (client, made)
}

#[test]
fn a_listing_is_what_its_parameters_say() {
    let runtime = Runtime::new().unwrap();
    let app = runtime.block_on(TestApp::with(Setup { clock: clock(MOMENTS[2]), ..Setup::default() }));
    let tenants = AtomicU32::new(0);
    let contacts = prop_oneof![
        9 => proptest::collection::vec(contact(), 0..25),
        1 => proptest::collection::vec(contact(), 140..200),
    ];
    let query = (parameters(), select(&SORTS[..]), select(vec![1_usize, 3, 10, 100]), 1..6_usize);
    let queries = proptest::collection::vec(query, 12);
    let config = Config { cases: 16, failure_persistence: None, max_shrink_iters: 30, ..Config::default() };
    let result = TestRunner::new(config).run(&(contacts, queries), |(contacts, queries)| {
        runtime.block_on(async {
            let tenant = format!("t{}", tenants.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
            let (client, made) = make(&app, &tenant, contacts).await;
            for (parameters, sort, size, number) in queries {
                let mut query = format!("sort={sort}");
                for (name, value) in &parameters {
                    query = format!("{query}&{name}={}", encoded(value));
                }
                let passing =
                    made.iter().filter(|contact| parameters.iter().all(|one| passes(contact, *one)));
                let expected = sorted(passing.cloned().collect(), sort);
                let page = list(&client, &format!("{query}&pageSize={size}&page={number}")).await;
                let rows: Vec<Value> =
                    expected.iter().skip((number - 1) * size).take(size).cloned().collect();
                prop_assert_eq!(data(&page), rows, "{} page {} of {}", query, number, size);
                prop_assert_eq!(&page["total"], expected.len(), "{}", query);
                if made.len() < 25 || size > 3 {
                    prop_assert_eq!(&walked(&client, &query, size).await, &expected, "{} {}", query, size);
                    prop_assert_eq!(&turned(&client, &query, size).await, &expected, "{} {}", query, size);
                }
            }
            Ok(())
        })
    });
    runtime.block_on(app.finish());
    if let Err(error) = result {
        panic!("{error}");
    }
}
