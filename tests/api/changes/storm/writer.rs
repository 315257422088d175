//! Those who write.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use serde_json::{Value, json};

use super::instance::Http;
use crate::support::{factory, random::Random};

const TAGS: [&str; 5] = ["vip", "new", "Łódź", "lead", "gold"];
const COMPANIES: [&str; 3] = ["K-Link", "Acme", "Ærø Works"];

/// Does anything, with contacts of which it knows.
pub(super) struct Writer {
    pub http: Http,
    pub random: Random,
    /// Ids that all writers made.
    pub ids: Arc<Mutex<Vec<String>>>,
    pub merges: Arc<Mutex<Vec<String>>>,
    pub done: Arc<AtomicUsize>,
}

impl Writer {
    pub fn some(&mut self) -> String {
        let ids = self.ids.lock().unwrap();
        if ids.is_empty() { uuid::Uuid::now_v7().to_string() } else { self.random.of(&ids).clone() }
    }

    pub fn fields(&mut self) -> Value {
        let number = self.random.below(40);
        let mut fields = json!({
            "name": format!("name {number}"),
            "email": [{"email": format!("p{number}@example.com")}],
            // With what some languages take for the end of a line.
            "notes": format!("{}\u{2028}\u{85}.", uuid::Uuid::now_v7()),
        });
        if self.random.is_one_in(2) {
            fields["tags"] = json!([self.random.of(&TAGS), self.random.of(&TAGS)]);
        }
        if self.random.is_one_in(3) {
            fields["company"] = json!(self.random.of(&COMPANIES));
        }
        fields
    }

    pub async fn call(&mut self, method: &str, path: String, body: Option<Value>) -> Option<Value> {
        match self.http.call(method, &path, body).await {
            Some((status, answer)) => {
                assert_ne!(status, 500, "{method} {path}: {answer}");
                self.done.fetch_add(usize::from(status < 300), Ordering::Relaxed);
                (status < 300).then_some(answer)
            }
            None => {
                // It is being started again.
                tokio::time::sleep(Duration::from_millis(20)).await;
                None
            }
        }
    }

    /// Something out of a listing.
    pub async fn listed(&mut self, listing: &str) -> Option<String> {
        let (_, page) = self.http.call("GET", &format!("/api/v1/{listing}?pageSize=50"), None).await?;
        let ids: Vec<String> =
            page["data"].as_array()?.iter().filter_map(|one| one["id"].as_str().map(str::to_owned)).collect();
        (!ids.is_empty()).then(|| self.random.of(&ids).clone())
    }

    pub async fn step(&mut self) -> Option<()> {
        let path = format!("/api/v1/contacts/{}", self.some());
        match self.random.below(20) {
            0..=3 => {
                let fields = self.fields();
                let made = self.call("POST", "/api/v1/contacts".into(), Some(factory::body(fields))).await?;
                self.ids.lock().unwrap().push(made["id"].as_str()?.to_owned());
            }
            4..=6 => {
                let fields = self.fields();
                self.call("PATCH", path, Some(fields)).await?;
            }
            7 => {
                let body = json!({"actionType": "MERGE", "tags": [self.random.of(&TAGS)]});
                self.call("PATCH", path + "/tags", Some(body)).await?;
            }
            8 => drop(self.call("DELETE", path, None).await?),
            9 => drop(self.call("DELETE", path + "?permanent=true", None).await?),
            10 => {
                let id = self.listed("contacts/trash").await?;
                self.call("POST", format!("/api/v1/contacts/{id}/restore"), None).await?;
            }
            11 | 12 => {
                let body = json!({"from": [self.some(), self.some()]});
                let merged = self.call("POST", path + "/merge", Some(body)).await?;
                let merge = merged["mergeId"].as_str().or(merged["data"]["mergeId"].as_str())?;
                self.merges.lock().unwrap().push(merge.to_owned());
            }
            13 | 14 => {
                let merge = {
                    let merges = self.merges.lock().unwrap();
                    (!merges.is_empty()).then(|| self.random.of(&merges).clone())?
                };
                self.call("POST", format!("/api/v1/contacts/merges/{merge}/undo"), None).await?;
            }
            15 => {
                let ids: Vec<String> = (0..4).map(|_| self.some()).collect();
                let mut operations =
                    vec![json!({"action": "create", "contact": factory::body(self.fields())})];
                for id in ids {
                    operations.push(match self.random.below(3) {
                        0 => json!({"action": "update", "id": id, "contact": self.fields()}),
                        1 => json!({"action": "delete", "id": id}),
                        _ => json!({"action": "tag", "id": id, "actionType": "MERGE", "tags": [self.random.of(&TAGS)]}),
                    });
                }
                self.call("POST", "/api/v1/contacts/bulk".into(), Some(json!({"operations": operations})))
                    .await?;
            }
            16 => {
                let notes = uuid::Uuid::now_v7().to_string();
                let body = json!({"filter": {"tag": [self.random.of(&TAGS)]}, "action": "update", "contact": {"notes": notes}});
                self.call("POST", "/api/v1/contacts/bulk/by-filter".into(), Some(body)).await?;
            }
            17 => {
                let id = self.listed("tags").await?;
                let body = json!({"name": format!("{} {}", self.random.of(&TAGS), self.random.below(5))});
                self.call("PATCH", format!("/api/v1/tags/{id}"), Some(body)).await?;
            }
            18 => {
                let (from, into) = (self.listed("tags").await?, self.listed("tags").await?);
                self.call("POST", format!("/api/v1/tags/{from}/merge"), Some(json!({"into": into}))).await?;
            }
            _ => {
                let id = self.listed("companies").await?;
                let body = json!({"industry": uuid::Uuid::now_v7().to_string()});
                self.call("PATCH", format!("/api/v1/companies/{id}"), Some(body)).await?;
            }
        }
        Some(())
    }
}
