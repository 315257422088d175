//! `postmaster.pid`: what a running server says about itself.

use std::{
    fs, io,
    os::unix::{ffi::OsStrExt, net::UnixStream},
    path::{Path, PathBuf},
    process::Command,
};

use nix::{sys::signal::kill, unistd::Pid};

use super::socket;

/// What the file says; it stays behind when its writer is killed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PidFile {
    /// The number of the postmaster.
    pub(super) pid: u32,
    /// The folder of its socket; empty in the first moments.
    socket_dir: PathBuf,
    pub(super) status: Status,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Starting,
    Ready,
    Stopping,
}

impl PidFile {
    /// The file of this cluster, if there is one.
    pub(super) fn read(cluster: &Path) -> Option<Self> {
        Self::parse(&fs::read_to_string(cluster.join("postmaster.pid")).ok()?)
    }

    /// The file of this cluster, if the postmaster that wrote it still runs.
    pub(super) fn of_running(cluster: &Path) -> Option<Self> {
        Self::read(cluster).filter(|file| serves(file.pid, cluster))
    }

    /// Lines: number, cluster, time of the start, port, folder of the socket, TCP address, key of the
    /// shared memory, status. They are written one after the other.
    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        // A negative number is a server without a postmaster, as `initdb` runs it.
        let pid = lines.next()?.trim().parse().ok().filter(|pid| *pid > 1)?;
        let socket_dir = lines.nth(3).unwrap_or_default().into();
        let status = match lines.nth(2).map(str::trim) {
            Some("ready") => Status::Ready,
            Some("stopping") => Status::Stopping,
            _ => Status::Starting,
        };
        Some(Self { pid, socket_dir, status })
    }

    /// The folder of the socket, once connections are accepted there.
    pub(super) fn accepting(&self) -> Option<&Path> {
        let accepts =
            self.status == Status::Ready && UnixStream::connect(socket::file(&self.socket_dir)).is_ok();
        accepts.then_some(&self.socket_dir)
    }
}

/// Whether this process runs and is the postmaster of this cluster: the number in a file that was left
/// behind may by now be that of something else.
pub(super) fn serves(pid: u32, cluster: &Path) -> bool {
    if !i32::try_from(pid).is_ok_and(|pid| kill(Pid::from_raw(pid), None).is_ok()) {
        return false;
    }
    let Ok(cluster) = cluster.canonicalize() else {
        return false;
    };
    if !Path::new("/proc/self/cwd").exists() {
        return is_shown_with(pid, &cluster);
    }
    // A postmaster's current directory is its cluster. A zombie has none.
    match fs::read_link(format!("/proc/{pid}/cwd")) {
        Ok(current) => current == cluster,
        // In a container root mostly lacks CAP_SYS_PTRACE, without which the current directory of
        // another user's process is not shown. Its arguments are.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => was_started_with(pid, &cluster),
        Err(_) => false,
    }
}

/// Whether this cluster is one of the arguments of a process, by Linux's `/proc`.
fn was_started_with(pid: u32, cluster: &Path) -> bool {
    let wanted = cluster.as_os_str().as_bytes();
    fs::read(format!("/proc/{pid}/cmdline"))
        .is_ok_and(|arguments| arguments.split(|byte| *byte == 0).any(|argument| argument == wanted))
}

/// Whether `ps` shows this cluster among the arguments of a process, for systems without Linux's `/proc`.
fn is_shown_with(pid: u32, cluster: &Path) -> bool {
    let shown = Command::new("ps").args(["-ww", "-o", "command=", "-p", &pid.to_string()]).output();
    let wanted = cluster.as_os_str().as_bytes();
    shown.is_ok_and(|shown| shown.stdout.windows(wanted.len()).any(|part| part == wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_whole_file() {
        let text = |status| {
            format!("4711\n/srv/data/postgres\n1795407752\n5432\n/srv/data/run\n\n  1310 3\n{status}\n")
        };
        let file = |status| PidFile { pid: 4711, socket_dir: "/srv/data/run".into(), status };
        assert_eq!(PidFile::parse(&text("ready   ")), Some(file(Status::Ready)));
        assert_eq!(PidFile::parse(&text("stopping")), Some(file(Status::Stopping)));
        assert_eq!(PidFile::parse(&text("starting")), Some(file(Status::Starting)));
    }

    #[test]
    fn reads_a_file_that_is_being_written() {
        let file = PidFile { pid: 4711, socket_dir: PathBuf::new(), status: Status::Starting };
        assert_eq!(PidFile::parse("4711\n/srv/data/postgres\n1795407752\n5432\n\n"), Some(file.clone()));
        assert_eq!(PidFile::parse("4711\n"), Some(file));
    }

    #[test]
    fn takes_no_number_that_is_no_postmaster() {
        for text in ["", "\n", "-4711\n/srv\n", "0\n", "1\n", "what\n"] {
            assert_eq!(PidFile::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn tells_a_postmaster_from_another_process() {
        let here = std::env::current_dir().expect("a current directory");
        let elsewhere = Path::new("/nonexistent");
        let this = std::process::id();
        assert!(!serves(this, elsewhere));
        assert!(!is_shown_with(this, elsewhere));
        if Path::new("/proc/self/cwd").exists() {
            assert!(serves(this, &here));
        }
    }

    #[test]
    fn tells_a_postmaster_by_its_arguments_where_its_directory_is_not_shown() {
        if !Path::new("/proc/self/cmdline").exists() {
            return;
        }
        let this = std::process::id();
        let argument = PathBuf::from(std::env::args_os().next().expect("the path of the program"));
        assert!(was_started_with(this, &argument));
        for other in [argument.parent().expect("a folder"), Path::new("/srv/data/postgres")] {
            assert!(!was_started_with(this, other));
        }
    }
}
