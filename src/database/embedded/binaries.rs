//! Finds PostgreSQL's own programs on this machine.

use std::{
    cmp::Reverse,
    env, fmt, fs,
    path::{Path, PathBuf},
};

use super::{error::Error, user::ServerUser};

/// The oldest major version that the service's SQL runs on.
pub(in crate::database) const OLDEST_MAJOR: u32 = 14;

/// What has to be in one folder for us to use it.
const PROGRAMS: [&str; 2] = ["postgres", "initdb"];

/// Folders outside of PATH that are as they are.
const USUAL_FOLDERS: [&str; 3] = ["/usr/local/pgsql/bin", "/usr/local/bin", "/usr/bin"];

/// Folders with a version in their name: a parent, how the name in it begins, and what follows it.
const VERSIONED_FOLDERS: [(&str, &str, &str); 7] = [
    ("/usr/lib/postgresql", "", "bin"),         // Debian, Ubuntu
    ("/usr", "pgsql-", "bin"),                  // PostgreSQL's own packages for Red Hat
    ("/usr/lib", "postgresql", "bin"),          // SUSE
    ("/usr/libexec", "postgresql", ""),         // Alpine
    ("/opt/homebrew/opt", "postgresql", "bin"), // Homebrew on Apple silicon
    ("/usr/local/opt", "postgresql", "bin"),    // Homebrew on Intel
    ("/Applications/Postgres.app/Contents/Versions", "", "bin"),
];

/// One installed PostgreSQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Installation {
    folder: PathBuf,
    version: Version,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Version {
    major: u32,
    minor: u32,
}

impl Version {
    /// Reads what `postgres --version` prints, such as `postgres (PostgreSQL) 15.18 (Debian …)`.
    fn parse(text: &str) -> Option<Self> {
        let (_, version) = text.split_once("(PostgreSQL) ")?;
        let digits = |text: &str| text.chars().take_while(char::is_ascii_digit).collect::<String>();
        let major = digits(version);
        // `18beta1` and `19devel` have no minor version.
        let minor = version[major.len()..].strip_prefix('.').map(digits);
        Some(Self {
            major: major.parse().ok()?,
            minor: minor.and_then(|minor| minor.parse().ok()).unwrap_or(0),
        })
    }
}

impl fmt::Display for Installation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Version { major, minor } = self.version;
        write!(formatter, "PostgreSQL {major}.{minor} in {}", self.folder.display())
    }
}

impl Installation {
    /// The programs to run `cluster` with: those of the major version that made it, or the newest
    /// there are if it is still to be made.
    pub(super) fn find(cluster: &Path, user: &ServerUser) -> Result<Self, Error> {
        Self::find_in(&candidate_folders(user), cluster, user)
    }

    /// [`find`](Self::find) among these folders only.
    fn find_in(folders: &[PathBuf], cluster: &Path, user: &ServerUser) -> Result<Self, Error> {
        let mut installed: Vec<Self> =
            folders.iter().filter_map(|folder| Self::in_folder(folder, user)).collect();
        installed.sort_by_key(|installation| Reverse(installation.version));

        let made_by = major_of(cluster)?;
        let found = installed
            .iter()
            .find(|Self { version, .. }| match made_by {
                Some(major) => version.major == major,
                None => version.major >= OLDEST_MAJOR,
            })
            .cloned();
        found.ok_or_else(|| {
            let newest = installed.first().map(ToString::to_string);
            match made_by {
                Some(major) => Error::WrongMajor { cluster: cluster.to_owned(), major, found: newest },
                None => Error::NotInstalled { oldest: OLDEST_MAJOR, found: newest },
            }
        })
    }

    /// The installation in this folder, if all of it is there and `user` may run it.
    fn in_folder(folder: &Path, user: &ServerUser) -> Option<Self> {
        let complete = |folder: &Path| PROGRAMS.iter().all(|program| folder.join(program).is_file());
        if !complete(folder) {
            return None;
        }
        let version = user.command(folder.join("postgres")).arg("--version").output().ok()?;
        let version = Version::parse(&String::from_utf8_lossy(&version.stdout))?;
        Some(Self { folder: folder.to_owned(), version })
    }

