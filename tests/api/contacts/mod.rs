//! Contacts: a file a call, or a rule that several calls keep.

mod bulk;
mod chains;
mod count;
mod create;
mod cursor;
mod cursor_refusals;
mod custom_fields;
mod custom_filters;
mod delete;
mod duplicates;
mod erase;
mod etag;
mod filter_limits;
mod filters;
mod find_border;
mod find_rule;
mod forms;
mod history;
mod kept_values;
mod limits;
mod list;
mod listing;
mod merge;
mod odd_keywords;
mod read;
mod read_together;
mod references;
mod remembered_totals;
mod required;
mod restore;
mod round_trip;
mod search;
mod search_rule;
mod sorting;
mod tags;
mod time_filters;
mod totals;
mod trash;
mod unique;
mod update;
mod values;

use std::fmt::Display;

use contacts::{
    clock::Clock,
    config::CorsOrigins,
    router,
    state::{AppState, Parts},
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Client, TestApp, app::TENANT, factory};

const CONTACTS: &str = "/api/v1/contacts";

/// An id that nothing has.
const NOBODY: &str = "0198c0de-0000-7000-8000-000000000000";

/// A moment for clocks to stand at, with microseconds to keep.
const NOON: &str = "2026-01-08T12:00:00.123456Z";

/// A clock that stands at a moment.
fn clock(moment: &str) -> Clock {
    Clock::fixed(moment.parse().unwrap())
}

/// An administrator who calls the same service at another moment. Fixed ids are counted on.
fn admin_at(app: &TestApp, moment: &str) -> Client {
    admin_of(app, TENANT, moment)
}

/// The same of any tenant.
fn admin_of(app: &TestApp, tenant: &str, moment: &str) -> Client {
    let now = moment.parse().unwrap();
    let clock = match &app.state.clock {
        Clock::Fixed { ids, .. } => Clock::Fixed { now, ids: ids.clone() },
        Clock::System => Clock::fixed(now),
    };
    let state = AppState::from(Parts { clock, ..Parts::clone(&app.state) });
    let timeout = std::time::Duration::from_secs(30);
    let router = router::build(state, &CorsOrigins::List(Vec::new()), timeout).unwrap();
    Client::new(router, Some(app.token(tenant, "admin")))
}

/// What the creation of a contact with these fields is refused for: `field:code`, sorted.
async fn refused(client: &Client, fields: Value) -> Vec<String> {
    let mut details = client.post(CONTACTS, factory::body(fields)).await.expect_invalid();
    details.sort();
    details
}

/// A page of contacts.
async fn list(client: &Client, query: &str) -> Value {
    client.get(&format!("{CONTACTS}?{query}")).await.expect(200)
}

/// The names on the first page of what a keyword finds, sorted. The total must agree.
async fn found(client: &Client, keyword: &str) -> Vec<String> {
    let page = list(client, &format!("pageSize=100&keyword={}", encoded(keyword))).await;
    let mut names = texts(&page["data"], "name");
    assert_eq!(page["total"], names.len());
    names.sort();
    names
}

/// A text as a part of a URL.
fn encoded(text: &str) -> impl Display {
    utf8_percent_encode(text, NON_ALPHANUMERIC)
}

/// One field of each object of an array.
#[track_caller]
fn texts(objects: &Value, key: &str) -> Vec<String> {
    let objects = objects.as_array().unwrap().iter();
    objects.map(|object| object[key].as_str().unwrap().to_owned()).collect()
}

/// Merges a contact into another.
async fn merge_into(client: &Client, survivor: &Value, other: &Value) {
    merge::merge(client, survivor, json!({"from": [other["id"]]})).await.expect(200);
}

/// The id of an object.
#[track_caller]
fn id(object: &Value) -> Uuid {
    object["id"].as_str().and_then(|id| id.parse().ok()).unwrap()
}

/// The committed changes of the tests' tenant.
async fn changes(app: &TestApp) -> i64 {
    let pool = app.pool().await;
    let tenant = factory::tenant_id(&pool, TENANT).await;
    let changes = sqlx::query_scalar("select changes from tenant_counters where tenant_id = $1")
        .bind(tenant)
        .fetch_one(&pool)
        .await
        .unwrap();
    pool.close().await;
    changes
}

/// Runs a statement that changes rows of the tests' tenant; `$1` is the tenant.
async fn sql(app: &TestApp, statement: &'static str) -> u64 {
    let pool = app.pool().await;
    let tenant = factory::tenant_id(&pool, TENANT).await;
    let done = sqlx::query(statement).bind(tenant).execute(&pool).await.unwrap();
    pool.close().await;
    done.rows_affected()
}

/// The groups of the tests' tenant, as the listing has them.
async fn groups(app: &TestApp) -> Vec<Value> {
    let page = app.reader().get(&format!("{CONTACTS}/groups?pageSize=100")).await.expect(200);
    page["data"].as_array().unwrap().clone()
}

/// Gives a custom field other options, as the API takes them.
async fn set_options(app: &TestApp, system_name: &str, options: Value) {
    let page = app.reader().get(&format!("{CONTACTS}/fields?pageSize=100")).await.expect(200);
    let field = page["data"].as_array().unwrap().iter().find(|field| field["system_name"] == system_name);
    let path = format!("{CONTACTS}/fields/{}", factory::id(field.unwrap()));
    app.admin().patch(&path, json!({"options": options})).await.expect(200);
}

/// A contact that has something in every field, and a custom field of every kind of JSON value.
async fn full_contact(app: &TestApp) -> Value {
    for (name, field_type, options) in [
        ("cf_sector", "text", &[][..]),
        ("cf_size", "number", &[]),
        ("cf_vip", "checkbox", &[]),
        ("cf_colours", "multi_select", &["red", "green", "blue"]),
    ] {
        let setup = factory::FieldSetup { options, ..Default::default() };
        factory::custom_field(app, name, field_type, setup).await;
    }
    let groups = groups(app).await;
    let fields = json!({
        "username": "frank", "name": "Frank McCallister", "address": "Dagon Seikkan Township",
        "channel": "phone", "notes": "calls back\non Mondays", "avatar_url": "https://example.com/frank.jpg",
        "company": "K-Link", "tags": ["platinum", "Łódź"],
        "email": [
            {"email": "Frank@example.com", "isPrimary": true}, {"email": "f@example.org", "isPrimary": false},
        ],
        "phone": [
            {"phone": "1-800-759-3000", "isPrimary": false}, {"phone": "09 797877765", "isPrimary": true},
        ],
        "customFields": {
            "cf_sector": "Finance", "cf_size": 12.5, "cf_vip": false, "cf_colours": ["red", "blue"],
        },
        "contact_groups": [groups[1]["id"], groups[0]["id"]],
        "platformContacts": [{"channel": "viber", "socialPlatformId": "U1234"}],
    });
    factory::contact(&app.writer(), fields).await
}
