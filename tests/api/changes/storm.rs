//! Writers that do everything, on two instances that are killed again and again: whoever follows the changes, by the call or by the
//! stream, ends with exactly what is stored. The same once a backup was restored.
//!
//! `CHANGES_WRITERS` and `CHANGES_KILLS` make it larger. `COPY_MJS` names a compiled `clients/copy.mts`, which then follows as well.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::body::Body;
use contacts::auth::{Claims, Keys};
use http_body_util::BodyExt;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use nix::sys::signal::Signal::{SIGKILL, SIGTERM};
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection, postgres::PgConnectOptions};
use tokio::{process::Child, task::JoinHandle};

use super::CHANGES;
use crate::support::{
    app::{SECRET, TENANT},
    database::{TestDatabase, say},
    eventually, factory,
    process::{Service, contacts},
    random::Random,
};

const TAGS: [&str; 5] = ["vip", "new", "Łódź", "lead", "gold"];
const COMPANIES: [&str; 3] = ["K-Link", "Acme", "Ærø Works"];

fn number_of(name: &str, default: usize) -> usize {
    std::env::var(name).map_or(default, |number| number.parse().unwrap())
}

fn token() -> String {
    let claims = Claims {
        sub: "storm".into(),
        tenant: TENANT.into(),
        scope: "admin".into(),
        exp: 4e9,
        nbf: None,
        iss: None,
        aud: None,
    };
    Keys::from_secret(SECRET).unwrap().sign(&claims).unwrap()
}

/// An instance that can be killed and comes back at the same address.
struct Instance {
    address: String,
    url: Mutex<String>,
    service: tokio::sync::Mutex<Service>,
}

impl Instance {
    async fn start(url: &str) -> Self {
        let service = serve(url, "127.0.0.1:0").await;
        let address = service.url.strip_prefix("http://").unwrap().to_owned();
        Self { address, url: Mutex::new(url.to_owned()), service: tokio::sync::Mutex::new(service) }
    }

    /// Stops it with a signal, and starts it again; on another database, where one is given.
    async fn restart(&self, signal: nix::sys::signal::Signal, url: Option<&str>) {
        let mut service = self.service.lock().await;
        service.signal(signal);
        service.child.wait().await.unwrap();
        if let Some(url) = url {
            url.clone_into(&mut self.url.lock().unwrap());
        }
        let url = self.url.lock().unwrap().clone();
        *service = serve(&url, &self.address).await;
    }
}

async fn serve(url: &str, address: &str) -> Service {
    let mut command = contacts(&["serve"]);
    command
        .env("DATABASE_URL", url)
        .env("JWT_SECRET", SECRET)
        .env("DEFAULT_REGION", "MM")
        .env("LISTEN_ADDR", address)
        .env("DATABASE_MAX_CONNECTIONS", "8");
    let service = Service::start(&mut command).await.unwrap_or_else(|output| panic!("{output:?}"));
    service.until("/readyz", 200).await;
    service
}

/// Calls an instance; whether it is there or not.
#[derive(Clone)]
struct Http {
    client: Client<HttpConnector, Body>,
    address: String,
    token: String,
}

impl Http {
    fn new(address: &str) -> Self {
        let client = Client::builder(TokioExecutor::new()).build_http();
        Self { client, address: address.to_owned(), token: token() }
    }

    /// The status and the JSON of an answer; none where it was cut off.
    async fn call(&self, method: &str, path: &str, body: Option<Value>) -> Option<(u16, Value)> {
        let request = http::Request::builder()
            .method(method)
            .uri(format!("http://{}{path}", self.address))
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json")
            .body(body.map_or_else(Body::empty, |body| Body::from(body.to_string())))
            .unwrap();
        let answer = self.client.request(request).await.ok()?;
        let status = answer.status().as_u16();
        let bytes = answer.into_body().collect().await.ok()?.to_bytes();
        Some((status, serde_json::from_slice(&bytes).unwrap_or(Value::Null)))
    }

    /// A stream from `cursor` on.
    async fn stream(&self, cursor: &str) -> Option<Body> {
        let request = http::Request::get(format!("http://{}{CHANGES}/stream", self.address))
            .header("authorization", format!("Bearer {}", self.token))
            .header("last-event-id", cursor)
            .body(Body::empty())
            .unwrap();
        let answer = self.client.request(request).await.ok()?;
        (answer.status() == 200).then(|| Body::new(answer.into_body()))
    }
}

