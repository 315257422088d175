//! What can keep the embedded server from running, in sentences for an operator.

use std::{
    fmt, io,
    path::{Path, PathBuf},
    time::Duration,
};

/// Everything that can go wrong with the embedded server.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No usable PostgreSQL on this machine.
    #[error(
        "no PostgreSQL {oldest} or newer is installed on this machine{}; there are three ways to a \
         database: install PostgreSQL (Debian and Ubuntu: `apt install postgresql`; Fedora: `dnf install \
         postgresql-server`; Homebrew: `brew install postgresql@18`), set DATABASE_URL to an existing server \
         (postgres://user:password@host/contacts), or run it all in containers with `docker compose up`",
        found.as_ref().map(|found| format!(" (only {found})")).unwrap_or_default()
    )]
    NotInstalled {
        /// The oldest major version that would do.
        oldest: u32,
        /// The newest one that is too old.
        found: Option<String>,
    },
    /// The cluster was made by a major version that is not installed.
    #[error(
        "the database in {} was made by PostgreSQL {major}, and only that version can run it, but its \
         programs are not installed ({}); install PostgreSQL {major} again, or move the data to a newer \
         version with pg_upgrade",
        cluster.display(),
        found.as_ref().map_or("none are".into(), |found| format!("only {found}"))
    )]
    WrongMajor {
        /// The folder of the cluster.
        cluster: PathBuf,
        /// The version that made it.
        major: u32,
        /// The newest version there is.
        found: Option<String>,
    },
    /// Root calls, and there is nobody else to run the server as.
    #[error(
        "PostgreSQL does not run as root, and this machine has neither a user `postgres` nor a user \
         `nobody` to run it as; create one of them, or start this program as another user than root"
    )]
    NoUser,
    /// A folder above the data directory keeps the server's user out.
    #[error(
        "PostgreSQL does not run as root but as user {user}, who cannot reach the data directory {} because \
         {} does not admit that user; set DATA_DIR to a directory outside of it, such as \
         /var/lib/contacts, or run `chmod o+x` on it",
        data_dir.display(),
        blocking.display()
    )]
    Blocked {
        /// The data directory.
        data_dir: PathBuf,
        /// The folder that cannot be entered.
        blocking: PathBuf,
        /// Who cannot enter it.
        user: String,
    },
    /// Another process owns the server.
    #[error(
        "the data directory {} is in use by {holder}; stop that process first, or set DATA_DIR to another \
         directory",
        data_dir.display()
    )]
    InUse {
        /// The data directory.
        data_dir: PathBuf,
        /// Who has it.
        holder: Holder,
    },
    /// Another process owns the server, and it does not accept connections.
    #[error(
        "the data directory {} is in use by {holder}, whose PostgreSQL has not accepted a connection for \
         {} s; see {}",
        data_dir.display(),
        limit.as_secs(),
        log.display()
    )]
    OwnerNotReady {
        /// The data directory.
        data_dir: PathBuf,
        /// Who has it.
        holder: Holder,
        /// How long this process has waited.
        limit: Duration,
        /// What its PostgreSQL says.
        log: PathBuf,
    },
    /// No folder can hold the server's socket.
    #[error(
        "no folder can hold PostgreSQL's socket ({tried}); set DATA_DIR or TMPDIR to a short path of \
         letters, digits and ./_-+@"
    )]
    NoSocketDir {
        /// Each folder that was tried, with what is wrong with it.
        tried: String,
    },
    /// A program of PostgreSQL failed.
    #[error("{program} {problem}{}", indented(output))]
    Program {
        /// What was run.
        program: String,
        /// What became of it, such as "failed (exit status: 1)".
        problem: String,
        /// The end of what it said.
        output: String,
    },
    /// The server is still there after it was asked to end in every way there is.
    #[error("PostgreSQL (process {pid}) does not stop; the next start will adopt it")]
    DoesNotStop {
        /// The number of its process.
        pid: u32,
    },
    /// The operating system refused.
    #[error("cannot {action} {}: {reason}", path.display())]
    Io {
        /// What was tried, such as "create".
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// Why not.
        reason: io::Error,
    },
}

impl Error {
    /// For `map_err`: an [`Error::Io`] about this path.
    pub(super) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |reason| Self::Io { action, path: path.to_owned(), reason }
    }
}

/// The process that holds a data directory's lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holder(
    /// Its number; `None` where it has not written it down yet.
    pub Option<u32>,
);

impl fmt::Display for Holder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(pid) => write!(formatter, "process {pid}"),
            None => formatter.write_str("another process"),
        }
    }
}

/// A program's output on lines of its own, after a colon.
fn indented(output: &str) -> String {
    let lines = output.lines().filter(|line| !line.trim().is_empty());
    let text: String = lines.flat_map(|line| ["\n    ", line]).collect();
    if text.is_empty() { text } else { format!(":{text}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_installed_names_the_three_ways() {
        let message = Error::NotInstalled { oldest: 14, found: None }.to_string();
        for way in ["apt install", "dnf install", "brew install", "DATABASE_URL", "docker compose up"] {
            assert!(message.contains(way), "{message}");
        }
        let message = Error::NotInstalled { oldest: 14, found: Some("PostgreSQL 13.4".into()) }.to_string();
        assert!(message.contains("14 or newer is installed on this machine (only PostgreSQL 13.4);"));
    }

    #[test]
    fn in_use_names_the_directory_and_the_holder() {
        let in_use = |pid| Error::InUse { data_dir: "/srv/data".into(), holder: Holder(pid) };
        assert!(
            in_use(Some(42)).to_string().starts_with("the data directory /srv/data is in use by process 42;")
        );
        assert!(in_use(None).to_string().contains("in use by another process;"));
    }

    #[test]
    fn blocked_names_everything_needed_to_act() {
        let message = Error::Blocked {
            data_dir: "/private/x/data".into(),
            blocking: "/private".into(),
            user: "postgres".into(),
        }
        .to_string();
        for part in ["DATA_DIR", "/private/x/data", "because /private does", "user postgres"] {
            assert!(message.contains(part), "{message}");
        }
    }

    #[test]
    fn a_programs_output_follows_its_failure() {
        let error = |output: &str| Error::Program {
            program: "initdb".into(),
            problem: "failed (exit status: 1)".into(),
            output: output.into(),
        };
        assert_eq!(error("").to_string(), "initdb failed (exit status: 1)");
        assert_eq!(error("a\n\nb\n").to_string(), "initdb failed (exit status: 1):\n    a\n    b");
    }
}
