//! A directory for a service with nothing configured.

use std::path::{Path, PathBuf};

use nix::sys::signal::Signal;
use uuid::Uuid;

use super::process::{Service, contacts};

/// A data directory that is removed afterwards, with the server in it.
pub struct DataDir(PathBuf);

impl DataDir {
    pub fn new() -> Self {
        Self(std::env::temp_dir().join(format!("contacts-embedded-{}", Uuid::now_v7().simple())))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// A command of the binary that works in this directory.
    pub fn command(&self, name: &str) -> tokio::process::Command {
        let mut command = contacts(&[name]);
        command.env("DATA_DIR", &self.0);
        command
    }

    /// A service in this directory.
    pub async fn serve(&self) -> Service {
        Service::start(&mut self.command("serve")).await.unwrap_or_else(|output| panic!("{}", output.stderr))
    }

    /// The process of the server, if one is there.
    pub fn postmaster(&self) -> Option<i32> {
        let file = std::fs::read_to_string(self.0.join("postgres/postmaster.pid")).ok()?;
        file.lines().next()?.parse().ok()
    }
}

impl Drop for DataDir {
    fn drop(&mut self) {
        if let Some(pid) = self.postmaster() {
            let _ = nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), Signal::SIGQUIT);
        }
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
