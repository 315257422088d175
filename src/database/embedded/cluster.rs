//! The database cluster on disk: making it whole or not at all.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, ErrorKind, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use nix::libc::O_NOFOLLOW;
use tokio::time::sleep;

use super::{SUPERUSER, binaries::Installation, error::Error, process, settings, user::ServerUser};

/// How long `initdb` may take; seconds on a usual disk.
const INITDB_LIMIT: Duration = Duration::from_mins(5);

/// How the name of a cluster begins that `initdb` has not finished.
const DRAFT_PREFIX: &str = "postgres.new-";

/// What counts as a letter, in order of preference. Sorting and comparing always follow the C locale,
/// which no update of the operating system can change under an index, and the service folds case
/// itself; but `upper` and `lower` in SQL ask the locale, and under plain C they know the letters of
/// ASCII only. Not every platform has a C locale that knows Unicode; macOS has the second one in all its
/// versions.
const CHARACTER_TYPES: [&str; 3] = ["C.UTF-8", "en_US.UTF-8", "C"];

/// The folder of the cluster.
pub(super) fn folder(data_dir: &Path) -> PathBuf {
    data_dir.join("postgres")
}

/// The file that the server's messages go to.
pub(super) fn log_file(data_dir: &Path) -> PathBuf {
    data_dir.join("postgres.log")
}

/// How long the server's log may get, in bytes. The file before it is kept, no more.
const MAX_LOG: u64 = 10 * 1024 * 1024;

/// Begins the server's log anew where it is too long; what it had is then in `postgres.log.1`. The server writes to the end of
/// the file that it was started with, so the file stays and its content goes. What is written in that moment may be lost.
fn rotate_log(data_dir: &Path) -> io::Result<()> {
    let path = log_file(data_dir);
    let log = OpenOptions::new().read(true).write(true).custom_flags(O_NOFOLLOW).open(&path);
    let mut log = match log {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        log => log?,
    };
    if log.metadata()?.len() <= MAX_LOG {
        return Ok(());
    }
    let former = path.with_extension("log.1");
    match fs::remove_file(&former) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut copy = OpenOptions::new().write(true).create_new(true).mode(0o640).open(&former)?;
    io::copy(&mut log, &mut copy)?;
    log.set_len(0)
}

/// A cluster that exists, with the programs and the user to run it. Its methods are for the holder of
/// the data directory's lock.
#[derive(Debug)]
pub(super) struct Cluster {
    pub(super) data_dir: PathBuf,
    pub(super) user: ServerUser,
    pub(super) programs: Installation,
    /// Where the server listens, once it has: callers rely on it after a restart.
    pub(super) socket_dir: Option<PathBuf>,
}

impl Cluster {
    /// The cluster of this data directory, made if missing.
    pub(super) async fn open(data_dir: PathBuf, user: ServerUser) -> Result<Self, Error> {
        let folder = folder(&data_dir);
        let programs = Installation::find(&folder, &user)?;
        let cluster = Self { data_dir, user, programs, socket_dir: None };
        cluster.remove_drafts().await?;
        if !folder.join("PG_VERSION").exists() {
            cluster.create().await?;
        }
        Ok(cluster)
    }

    /// Begins the server's log anew where it is too long; that it cannot is no reason to be without a server.
    pub(super) fn rotate_log(&self) {
        if let Err(error) = rotate_log(&self.data_dir) {
            tracing::warn!(%error, "the log of PostgreSQL cannot be begun anew");
        }
    }

    /// The folder of the cluster.
    pub(super) fn folder(&self) -> PathBuf {
        folder(&self.data_dir)
    }

    /// Runs `initdb` under another name and renames the result, so that a process that is killed
    /// meanwhile leaves no half cluster behind.
    async fn create(&self) -> Result<(), Error> {
        tracing::info!(
            data_dir = %self.data_dir.display(),
            programs = %self.programs,
            user = self.user.name(),
            "makes a new database"
        );
        // The orphan of a process that was killed may still be writing under its own name.
        let unique = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default().as_millis();
        let draft = self.data_dir.join(format!("{DRAFT_PREFIX}{unique}"));
        DirBuilder::new().mode(0o700).create(&draft).map_err(Error::io("create", &draft))?;
        self.user.give(&draft)?;

        let made = self.fill(&draft).await;
        if made.is_err() {
            let _ = fs::remove_dir_all(&draft);
        }
        made
    }

