//! A private PostgreSQL, run from the machine's own programs when no `DATABASE_URL` is set.
//!
//! Everything lives under one data directory:
//!
//! | path            | what                                                            |
//! |-----------------|-----------------------------------------------------------------|
//! | `lock`          | whoever holds it owns the server: starts it and stops it         |
//! | `postgres/`     | the cluster, made by `initdb`                                   |
//! | `postgres.conf` | our settings, included from the cluster's own, written each start |
//! | `postgres.log`  | what the server says; what it said before is in `postgres.log.1` |
//! | `run/`          | its Unix socket, where the path is short enough for one          |
//!
//! The server listens on that socket only, and only its operating-system user and root may enter the
//! socket's folder; therefore it asks for no password. A caller connects as [`SUPERUSER`] to
//! [`EmbeddedServer::socket_dir`] and [`PORT`]. The cluster holds the database `postgres` and nothing
//! else: the service's own database is created by the caller over its first connection.
//!
//! A service that dies without stopping its server (`kill -9`) leaves the server running; the next
//! owner adopts it and stops it at its own end.

mod binaries;
mod cluster;
mod data_dir;
mod error;
mod lock;
mod pid_file;
mod postmaster;
mod process;
mod settings;
mod socket;
mod user;

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::{
    sync::Mutex,
    time::{Instant, sleep},
};

pub(super) use self::binaries::OLDEST_MAJOR;
use self::{
    cluster::Cluster,
    lock::{Attempt, Lock},
    pid_file::PidFile,
    postmaster::Postmaster,
    user::ServerUser,
};
pub use self::{
    data_dir::resolve_data_dir,
    error::{Error, Holder},
};

/// The database's superuser, and the only role of a new cluster.
pub const SUPERUSER: &str = "contacts";

/// The port that is part of the socket's file name; nothing listens on TCP.
pub const PORT: u16 = 5432;

/// How long a guest waits for the owner's server: long enough for an owner that runs `initdb`.
const GUEST_LIMIT: Duration = Duration::from_mins(1);

/// How often a guest looks whether the owner's server accepts connections.
const GUEST_INTERVAL: Duration = Duration::from_millis(200);

/// How often [`EmbeddedServer::supervise`] looks whether the server is alive.
const SUPERVISE_INTERVAL: Duration = Duration::from_millis(500);

/// How often it looks whether the server's log has become too long.
const LOG_INTERVAL: Duration = Duration::from_mins(1);

/// Pause after a failed restart; doubles with each further failure, up to [`MAX_BACKOFF`].
const MIN_BACKOFF: Duration = Duration::from_secs(1);

/// Longest pause between two attempts to restart the server.
const MAX_BACKOFF: Duration = Duration::from_secs(30);

/// What to do when another process owns the server of a data directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Be the owner or fail with [`Error::InUse`]: the service itself.
    Own,
    /// Be the owner if there is none, else a guest of the running server: one-off commands.
    Share,
}

/// Where and how to run the server.
#[derive(Debug, Clone)]
pub struct Options {
    /// The data directory; made if missing. A relative path counts from the current directory.
    pub data_dir: PathBuf,
    /// Whether nobody chose `data_dir`. Then root's server may move to `/var/lib/contacts` when the
    /// current directory admits only root; a directory that was chosen never moves.
    pub data_dir_is_default: bool,
    /// Whether to insist on owning the server.
    pub mode: Mode,
}

/// A running PostgreSQL, as its owner or as a guest of another process that owns it.
///
/// The owner ends with [`stop`](Self::stop). Dropped without, it asks the server to stop but does
/// not wait for it.
#[derive(Debug)]
pub struct EmbeddedServer {
    data_dir: PathBuf,
    socket_dir: PathBuf,
    /// What the owner holds; `None` for a guest and after [`stop`](Self::stop).
    owned: Mutex<Option<Owned>>,
}

/// What makes a process the owner of a server.
#[derive(Debug)]
struct Owned {
    cluster: Cluster,
    postmaster: Option<Postmaster>,
    /// Last, so that it is released after everything else.
    _lock: Lock,
}

