//! A proxy before the database that can cut and stall connections.

use std::{
    net::SocketAddr,
    path::PathBuf,
    sync::{Arc, Mutex},
};

use sqlx::postgres::PgConnectOptions;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream, UnixStream},
    sync::watch,
    task::JoinHandle,
};

/// What happens to what passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// Everything passes.
    Open,
    /// Connections stand, and nothing passes.
    Stalled,
    /// Connections are closed, new ones at once.
    Cut,
    /// Everything passes, until a client commits: that still passes, and then its connection is closed before the answer.
    CutBehindCommit,
}

/// What connections watch: the line, how often it was cut, so that a short cut is not missed, and how often those that
/// stood were swallowed.
#[derive(Debug, Clone, Copy)]
struct State {
    line: Line,
    cuts: u64,
    swallowed: u64,
}

/// The proxy.
pub struct Proxy {
    address: SocketAddr,
    line: watch::Sender<State>,
    accepting: JoinHandle<()>,
    to: PgConnectOptions,
    target: Arc<Mutex<Target>>,
}

/// Where the database is.
#[derive(Clone)]
enum Target {
    Tcp(String, u16),
    Unix(PathBuf),
}

impl Target {
    fn of(to: &PgConnectOptions) -> Self {
        match to.get_socket() {
            Some(folder) => Self::Unix(folder.join(format!(".s.PGSQL.{}", to.get_port()))),
            None => Self::Tcp(to.get_host().to_owned(), to.get_port()),
        }
    }
}

impl Proxy {
    /// A proxy to the database of `to`.
    pub async fn to(to: &PgConnectOptions) -> Self {
        let target = Arc::new(Mutex::new(Target::of(to)));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (line, watched) = watch::channel(State { line: Line::Open, cuts: 0, swallowed: 0 });
        let accepting = tokio::spawn({
            let target = target.clone();
            async move {
                while let Ok((client, _)) = listener.accept().await {
                    let target = target.lock().unwrap().clone();
                    tokio::spawn(serve(client, target, watched.clone()));
                }
            }
        });
        Self { address, line, accepting, to: to.clone(), target }
    }

    /// How to connect through it.
    pub fn options(&self) -> PgConnectOptions {
        let to = match self.to.get_socket() {
            // A socket once set goes before the host; whoever is let in at one needs no password.
            Some(_) => PgConnectOptions::new_without_pgpass()
                .username(self.to.get_username())
                .database(self.to.get_database().unwrap_or_default()),
            None => self.to.clone(),
        };
        to.host(&self.address.ip().to_string())
            .port(self.address.port())
            .ssl_mode(sqlx::postgres::PgSslMode::Disable)
    }

    /// Changes what happens to what passes, on connections that stand too.
    pub fn set(&self, line: Line) {
        self.line.send_modify(|state| {
            state.line = line;
            state.cuts += u64::from(line == Line::Cut);
        });
    }

    /// New connections lead to the server of `to`. Those that stand go on to lead where they do.
    pub fn switch_to(&self, to: &PgConnectOptions) {
        *self.target.lock().unwrap() = Target::of(to);
    }

    /// The connections that stand go on to stand, and what is sent on them is acknowledged and goes nowhere. New ones work.
    pub fn swallow(&self) {
        self.line.send_modify(|state| state.swallowed += 1);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.set(Line::Cut);
        self.accepting.abort();
    }
}

async fn serve(client: TcpStream, target: Target, mut line: watch::Receiver<State>) {
    if line.borrow_and_update().line == Line::Cut {
        return;
    }
    match target {
        Target::Tcp(host, port) => {
            if let Ok(server) = TcpStream::connect((host.as_str(), port)).await {
                let (from, to) = server.into_split();
                pass_both_ways(client, from, to, line).await;
            }
        }
        Target::Unix(path) => {
            if let Ok(server) = UnixStream::connect(path).await {
                let (from, to) = server.into_split();
                pass_both_ways(client, from, to, line).await;
            }
        }
    }
}

async fn pass_both_ways(
    client: TcpStream,
    from_server: impl AsyncRead + Unpin,
    to_server: impl AsyncWrite + Unpin,
    line: watch::Receiver<State>,
) {
    let (from_client, to_client) = client.into_split();
    let cut = {
        let mut line = line.clone();
        let cuts = line.borrow().cuts;
        async move { line.wait_for(|state| state.cuts != cuts).await.map(|_| ()) }
    };
    tokio::select! {
        () = pass(from_client, to_server, line.clone()) => {}
        () = pass(from_server, to_client, line) => {}
        _ = cut => {}
    }
}

async fn pass(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut line: watch::Receiver<State>,
) {
    let mut buffer = vec![0; 16 * 1024];
    let swallowed = line.borrow().swallowed;
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        if line.borrow().swallowed != swallowed {
            continue;
        }
        if line.wait_for(|state| state.line != Line::Stalled).await.is_err()
            || to.write_all(&buffer[..length]).await.is_err()
        {
            return;
        }
        let commits = buffer[..length].windows(7).any(|bytes| bytes == b"commit\0");
        if commits && line.borrow().line == Line::CutBehindCommit {
            return;
        }
    }
}
