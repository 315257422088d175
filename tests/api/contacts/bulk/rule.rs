//! Operations in one request leave what they leave one by one, and are answered the same.

use std::sync::atomic::{AtomicU32, Ordering};

use contacts::domain::SystemName;
use proptest::{
    prelude::*,
    sample::select,
    test_runner::{Config, TestRunner},
};
use serde_json::{Value, json};
use sqlx::PgPool;
use tokio::runtime::Runtime;
use uuid::Uuid;

use super::BULK;
use crate::{
    contacts::{CONTACTS, NOBODY, encoded},
    support::{Answer, Client, TestApp, factory},
};

/// How many contacts there are at first.
const SEEDS: usize = 4;

const EMAILS: [&str; 3] = ["a@example.com", "A@example.com", "b@example.com"];
const PHONES: [&str; 3] = ["09797877765", "+95 9 797877765", "09420012345"];

/// An operation; contacts are meant by their numbers.
#[derive(Debug, Clone)]
enum Operation {
    Create(Value),
    Update(usize, Value),
    Upsert(&'static str, &'static str, Value),
    Delete(usize),
    Tag(usize, &'static str, Value),
    Group(usize, &'static str, Vec<usize>),
}

/// Some fields of a contact, good ones and bad ones.
fn fields() -> impl Strategy<Value = Value> {
    let one =
        |name: &'static str, values: Vec<Value>| select(values).prop_map(move |value| (name, value)).boxed();
    let emails: Vec<Value> =
        EMAILS.iter().map(|email| json!([{"email": email}])).chain([json!([])]).collect();
    let phones: Vec<Value> =
        PHONES.iter().map(|phone| json!([{"phone": phone}])).chain([json!([])]).collect();
    let field = prop_oneof![
        3 => one("username", vec![json!("u"), json!("U"), json!("v"), json!("w")]),
        1 => one("name", vec![json!("n"), json!("")]),
        2 => one("tags", vec![json!(["vip", "Neu"]), json!(["NEU"]), json!([]), json!(["third", "VIP"])]),
        1 => one("company", vec![json!("K-Link"), json!("k-link"), Value::Null]),
        2 => one("email", emails),
        2 => one("phone", phones),
        1 => one("notes", vec![json!("x"), json!("y"), json!(1)]),
        1 => one("channel", vec![json!("viber"), json!("pigeon"), Value::Null]),
        1 => one("customFields", vec![json!({"cf_ref": "r1"}), json!({"cf_ref": "R1"}), json!({"cf_ref": null})]),
        1 => one("platformContacts", vec![json!([{"channel": "line", "socialPlatformId": "U1"}]), json!([])]),
    ];
    proptest::collection::vec(field, 0..4)
        .prop_map(|fields| fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

fn operation() -> impl Strategy<Value = Operation> {
    let target = select(vec![
        ("email", EMAILS[0]),
        ("email", EMAILS[1]),
        ("email", EMAILS[2]),
        ("phone", PHONES[0]),
        ("phone", PHONES[1]),
        ("socialPlatformId", "U1"),
        ("cf_ref", "r1"),
        ("cf_ref", "r2"),
    ]);
    // The last number is nobody's.
    let number = 0..=SEEDS;
    let action = select(vec!["MERGE", "REPLACE", "REMOVE"]);
    let tags = select(vec![json!(["vip"]), json!(["Fresh", "Neu"]), json!([]), json!(["fresh"])]);
    prop_oneof![
        2 => fields().prop_map(|fields| Operation::Create(factory::body(fields))),
        4 => (number.clone(), fields()).prop_map(|(number, fields)| Operation::Update(number, fields)),
        4 => (target, fields()).prop_map(|((by, value), fields)| Operation::Upsert(by, value, fields)),
        1 => number.clone().prop_map(Operation::Delete),
        2 => (number.clone(), action.clone(), tags).prop_map(|(number, action, tags)| Operation::Tag(number, action, tags)),
        1 => (number, action, proptest::collection::vec(0..2_usize, 0..3))
            .prop_map(|(number, action, groups)| Operation::Group(number, action, groups)),
    ]
}

/// A tenant of its own.
struct Tenant {
    client: Client,
    id: Uuid,
    ids: Vec<String>,
    groups: Vec<String>,
}

impl Tenant {
    async fn new(app: &TestApp, pool: &PgPool, name: &str) -> Self {
        let client = app.client(name, "admin");
        let groups = client.get(&format!("{CONTACTS}/groups")).await.expect(200)["data"].take();
        let id = factory::tenant_id(pool, name).await;
        sqlx::query("update fields set is_unique = true where tenant_id = $1 and system_name = 'username'")
            .bind(id)
            .execute(pool)
            .await
            .unwrap();
        sqlx::query(
            "insert into fields (tenant_id, id, system_name, display_name, type, is_default, is_archived, is_required,
                                 is_unique, position, created_at, updated_at)
             values ($1, $2, $3, $3, 'text', false, false, false, false, 99, now(), now())",
        )
        .bind(id).bind(Uuid::now_v7()).bind(SystemName::parse("cf_ref").unwrap().as_str())
        .execute(pool).await.unwrap();
        let mut ids = Vec::new();
        for number in 0..SEEDS {
            let username = ["u", "v", "s2", "s3"][number];
            let fields = json!({
                "username": username, "tags": ["vip"],
                "email": [{"email": EMAILS[number % 3]}], "phone": [{"phone": PHONES[number % 2]}],
            });
            ids.push(factory::contact(&client, fields).await["id"].as_str().unwrap().to_owned());
        }
        ids.push(NOBODY.to_owned());
        let groups =
            groups.as_array().unwrap().iter().map(|group| group["id"].as_str().unwrap().to_owned()).collect();
        Self { client, id, ids, groups }
    }

    fn groups(&self, numbers: &[usize]) -> Vec<String> {
        numbers.iter().map(|number| self.groups[*number].clone()).collect()
    }

    fn in_bulk(&self, operation: &Operation) -> Value {
        match operation {
            Operation::Create(contact) => json!({"action": "create", "contact": contact}),
            Operation::Update(number, contact) => {
                json!({"action": "update", "id": self.ids[*number], "contact": contact})
            }
            Operation::Upsert(by, value, contact) => {
                json!({"action": "upsert", "by": by, "value": value, "contact": contact})
            }
            Operation::Delete(number) => json!({"action": "delete", "id": self.ids[*number]}),
            Operation::Tag(number, action, tags) => {
                json!({"action": "tag", "id": self.ids[*number], "actionType": action, "tags": tags})
            }
            Operation::Group(number, action, groups) => {
                let groups = self.groups(groups);
                json!({"action": "group", "id": self.ids[*number], "actionType": action, "groups": groups})
            }
        }
    }

    async fn alone(&self, operation: &Operation) -> Answer {
        let path = |number: &usize| format!("{CONTACTS}/{}", self.ids[*number]);
        match operation {
            Operation::Create(contact) => self.client.post(CONTACTS, contact.clone()).await,
            Operation::Update(number, contact) => self.client.patch(&path(number), contact.clone()).await,
            Operation::Upsert(by, value, contact) => {
                self.client.put(&format!("{CONTACTS}/by/{by}/{}", encoded(value)), contact.clone()).await
            }
            Operation::Delete(number) => self.client.delete(&path(number)).await,
            Operation::Tag(number, action, tags) => {
                self.client
                    .patch(&format!("{}/tags", path(number)), json!({"actionType": action, "tags": tags}))
                    .await
            }
            Operation::Group(number, action, groups) => {
                let read = self.client.get(&path(number)).await;
                if read.status != 200 {
                    return read;
                }
                let mut has: Vec<String> = read.json()["data"]["contact_groups"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|group| group["id"].as_str().unwrap().to_owned())
                    .collect();
                let named = self.groups(groups);
                match *action {
                    "REPLACE" => has = named,
                    "MERGE" => has.extend(named),
                    _ => has.retain(|group| !named.contains(group)),
                }
                self.client.patch(&path(number), json!({"contact_groups": has})).await
            }
        }
    }

    /// All that is left, without ids and times; contacts in the order in which they were made.
    async fn left(&self, pool: &PgPool) -> Value {
        let mut left = Vec::new();
        for listing in ["contacts?sort=createdAt&pageSize=100", "tags?pageSize=100"] {
            left.push(without_ids(self.client.get(&format!("/api/v1/{listing}")).await.expect(200)));
        }
        for sql in [
            "select name from companies where tenant_id = $1 order by 1",
            "select value_key from unique_values where tenant_id = $1 order by 1",
            "select action || ' ' || changes from change_log where tenant_id = $1 and history_id is not null
             order by entity_id, change, position",
            "select snapshot from contact_trash where tenant_id = $1 order by contact_id",
        ] {
            let texts: Vec<String> = sqlx::query_scalar(sql).bind(self.id).fetch_all(pool).await.unwrap();
            let values = texts.into_iter().map(|text| {
                let (before, json) = text.split_at(text.find(['[', '{']).unwrap_or(text.len()));
                json!([before, without_ids(serde_json::from_str(json).unwrap_or_default())])
            });
            left.push(values.collect());
        }
        Value::Array(left)
    }
}

fn without_ids(value: Value) -> Value {
    const IDS: [&str; 9] = [
        "id",
        "createdAt",
        "updatedAt",
        "created_at",
        "updated_at",
        "conflictingId",
        "field_id",
        "channel_id",
        "nextCursor",
    ];
    match value {
        Value::Object(map) => map
            .into_iter()
            .filter(|(name, _)| !IDS.contains(&name.as_str()))
            .map(|(name, value)| (name, without_ids(value)))
            .collect(),
        Value::Array(items) => items.into_iter().map(without_ids).collect(),
        value => value,
    }
}

/// A status and what is wrong, with fields as the call of one contact names them.
fn outcome(status: u64, error: &Value) -> (u64, Vec<String>) {
    let details = error["details"].as_array().into_iter().flatten();
    let mut details: Vec<String> = details
        .map(|detail| {
            let field = detail["field"].as_str().unwrap();
            format!(
                "{} {}",
                field.strip_prefix("contact.").unwrap_or(field),
                detail["code"].as_str().unwrap()
            )
        })
        .collect();
    details.sort();
    (status, details)
}

#[test]
fn operations_in_one_request_do_what_they_do_one_by_one() {
    let runtime = Runtime::new().unwrap();
    let app = runtime.block_on(TestApp::new());
    let pool = runtime.block_on(app.pool());
    let cases = AtomicU32::new(0);
    let config = Config { cases: 48, failure_persistence: None, max_shrink_iters: 60, ..Config::default() };
    let operations = proptest::collection::vec(operation(), 1..14);
    let result = TestRunner::new(config).run(&operations, |operations| {
        runtime.block_on(async {
            let case = cases.fetch_add(1, Ordering::Relaxed);
            let together = Tenant::new(&app, &pool, &format!("t{case}a")).await;
            let one_by_one = Tenant::new(&app, &pool, &format!("t{case}b")).await;
            let mut expected = Vec::new();
            for operation in &operations {
                let answer = one_by_one.alone(operation).await;
                let error =
                    if answer.status.is_success() { Value::Null } else { answer.json()["error"].take() };
                expected.push(outcome(answer.status.as_u16().into(), &error));
            }
            let body: Vec<Value> = operations.iter().map(|operation| together.in_bulk(operation)).collect();
            let answer = together.client.post(BULK, json!({"operations": body})).await.expect(200);
            let results = answer["data"]["results"].as_array().unwrap();
            let outcomes: Vec<_> = results
                .iter()
                .map(|result| outcome(result["status"].as_u64().unwrap(), &result["error"]))
                .collect();
            prop_assert_eq!(outcomes, expected);
            prop_assert_eq!(together.left(&pool).await, one_by_one.left(&pool).await);
            Ok(())
        })
    });
    runtime.block_on(async {
        pool.close().await;
        app.finish().await;
    });
    if let Err(error) = result {
        panic!("{error}");
    }
}
