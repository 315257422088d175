//! What requests cost. No input of the allowed size may cost more than n log n, or one caller holds up all others. The work
//! is counted, not timed: Valgrind counts the instructions that each function of the service carries out for each list and
//! map of each body, with n entries and with twice as many. What the database does is not among them: it is another process.
//!
//! Work that grows with the square of the entries is four times as much then. With as few entries as a test can afford it is
//! still a small part of the whole, so each function is looked at by itself; and since a single one may do more by chance (the
//! order of random keys, a table that grows), twice, with other values: what grows with the square does so both times.
//!
//! Valgrind finds a request between a call of libc's `getppid` and one of its `getpgrp`, which nothing else makes.

use std::{
    collections::{BTreeSet, HashMap},
    env,
    ffi::OsStr,
    fs::{self, File},
    io::{self, BufRead, BufReader},
    path::Path,
    process::Stdio,
    time::Duration,
};

use axum::http::Method;
use nix::unistd::{getpgrp, getppid};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sqlx::ConnectOptions;
use tokio::{process::Command, runtime::Builder};

use crate::{
    coverage::{calls::call, owned::Owned},
    openapi::{self, schema::resolved},
    support::{Setup, TestApp, database::TestDatabase, factory},
};

/// How many times as much twice as many entries may cost. Of a sort of a thousand it is 2.2, and sorts are a small part.
const MOST: f64 = 2.2;

/// The same of one function. What sorts and tables do is uneven; it is four times as much where it grows with the square.
const MOST_OF_ONE: f64 = 3.0;

/// Functions that carry out fewer instructions for twice as many entries are not looked at: chance has a part in them. Nor are
/// those with fewer than [`LEAST_OF_A_PAIR`] for each pair of entries; comparing them takes more.
const LEAST: u64 = 20_000;
const LEAST_OF_A_PAIR: u64 = 12;

/// How many entries there are: where they are cheap, one more than most lists may have, so that both are refused or neither; where
/// each is a value of a field that exists; where each is an operation.
const SIZE: usize = 51;
const VALUES: usize = 30;
const OPERATIONS: usize = 10;

/// The name of the test that Valgrind runs.
const SENT: &str = "work::requests_are_sent";

/// Where that finds [`Planned`], as JSON, and its database.
const PLAN: &str = "TEST_WORK_PLAN";
const DATABASE: &str = "TEST_WORK_DATABASE";

/// How many requests of a case are counted, the last ones.
const COUNTED: usize = 4;

/// How many entries the requests of a case have.
const fn sizes(size: usize) -> [usize; 1 + COUNTED] {
    [1, size, 2 * size, size, 2 * size]
}

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";
const CONTACTS: &str = "/api/v1/contacts";

