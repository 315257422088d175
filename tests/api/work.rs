//! What bodies cost. No input of the allowed size may cost more than n log n, or one caller holds up all others. The work
//! is counted, not timed: Valgrind counts the instructions that the service carries out for each list and map of each
//! body, with n entries and with twice as many.
//!
//! Needs Valgrind (Debian: `valgrind`). Without it this test says so and ends; with `CI` set it fails.

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use axum::http::Method;
use serde_json::{Map, Value, json};
use sqlx::ConnectOptions;
use tokio::runtime::{Builder, Runtime};

use crate::{
    coverage::{calls::call, owned::Owned},
    openapi::{self, schema::resolved},
    support::{Client, Setup, TestApp, app::TENANT, database::say, factory},
};

/// How many entries a list or map has, and then twice as many.
const ENTRIES: usize = 300;

/// How many times as much twice as many entries may cost: 2 log(2n) / log n is 2.2.
const MOST: f64 = 2.4;

/// What differs between two requests that do the same, in instructions.
const NOISE: u64 = 1_000_000;

/// The name of the test that Valgrind runs.
const CARRIED_OUT: &str = "work::requests_are_carried_out";

/// Before what this process prints of a request.
const CASE: &str = "case: ";

#[tokio::test]
async fn no_list_or_map_of_a_body_costs_more_than_its_length_times_a_logarithm() {
    if !Command::new("valgrind").arg("--version").output().is_ok_and(|output| output.status.success()) {
        assert!(std::env::var_os("CI").is_none(), "valgrind is not installed");
        return say("without valgrind it is not counted what bodies cost");
    }
    let app = TestApp::new().await;
    let folder = std::env::temp_dir().join(format!("contacts-work-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let server = app.options().database("postgres").to_url_lossy().to_string();
    let output = tokio::process::Command::new("valgrind")
        .args(["--tool=callgrind", "--zero-before=*work*measured*", "--dump-after=*work*measured*"])
        .arg(format!("--callgrind-out-file={}", folder.join("work").display()))
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", CARRIED_OUT, "--ignored", "--nocapture", "--test-threads=1"])
        .env("TEST_DATABASE_URL", server)
        .kill_on_drop(true)
        .output()
        .await
        .unwrap();
    let (said, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}{errors}");
    let cases: Vec<&str> = said.lines().filter_map(|line| Some(line.split_once(CASE)?.1)).collect();
    assert!(cases.len() > 100, "{said}");
    let mut too_much = String::new();
    for (number, name) in cases.iter().enumerate() {
        // With one entry, with n, with twice as many.
        let [one, some, twice] = [1, 2, 3].map(|part| instructions(&folder, number * 3 + part));
        let (some, twice) = (some.saturating_sub(one), twice.saturating_sub(one));
        #[expect(clippy::cast_precision_loss, reason = "to compare")]
        let ratio = twice as f64 / some.max(1) as f64;
        if ratio > MOST && twice > 2 * some + NOISE {
            let _ = writeln!(too_much, "{name}: {some} instructions, {twice} for twice as many ({ratio:.1})");
        }
    }
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(too_much.is_empty(), "{too_much}");
    app.finish().await;
}

/// What Valgrind counted of the request of this number.
fn instructions(folder: &Path, number: usize) -> u64 {
    let path: PathBuf = folder.join(format!("work.{number}"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let totals = text.lines().find_map(|line| line.strip_prefix("totals: ")).unwrap();
    totals.trim().parse().unwrap()
}

/// Sends a request. Valgrind counts from here to the end.
#[inline(never)]
fn measured(runtime: &Runtime, client: &Client, request: Request) {
    let Request { method, path, kind, key, body } = request;
    let mut headers = vec![("content-type", kind)];
    if method == Method::POST {
        headers.push(("idempotency-key", &key));
    }
    let answer = runtime.block_on(client.send(method, &path, &headers, body));
    assert_ne!(answer.status.as_u16(), 401);
    assert!(answer.status.as_u16() < 500, "{}", answer.text());
}

struct Request {
    method: Method,
    path: String,
    kind: &'static str,
    key: String,
    body: String,
}

#[test]
#[ignore = "run by the test above"]
fn requests_are_carried_out() {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    // Under Valgrind everything takes some fifty times as long.
    let setup = Setup { timeout: Duration::from_secs(3600), is_hasty: false, ..Setup::default() };
    let app = runtime.block_on(TestApp::with(setup));
    let owned = runtime.block_on(Owned::new(&app));
    let client = app.client(TENANT, "admin");
    let mut keys = 0..;
    let mut carry_out =
        |name: &str, method: &Method, kind: &'static str, paths_and_bodies: [(String, String); 3]| {
            let _ = writeln!(std::io::stdout(), "{CASE}{name}");
            for (path, body) in paths_and_bodies {
                let key = format!("work-{}", keys.next().unwrap_or(0));
                measured(&runtime, &client, Request { method: method.clone(), path, kind, key, body });
            }
        };
    let sizes = [1, ENTRIES, 2 * ENTRIES];
    let document = openapi::document();
    let mut seen = BTreeSet::new();
    for operation in openapi::operations() {
        let Some(body) = operation.value.get("requestBody") else { continue };
        let schema = &body["content"]["application/json"]["schema"];
        let mut places = Vec::new();
        find(&document, schema, &mut Vec::new(), &mut places);
        let call = call(&operation.id, &owned);
        let good = call.body.clone().unwrap_or_else(|| json!({}));
        for place in places {
            // Calls that share a schema read it alike.
            let at = place.path.join(".");
            if !seen.insert((schema["$ref"].to_string(), at.clone(), place.what)) {
                continue;
            }
            let fewer = if at == "operations" && place.what == What::List { 10 } else { 1 };
            let bodies = sizes.map(|size| {
                let mut body = good.clone();
                place.fill(&mut body, size.div_ceil(fewer), owned.contact_id());
                (call.path(&operation), body.to_string())
            });
            let name = format!("{} {at}: {:?}", operation.id, place.what);
            carry_out(&name, &operation.method, "application/json", bodies);
        }
    }

    let contacts = "/api/v1/contacts";
    let contact = factory::path(&owned.contact);
    let json = "application/json";
    let form = "application/x-www-form-urlencoded";
    let many = |size: usize, part: &dyn Fn(usize) -> String| -> String { (0..size).map(part).collect() };
    // Fields that exist, and contacts that have values in all of them.
    runtime.block_on(make_fields(&app, 2 * ENTRIES));
    // None has the value of another: half of the fields are unique.
    let values = |size: usize, name: &str| -> Map<String, Value> {
        let value = |number| format!("{name} {size} {number}");
        (0..size).map(|number| (format!("cf_real{number}"), json!(value(number)))).collect()
    };
    for (name, method, path) in [
        ("create", Method::POST, contacts),
        ("update", Method::PATCH, contact.as_str()),
        ("update again", Method::PATCH, contact.as_str()),
    ] {
        let bodies = sizes.map(|size| {
            let body = json!({"name": "x", "email": [], "phone": [], "customFields": values(size, name)});
            (path.to_owned(), body.to_string())
        });
        carry_out(&format!("{name}, with fields that exist"), &method, json, bodies);
    }
    let operations = |size: usize, operation: &dyn Fn(usize) -> Value| {
        let operations: Vec<Value> = (0..=size / 10).map(operation).collect();
        (format!("{contacts}/bulk"), json!({"operations": operations}).to_string())
    };
    // Another contact than the one that has a thousand values by now, all of which each operation would go through.
    let small = runtime.block_on(factory::contact(&client, json!({})));
    let id = small["id"].as_str().unwrap();
    for (name, operation) in [
        (
            "creates",
            &(|number: usize| json!({"action": "create", "contact": {"name": number.to_string(), "email": [], "phone": [], "tags": [format!("t{number}")]}}))
                as &dyn Fn(usize) -> Value,
        ),
        (
            "changes of one contact",
            &|number: usize| json!({"action": "update", "id": id, "contact": {"notes": number.to_string()}}),
        ),
        (
            "upserts",
            &|number: usize| json!({"action": "upsert", "by": "email", "value": format!("u{number}@example.com"), "contact": {"name": "u"}}),
        ),
        (
            "groups",
            &|number: usize| json!({"action": "group", "id": id, "actionType": "MERGE", "groups": [uuid(number)]}),
        ),
        (
            "channels",
            &|number: usize| json!({"action": "create", "contact": {"name": "c", "email": [], "phone": [], "channel": format!("c{number}")}}),
        ),
        (
            "fields",
            &|number: usize| json!({"action": "upsert", "by": format!("cf_real{number}"), "value": "f", "contact": {"name": "f"}}),
        ),
    ] {
        carry_out(
            &format!("bulk, {name}"),
            &Method::POST,
            json,
            sizes.map(|size| operations(size, operation)),
        );
    }
    let forms: [(&str, &dyn Fn(usize) -> String); 5] = [
        ("names", &|number: usize| format!("x{number}=1&")),
        ("a list", &|number: usize| format!("tags[]=t{number}&")),
        ("a list of objects", &|number: usize| {
            format!("email[{number}][email]=e{number}@example.com&email[{number}][isPrimary]=0&")
        }),
        ("an object", &|number: usize| format!("customFields[cf_y{number}]=1&")),
        ("a name that is repeated in brackets", &|number: usize| format!("customFields[cf_y][{number}]=1&")),
    ];
    for (name, part) in forms {
        let bodies =
            sizes.map(|size| (contacts.to_owned(), format!("{}name=x&email=[]&phone=[]", many(size, part))));
        carry_out(&format!("form, {name}"), &Method::POST, form, bodies);
    }
    let selection = sizes.map(|size| {
        let names: Vec<&str> = vec!["name"; size];
        let mut body: Map<String, Value> = (0..size).map(|number| (format!("x{number}"), json!(1))).collect();
        body.insert("name".into(), json!("x"));
        body.insert("specific_update_fields".into(), json!(names));
        (contact.clone(), Value::Object(body).to_string())
    });
    carry_out("a selection of many fields", &Method::PUT, json, selection);
    for (name, part) in [
        ("that are unknown", &(|number: usize| format!("x{number}=1&")) as &dyn Fn(usize) -> String),
        ("that are filters", &|number: usize| format!("tag=t{number}&")),
        ("that are fields", &|number: usize| format!("cf_real{number}=1&")),
    ] {
        let paths = sizes.map(|size| (format!("{contacts}?{}", many(size, part)), String::new()));
        carry_out(&format!("parameters {name}"), &Method::GET, json, paths);
    }
    runtime.block_on(app.finish());
}

fn uuid(number: usize) -> String {
    format!("0198c0de-7b1c-7e1a-8f3b-{number:012x}")
}

/// Custom fields, as if they had been made one by one.
async fn make_fields(app: &TestApp, count: usize) {
    let pool = app.pool().await;
    let made = sqlx::query(
        "insert into fields (tenant_id, id, system_name, display_name, type, is_default, is_archived, is_required,
                             is_unique, position, created_at, updated_at)
         select f.tenant_id, gen_random_uuid(), 'cf_real' || n, 'Real ' || n, 'text', false, false, false, n % 2 = 0,
                1000 + n, now(), now()
         from (select distinct tenant_id from fields) f, generate_series(0, $1) n",
    )
    .bind(i32::try_from(count).unwrap())
    .execute(&pool)
    .await
    .unwrap();
    assert!(made.rows_affected() > 0);
    pool.close().await;
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    /// An array.
    List,
    /// An object whose keys are the caller's.
    Map,
    /// An object with fields, and others that are not known.
    Object,
}

/// A place in a body where a caller says how much there is.
#[derive(Debug)]
struct Place {
    /// Names, and `0` for the first entry of a list.
    path: Vec<String>,
    what: What,
    /// Of the entries.
    entry: Value,
}

/// Finds the places of a schema.
fn find(document: &Value, schema: &Value, path: &mut Vec<String>, places: &mut Vec<Place>) {
    let schema = resolved(document, schema);
    for key in ["oneOf", "anyOf", "allOf"] {
        for part in schema[key].as_array().into_iter().flatten() {
            find(document, part, path, places);
        }
    }
    let mut found = Vec::new();
    let (properties, others) = (&schema["properties"], &schema["additionalProperties"]);
    if properties.is_object() {
        found.push((What::Object, &Value::Null));
    }
    let is_open = others.is_object() || *others == json!(true) || (others.is_null() && properties.is_null());
    if is_open && is_a(schema, "object") {
        found.push((What::Map, others));
    }
    if is_a(schema, "array") {
        found.push((What::List, &schema["items"]));
    }
    for (what, entry) in found {
        if !places.iter().any(|place| place.path == *path && place.what == what) {
            places.push(Place { path: path.clone(), what, entry: example(document, entry) });
        }
    }
    let inner = schema["properties"].as_object().into_iter().flatten();
    let inner = inner.map(|(name, schema)| (name.as_str(), schema));
    for (name, schema) in inner.chain(schema.get("items").map(|items| ("0", items))) {
        path.push(name.to_owned());
        find(document, schema, path, places);
        path.pop();
    }
}

fn is_a(schema: &Value, kind: &str) -> bool {
    schema["type"] == kind || schema["type"].as_array().is_some_and(|kinds| kinds.contains(&json!(kind)))
}

/// Something that a schema allows; text where it says nothing.
fn example(document: &Value, schema: &Value) -> Value {
    let schema = resolved(document, schema);
    if let Some(value) = schema.get("example").or(schema.pointer("/examples/0")).or(schema.get("const")) {
        return value.clone();
    }
    if let Some(properties) = schema["properties"].as_object() {
        return properties.iter().map(|(name, schema)| (name.clone(), example(document, schema))).collect();
    }
    match schema["oneOf"].as_array().or(schema["anyOf"].as_array()).and_then(|choices| choices.last()) {
        Some(choice) => example(document, choice),
        None if schema["format"] == "uuid" => json!(uuid(0)),
        None => json!("x"),
    }
}

impl Place {
    /// Puts so many entries there.
    fn fill(&self, body: &mut Value, size: usize, contact_id: &str) {
        let mut at = body;
        for name in &self.path {
            if name == "0" {
                if at.get(0).is_none() {
                    *at = json!([{}]);
                }
                at = &mut at[0];
            } else {
                if !at.is_object() {
                    *at = json!({});
                }
                at = &mut at[name.as_str()];
            }
        }
        match self.what {
            What::List => *at = (0..size).map(|number| distinct(&self.entry, number)).collect(),
            What::Map => {
                let is_prefer = self.path.last().is_some_and(|name| name == "prefer");
                let field = |number| {
                    if is_prefer {
                        (format!("customFields.cf_x{number}"), json!(contact_id))
                    } else {
                        (format!("cf_x{number}"), distinct(&self.entry, number))
                    }
                };
                *at = Value::Object((0..size).map(field).collect());
            }
            What::Object => {
                if !at.is_object() {
                    *at = json!({});
                }
                for number in 0..size {
                    at[format!("x{number}")] = json!(number);
                }
            }
        }
    }
}

/// Another one of the kind for each number.
fn distinct(entry: &Value, number: usize) -> Value {
    match entry {
        Value::String(text) if text.len() == 36 && text.matches('-').count() == 4 => json!(uuid(number)),
        Value::String(text) if text.contains('@') => json!(format!("x{number}{text}")),
        Value::String(text) => json!(format!("{text}{number}")),
        Value::Object(fields) => {
            // What is chosen from a list stays.
            let value = |(name, value): (&String, &Value)| {
                let stays = ["channel", "action", "actionType", "type"].contains(&name.as_str());
                (name.clone(), if stays { value.clone() } else { distinct(value, number) })
            };
            fields.iter().map(value).collect()
        }
        other => other.clone(),
    }
}
