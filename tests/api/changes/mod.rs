//! The feed of changes: what it tells, in which order, and what a copy that goes by it then has.

mod consumers;
mod cursors;
mod fields;
mod pages;
mod plans;
mod storm;
mod stream;
mod told;
mod waiting;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::support::{Client, TestApp};

const CHANGES: &str = "/api/v1/changes";

/// Somebody who keeps a copy by what the feed tells.
pub struct Follower {
    pub client: Client,
    pub cursor: String,
    /// What there is, by type and id.
    pub copy: BTreeMap<(String, String), Value>,
}

impl Follower {
    /// From now on.
    pub async fn new(client: Client) -> Self {
        let cursor = now(&client).await;
        Self { client, cursor, copy: BTreeMap::new() }
    }

    /// The next page, which is put into the copy; `more` are other parameters.
    pub async fn page(&mut self, more: &str) -> Value {
        let answer = self.client.get(&format!("{CHANGES}?since={}{more}", self.cursor)).await.expect(200);
        answer["nextCursor"].as_str().unwrap().clone_into(&mut self.cursor);
        for item in items(&answer) {
            let key = (text(item, "type"), text(item, "id"));
            if item["data"].is_null() {
                self.copy.remove(&key);
            } else {
                self.copy.insert(key, item["data"].clone());
            }
        }
        answer
    }

    /// All that there is, by pages of `size`.
    pub async fn catch_up(&mut self, size: usize) -> Vec<Value> {
        let mut told = Vec::new();
        loop {
            let page = self.page(&format!("&pageSize={size}")).await;
            assert!(items(&page).len() <= size);
            told.extend(items(&page).iter().cloned());
            if page["hasMore"] == false {
                return told;
            }
        }
    }

    /// What is told since the last look, a word each: `contact create`.
    pub async fn events(&mut self) -> Vec<String> {
        self.catch_up(1_000).await.iter().map(event).collect()
    }

    /// The contacts of the copy, by their ids.
    pub fn contacts(&self) -> BTreeMap<String, Value> {
        let contacts = self.copy.iter().filter(|((kind, _), _)| kind == "contact");
        contacts.map(|((_, id), data)| (id.clone(), data.clone())).collect()
    }
}

/// The cursor of now.
pub async fn now(client: &Client) -> String {
    let answer = client.get(CHANGES).await.expect(200);
    assert_eq!((items(&answer).len(), &answer["hasMore"]), (0, &false.into()));
    text(&answer, "nextCursor")
}

pub fn items(answer: &Value) -> &Vec<Value> {
    answer["data"].as_array().unwrap()
}

pub fn text(object: &Value, name: &str) -> String {
    object[name].as_str().unwrap().to_owned()
}

/// What is told of an item, in short.
pub fn event(item: &Value) -> String {
    format!("{} {}", item["type"].as_str().unwrap(), item["event"].as_str().unwrap())
}

/// All contacts as they are stored, by their ids.
pub async fn stored(app: &TestApp) -> BTreeMap<String, Value> {
    let pool = app.pool().await;
    let rows: Vec<(uuid::Uuid, String)> =
        sqlx::query_as("select id, document from contacts").fetch_all(&pool).await.unwrap();
    pool.close().await;
    rows.into_iter()
        .map(|(id, document)| (id.to_string(), serde_json::from_str(&document).unwrap()))
        .collect()
}
