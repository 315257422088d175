//! The binary as its users start it.

use std::{
    path::Path,
    process::Stdio,
    sync::{Arc, Mutex},
};

use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, ChildStderr, Command},
    sync::oneshot,
    task::JoinHandle,
};

/// A command of the binary, with nothing configured but what the test sets.
pub fn contacts(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_contacts"));
    command
        .args(arguments)
        .env_clear()
        .env("LISTEN_ADDR", "127.0.0.1:0")
        .stdin(Stdio::null())
        .kill_on_drop(true);
    for name in ["PATH", "TMPDIR", "HOME", "LANG"] {
        if let Ok(value) = std::env::var(name) {
            command.env(name, value);
        }
    }
    command
}

/// What a command that ends printed.
#[derive(Debug)]
pub struct Output {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

/// Runs a command to its end.
pub async fn run(command: &mut Command) -> Output {
    let output = command.output().await.unwrap();
    Output {
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// A running `contacts serve`.
pub struct Service {
    pub child: Child,
    /// Such as `http://127.0.0.1:40123`.
    pub url: String,
    /// The development token, where it printed one.
    pub token: Option<String>,
    /// What it printed to be pasted, beside that token.
    pub paste: String,
    /// What it logs.
    pub log: Log,
}

/// The lines of a service's standard error stream.
pub struct Log {
    text: Arc<Mutex<String>>,
    reading: JoinHandle<()>,
}

impl Log {
    /// Reads on until the stream ends. The address goes to the receiver when there is one.
    fn read(stderr: ChildStderr) -> (Self, oneshot::Receiver<String>) {
        let text = Arc::<Mutex<String>>::default();
        let (listening, address) = oneshot::channel();
        let reading = tokio::spawn({
            let text = text.clone();
            let mut listening = Some(listening);
            async move {
                let mut lines = BufReader::new(stderr).lines();
                while let Ok(Some(line)) = lines.next_line().await {
                    if let Some((_, rest)) = line.split_once("listening address=")
                        && let Some(listening) = listening.take()
                    {
                        let _ = listening.send(rest.split(' ').next().unwrap().to_owned());
                    }
                    text.lock().unwrap().push_str(&(line + "\n"));
                }
            }
        });
        (Self { text, reading }, address)
    }

    /// All of it, once the process has ended.
    pub async fn until_end(self) -> String {
        self.reading.await.unwrap();
        self.text.lock().unwrap().clone()
    }
}

impl Service {
    /// Starts the service and waits until it says where it listens.
    pub async fn start(command: &mut Command) -> Result<Self, Output> {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap()).lines();
        let (log, _) = Log::read(child.stderr.take().unwrap());
        let mut url = None;
        let mut token = None;
        let mut paste = String::new();
        while let Ok(Some(line)) = stdout.next_line().await {
            if let Some(rest) = line.strip_prefix("contacts listens on ") {
                url = rest.split_whitespace().next().map(str::to_owned);
            }
            if let Some(rest) = line.strip_prefix("  TOKEN=") {
                token = Some(rest.to_owned());
            }
            if line.starts_with("  ") {
                paste = paste + &line + "\n";
            }
            // All of it is written at once. A service that has no token to print ends with the line on the
            // documentation.
            if line.starts_with("The token is") || url.is_some() && !is_development(command) {
                break;
            }
        }
        match url {
            Some(url) => Ok(Self { child, url, token, paste, log }),
            None => {
                let code = child.wait().await.unwrap().code();
                Err(Output { code, stdout: String::new(), stderr: log.until_end().await })
            }
        }
    }

    /// Starts the service and waits until it listens, which it does before it has started.
    pub async fn listening(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let (log, address) = Log::read(child.stderr.take().unwrap());
        match address.await {
            Ok(address) => {
                Self { child, url: format!("http://{address}"), token: None, paste: String::new(), log }
            }
            Err(oneshot::error::RecvError { .. }) => panic!("it ended: {}", log.until_end().await),
        }
    }

    /// What it has logged so far.
    pub fn log(&self) -> String {
        self.log.text.lock().unwrap().clone()
    }

    /// Waits for an answer with this status.
    pub async fn until(&self, path: &str, status: u16) -> Value {
        let mut last = Value::Null;
        super::eventually(&format!("{path} answers {status}"), async || {
            let (answered, body) = self.curl(path, &[]).await;
            last = body;
            answered == status
        })
        .await;
        last
    }

    /// Sends a signal.
    pub fn signal(&self, signal: nix::sys::signal::Signal) {
        let pid = i32::try_from(self.child.id().unwrap()).unwrap();
        nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), signal).unwrap();
    }

    /// Calls it as a stranger would: with curl.
    pub async fn curl(&self, path: &str, arguments: &[&str]) -> (u16, Value) {
        let output = Command::new("curl")
            .args(["--silent", "--show-error", "--write-out", "\n%{http_code}"])
            .args([
                "--header",
                &format!("Authorization: Bearer {}", self.token.as_deref().unwrap_or_default()),
            ])
            .args(arguments)
            .arg(format!("{}{path}", self.url))
            .output()
            .await
            .expect("curl is installed");
        let text = String::from_utf8(output.stdout).unwrap();
        let (body, status) = text.rsplit_once('\n').unwrap();
        (status.parse().unwrap(), serde_json::from_str(body).unwrap_or(Value::Null))
    }
}

fn is_development(command: &Command) -> bool {
    command.as_std().get_envs().all(|(name, _)| name != "DATABASE_URL")
}

/// Whether PostgreSQL's programs are on this machine: the embedded server needs them.
pub fn has_postgresql() -> bool {
    let places =
        ["/usr/lib/postgresql", "/usr/pgsql-17", "/usr/pgsql-16", "/usr/local/pgsql", "/opt/homebrew/opt"];
    let on_path = std::env::var("PATH").unwrap_or_default();
    places.iter().any(|place| Path::new(place).exists())
        || on_path.split(':').any(|folder| Path::new(folder).join("initdb").exists())
}
