//! A page of what is frequent is found by walking the listing, one of what is rare by gathering all there is of it
//! (`docs/search.md`). Whichever way, and at the border between both, the listing is the same.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{
    list,
    listing::{SORTS, data, turned, walked},
};
use crate::support::{TestApp, factory};

/// More contacts than a first walk looks at, which is 128.
const CONTACTS: usize = 270;

/// What has a word, by the places in the listing from the newest, which is 0.
fn has(word: &str, place: usize) -> bool {
    match word {
        "none" => false,
        "newest" => place == 0,
        "oldest" => place == CONTACTS - 1,
        // With ten on a page: just too few among those walked, just enough, and one more after.
        "nine" => place < 9,
        "ninelate" => place < 8 || place == 127,
        "nineandone" => place < 9 || place == 128,
        "ten" => place < 10,
        "tenlate" => place < 9 || place == 127,
        "tenandone" => place < 10 || place == 128,
        "eleven" => place < 11,
        "border" => (118..138).contains(&place),
        "ancient" => place >= CONTACTS - 25,
        "half" => place % 2 == 1,
        "every" => true,
        _ => unreachable!("{word}"),
    }
}

const WORDS: [&str; 14] = [
    "none",
    "newest",
    "oldest",
    "nine",
    "ninelate",
    "nineandone",
    "ten",
    "tenlate",
    "tenandone",
    "eleven",
    "border",
    "ancient",
    "half",
    "every",
];

/// The contacts, the oldest first. Their names are in the order of their making.
async fn make(app: &TestApp) -> Vec<Value> {
    let mut contacts = Vec::new();
    for number in 0..CONTACTS {
        let words: Vec<&str> = WORDS.into_iter().filter(|word| has(word, CONTACTS - 1 - number)).collect();
        // What is a word of some names is a tag of the same contacts; of one word there is a company.
        let fields = json!({
            "name": format!("{number:03}"), "username": words.iter().map(|word| format!("q{word}q")).collect::<Vec<_>>().join(" "),
            "tags": words, "company": if words.contains(&"half") { "half" } else { "other" },
        });
        contacts.push(factory::contact(&app.writer(), fields).await);
    }
    contacts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_ways_lead_to_the_same_page() {
    let app = TestApp::new().await;
    let made = make(&app).await;
    let mut tasks = JoinSet::new();
    for word in WORDS {
        let with_word: Vec<Value> = (0..CONTACTS)
            .filter(|number| has(word, CONTACTS - 1 - number))
            .map(|number| made[number].clone())
            .collect();
        let client = app.reader();
        tasks.spawn(async move {
            for sort in SORTS {
                let mut expected = with_word.clone();
                if sort.starts_with('-') {
                    expected.reverse();
                }
                for filter in [format!("keyword=q{word}q"), format!("tag={word}")] {
                    let query = format!("{filter}&sort={sort}");
                    for size in [10, 100] {
                        assert_eq!(turned(&client, &query, size).await, expected, "{query}");
                        assert_eq!(walked(&client, &query, size).await, expected, "{query}");
                    }
                    // The first pages of other sizes, the border among them.
                    for size in [1, 9, 11, 12, 13, 14] {
                        for number in [1, 2] {
                            let page = list(&client, &format!("{query}&pageSize={size}&page={number}")).await;
                            let rows: Vec<Value> =
                                expected.iter().skip(size * (number - 1)).take(size).cloned().collect();
                            assert_eq!(
                                (&page["total"], data(&page)),
                                (&json!(expected.len()), rows),
                                "{query}"
                            );
                        }
                    }
                }
            }
        });
    }
    tasks.join_all().await;
    app.finish().await;
}

#[tokio::test]
async fn conditions_together_lead_to_the_same_page_too() {
    let app = TestApp::new().await;
    let made = make(&app).await;
    for (query, words) in [
        ("keyword=qhalfq&tag=border", vec!["half", "border"]),
        ("keyword=qeveryq&tag=half&company=half", vec!["half"]),
        ("keyword=qeveryq%20qancient&tag=half", vec!["ancient", "half"]),
        ("tag=half&tag=tenandone&has=company", vec!["half", "tenandone"]),
        ("company=half&has=tags", vec!["half"]),
        ("company=half&tag=border&keyword=q", vec!["half", "border"]),
        ("company=nobody&tag=every", vec!["none"]),
    ] {
        let places: BTreeSet<usize> =
            (0..CONTACTS).filter(|place| words.iter().all(|word| has(word, *place))).collect();
        let mut expected: Vec<Value> =
            places.iter().map(|place| made[CONTACTS - 1 - place].clone()).collect();
        for sort in ["-createdAt", "createdAt", "-updatedAt", "name"] {
            let is_ascending = !sort.starts_with('-');
            if is_ascending {
                expected.reverse();
            }
            let query = format!("{query}&sort={sort}");
            assert_eq!(turned(&app.reader(), &query, 10).await, expected, "{query}");
            assert_eq!(walked(&app.reader(), &query, 10).await, expected, "{query}");
            if is_ascending {
                expected.reverse();
            }
        }
    }
    // A range on the sorted column shortens the walk.
    let middle = made[135]["createdAt"].as_str().unwrap();
    for (query, expected) in [
        (format!("createdBefore={middle}&keyword=qhalfq"), &made[..135]),
        (format!("createdAfter={middle}&keyword=qhalfq"), &made[136..]),
        (format!("updatedAfter={middle}&tag=half"), &made[136..]),
        (format!("createdBefore={middle}&tag=half"), &made[..135]),
    ] {
        let half = |contact: &&Value| contact["company"]["name"] == "half";
        let mut expected: Vec<Value> = expected.iter().filter(half).cloned().collect();
        for sort in ["createdAt", "updatedAt", "name", "-createdAt", "-updatedAt", "-name"] {
            if sort == "-createdAt" {
                expected.reverse();
            }
            assert_eq!(turned(&app.reader(), &format!("{query}&sort={sort}"), 10).await, expected, "{query}");
            assert_eq!(walked(&app.reader(), &format!("{query}&sort={sort}"), 10).await, expected, "{query}");
        }
    }
    app.finish().await;
}
