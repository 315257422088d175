//! Random sequences of all operations, by several clients at once: whatever they did, and in whatever order it came to be,
//! documents, search texts, unique values and totals are what follows from the tables, and no call failed.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Debug,
};

use axum::http::Method;
use futures_util::future::join_all;
use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

use crate::support::{Answer, Client, TestApp, factory, random::Random, run_jobs};

/// How many clients there are, and how many calls each makes.
const CLIENTS: u64 = 4;
const CALLS: usize = 60;

const TAGS: [&str; 4] = ["vip", "new", "Łódź", "lead"];
const COMPANIES: [&str; 3] = ["K-Link", "Acme", "Ærø Works"];
const NAMES: [&str; 4] = ["Kyaw Kyaw", "Álvaro", "王伟", "frank"];

/// What a client works on: ids as the listings have them at the moment.
struct Caller {
    client: Client,
    random: Random,
    /// What was called, and what was answered.
    log: Vec<String>,
}

impl Caller {
    async fn ids(&self, listing: &str) -> Vec<String> {
        let page = self.client.get(&format!("/api/v1/{listing}?pageSize=100")).await.expect(200);
        page["data"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
    }

    /// Something of a listing, or an id that nobody has.
    async fn some(&mut self, listing: &str) -> String {
        let ids = self.ids(listing).await;
        if ids.is_empty() { uuid::Uuid::now_v7().to_string() } else { self.random.of(&ids).clone() }
    }

    async fn contacts(&mut self, count: usize) -> Vec<String> {
        let ids = self.ids("contacts").await;
        (0..count.min(ids.len())).map(|_| self.random.of(&ids).clone()).collect()
    }

    /// Fields of a contact; few values, so that they meet.
    fn fields(&mut self) -> Value {
        let number = self.random.below(12);
        let mut fields = json!({
            "name": self.random.of(&NAMES),
            "email": [{"email": format!("p{number}@example.com"), "isPrimary": true}],
            "phone": [{"phone": format!("+95 9 7978777{number:02}")}],
        });
        if self.random.is_one_in(2) {
            fields["company"] = json!(self.random.of(&COMPANIES));
        }
        if self.random.is_one_in(2) {
            fields["tags"] = json!([self.random.of(&TAGS), self.random.of(&TAGS)]);
        }
        if self.random.is_one_in(3) {
            fields["customFields"] = json!({"cf_code": format!("c{number}")});
        }
        if self.random.is_one_in(4) {
            fields["platformContacts"] =
                json!([{"channel": "viber", "socialPlatformId": format!("U{number}")}]);
        }
        if self.random.is_one_in(6) {
            fields["email"] = json!([]);
        }
        fields
    }

    fn note(&mut self, what: impl Debug, answer: &Answer) {
        self.log.push(format!("{what:?} -> {} {}", answer.status, answer.text()));
        assert!(answer.status.as_u16() < 500, "{:#?}", self.log);
    }

    async fn call(&mut self, method: Method, path: String, body: Option<Value>) {
        let answer = match &body {
            Some(body) => self.client.json(method.clone(), &path, body.clone()).await,
            None => self.client.send(method.clone(), &path, &[], axum::body::Body::empty()).await,
        };
        self.note((method, path, body), &answer);
    }

    async fn contact_call(&mut self) {
        let id = self.some("contacts").await;
        let path = format!("/api/v1/contacts/{id}");
        match self.random.below(12) {
            0..=3 => {
                let fields = self.fields();
                self.call(Method::POST, "/api/v1/contacts".into(), Some(factory::body(fields))).await;
            }
            4 | 5 => {
                let fields = self.fields();
                self.call(Method::PATCH, path, Some(fields)).await;
            }
            6 => {
                // What was read is sent back.
                let read = self.client.get(&path).await;
                self.note("GET", &read);
                if read.status == 200 {
                    let mut contact = read.json()["data"].take();
                    contact["specific_update_fields"] = json!([]);
                    self.call(Method::PUT, path, Some(contact)).await;
                }
            }
            7 => {
                let action = *self.random.of(&["MERGE", "REPLACE", "REMOVE"]);
                let tags = json!([self.random.of(&TAGS)]);
                let body = json!({"actionType": action, "tags": tags});
                self.call(Method::PATCH, path + "/tags", Some(body)).await;
            }
            8 | 9 => self.call(Method::DELETE, path, None).await,
            10 => self.call(Method::DELETE, path + "?permanent=true", None).await,
            _ => {
                let number = self.random.below(12);
                let fields = self.fields();
                let path = format!("/api/v1/contacts/by/email/p{number}@example.com");
                self.call(Method::PUT, path, Some(fields)).await;
            }
        }
    }

    async fn life_cycle_call(&mut self) {
        match self.random.below(5) {
            0 | 1 => {
                let id = self.some("contacts/trash").await;
                self.call(Method::POST, format!("/api/v1/contacts/{id}/restore"), None).await;
            }
            2 | 3 => {
                let ids = self.contacts(3).await;
                if let [into, from @ ..] = ids.as_slice() {
                    let body = json!({"from": from});
                    self.call(Method::POST, format!("/api/v1/contacts/{into}/merge"), Some(body)).await;
                }
            }
            _ => {
                let id = self.some("contacts/merges").await;
                self.call(Method::POST, format!("/api/v1/contacts/merges/{id}/undo"), None).await;
            }
        }
    }

    async fn bulk_call(&mut self) {
        let ids = self.contacts(3).await;
        let mut operations = vec![json!({"action": "create", "contact": factory::body(self.fields())})];
        for id in ids {
            operations.push(match self.random.below(4) {
                0 => json!({"action": "update", "id": id, "contact": self.fields()}),
                1 => json!({"action": "delete", "id": id}),
                2 => json!({"action": "tag", "id": id, "actionType": "MERGE", "tags": [self.random.of(&TAGS)]}),
                _ => json!({"action": "upsert", "by": "email", "value": "p3@example.com", "contact": self.fields()}),
            });
        }
        let body = json!({"atomic": self.random.is_one_in(3), "operations": operations});
        self.call(Method::POST, "/api/v1/contacts/bulk".into(), Some(body)).await;
    }

    async fn catalogue_call(&mut self) {
        let new_name = format!("n{}", self.random.below(6));
        match self.random.below(14) {
            0 | 1 => {
                let id = self.some("tags").await;
                self.call(Method::PATCH, format!("/api/v1/tags/{id}"), Some(json!({"name": new_name}))).await;
            }
            2 => {
                let id = self.some("tags").await;
                self.call(Method::DELETE, format!("/api/v1/tags/{id}"), None).await;
            }
            3 => {
                let (from, into) = (self.some("tags").await, self.some("tags").await);
                let body = json!({"into": into});
                self.call(Method::POST, format!("/api/v1/tags/{from}/merge"), Some(body)).await;
            }
            4 | 5 => {
                let id = self.some("companies").await;
                let body = json!({"name": new_name, "industry": "shipping"});
                self.call(Method::PATCH, format!("/api/v1/companies/{id}"), Some(body)).await;
            }
            6 => {
                let id = self.some("companies").await;
                let detach = if self.random.is_one_in(2) { "?detach=true" } else { "" };
                self.call(Method::DELETE, format!("/api/v1/companies/{id}{detach}"), None).await;
            }
            7 => {
                let (from, into) = (self.some("companies").await, self.some("companies").await);
                let body = json!({"into": into});
                self.call(Method::POST, format!("/api/v1/companies/{from}/merge"), Some(body)).await;
            }
            8 => {
                let id = self.some("contacts/groups").await;
                let body = json!({"label": new_name, "is_default": self.random.is_one_in(2)});
                self.call(Method::PATCH, format!("/api/v1/contacts/groups/{id}"), Some(body)).await;
            }
            9 => {
                let id = self.some("groups").await;
                let body = json!({"contactIds": self.contacts(3).await});
                self.call(Method::POST, format!("/api/v1/groups/{id}/members"), Some(body)).await;
            }
            10 => {
                let body = json!({"value": new_name});
                self.call(Method::POST, "/api/v1/groups".into(), Some(body)).await;
                let id = self.some("groups").await;
                self.call(Method::DELETE, format!("/api/v1/groups/{id}"), None).await;
            }
            11 => {
                let id = self.some("channels").await;
                let body = json!({"name": new_name, "is_archived": self.random.is_one_in(3)});
                self.call(Method::PATCH, format!("/api/v1/channels/{id}"), Some(body)).await;
            }
            _ => {
                let page = self.client.get("/api/v1/contacts/fields?pageSize=100").await.expect(200);
                let fields = page["data"].as_array().unwrap();
                let name = *self.random.of(&["cf_code", "email", "phone"]);
                let id = fields.iter().find(|field| field["system_name"] == name).unwrap()["id"].clone();
                let body = match self.random.below(3) {
                    0 => json!({"display_name": new_name}),
                    1 => json!({"is_unique": self.random.is_one_in(2)}),
                    _ if name == "cf_code" => json!({"is_archived": self.random.is_one_in(2)}),
                    _ => json!({"is_required": self.random.is_one_in(2)}),
                };
                let path = format!("/api/v1/contacts/fields/{}", id.as_str().unwrap());
                self.call(Method::PATCH, path, Some(body)).await;
            }
        }
    }

    async fn step(&mut self) {
        match self.random.below(10) {
            0..=4 => self.contact_call().await,
            5 | 6 => self.life_cycle_call().await,
            7 => self.bulk_call().await,
            _ => self.catalogue_call().await,
        }
    }

    async fn work(mut self) -> Vec<String> {
        for _ in 0..CALLS {
            self.step().await;
        }
        self.log
    }
}

async fn leave_everything_consistent(seed: u64) {
    let app = TestApp::new().await;
    let field = json!({"system_name": "cf_code", "display_name": "Code", "type": "text"});
    app.admin().post("/api/v1/contacts/fields", field).await.expect(201);
    let callers = (0..CLIENTS).map(|number| Caller {
        client: app.admin(),
        random: Random(seed * CLIENTS + number),
        log: Vec::new(),
    });
    let logs = join_all(callers.map(|caller| tokio::spawn(caller.work()))).await;
    let logs: Vec<Vec<String>> = logs.into_iter().map(|log| log.unwrap()).collect();
    run_jobs(&app.state).await.unwrap();
    let done = logs.iter().flatten().filter(|line| line.contains("-> 20")).count();
    assert!(done > 100, "most calls do something: {logs:#?}");
    assert_eq!(app.differences().await, Vec::<String>::new(), "seed {seed}: {logs:#?}");
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_operations_of_several_clients_leave_everything_consistent() {
    for seed in 1..=6 {
        leave_everything_consistent(seed).await;
    }
}

/// Everything that has an id, as it is stored: contacts by their documents, with what is searched of them.
async fn stored(pool: &PgPool) -> BTreeMap<(String, Uuid), (String, String)> {
    let rows: Vec<(String, Uuid, String, String)> = sqlx::query_as(
        "select 'contact', c.id, c.document, s.search_text
         from contacts c join contact_search s on s.tenant_id = c.tenant_id and s.contact_id = c.id
         union all select 'tag', id, t::text, '' from tags t where retired_at is null
         union all select 'company', id, t::text, '' from companies t where retired_at is null
         union all select 'group', id, t::text, '' from groups t where retired_at is null
         union all select 'channel', id, t::text, '' from channels t
         union all
         select 'field', id, concat(t, case when t.is_default and t.system_name = 'channel' then (
                    select json_agg(c.name order by c.position, c.id) from channels c
                    where c.tenant_id = t.tenant_id and not c.is_archived)
                else (select json_agg(o order by o.position) from field_options o
                      where o.tenant_id = t.tenant_id and o.field_id = t.id) end), ''
         from fields t",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    rows.into_iter().map(|(kind, id, document, text)| ((kind, id), (document, text))).collect()
}

#[derive(Debug, sqlx::FromRow)]
struct Entry {
    change: i64,
    position: i32,
    kind: String,
    action: String,
    entity_id: Option<Uuid>,
    contact_ids: Option<Vec<Uuid>>,
    text_before: Option<String>,
    text_version: Option<i16>,
}

impl Entry {
    /// What it is about.
    fn about(&self) -> Vec<(String, Uuid)> {
        match &self.contact_ids {
            Some(ids) => ids.iter().map(|id| ("contact".to_owned(), *id)).collect(),
            None => vec![(self.kind.clone(), self.entity_id.unwrap())],
        }
    }
}

/// The entries after a number, and the number and the total that are counted by now.
async fn entries(pool: &PgPool, after: i64) -> (Vec<Entry>, i64, i64) {
    let entries = sqlx::query_as(
        "select change, position, kind, action, entity_id, contact_ids, text_before, text_version
         from change_log where change > $1 order by change, position",
    )
    .bind(after)
    .fetch_all(pool)
    .await
    .unwrap();
    let (changes, contacts) =
        sqlx::query_as("select changes, contacts from tenant_counters").fetch_one(pool).await.unwrap();
    (entries, changes, contacts)
}

#[tokio::test]
async fn each_change_has_its_entries_in_the_log_and_nothing_else_has() {
    let app = TestApp::new().await;
    let field = json!({"system_name": "cf_code", "display_name": "Code", "type": "text"});
    app.admin().post("/api/v1/contacts/fields", field).await.expect(201);
    let pool = app.pool().await;
    let mut caller = Caller { client: app.admin(), random: Random(77), log: Vec::new() };
    let (_, mut number, _) = entries(&pool, 0).await;
    let mut before = stored(&pool).await;
    let all = BTreeSet::from(
        [
            "channel updated",
            "company created",
            "company deleted",
            "company updated",
            "contact created",
            "contact deleted",
            "contact erased",
            "contact merged",
            "contact mergedAway",
            "contact restored",
            "contact unmerged",
            "contact updated",
            "documents renamed",
            "field updated",
            "group created",
            "group deleted",
            "group updated",
            "tag created",
            "tag deleted",
            "tag updated",
        ]
        .map(str::to_owned),
    );
    let mut seen = BTreeSet::new();
    let mut steps = 0;
    // Some are rare.
    while steps < 400 || (seen != all && steps < 4_000) {
        steps += 1;
        caller.step().await;
        run_jobs(&app.state).await.unwrap();
        let after = stored(&pool).await;
        let (entries, now, total) = entries(&pool, number).await;
        let said = || format!("{entries:#?} {:#?}", caller.log.last());

        let numbers: BTreeSet<i64> = entries.iter().map(|entry| entry.change).collect();
        assert_eq!(numbers, (number + 1..=now).collect(), "each number has an entry: {}", said());
        let mut places = BTreeMap::new();
        for entry in &entries {
            let place = places.entry(entry.change).or_insert(0);
            assert_eq!(entry.position, *place, "{}", said());
            *place += i32::try_from(entry.about().len()).unwrap();
            seen.insert(format!("{} {}", entry.kind, entry.action));
        }

        let differs =
            |key: &&(String, Uuid)| before.get(*key).map(|of| &of.0) != after.get(*key).map(|of| &of.0);
        let changed: BTreeSet<_> = before.keys().chain(after.keys()).filter(differs).cloned().collect();
        // Of what came and went, and of what was erased in the trash, there is nothing to compare.
        let is_known = |key: &(String, Uuid)| before.contains_key(key) || after.contains_key(key);
        let told: BTreeSet<_> = entries.iter().flat_map(Entry::about).filter(is_known).collect();
        assert_eq!(changed, told, "{}", said());

        let mut first = BTreeSet::new();
        for entry in entries.iter().filter(|entry| entry.kind == "contact") {
            let key = ("contact".to_owned(), entry.entity_id.unwrap());
            if !first.insert(key.clone()) || entry.text_version.is_none() {
                continue;
            }
            let text = before.get(&key).map(|of| of.1.clone());
            match &entry.text_before {
                Some(known) => assert_eq!(Some(known), text.as_ref(), "{}", said()),
                None => assert_eq!(after.get(&key).map(|of| of.1.clone()), text, "{}", said()),
            }
        }
        let live = after.keys().filter(|key| key.0 == "contact").count();
        assert_eq!(total, i64::try_from(live).unwrap(), "{}", said());
        (number, before) = (now, after);
    }
    assert_eq!(seen, all);
    pool.close().await;
    app.finish().await;
}