#[tokio::test]
async fn no_list_or_map_of_a_request_costs_more_than_its_length_times_a_logarithm() {
    let app = TestApp::new().await;
    let owned = Owned::new(&app).await;
    let mut plan = Vec::new();
    every_schema(&mut plan, &owned);
    forms_and_queries(&mut plan, &owned);
    bulks(&mut plan, &owned);
    fields_that_exist(&mut plan, &app).await;

    let folder = env::temp_dir().join(format!("contacts-work-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let (plan_file, counts) = (folder.join("plan"), folder.join("counts"));
    fs::write(&plan_file, serde_json::to_string(&plan).unwrap()).unwrap();
    let mut out = OsStr::new("--callgrind-out-file=").to_owned();
    out.push(&counts);
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--zero-before=getppid*", "--dump-before=getpgrp*"])
        .args(["--combine-dumps=yes", "--vgdb=no"])
        .arg(out)
        .arg(env::current_exe().unwrap())
        .args(["--exact", SENT, "--ignored", "--nocapture"])
        .env(PLAN, plan_file)
        .env(DATABASE, app.options().to_url_lossy().as_str())
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await;
    let counted = read_counts(&counts);
    fs::remove_dir_all(&folder).unwrap();
    let output = output.unwrap_or_else(|error| {
        panic!("this test needs Valgrind (Debian: apt install valgrind), which cannot be run: {error}")
    });
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(output.status.success(), "{said}");

    let (mut requests, names) = counted.unwrap();
    // Of the end of the process.
    requests.pop();
    assert_eq!(requests.len(), COUNTED * plan.len(), "{said}");
    let too_much: Vec<String> = plan
        .iter()
        .zip(requests.chunks(COUNTED))
        .flat_map(|(case, counts)| {
            let entries = 2 * u64::try_from(case.size).unwrap();
            let least = LEAST.max(LEAST_OF_A_PAIR * entries * entries / 2);
            let first = grown(&counts[0], &counts[1], least);
            let mut again = grown(&counts[2], &counts[3], least);
            again.retain(|what, _| first.contains_key(what));
            again.into_iter().map(|(what, (some, twice))| {
                let what = what.map_or("all", |function| &names[&function]);
                format!("{}: {some} and {twice} in {what}", case.name)
            })
        })
        .collect();
    assert!(
        too_much.is_empty(),
        "these cost more than n log n, by instructions for so many entries and for twice as many:\n{}",
        too_much.join("\n")
    );
    app.finish().await;
}

/// The instructions of a request by function of this program. Under 0 are those of the C library, whose memory management
/// tidies up now and then.
type Counts = HashMap<u32, u64>;

/// Reads what Valgrind counted: by request, and what functions are called.
fn read_counts(file: &Path) -> io::Result<(Vec<Counts>, HashMap<u32, String>)> {
    let mut file = BufReader::with_capacity(1 << 20, File::open(file)?);
    let (mut requests, mut names, mut line) = (Vec::new(), HashMap::new(), String::new());
    let (mut counts, mut function, mut is_of_a_call) = (Counts::new(), 0, false);
    let this_program = env::current_exe()?;
    let (mut this_object, mut is_ours) = (None, false);
    while file.read_line(&mut line)? > 0 {
        let text = line.trim_end();
        if text.starts_with(['+', '-', '*', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9']) {
            // A line of the source and its cost; behind a call, that of what was called.
            if !is_of_a_call && let Some((_, cost)) = text.split_once(' ') {
                *counts.entry(if is_ours { function } else { 0 }).or_default() +=
                    cost.parse::<u64>().map_err(io::Error::other)?;
            }
            is_of_a_call = false;
        } else if let Some((key, value)) = text.split_once('=') {
            is_of_a_call = key == "calls";
            // `fn=(12) name` where it is first met, `fn=(12)` from then on; `ob` is its file, `c` is of what is called.
            if let Some((id, name)) = value.strip_prefix('(').and_then(|value| value.split_once(')'))
                && ["fn", "cfn", "ob", "cob"].contains(&key)
            {
                let (id, name) = (id.parse().map_err(io::Error::other)?, name.trim());
                if key.ends_with("ob") {
                    if Path::new(name) == this_program {
                        this_object = Some(id);
                    }
                    is_ours = if key == "ob" { this_object == Some(id) } else { is_ours };
                } else {
                    if !name.is_empty() {
                        names.insert(id, name.to_owned());
                    }
                    function = if key == "fn" { id } else { function };
                }
            }
        } else if let Some(total) = text.strip_prefix("totals: ") {
            let sum: u64 = counts.values().sum();
            assert_eq!(sum.to_string(), total.trim(), "the costs of functions are read right");
            requests.push(std::mem::take(&mut counts));
        }
        line.clear();
    }
    Ok((requests, names))
}

/// What costs too much more for twice as many entries, with both costs: functions, and `None` for all together.
fn grown(some: &Counts, twice: &Counts, least: u64) -> HashMap<Option<u32>, (u64, u64)> {
    let is_more = |some: u64, twice: u64, most: f64| {
        #[expect(clippy::cast_precision_loss, reason = "to compare")]
        let (some, twice) = (some as f64, twice as f64);
        twice > most * some
    };
    let (of_all, of_twice) = (some.values().sum(), twice.values().sum());
    assert!(of_all > 100_000 && of_twice > 100_000, "no request costs as little: {of_all}, {of_twice}");
    let mut grown = HashMap::new();
    if is_more(of_all, of_twice, MOST) {
        grown.insert(None, (of_all, of_twice));
    }
    for (function, &twice) in twice.iter().filter(|(function, _)| **function != 0) {
        let some = some.get(function).copied().unwrap_or_default();
        if twice >= least && is_more(some, twice, MOST_OF_ONE) {
            grown.insert(Some(*function), (some, twice));
        }
    }
    grown
}

#[test]
#[ignore = "run by the test above, by Valgrind"]
fn requests_are_sent() {
    let (Ok(plan), Ok(database)) = (env::var(PLAN), env::var(DATABASE)) else { return };
    let plan: Vec<Planned> = serde_json::from_str(&fs::read_to_string(plan).unwrap()).unwrap();
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let _guard = runtime.enter();
    // Valgrind takes some fifty times as long.
    let setup = Setup { timeout: Duration::from_secs(3600), is_hasty: false, ..Setup::default() };
    let app = TestApp::on(TestDatabase::of_another_process(), database.parse().unwrap(), setup);
    let client = app.admin();
    for Planned { name, method, kind, is_accepted, requests, .. } in plan {
        let uncounted = requests.len() - COUNTED;
        for (number, (path, body)) in requests.into_iter().enumerate() {
            let key = format!("{name} {number}").replace(|c: char| !c.is_ascii_alphanumeric(), "-");
            let mut headers = vec![("content-type", kind.as_str())];
            if method == "POST" {
                headers.push(("idempotency-key", &key));
            }
            let request = client.send(method.parse().unwrap(), &path, &headers, body);
            let _ = getppid();
            let answer = runtime.block_on(request);
            if number >= uncounted {
                let _ = getpgrp();
            }
            let (status, text) = (answer.status.as_u16(), answer.text());
            let is_read = if is_accepted {
                status < 300
            } else {
                [400, 404, 409, 422].contains(&status) || status < 300
            };
            assert!(is_read, "{name}: {status} {text}");
        }
    }
}

/// Requests that differ in how much there is of something.
#[derive(Debug, Serialize, Deserialize)]
struct Planned {
    name: String,
    method: String,
    kind: String,
    /// Whether they are carried out. Others may be refused, for being too long or for what they name.
    is_accepted: bool,
    /// How many entries the requests have that are counted; every other one has twice as many.
    size: usize,
    /// Paths and bodies.
    requests: Vec<(String, String)>,
}

impl Planned {
    /// Requests with so many entries as [`sizes`] says. The first of them makes what is made once. `request`: its path and body by
    /// its number and how many entries it has.
    fn new(
        name: &str,
        method: &Method,
        size: usize,
        request: impl Fn(usize, usize) -> (String, String),
    ) -> Self {
        let requests = sizes(size).into_iter().enumerate();
        let requests = requests.map(|(number, size)| request(number, size)).collect();
        Self {
            name: name.into(),
            method: method.to_string(),
            kind: JSON.into(),
            is_accepted: false,
            size,
            requests,
        }
    }

    fn accepted(self) -> Self {
        Self { is_accepted: true, ..self }
    }
}

/// Each list and map that the OpenAPI document knows of, longer than is accepted where that has a bound.
fn every_schema(plan: &mut Vec<Planned>, owned: &Owned) {
    let document = openapi::document();
    let mut seen = BTreeSet::new();
    for operation in openapi::operations() {
        let Some(body) = operation.value.get("requestBody") else { continue };
        let schema = &body["content"][JSON]["schema"];
        let mut places = Vec::new();
        find(&document, schema, &mut Vec::new(), &operation.id, &mut places);
        let call = call(&operation.id, owned);
        let mut good = call.body.clone().unwrap_or_else(|| json!({}));
        if operation.id == "bulkContactsByFilter" {
            // It is none of these that costs.
            good["filter"] = json!({"keyword": "nobody"});
            good.as_object_mut().unwrap().remove("all");
        }
        let mut is_made = false;
        for place in places {
            // What shares a schema is read alike.
            if !seen.insert((place.identity.clone(), place.what)) {
                continue;
            }
            let at = place.path.join(".");
            let name = format!("{} {at}: {:?}", operation.id, place.what);
            let size = if at == "operations" { OPERATIONS } else { SIZE };
            let mut planned = Planned::new(&name, &operation.method, size, |_, size| {
                let mut body = good.clone();
                place.fill(&mut body, size, owned.contact_id());
                (call.path(&operation), body.to_string())
            });
            if is_made {
                planned.requests.remove(0);
            }
            is_made = true;
            plan.push(planned);
        }
    }
}

/// Values of fields that exist. There is no bound to these but the length of a body.
async fn fields_that_exist(plan: &mut Vec<Planned>, app: &TestApp) {
    make_fields(app, 2 * VALUES).await;
    // None has the value of another: some of the fields are unique.
    let body = |name: &str, number: usize, size: usize| {
        let value = |field| (format!("cf_real{field}"), json!(format!("{name} {number} {field}")));
        let values: Map<String, Value> = (0..size).map(value).collect();
        json!({"name": "x", "email": [], "phone": [], "customFields": values})
    };
    let created = |number, size| (CONTACTS.to_owned(), body("created", number, size).to_string());
    plan.push(Planned::new("create, fields that exist", &Method::POST, VALUES, created).accepted());

    // Pairs to be merged, and pairs whose merge is to be undone.
    let client = app.admin();
    let id = |answer: &Value, pointer: &str| answer.pointer(pointer).unwrap().as_str().unwrap().to_owned();
    let (mut ids, mut merges) = (Vec::new(), Vec::new());
    for (number, size) in sizes(VALUES).into_iter().enumerate() {
        let mut made = Vec::new();
        for name in ["a", "b", "c", "d"] {
            made.push(id(&client.post(CONTACTS, body(name, number, size)).await.expect(201), "/id"));
        }
        let path = format!("{CONTACTS}/{}/merge", made[2]);
        merges.push(id(&client.post(&path, json!({"from": [made[3]]})).await.expect(200), "/data/mergeId"));
        // Each of its values is looked at by itself then.
        let path = format!("{CONTACTS}/{}", made[2]);
        client.patch(&path, json!({"customFields": {"cf_real1": "changed"}})).await.expect(200);
        ids.push(made);
    }
    let updated = |number: usize, size| {
        let values = &body("updated", number, size)["customFields"];
        (format!("{CONTACTS}/{}", ids[number][0]), json!({"customFields": values}).to_string())
    };
    plan.push(Planned::new("update, fields that exist", &Method::PATCH, VALUES, updated).accepted());
    let merged = |number: usize, size| {
        let other = &ids[number][1];
        let prefer = (0..size / 2).map(|field| (format!("customFields.cf_real{field}"), json!(other)));
        let body = json!({"from": [other], "prefer": prefer.collect::<Map<_, _>>()});
        (format!("{CONTACTS}/{}/merge", ids[number][0]), body.to_string())
    };
    plan.push(Planned::new("merge, prefer fields that exist", &Method::POST, VALUES, merged).accepted());
    let undone = |number: usize, _| (format!("{CONTACTS}/merges/{}/undo", merges[number]), String::new());
    plan.push(Planned::new("undo a merge, fields that exist", &Method::POST, VALUES, undone).accepted());
    for (name, method, behind) in
        [("delete", Method::DELETE, ""), ("restore", Method::POST, "/restore"), ("read", Method::GET, "")]
    {
        let path = |number: usize, _| (format!("{CONTACTS}/{}{behind}", ids[number][0]), String::new());
        plan.push(Planned::new(&format!("{name}, fields that exist"), &method, VALUES, path).accepted());
    }
}

/// Bulks that are carried out.
fn bulks(plan: &mut Vec<Planned>, owned: &Owned) {
    let create = |name: String, more: &Value| {
        let mut contact = json!({"username": name, "email": [], "phone": []});
        contact.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"action": "create", "contact": contact})
    };
    type Operation<'a> = &'a dyn Fn(usize, usize) -> Value;
    let operations: [(&str, Operation<'_>); 6] = [
        ("creates with tags", &|request, n| {
            create(format!("t{n}"), &json!({"tags": [format!("t{request} {n}")]}))
        }),
        ("creates with companies", &|request, n| {
            create(format!("c{n}"), &json!({"company": format!("c{request} {n}")}))
        }),
        ("creates of one email", &|_, n| {
            create(format!("e{n}"), &json!({"email": [{"email": "one@example.com", "isPrimary": true}]}))
        }),
        ("changes of one contact", &|request, n| {
            let notes = format!("{request} {n}");
            json!({"action": "update", "id": owned.contact_id(), "contact": {"notes": notes}})
        }),
        ("upserts by email", &|request, n| {
            let email = format!("u{n}@{request}.example.com");
            json!({"action": "upsert", "by": "email", "value": email, "contact": {"username": "u"}})
        }),
        (
            "upserts of one phone",
            &|_, _| json!({"action": "upsert", "by": "phone", "value": "+95 9 797877765", "contact": {"username": "u"}}),
        ),
    ];
    for (name, operation) in operations {
        let bulk = |request, size| {
            let operations: Vec<Value> = numbers(size).map(|n| operation(request, n)).collect();
            (format!("{CONTACTS}/bulk"), json!({"operations": operations}).to_string())
        };
        plan.push(Planned::new(&format!("bulk, {name}"), &Method::POST, OPERATIONS, bulk).accepted());
    }
}

fn forms_and_queries(plan: &mut Vec<Planned>, owned: &Owned) {
    type Part<'a> = &'a dyn Fn(usize) -> String;
    let many = |size: usize, part: Part<'_>| -> String { numbers(size).map(part).collect() };
    let forms: [(&str, Part<'_>); 6] = [
        ("names", &|n| format!("x{n}=1&")),
        ("a list", &|n| format!("tags[]=t{n}&")),
        ("a list of objects", &|n| format!("email[{n}][email]=e{n}@example.com&email[{n}][isPrimary]=0&")),
        ("an object", &|n| format!("customFields[cf_y{n}]=1&")),
        ("a name that is repeated in brackets", &|n| format!("customFields[cf_y][{n}]=1&")),
        ("one name again and again", &|_| "notes=x&".to_owned()),
    ];
    for (name, part) in forms {
        let form = |_, size| (CONTACTS.to_owned(), format!("{}name=x&email=[]&phone=[]", many(size, part)));
        let planned = Planned::new(&format!("form, {name}"), &Method::POST, SIZE, form);
        plan.push(Planned { kind: FORM.into(), ..planned });
    }
    let bodies: [(&str, Part<'_>); 2] = [
        ("one key again and again", &|_| r#""notes":"x","#.to_owned()),
        ("lists in lists", &|n| format!(r#""x{n}":[[[[]]]],"#)),
    ];
    for (name, part) in bodies {
        let body = |_, size| (CONTACTS.to_owned(), format!(r#"{{{}"name":"x"}}"#, many(size, part)));
        plan.push(Planned::new(name, &Method::POST, SIZE, body));
    }
    let selection = |_, size| {
        let body = json!({"name": "x", "specific_update_fields": vec!["name"; size]});
        (factory::path(&owned.contact), body.to_string())
    };
    plan.push(Planned::new("one field selected again and again", &Method::PUT, SIZE, selection));
    let words = |_, size| {
        let text = |word: &str| format!("{word} ").repeat(size);
        let body = json!({"username": "x", "email": [], "phone": [], "notes": text("note"), "address": text("road")});
        (CONTACTS.to_owned(), body.to_string())
    };
    plan.push(Planned::new("words of a text", &Method::POST, SIZE, words));
    let queries: [(&str, Part<'_>); 6] = [
        ("that are unknown", &|n| format!("x{n}=1&")),
        ("that are a filter", &|n| format!("tag=t{n}&")),
        ("that are a filter, in brackets", &|n| format!("tag[{n}]=t{n}&")),
        ("that are fields", &|n| format!("cf_y{n}=1&")),
        ("that are a flag", &|_| "has=email&".to_owned()),
        ("that are words of one", &|n| if n == FIRST { "keyword=a".into() } else { format!("+w{n}") }),
    ];
    for (name, part) in queries {
        let query = |_, size| (format!("{CONTACTS}?{}", many(size, part)), String::new());
        plan.push(Planned::new(&format!("parameters {name}"), &Method::GET, SIZE, query));
    }
}

/// Entries have numbers of one length, or the later ones cost more.
const FIRST: usize = 100;

fn numbers(size: usize) -> impl Iterator<Item = usize> {
    (0..size).map(|number| FIRST + number)
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
         select f.tenant_id, gen_random_uuid(), 'cf_real' || n, 'Real ' || n, 'text', false, false, false, n % 4 = 0,
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
    /// The named schema that it is in, and where in that.
    identity: String,
    what: What,
    /// Of the entries.
    entry: Value,
}

/// Finds the places of a schema.
fn find(document: &Value, schema: &Value, path: &mut Vec<String>, identity: &str, places: &mut Vec<Place>) {
    let identity = schema["$ref"].as_str().unwrap_or(identity);
    let schema = resolved(document, schema);
    for key in ["oneOf", "anyOf", "allOf"] {
        for part in schema[key].as_array().into_iter().flatten() {
            find(document, part, path, identity, places);
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
            let entry = example(document, entry);
            places.push(Place { path: path.clone(), identity: identity.to_owned(), what, entry });
        }
    }
    let inner = schema["properties"].as_object().into_iter().flatten();
    let inner = inner.map(|(name, schema)| (name.as_str(), schema));
    for (name, schema) in inner.chain(schema.get("items").map(|items| ("0", items))) {
        path.push(name.to_owned());
        find(document, schema, path, &format!("{identity}.{name}"), places);
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
            What::List => *at = numbers(size).map(|number| distinct(&self.entry, number)).collect(),
            What::Map => {
                let is_prefer = self.path.last().is_some_and(|name| name == "prefer");
                let field = |number| {
                    if is_prefer {
                        (format!("customFields.cf_x{number}"), json!(contact_id))
                    } else {
                        (format!("cf_x{number}"), distinct(&self.entry, number))
                    }
                };
                *at = Value::Object(numbers(size).map(field).collect());
            }
            What::Object => {
                if !at.is_object() {
                    *at = json!({});
                }
                for number in numbers(size) {
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