    async fn fill(&self, draft: &Path) -> Result<(), Error> {
        let mut character_types = CHARACTER_TYPES.into_iter().peekable();
        while let Some(character_type) = character_types.next() {
            match self.initdb(draft, character_type).await {
                // `initdb` says so before it writes anything.
                Err(Error::Program { output, .. })
                    if output.contains("invalid locale") && character_types.peek().is_some() => {}
                Err(error) => return Err(error),
                Ok(()) => break,
            }
        }

        let configuration = draft.join("postgresql.conf");
        let include = format!("\n# Rewritten at every start.\ninclude '../{}'\n", settings::FILE_NAME);
        OpenOptions::new()
            .append(true)
            .custom_flags(O_NOFOLLOW)
            .open(&configuration)
            .and_then(|mut file| file.write_all(include.as_bytes()).and_then(|()| file.sync_all()))
            .map_err(Error::io("write", &configuration))?;

        let folder = self.folder();
        fs::rename(draft, &folder).map_err(Error::io("create", &folder))?;
        // `initdb` has synced the files; their new place in the data directory is synced here.
        File::open(&self.data_dir).and_then(|dir| dir.sync_all()).map_err(Error::io("sync", &self.data_dir))
    }

    async fn initdb(&self, draft: &Path, character_type: &str) -> Result<(), Error> {
        let mut initdb = self.user.command(self.programs.program("initdb"));
        initdb
            .arg("--pgdata")
            .arg(draft)
            .arg(format!("--username={SUPERUSER}"))
            // Who reaches the socket may do anything: only the server's user and root get to it.
            .args(["--auth-local=trust", "--auth-host=reject"])
            .args(["--encoding=UTF8", "--locale=C"])
            .arg(format!("--lc-ctype={character_type}"))
            .args(["--data-checksums", "--no-instructions"]);
        process::run(initdb, INITDB_LIMIT).await
    }

    /// Removes what an `initdb` left behind whose caller was killed.
    async fn remove_drafts(&self) -> Result<(), Error> {
        let entries = fs::read_dir(&self.data_dir).map_err(Error::io("read", &self.data_dir))?;
        for entry in entries.flatten() {
            if !entry.file_name().as_encoded_bytes().starts_with(DRAFT_PREFIX.as_bytes()) {
                continue;
            }
            // An orphaned `initdb` may still be adding files, and gives up once they vanish.
            let mut attempts = 0..10;
            while let Err(error) = fs::remove_dir_all(entry.path())
                && error.kind() != ErrorKind::NotFound
            {
                if attempts.next().is_none() {
                    tracing::warn!(%error, "cannot remove the unfinished database {}", entry.path().display());
                    break;
                }
                sleep(Duration::from_millis(200)).await;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_that_is_too_long_is_begun_anew_and_the_one_before_is_kept() {
        let data_dir = std::env::temp_dir().join(format!("contacts-log-{}", std::process::id()));
        fs::create_dir_all(&data_dir).unwrap();
        let log = log_file(&data_dir);
        rotate_log(&data_dir).unwrap();
        assert!(!log.exists());
        // As the server writes it, which goes on while the file is begun anew.
        let mut server = OpenOptions::new().append(true).create(true).open(&log).unwrap();
        server.write_all(b"short\n").unwrap();
        rotate_log(&data_dir).unwrap();
        assert_eq!(fs::read(&log).unwrap(), b"short\n");
        for round in 0..2_u8 {
            let line = vec![b'0' + round; 1024];
            for _ in 0..=MAX_LOG / 1024 {
                server.write_all(&line).unwrap();
            }
            rotate_log(&data_dir).unwrap();
            assert_eq!(fs::metadata(&log).unwrap().len(), 0);
            let former = fs::read(data_dir.join("postgres.log.1")).unwrap();
            assert!(former.len() as u64 > MAX_LOG && former.ends_with(&line));
            server.write_all(b"after\n").unwrap();
            assert_eq!(fs::read(&log).unwrap(), b"after\n");
        }
        fs::remove_dir_all(&data_dir).unwrap();
    }
}
