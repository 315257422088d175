//! Those who follow, and what they have.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};

use http_body_util::BodyExt;
use serde_json::Value;
use tokio::process::Child;

use super::instance::{Http, token};
use crate::{changes::CHANGES, support::database::say};

/// What somebody has who follows.
#[derive(Debug, Default, Clone)]
pub(super) struct Copy {
    pub cursor: String,
    pub things: BTreeMap<(String, String), Value>,
    /// How often everything was read anew.
    pub resets: usize,
}

impl Copy {
    pub fn apply(&mut self, item: &Value) {
        let text = |name: &str| item[name].as_str().unwrap().to_owned();
        let key = (text("type"), text("id"));
        if item["data"].is_null() {
            self.things.remove(&key);
        } else {
            self.things.insert(key, item["data"].clone());
        }
    }

    pub fn contacts(&self) -> BTreeMap<String, Value> {
        let contacts = self.things.iter().filter(|((kind, _), _)| kind == "contact");
        contacts.map(|((_, id), data)| (id.clone(), data.clone())).collect()
    }

    /// Reads all contacts anew, and goes on behind `cursor`.
    pub async fn read_everything(&mut self, http: &Http, cursor: &str) {
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

pub(super) type Shared = Arc<Mutex<Copy>>;

/// Follows by the call, without end.
pub(super) async fn follow_by_call(http: Http, shared: Shared) {
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
pub(super) async fn follow_by_stream(http: Http, shared: Shared) {
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
pub(super) struct Program {
    pub child: Child,
    pub file: PathBuf,
}

impl Program {
    pub fn start(program: &str, script: &Path, file: PathBuf, address: &str) -> Self {
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
    pub async fn contacts(&self) -> BTreeMap<String, Value> {
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
pub(super) fn programs(folder: &Path, addresses: [&str; 2]) -> Vec<Program> {
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
