//! A shell in which somebody pastes one block after the other.

use std::{
    ffi::OsString,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Stdio,
};

use tokio::{io::AsyncWriteExt, process::Command};
use uuid::Uuid;

/// What stands between the outputs of two blocks.
const MARK: &str = "-- this block has ended --";

/// What a block printed.
#[derive(Debug)]
pub struct Printed {
    pub stdout: String,
    pub stderr: String,
}

/// A folder that is gone afterwards.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Where a reader works: a folder of its own, and a `cargo run` that is the binary under test.
pub struct Desk {
    folder: Folder,
    environment: Vec<(&'static str, OsString)>,
}

impl Desk {
    /// With the variables that the reader's service was started with.
    pub fn new(environment: &[(&'static str, &str)]) -> Self {
        let folder =
            Folder(std::env::temp_dir().join(format!("contacts-reader-{}", Uuid::now_v7().simple())));
        std::fs::create_dir(&folder.0).unwrap();
        let cargo = folder.0.join("cargo");
        // `cargo run … -- token …` runs what the tests were built with.
        let script = format!(
            "#!/bin/sh\nwhile [ \"$1\" != -- ]; do shift || exit; done\nshift\nexec '{}' \"$@\"\n",
            env!("CARGO_BIN_EXE_contacts")
        );
        std::fs::write(&cargo, script).unwrap();
        std::fs::set_permissions(&cargo, std::fs::Permissions::from_mode(0o755)).unwrap();
        // To a terminal curl shows no progress; here it would.
        std::fs::write(folder.0.join(".curlrc"), "silent\nshow-error\n").unwrap();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let mut path_and_cargo = folder.0.clone().into_os_string();
        path_and_cargo.push(":");
        path_and_cargo.push(path);
        let mut all = vec![
            ("PATH", path_and_cargo),
            ("HOME", folder.0.clone().into()),
            ("CURL_HOME", folder.0.clone().into()),
            ("TERM", "dumb".into()),
            ("LANG", "C.UTF-8".into()),
            ("PS1", "".into()),
            ("PS2", "".into()),
        ];
        all.extend(environment.iter().map(|(name, value)| (*name, OsString::from(value))));
        Self { folder, environment: all }
    }

    /// Pastes blocks into an interactive shell, where `#` and `!` mean what they mean to somebody who types.
    pub async fn paste(&self, shell: &str, blocks: &[&str]) -> Vec<Printed> {
        // An interactive shell would take the terminal that the tests were started from: it gets a session without
        // one. Where that cannot be had (macOS has no `setsid`), the shell just reads.
        let mut command = if is_there("setsid") {
            let mut command = Command::new("setsid");
            command.arg(shell).args(match shell {
                "zsh" => ["-f", "-i", "+o", "promptsp", "+o", "promptcr"].as_slice(),
                _ => &["--norc", "--noprofile", "--noediting", "-i"],
            });
            command
        } else {
            let mut command = Command::new(shell);
            command.arg("-s");
            command
        };
        let mut child = command
            .env_clear()
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .current_dir(&self.folder.0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mark = format!("\nprintf '\\n%s\\n' '{MARK}'\nprintf '\\n%s\\n' '{MARK}' >&2\n");
        let mut session = mark.clone();
        for block in blocks {
            session.push_str(block);
            session.push_str(&mark);
        }
        session.push_str("exit\n");
        let mut stdin = child.stdin.take().unwrap();
        let typing = tokio::spawn(async move { stdin.write_all(session.as_bytes()).await });
        let output = child.wait_with_output().await.unwrap();
        typing.await.unwrap().unwrap();
        let (stdout, stderr) = (between_marks(&output.stdout), between_marks(&output.stderr));
        assert_eq!(
            (stdout.len(), stderr.len()),
            (blocks.len(), blocks.len()),
            "{shell}: a block that is not complete, or ended the shell: {stdout:?}\n{stderr:?}"
        );
        let printed = stdout.into_iter().zip(stderr);
        printed.map(|(stdout, stderr)| Printed { stdout, stderr }).collect()
    }

    /// What a shell says of a block's grammar.
    pub async fn read(&self, shell: &str, block: &str) -> String {
        let file: PathBuf = self.folder.0.join("block");
        std::fs::write(&file, block).unwrap();
        let output = Command::new(shell).arg("-n").arg(&file).output().await.unwrap();
        String::from_utf8_lossy(&output.stderr).into_owned()
    }
}

/// The texts between the marks; what is before the first is a shell's greeting, and behind the last its farewell.
fn between_marks(output: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(output);
    let parts: Vec<&str> = text.split(&format!("\n{MARK}\n")).collect();
    let blocks = parts.get(1..parts.len().saturating_sub(1)).unwrap_or_default();
    blocks.iter().map(|part| (*part).to_owned()).collect()
}

/// Whether a shell is on this machine.
pub fn is_there(shell: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| Path::new(&folder).join(shell).exists())
}
