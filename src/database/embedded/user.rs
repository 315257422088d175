//! Who the server runs as: PostgreSQL refuses to run as root.

use std::{
    ffi::OsStr,
    fs, io,
    os::unix::{
        fs::{MetadataExt, fchown, lchown},
        process::CommandExt,
    },
    path::Path,
    process::{Command, Stdio},
};

use nix::unistd::{Uid, User};

use super::error::Error;

/// The operating-system user of the server and of every program that is run for it.
#[derive(Debug, Clone)]
pub(super) struct ServerUser {
    name: String,
    /// Whom root turns into; `None` where the caller is not root and stays who it is.
    switch_to: Option<Ids>,
}

#[derive(Debug, Clone, Copy)]
struct Ids {
    user: u32,
    group: u32,
}

impl ServerUser {
    /// The caller itself, unless that is root. Root runs the server as the owner of the cluster if
    /// there is one already, because PostgreSQL insists on that; else as `postgres`, else as `nobody`.
    pub(super) fn choose(cluster: &Path) -> Result<Self, Error> {
        let caller = Uid::effective();
        if !caller.is_root() {
            return Ok(Self { name: name_of(caller), switch_to: None });
        }
        if let Ok(folder) = fs::metadata(cluster)
            && folder.uid() != 0
        {
            let ids = Ids { user: folder.uid(), group: folder.gid() };
            return Ok(Self { name: name_of(Uid::from_raw(ids.user)), switch_to: Some(ids) });
        }
        ["postgres", "nobody"]
            .into_iter()
            .filter_map(|name| User::from_name(name).ok().flatten())
            .map(|user| Ids { user: user.uid.as_raw(), group: user.gid.as_raw() })
            .find(|ids| ids.user != 0)
            .map(|ids| Self { name: name_of(Uid::from_raw(ids.user)), switch_to: Some(ids) })
            .ok_or(Error::NoUser)
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The number of the user.
    pub(super) fn uid(&self) -> u32 {
        self.switch_to.map_or_else(|| Uid::effective().as_raw(), |ids| ids.user)
    }

    /// The group that root lets in for the server's sake; `None` where the caller is not root.
    pub(super) fn group_to_admit(&self) -> Option<u32> {
        self.switch_to.map(|ids| ids.group)
    }

    /// A command run as this user, with nothing on its standard input.
    pub(super) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.stdin(Stdio::null());
        // The caller's directory may be one that this user cannot enter.
        command.current_dir("/");
        // A group of its own, so that Ctrl-C in a terminal reaches us but not the server.
        command.process_group(0);
        // The caller's PGDATA, PGPORT and so on speak of another server, and with NOTIFY_SOCKET this
        // one would report to systemd in our place.
        for (name, _) in std::env::vars_os() {
            if name.as_encoded_bytes().starts_with(b"PG") || name == "NOTIFY_SOCKET" {
                command.env_remove(name);
            }
        }
        // Messages in English, since some are looked at.
        command.env("LC_ALL", "C");
        if let Some(ids) = self.switch_to {
            // This also drops root's supplementary groups.
            command.uid(ids.user).gid(ids.group);
        }
        command
    }

    /// Whether this user can enter `folder`, found out by doing it: mode bits do not tell of access
    /// lists, of security modules or of network file systems.
    pub(super) fn can_enter(&self, folder: &Path) -> io::Result<bool> {
        let mut visit = self.command("/bin/sh");
        visit.args(["-c", ":"]).current_dir(folder);
        match visit.status() {
            Ok(status) => Ok(status.success()),
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Makes this user the owner of a file or folder that root has made.
    pub(super) fn give(&self, path: &Path) -> Result<(), Error> {
        let Some(ids) = self.switch_to else {
            return Ok(());
        };
        lchown(path, Some(ids.user), Some(ids.group)).map_err(Error::io("change the owner of", path))
    }

    /// Like [`give`](Self::give), for a file that is open.
    pub(super) fn give_open(&self, file: &fs::File, path: &Path) -> Result<(), Error> {
        let Some(ids) = self.switch_to else {
            return Ok(());
        };
        fchown(file, Some(ids.user), Some(ids.group)).map_err(Error::io("change the owner of", path))
    }
}

/// The name of a user, or its number where it has no name.
fn name_of(uid: Uid) -> String {
    User::from_uid(uid).ok().flatten().map_or_else(|| uid.to_string(), |user| user.name)
}