    /// The path of one of its programs.
    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

/// The major version that made a cluster; `None` if there is no cluster.
fn major_of(cluster: &Path) -> Result<Option<u32>, Error> {
    let file = cluster.join("PG_VERSION");
    match fs::read_to_string(&file) {
        Ok(text) => Ok(text.trim().parse().ok()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::io("read", &file)(error)),
    }
}

/// Every folder where PostgreSQL's programs are looked for; many do not exist.
fn candidate_folders(user: &ServerUser) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> =
        env::var_os("PATH").map(|path| env::split_paths(&path).collect()).unwrap_or_default();
    if let Ok(shown) = user.command("pg_config").arg("--bindir").output() {
        folders.push(String::from_utf8_lossy(&shown.stdout).trim().into());
    }
    folders.extend(USUAL_FOLDERS.map(PathBuf::from));
    for (parent, prefix, rest) in VERSIONED_FOLDERS {
        let Ok(entries) = fs::read_dir(parent) else {
            continue;
        };
        folders.extend(
            entries
                .flatten()
                .filter(|entry| entry.file_name().as_encoded_bytes().starts_with(prefix.as_bytes()))
                .map(|entry| entry.path().join(rest)),
        );
    }
    // Links such as /usr/local/bin/postgres lead to a folder that is listed as well.
    for folder in &mut folders {
        if let Some(real) = real_folder(folder) {
            *folder = real;
        }
    }
    folders.retain(|folder| folder.is_absolute());
    folders.sort();
    folders.dedup();
    folders
}

/// The folder that `postgres` in `folder` really lies in, with the other programs by its side.
fn real_folder(folder: &Path) -> Option<PathBuf> {
    let postgres = folder.join("postgres").canonicalize().ok()?;
    let real = postgres.parent()?;
    real.join("initdb").is_file().then(|| real.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_versions() {
        let version = |text| Version::parse(text).map(|Version { major, minor }| (major, minor));
        assert_eq!(version("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"), Some((15, 18)));
        assert_eq!(version("postgres (PostgreSQL) 17.2\n"), Some((17, 2)));
        assert_eq!(version("postgres (PostgreSQL) 18beta1\n"), Some((18, 0)));
        assert_eq!(version("postgres (PostgreSQL) 9.6.24\n"), Some((9, 6)));
        assert_eq!(version("postgres (PostgreSQL) devel\n"), None);
        assert_eq!(version("bash: postgres: command not found\n"), None);
    }

    #[test]
    fn the_newest_version_sorts_first() {
        let mut versions =
            [(14, 22), (17, 2), (15, 18), (17, 10)].map(|(major, minor)| Version { major, minor });
        versions.sort_by_key(|version| Reverse(*version));
        assert_eq!(
            versions.map(|version| (version.major, version.minor)),
            [(17, 10), (17, 2), (15, 18), (14, 22)]
        );
    }

    #[test]
    fn without_programs_says_so() -> Result<(), Error> {
        let cluster = Path::new("/nonexistent/postgres");
        let user = ServerUser::choose(cluster)?;
        let found = Installation::find_in(&["/nonexistent/bin".into()], cluster, &user);
        assert!(matches!(found, Err(Error::NotInstalled { oldest: 14, found: None })), "{found:?}");
        Ok(())
    }

    #[test]
    fn a_cluster_needs_the_version_that_made_it() -> std::io::Result<()> {
        let cluster = env::temp_dir().join(format!("contacts-test-version-{}", std::process::id()));
        fs::create_dir_all(&cluster)?;
        fs::write(cluster.join("PG_VERSION"), "15\n")?;
        let user = ServerUser::choose(Path::new("/nonexistent")).expect("a user");
        let found = Installation::find_in(&[], &cluster, &user);
        fs::remove_dir_all(&cluster)?;
        assert!(matches!(found, Err(Error::WrongMajor { major: 15, found: None, .. })), "{found:?}");
        Ok(())
    }
}
