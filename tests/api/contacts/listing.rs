//! What the tests of listings share: a listing in every order, whole and by cursor, and what a query is refused for.

use serde_json::{Value, json};

use super::{CONTACTS, list, texts};
use crate::support::Client;

/// Every order, each ascending one before its reverse.
pub const SORTS: [&str; 6] = ["name", "-name", "createdAt", "-createdAt", "updatedAt", "-updatedAt"];

/// The objects on a page.
#[track_caller]
pub fn data(page: &Value) -> Vec<Value> {
    page["data"].as_array().unwrap().clone()
}

/// The contacts of all pages, by cursor from the beginning. The pages are numbered from 1, and all but the last are
/// full.
pub async fn walked(client: &Client, query: &str, size: usize) -> Vec<Value> {
    let (mut contacts, mut cursor) = (Vec::new(), String::new());
    for number in 1.. {
        let page = list(client, &format!("{query}&pageSize={size}&cursor={cursor}")).await;
        assert_eq!(page["page"], number, "{query}");
        let data = data(&page);
        let is_full = data.len() == size;
        assert!(number == 1 || !data.is_empty(), "{query}: a cursor that leads to nothing");
        contacts.extend(data);
        match page["nextCursor"].as_str() {
            Some(next) => next.clone_into(&mut cursor),
            None => break,
        }
        assert!(is_full, "{query}: there is more after a page that is not full");
    }
    contacts
}

/// The contacts of all pages, by number. Each page has the same total, and ends where the envelope says.
pub async fn turned(client: &Client, query: &str, size: usize) -> Vec<Value> {
    let mut contacts = Vec::new();
    for number in 1.. {
        let page = list(client, &format!("{query}&pageSize={size}&page={number}")).await;
        let total = page["total"].as_u64().unwrap().try_into().unwrap();
        contacts.extend(data(&page));
        let is_last = contacts.len() >= total;
        assert_eq!(page["nextCursor"].is_null(), is_last, "{query}");
        assert_eq!(page["lastPage"], total.max(1).div_ceil(size), "{query}");
        if is_last {
            assert_eq!(contacts.len(), total, "{query}");
            break;
        }
        assert_eq!(contacts.len(), number * size, "{query}");
    }
    contacts
}

/// A query lists the contacts of these names, which were made in this order and whose names are in this order too:
/// sorted by anything, page by page, with whatever count.
pub async fn expect_listed(client: &Client, query: &str, names: &[&str]) {
    for sort in SORTS {
        let page = list(client, &format!("{query}&sort={sort}&pageSize=100")).await;
        let mut listed = texts(&page["data"], "name");
        if sort.starts_with('-') {
            listed.reverse();
        }
        assert_eq!(listed, names, "{query} by {sort}");
        assert_eq!((&page["total"], &page["nextCursor"]), (&json!(names.len()), &Value::Null), "{query}");
    }
    let by_cursor = walked(client, &format!("{query}&sort=name"), 2).await;
    assert_eq!(texts(&json!(by_cursor), "name"), names, "{query} by cursor");
    let estimated = list(client, &format!("{query}&count=estimated&pageSize=1")).await;
    assert_eq!(estimated["total"], names.len(), "{query} estimated");
}

/// What a listing is refused for: `field:code`, sorted.
pub async fn refused(client: &Client, query: &str) -> Vec<String> {
    let mut details = client.get(&format!("{CONTACTS}?{query}")).await.expect_invalid();
    details.sort();
    details
}
