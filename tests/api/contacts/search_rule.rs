//! A listing by keyword is what the domain's rule says, whatever the contacts and the keyword.

use std::sync::atomic::{AtomicU32, Ordering};

use contacts::domain::{Keyword, Phone, Region, SearchText};
use proptest::{
    prelude::*,
    sample::{Index, select},
    test_runner::{Config, TestRunner},
};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::{encoded, list, texts};
use crate::support::{Client, TestApp, factory};

/// What the search should look into, by what a contact shows.
pub fn search_text(contact: &Value) -> String {
    let region = Region::parse("MM").ok();
    let text = |key: &str| contact[key].as_str().unwrap();
    let (emails, social_ids) =
        (texts(&contact["email"], "email"), texts(&contact["platformContacts"], "socialPlatformId"));
    let phones: Vec<Phone> =
        texts(&contact["phone"], "phone").iter().map(|phone| Phone::parse(phone, region).unwrap()).collect();
    let search_text = SearchText {
        name: text("name"),
        username: text("username"),
        emails: emails.iter().map(String::as_str).collect(),
        phones: phones.iter().collect(),
        company: contact["company"]["name"].as_str(),
        social_ids: social_ids.iter().map(String::as_str).collect(),
    };
    search_text.build()
}

/// Short words of few letters, so that keywords find some contacts and not others.
fn words() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        3 => "[aábBłLøß]{1,3}",
        2 => "[က-ဂာ်]{1,3}",
        1 => "[小明🎉]{1,2}",
        1 => "[0-2၀-၂]{1,3}",
        1 => "[%_\\\\a]{1,2}",
    ];
    proptest::collection::vec(word, 1..3).prop_map(|words| words.join(" "))
}

fn contact() -> impl Strategy<Value = Value> {
    let phone = "(\\+959|09|၀၉|1-800-)[ 0-2]{2,7}";
    let optional = |strategy| proptest::option::weighted(0.3, strategy);
    (
        words(),
        words(),
        optional(words().boxed()),
        optional(phone.boxed()),
        optional("[abł]{1,2}@b\\.aa".boxed()),
    )
        .prop_map(|(name, username, company, phone, email)| {
            let phones: Value = phone.iter().map(|phone| json!({"phone": format!("{phone}12")})).collect();
            let emails: Value = email.iter().map(|email| json!({"email": email})).collect();
            json!({"name": name, "username": username, "company": company, "phone": phones, "email": emails})
        })
}

fn keyword() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => words(),
        2 => "(0|\\+95|\\()?9[ 0-2)-]{1,4}",
        1 => "[ab@.%_\\\\]{1,3}",
        1 => "[0-2]{1,2}( [0-2]{1,2})?",
    ]
}

/// What a keyword finds, page by page, with the total of each page.
async fn pages(client: &Client, keyword: &str, size: usize) -> (Vec<Value>, Vec<Value>) {
    let (mut contacts, mut totals) = (Vec::new(), Vec::new());
    for page in 1.. {
        let query = format!("keyword={}&pageSize={size}&page={page}", encoded(keyword));
        let mut page = list(client, &query).await;
        totals.push(page["total"].take());
        let Value::Array(data) = page["data"].take() else { panic!("data is an array") };
        let is_last = data.len() < size;
        contacts.extend(data);
        if is_last {
            break;
        }
    }
    (contacts, totals)
}

#[test]
fn a_listing_is_what_the_keyword_matches() {
    let runtime = Runtime::new().unwrap();
    let app = runtime.block_on(TestApp::new());
    let tenants = AtomicU32::new(0);
    let contacts = proptest::collection::vec(contact(), 1..12);
    let keywords = proptest::collection::vec((keyword(), any::<Index>(), select(vec![1_usize, 3, 100])), 6);
    let config = Config { cases: 16, failure_persistence: None, max_shrink_iters: 50, ..Config::default() };
    let result = TestRunner::new(config).run(&(contacts, keywords), |(contacts, keywords)| {
        runtime.block_on(async {
            let tenant = format!("t{}", tenants.fetch_add(1, Ordering::Relaxed));
            let client = app.client(&tenant, "admin");
            let mut made = Vec::new();
            for fields in contacts {
                made.insert(0, factory::contact(&client, fields).await);
            }
            for (keyword, of, size) in keywords {
                // A part of a contact's own text is searched as well.
                let text = search_text(of.get(&made));
                let part: String = text.lines().last().unwrap().chars().skip(1).take(3).collect();
                for keyword in [keyword, part] {
                    let parsed = Keyword::parse_in(&keyword, Region::parse("MM").ok()).unwrap();
                    let matches = |contact: &&Value| {
                        parsed.as_ref().is_none_or(|keyword| keyword.matches(&search_text(contact)))
                    };
                    let expected: Vec<Value> = made.iter().filter(matches).cloned().collect();
                    let (listed, totals) = pages(&client, &keyword, size).await;
                    prop_assert_eq!(&listed, &expected, "{}", keyword);
                    prop_assert!(totals.iter().all(|total| *total == expected.len()));
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
