//! The server's first process, the postmaster: starting it, adopting one that runs, stopping it.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read, Seek, SeekFrom},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    process::Child,
    time::Duration,
};

use nix::{
    libc::O_NOFOLLOW,
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tokio::time::{Instant, sleep};

use super::{
    cluster::{self, Cluster},
    error::Error,
    pid_file::{PidFile, Status, serves},
    process, settings, socket,
};

/// How long a start may take: after a crash the server first replays its log.
const START_LIMIT: Duration = Duration::from_mins(5);

/// How long to wait for sessions of a postmaster that was killed, which end by themselves.
const ORPHANS_LIMIT: Duration = Duration::from_secs(30);

/// Pause between two starts while there are such sessions.
const ORPHANS_INTERVAL: Duration = Duration::from_millis(500);

/// What the server says while there are such sessions.
const ORPHANS_MESSAGE: &str = "is still in use";

/// PostgreSQL's signals to end, with the time that each one gets: to cut all sessions and write
/// everything down; or to just end, after which the next start has to replay the log.
const STOPS: [(Signal, Duration); 2] =
    [(Signal::SIGINT, Duration::from_secs(30)), (Signal::SIGQUIT, Duration::from_secs(10))];

/// Pause between two looks at something that changes soon.
const INTERVAL: Duration = Duration::from_millis(50);

/// A postmaster of ours.
#[derive(Debug)]
pub(super) enum Postmaster {
    /// Started by this process.
    Child(Child),
    /// Found running under this number.
    Adopted(u32),
}

impl Postmaster {
    fn pid(&self) -> u32 {
        match self {
            Self::Child(child) => child.id(),
            Self::Adopted(pid) => *pid,
        }
    }

    /// Whether it still runs.
    pub(super) fn is_alive(&mut self, cluster: &Cluster) -> bool {
        match self {
            // This also reaps it.
            Self::Child(child) => matches!(child.try_wait(), Ok(None)),
            Self::Adopted(pid) => serves(*pid, &cluster.folder()),
        }
    }

    /// Asks it to end in order, and does not wait for it.
    pub(super) fn ask_to_end(&mut self, cluster: &Cluster) {
        self.signal(Signal::SIGINT, cluster);
    }

    fn signal(&mut self, signal: Signal, cluster: &Cluster) {
        if self.is_alive(cluster)
            && let Ok(pid) = i32::try_from(self.pid())
        {
            // It fails only where the process has ended in this moment.
            let _ = kill(Pid::from_raw(pid), signal);
        }
    }
}

impl Cluster {
    /// Adopts the postmaster that runs on this cluster or starts one, and waits until it accepts
    /// connections. Returns the folder of its socket. `postmaster` is what there is to stop at any
    /// moment, also when this future is dropped.
    pub(super) async fn bring_up(&mut self, postmaster: &mut Option<Postmaster>) -> Result<PathBuf, Error> {
        let socket_dir = match self.adopt(postmaster).await? {
            Some(socket_dir) => socket_dir,
            None => self.start(postmaster).await?,
        };
        self.socket_dir = Some(socket_dir.clone());
        Ok(socket_dir)
    }

    /// Takes over a postmaster that another owner has left running. One that is about to end, or that
    /// cannot be reached, is stopped instead.
    async fn adopt(&self, slot: &mut Option<Postmaster>) -> Result<Option<PathBuf>, Error> {
        let Some(found) = PidFile::of_running(&self.folder()) else {
            return Ok(None);
        };
        let postmaster = slot.insert(Postmaster::Adopted(found.pid));
        if found.status != Status::Stopping {
            match self.until_ready(postmaster, self.log_length()).await {
                Ok(socket_dir) => {
                    tracing::info!(pid = found.pid, "adopts the PostgreSQL that was left running");
                    return Ok(Some(socket_dir));
                }
                Err(error) => {
                    tracing::warn!(%error, "cannot adopt the PostgreSQL that was left running");
                }
            }
        }
        self.halt(postmaster).await?;
        *slot = None;
        Ok(None)
    }

    async fn start(&self, slot: &mut Option<Postmaster>) -> Result<PathBuf, Error> {
        let socket_dir = match &self.socket_dir {
            Some(socket_dir) => {
                socket::make_private(socket_dir, &self.user)?;
                socket_dir.clone()
            }
            None => socket::prepare(&self.data_dir, &self.user)?,
        };
        settings::write(&self.data_dir, &socket_dir)?;
        self.rotate_log();

        let deadline = Instant::now() + ORPHANS_LIMIT;
        loop {
            let log_start = self.log_length();
            let postmaster = slot.insert(Postmaster::Child(self.spawn()?));
            match self.until_ready(postmaster, log_start).await {
                Err(Error::Program { output, .. })
                    if output.contains(ORPHANS_MESSAGE) && Instant::now() < deadline =>
                {
                    tracing::info!("waits for sessions of a PostgreSQL that was killed");
                    sleep(ORPHANS_INTERVAL).await;
                }
                Err(error) => return Err(error),
                Ok(socket_dir) => {
                    tracing::info!(pid = postmaster.pid(), programs = %self.programs, "PostgreSQL runs");
                    return Ok(socket_dir);
                }
            }
        }
    }

    /// Starts the postmaster as a child of this process, without `pg_ctl`: that one puts the paths
    /// through a shell unquoted, and nobody would reap a server that dies where this process is the
    /// first one of a container.
    fn spawn(&self) -> Result<Child, Error> {
        let log = cluster::log_file(&self.data_dir);
        let failed = || Error::io("write", &log);
        let output = OpenOptions::new()
            .append(true)
            .create(true)
            .mode(0o640)
            .custom_flags(O_NOFOLLOW)
            .open(&log)
            .map_err(failed())?;
        self.user.give_open(&output, &log)?;

        let program = self.programs.program("postgres");
        let mut command = self.user.command(&program);
        command.arg("-D").arg(self.folder());
        command.stdout(output.try_clone().map_err(failed())?).stderr(output);
        if let Some(stale) = PidFile::read(&self.folder()) {
            // A file was left behind whose number may be in use again, for which the server would
            // refuse to start. This is how `pg_ctl` names a process that is no postmaster; by its
            // shared memory the server still makes sure that it is alone.
            command.env("PG_GRANDPARENT_PID", stale.pid.to_string());
        }
        command.spawn().map_err(Error::io("run", &program))
    }

    /// Waits until the postmaster accepts connections and returns the folder of its socket.
    async fn until_ready(&self, postmaster: &mut Postmaster, log_start: u64) -> Result<PathBuf, Error> {
        let deadline = Instant::now() + START_LIMIT;
        let failed = |problem: String| Error::Program {
            program: self.programs.program("postgres").display().to_string(),
            problem,
            output: self.log_since(log_start),
        };
        loop {
            if !postmaster.is_alive(self) {
                return Err(failed("has ended during its start".into()));
            }
            if let Some(file) = PidFile::read(&self.folder())
                && file.pid == postmaster.pid()
                && file.status == Status::Ready
            {
                let socket_dir = file.accepting().map(Path::to_owned);
                return socket_dir.ok_or_else(|| failed("cannot be reached on its socket".into()));
            }
            if Instant::now() > deadline {
                return Err(failed(format!("accepts no connections after {} s", START_LIMIT.as_secs())));
            }
            sleep(INTERVAL).await;
        }
    }

    /// Stops the postmaster and waits for its end.
    pub(super) async fn halt(&self, postmaster: &mut Postmaster) -> Result<(), Error> {
        for (signal, limit) in STOPS {
            postmaster.signal(signal, self);
            if self.ends(postmaster, limit).await {
                return Ok(());
            }
            tracing::warn!(pid = postmaster.pid(), %signal, ?limit, "PostgreSQL does not stop");
        }
        Err(Error::DoesNotStop { pid: postmaster.pid() })
    }

    /// Whether the postmaster ends within `limit`.
    async fn ends(&self, postmaster: &mut Postmaster, limit: Duration) -> bool {
        let deadline = Instant::now() + limit;
        while postmaster.is_alive(self) {
            if Instant::now() >= deadline {
                return false;
            }
            sleep(INTERVAL).await;
        }
        true
    }

    /// How long the server's log is, in bytes.
    fn log_length(&self) -> u64 {
        cluster::log_file(&self.data_dir).metadata().map_or(0, |log| log.len())
    }

    /// The end of what the log has since it was this long.
    fn log_since(&self, start: u64) -> String {
        let read = || -> io::Result<Vec<u8>> {
            let mut log = File::open(cluster::log_file(&self.data_dir))?;
            log.seek(SeekFrom::Start(start))?;
            let mut text = Vec::new();
            log.read_to_end(&mut text)?;
            Ok(text)
        };
        read().map(|text| process::tail(&text)).unwrap_or_default()
    }
}
