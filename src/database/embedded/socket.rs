//! The private folder of the server's Unix socket.

use std::{
    env,
    fs::{self, DirBuilder},
    io::{self, ErrorKind},
    os::unix::{
        ffi::OsStrExt,
        fs::{DirBuilderExt, MetadataExt},
    },
    path::{Path, PathBuf},
};

use nix::unistd::Uid;
use xxhash_rust::xxh3::xxh3_64;

use super::{PORT, error::Error, user::ServerUser};

/// How many bytes the path of a socket may have, as the operating system has it.
const LONGEST_PATH: usize = if cfg!(target_os = "linux") { 107 } else { 103 };

/// The path of the socket in its folder.
pub(super) fn file(folder: &Path) -> PathBuf {
    folder.join(format!(".s.PGSQL.{PORT}"))
}

/// Makes the folder if missing: `run` in the data directory where the path allows for it, else one
/// under the temporary directory.
pub(super) fn prepare(data_dir: &Path, user: &ServerUser) -> Result<PathBuf, Error> {
    let run = data_dir.join("run");
    if fits(&run) {
        make_private(&run, user)?;
        return Ok(run);
    }
    let mut tried = vec![unfit(&run)];
    for parent in [env::temp_dir(), PathBuf::from("/tmp")] {
        let folder = parent.join(temporary_name(data_dir));
        if !fits(&folder) {
            tried.push(unfit(&folder));
            continue;
        }
        match make_private(&folder, user) {
            Ok(()) => return Ok(folder),
            Err(error) => tried.push(error.to_string()),
        }
    }
    tried.dedup();
    Err(Error::NoSocketDir { tried: tried.join("; ") })
}

/// Removes the folder after use, unless it is the one in the data directory.
pub(super) fn remove_if_temporary(folder: &Path, data_dir: &Path) {
    if folder.ends_with(temporary_name(data_dir)) {
        let _ = fs::remove_dir(folder);
    }
}

/// A name that this data directory has at every start and no other one has.
fn temporary_name(data_dir: &Path) -> String {
    format!("contacts-{:016x}", xxh3_64(data_dir.as_os_str().as_bytes()))
}

/// Whether a socket in this folder has a path that the operating system takes and that needs no
/// quoting in a settings file, in a list of folders or in a connection string.
fn fits(folder: &Path) -> bool {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"/._-+@".contains(byte);
    folder.as_os_str().as_bytes().iter().all(plain) && file(folder).as_os_str().len() <= LONGEST_PATH
}

fn unfit(folder: &Path) -> String {
    format!("{} is too long or has other characters than a socket's path may have", folder.display())
}

/// Makes a folder that only the server's user and root can enter, or makes sure that the one that
/// exists is such a folder: in a directory where everybody may write, somebody else could have been
/// faster, to listen in our server's place.
pub(super) fn make_private(folder: &Path, user: &ServerUser) -> Result<(), Error> {
    match DirBuilder::new().mode(0o700).create(folder) {
        Ok(()) => user.give(folder)?,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let found = fs::symlink_metadata(folder).map_err(Error::io("look at", folder))?;
            let ours = found.uid() == user.uid() || found.uid() == Uid::effective().as_raw();
            if !found.is_dir() || !ours || found.mode() & 0o077 != 0 {
                let reason =
                    format!("it exists and is no private directory of user {}; remove it", user.name());
                return Err(Error::io("use", folder)(io::Error::other(reason)));
            }
            user.give(folder)?;
        }
        Err(error) => return Err(Error::io("create", folder)(error)),
    }
    match user.can_enter(folder) {
        Ok(true) => Ok(()),
        Ok(false) => {
            // The temporary directory is root's own; nothing stays behind in it.
            let _ = fs::remove_dir(folder);
            let reason = format!("user {} cannot enter it", user.name());
            Err(Error::io("use", folder)(io::Error::other(reason)))
        }
        Err(error) => Err(Error::io("enter", folder)(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_path_is_short_and_plain() {
        let of_length = |length: usize| PathBuf::from(format!("/{}", "x".repeat(length - 1)));
        let longest = LONGEST_PATH - "/.s.PGSQL.5432".len();
        assert!(fits(&of_length(longest)));
        assert!(!fits(&of_length(longest + 1)));
        assert!(fits(Path::new("/var/lib/contacts-1.0/run_a+b@c")));
        for odd in ["/with space", "/with,comma", "/it's", "/a\"b", "/ä", "/a\nb", "/a\\b"] {
            assert!(!fits(Path::new(odd)), "{odd}");
        }
    }

    #[test]
    fn a_temporary_name_is_stable_and_ones_own() {
        let name = temporary_name(Path::new("/srv/a"));
        assert_eq!(name, temporary_name(Path::new("/srv/a")));
        assert_ne!(name, temporary_name(Path::new("/srv/b")));
        assert!(fits(&Path::new("/tmp").join(name)));
    }
}