/// Does anything, with contacts of which it knows.
struct Writer {
    http: Http,
    random: Random,
    /// Ids that all writers made.
    ids: Arc<Mutex<Vec<String>>>,
    merges: Arc<Mutex<Vec<String>>>,
    done: Arc<AtomicUsize>,
}

impl Writer {
    fn some(&mut self) -> String {
        let ids = self.ids.lock().unwrap();
        if ids.is_empty() { uuid::Uuid::now_v7().to_string() } else { self.random.of(&ids).clone() }
    }

    fn fields(&mut self) -> Value {
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

    async fn call(&mut self, method: &str, path: String, body: Option<Value>) -> Option<Value> {
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
    async fn listed(&mut self, listing: &str) -> Option<String> {
        let (_, page) = self.http.call("GET", &format!("/api/v1/{listing}?pageSize=50"), None).await?;
        let ids: Vec<String> =
            page["data"].as_array()?.iter().filter_map(|one| one["id"].as_str().map(str::to_owned)).collect();
        (!ids.is_empty()).then(|| self.random.of(&ids).clone())
    }

    async fn step(&mut self) -> Option<()> {
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

/// What somebody has who follows.
#[derive(Debug, Default, Clone)]
struct Copy {
    cursor: String,
    things: BTreeMap<(String, String), Value>,
    /// How often everything was read anew.
    resets: usize,
}

impl Copy {
    fn apply(&mut self, item: &Value) {
        let text = |name: &str| item[name].as_str().unwrap().to_owned();
        let key = (text("type"), text("id"));
        if item["data"].is_null() {
            self.things.remove(&key);
        } else {
            self.things.insert(key, item["data"].clone());
        }
    }

    fn contacts(&self) -> BTreeMap<String, Value> {
        let contacts = self.things.iter().filter(|((kind, _), _)| kind == "contact");
        contacts.map(|((_, id), data)| (id.clone(), data.clone())).collect()
    }

    /// Reads all contacts anew, and goes on behind `cursor`.
    async fn read_everything(&mut self, http: &Http, cursor: &str) {
        'again: loop {
            self.things.clear();
            let mut after = String::new();
            loop {
                let path = format!("/api/v1/contacts?sort=createdAt&count=none&pageSize=100&cursor={after}");
                let Some((200, page)) = http.call("GET", &path, None).await else {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue 'again;
                };
                for contact in page["data"].as_array().unwrap() {
                    let id = contact["id"].as_str().unwrap().to_owned();
                    self.things.insert(("contact".into(), id), contact.clone());
                }
                match page["nextCursor"].as_str() {
                    Some(next) => next.clone_into(&mut after),
                    None => break 'again,
                }
            }
        }
        cursor.clone_into(&mut self.cursor);
        self.resets += 1;
    }
}

type Shared = Arc<Mutex<Copy>>;

/// Follows by the call, without end.
async fn follow_by_call(http: Http, shared: Shared) {
    loop {
        let mut copy = shared.lock().unwrap().clone();
        let path = format!("{CHANGES}?since={}&wait=5&pageSize=50", copy.cursor);
        match http.call("GET", &path, None).await {
            Some((200, page)) => {
                page["data"].as_array().unwrap().iter().for_each(|item| copy.apply(item));
                page["nextCursor"].as_str().unwrap().clone_into(&mut copy.cursor);
            }
            Some((410, gone)) => {
                copy.read_everything(&http, gone["error"]["nextCursor"].as_str().unwrap()).await;
            }
            Some((503, _)) | None => tokio::time::sleep(Duration::from_millis(50)).await,
            Some(other) => panic!("{other:?}"),
        }
        *shared.lock().unwrap() = copy;
    }
}

/// Follows by the stream, without end.
async fn follow_by_stream(http: Http, shared: Shared) {
    loop {
        let mut copy = shared.lock().unwrap().clone();
        let Some(mut body) = http.stream(&copy.cursor).await else {
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let mut bytes = Vec::new();
        while let Some(Ok(frame)) = body.frame().await {
            bytes.extend(frame.into_data().unwrap());
            while let Some(end) = bytes.windows(2).position(|two| two == b"\n\n") {
                let rest = bytes.split_off(end + 2);
                let block = String::from_utf8(std::mem::replace(&mut bytes, rest)).unwrap();
                let field =
                    |name: &str| block.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
                let data: Option<Value> = field("data").map(|data| serde_json::from_str(data).unwrap());
                match (field("event"), data) {
                    (Some("change"), Some(item)) => copy.apply(&item),
                    (Some("reset"), Some(reset)) => {
                        copy.read_everything(&http, reset["nextCursor"].as_str().unwrap()).await;
                    }
                    _ => {}
                }
                if let Some(id) = field("id") {
                    id.clone_into(&mut copy.cursor);
                }
            }
            *shared.lock().unwrap() = copy.clone();
        }
    }
}

/// A program of `clients/` that follows by itself.
struct Program {
    child: Child,
    file: PathBuf,
}

impl Program {
    fn start(program: &str, script: &Path, file: PathBuf, address: &str) -> Self {
        let child = tokio::process::Command::new(program)
            .arg(script)
            .arg(&file)
            .env("BASE", format!("http://{address}"))
            .env("TOKEN", token())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        Self { child, file }
    }

    /// The contacts of its copy.
    async fn contacts(&self) -> BTreeMap<String, Value> {
        if self.file.extension().is_some_and(|extension| extension == "json") {
            let text = std::fs::read_to_string(&self.file).unwrap_or_default();
            let copy: Value = serde_json::from_str(&text).unwrap_or_default();
            let things = copy["things"].as_object().cloned().unwrap_or_default();
            let contact =
                |(key, data): (String, Value)| Some((key.strip_prefix("contact ")?.to_owned(), data));
            return things.into_iter().filter_map(contact).collect();
        }
        let script = "import json, sqlite3, sys
db = sqlite3.connect(sys.argv[1])
print(json.dumps({id: json.loads(data) for id, data in db.execute(\"select id, data from copy where type = 'contact'\")}))";
        let output = tokio::process::Command::new("python3")
            .args(["-c", script])
            .arg(&self.file)
            .output()
            .await
            .unwrap();
        serde_json::from_slice(&output.stdout).unwrap_or_default()
    }
}

/// The programs of `clients/` that this machine can run.
fn programs(folder: &Path, addresses: [&str; 2]) -> Vec<Program> {
    let clients = Path::new(env!("CARGO_MANIFEST_DIR")).join("clients");
    let mut programs = Vec::new();
    if std::process::Command::new("python3").arg("--version").output().is_ok() {
        programs.push(Program::start(
            "python3",
            &clients.join("copy.py"),
            folder.join("copy.db"),
            addresses[0],
        ));
    } else {
        say("clients/copy.py is not tried: there is no python3");
    }
    match std::env::var("COPY_MJS") {
        Ok(script) => {
            programs.push(Program::start("node", Path::new(&script), folder.join("copy.json"), addresses[1]));
        }
        Err(_) => say("clients/copy.mts is tried by .ci/clients, and here where COPY_MJS is set"),
    }
    programs
}

/// All contacts of a database, by their ids.
async fn stored(options: &PgConnectOptions) -> BTreeMap<String, Value> {
    let mut connection = PgConnection::connect_with(options).await.unwrap();
    let rows: Vec<(uuid::Uuid, String)> =
        sqlx::query_as("select id, document from contacts").fetch_all(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    rows.into_iter()
        .map(|(id, document)| (id.to_string(), serde_json::from_str(&document).unwrap()))
        .collect()
}

/// Until nothing goes on any more.
async fn settled(options: &PgConnectOptions) {
    let mut connection = PgConnection::connect_with(options).await.unwrap();
    eventually("all jobs are done", async || {
        let left: i64 = sqlx::query_scalar("select count(*) from jobs where finished_at is null")
            .fetch_one(&mut connection)
            .await
            .unwrap();
        left == 0
    })
    .await;
    connection.close().await.unwrap();
}

/// Runs writers against both instances while `meanwhile` goes on.
async fn write(addresses: [&str; 2], seed: u64, meanwhile: impl Future<Output = ()>) -> usize {
    let (ids, merges) = (Arc::<Mutex<Vec<String>>>::default(), Arc::<Mutex<Vec<String>>>::default());
    let (done, stop) = (Arc::<AtomicUsize>::default(), Arc::<AtomicBool>::default());
    let writers: Vec<JoinHandle<()>> = (0..number_of("CHANGES_WRITERS", 10))
        .map(|index| {
            let mut writer = Writer {
                http: Http::new(addresses[index % 2]),
                random: Random(seed + index as u64),
                ids: ids.clone(),
                merges: merges.clone(),
                done: done.clone(),
            };
            let stop = stop.clone();
            tokio::spawn(async move {
                while !stop.load(Ordering::Relaxed) {
                    writer.step().await;
                }
            })
        })
        .collect();
    meanwhile.await;
    stop.store(true, Ordering::Relaxed);
    for writer in writers {
        writer.await.unwrap();
    }
    done.load(Ordering::Relaxed)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_follows_ends_with_exactly_what_is_stored_through_kills_of_the_service_and_a_restored_backup() {
    let database = TestDatabase::new().await;
    let (options, url) = (database.options(), database.url());
    let (one, two) = (Instance::start(&url).await, Instance::start(&url).await);
    let addresses = [one.address.as_str(), two.address.as_str()];
    let folder = std::env::temp_dir().join(format!("contacts-storm-{}", uuid::Uuid::now_v7()));
    std::fs::create_dir(&folder).unwrap();

    let (_, page) = Http::new(addresses[0]).call("GET", CHANGES, None).await.unwrap();
    let cursor = page["nextCursor"].as_str().unwrap().to_owned();
    let begin = || Arc::new(Mutex::new(Copy { cursor: cursor.clone(), ..Copy::default() }));
    let (by_call, by_stream) = (begin(), begin());
    let following = [
        tokio::spawn(follow_by_call(Http::new(addresses[0]), by_call.clone())),
        tokio::spawn(follow_by_stream(Http::new(addresses[1]), by_stream.clone())),
    ];
    let mut programs = programs(&folder, addresses);
    let mut kills = Random(7);
    let done = write(addresses, 100, async {
        for kill in 0..number_of("CHANGES_KILLS", 5) {
            tokio::time::sleep(Duration::from_millis(300 + 50 * kills.below(20) as u64)).await;
            let instance = if kill % 2 == 0 { &one } else { &two };
            instance.restart(SIGKILL, None).await;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    })
    .await;
    settled(&options).await;
    let expected = stored(&options).await;
    say(&format!("storm: {done} writes, {} contacts are stored", expected.len()));
    let all_have = async |expected: &BTreeMap<String, Value>, resets: usize, programs: &[Program]| {
        for (name, copy) in [("the call", &by_call), ("the stream", &by_stream)] {
            eventually(&format!("who follows by {name} has what is stored"), async || {
                copy.lock().unwrap().contacts() == *expected
            })
            .await;
            assert_eq!(copy.lock().unwrap().resets, resets, "{name}");
        }
        for program in programs {
            eventually(&format!("{} has what is stored", program.file.display()), async || {
                program.contacts().await == *expected
            })
            .await;
        }
    };
    all_have(&expected, 0, &programs).await;

    // A backup is made, what is written then is lost, and others are written with the same numbers.
    let backup = {
        let (mut first, mut second) = (one.service.lock().await, two.service.lock().await);
        for service in [&mut first, &mut second] {
            service.signal(SIGTERM);
            service.child.wait().await.unwrap();
        }
        let backup = database.copy().await;
        *first = serve(&url, addresses[0]).await;
        *second = serve(&url, addresses[1]).await;
        backup
    };
    write(addresses, 200, tokio::time::sleep(Duration::from_secs(1))).await;
    settled(&options).await;
    let lost = stored(&options).await;
    assert_ne!(lost, expected);
    all_have(&lost, 0, &programs).await;
    // The programs are started again as well.
    for program in &mut programs {
        program.child.kill().await.unwrap();
    }
    let (options, url) = (backup.options(), backup.url());
    one.restart(SIGTERM, Some(&url)).await;
    two.restart(SIGTERM, Some(&url)).await;
    let programs = self::programs(&folder, addresses);
    write(addresses, 300, tokio::time::sleep(Duration::from_secs(1))).await;
    settled(&options).await;
    let expected = stored(&options).await;
    all_have(&expected, 1, &programs).await;
    for task in following {
        task.abort();
    }
    drop(programs);
    std::fs::remove_dir_all(&folder).unwrap();
}