impl EmbeddedServer {
    /// Makes the data directory and the cluster where missing and returns once the server accepts
    /// connections.
    ///
    /// # Errors
    ///
    /// [`Error`] tells an operator in a sentence what is in the way.
    pub async fn start(options: Options) -> Result<Self, Error> {
        let (data_dir, user) = data_dir::prepare(&options.data_dir, options.data_dir_is_default)?;
        let deadline = Instant::now() + GUEST_LIMIT;
        loop {
            // Asked for on every round: an owner that ends makes room for this process.
            let holder = match Lock::try_take(&data_dir)? {
                Attempt::Taken(lock) => return Self::start_owned(data_dir, user, lock).await,
                Attempt::HeldBy(holder) => holder,
            };
            if options.mode == Mode::Own {
                return Err(Error::InUse { data_dir, holder });
            }
            let server = PidFile::of_running(&cluster::folder(&data_dir));
            if let Some(socket_dir) = server.as_ref().and_then(PidFile::accepting) {
                let socket_dir = socket_dir.to_owned();
                tracing::debug!(data_dir = %data_dir.display(), %holder, "uses the running PostgreSQL");
                return Ok(Self { data_dir, socket_dir, owned: Mutex::new(None) });
            }
            if Instant::now() > deadline {
                let log = cluster::log_file(&data_dir);
                return Err(Error::OwnerNotReady { data_dir, holder, limit: GUEST_LIMIT, log });
            }
            sleep(GUEST_INTERVAL).await;
        }
    }

    /// Brings the server up with the lock in hand.
    async fn start_owned(data_dir: PathBuf, user: ServerUser, lock: Lock) -> Result<Self, Error> {
        let cluster = Cluster::open(data_dir.clone(), user).await?;
        let mut server = Self {
            data_dir,
            socket_dir: PathBuf::new(),
            owned: Mutex::new(Some(Owned { cluster, postmaster: None, _lock: lock })),
        };
        // From here on dropping `server` stops what was started, also when this future is dropped.
        if let Some(Owned { cluster, postmaster, .. }) = server.owned.get_mut() {
            server.socket_dir = cluster.bring_up(postmaster).await?;
        }
        Ok(server)
    }

    /// The folder of the server's Unix socket.
    #[must_use]
    pub fn socket_dir(&self) -> &Path {
        &self.socket_dir
    }

    /// The database user to connect as; there is no password.
    #[must_use]
    pub fn user(&self) -> &str {
        SUPERUSER
    }

    /// The data directory in effect: absolute, without symbolic links, and `/var/lib/contacts` where
    /// the default had to move.
    #[must_use]
    pub fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    /// Starts the server again whenever it dies, and its log anew whenever that is too long, until [`stop`](Self::stop) is called. Returns at
    /// once for a guest. May be dropped at any time.
    pub async fn supervise(&self) {
        let mut backoff = MIN_BACKOFF;
        let mut log_seen = Instant::now();
        loop {
            sleep(SUPERVISE_INTERVAL).await;
            let mut owned = self.owned.lock().await;
            let Some(Owned { cluster, postmaster, .. }) = owned.as_mut() else {
                return;
            };
            if log_seen.elapsed() >= LOG_INTERVAL {
                log_seen = Instant::now();
                cluster.rotate_log();
            }
            if postmaster.as_mut().is_some_and(|postmaster| postmaster.is_alive(cluster)) {
                continue;
            }
            tracing::error!("PostgreSQL has ended without being asked to; starting it again");
            match cluster.bring_up(postmaster).await {
                Ok(_) => {
                    tracing::info!("PostgreSQL is back");
                    backoff = MIN_BACKOFF;
                }
                Err(error) => {
                    drop(owned);
                    tracing::error!(%error, retry_in = ?backoff, "PostgreSQL does not start");
                    sleep(backoff).await;
                    backoff = MAX_BACKOFF.min(backoff * 2);
                }
            }
        }
    }

    /// Stops the server and lets go of the data directory, if this process owns them; a guest leaves
    /// both alone. Connections that are still open are cut.
    ///
    /// It ends [`supervise`](Self::supervise), but waits for a restart that is under way there; a
    /// caller in a hurry drops that future first.
    ///
    /// # Errors
    ///
    /// [`Error::DoesNotStop`] after 40 seconds.
    pub async fn stop(&self) -> Result<(), Error> {
        let Some(mut owned) = self.owned.lock().await.take() else {
            return Ok(());
        };
        if let Some(postmaster) = &mut owned.postmaster {
            owned.cluster.halt(postmaster).await?;
            socket::remove_if_temporary(&self.socket_dir, &self.data_dir);
        }
        Ok(())
    }
}

impl Drop for EmbeddedServer {
    /// The way out of a panic or of an early return: nothing can be awaited here.
    fn drop(&mut self) {
        if let Some(Owned { cluster, postmaster: Some(postmaster), .. }) = self.owned.get_mut()
            && postmaster.is_alive(cluster)
        {
            tracing::warn!("PostgreSQL was not stopped in order; asks it to stop");
            postmaster.ask_to_end(cluster);
        }
    }
}
