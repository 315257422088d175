//! Runs a program of PostgreSQL to its end.

use std::{
    path::Path,
    process::{Command, Output},
    time::Duration,
};

use tokio::time::timeout;

use super::error::Error;

/// How much of a program's output goes into a message: bytes from its end.
const TAIL: usize = 2000;

/// Runs a command; anything but success within `limit` is an error with the end of what it said.
pub(super) async fn run(command: Command, limit: Duration) -> Result<(), Error> {
    let program = command_line(&command);
    let failed =
        |problem: String, output: String| Error::Program { program: program.clone(), problem, output };

    let path = command.get_program().to_owned();
    let mut command = tokio::process::Command::from(command);
    command.kill_on_drop(true);
    match timeout(limit, command.output()).await {
        Ok(Ok(Output { status, .. })) if status.success() => Ok(()),
        Ok(Ok(Output { status, stdout, stderr })) => {
            let output = if stderr.is_empty() { stdout } else { stderr };
            Err(failed(format!("failed ({status})"), tail(&output)))
        }
        Ok(Err(error)) => Err(Error::io("run", Path::new(&path))(error)),
        Err(_) => Err(failed(format!("has not ended within {} s", limit.as_secs()), String::new())),
    }
}

/// The program and its arguments, for a message.
fn command_line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

/// The last whole lines of a text.
pub(super) fn tail(text: &[u8]) -> String {
    let cut = text.len().saturating_sub(TAIL);
    let end = String::from_utf8_lossy(&text[cut..]).into_owned();
    match end.split_once('\n') {
        Some((_, whole_lines)) if cut > 0 => whole_lines.to_owned(),
        _ => end,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tail_begins_with_a_whole_line() {
        assert_eq!(tail(b"one\ntwo\n"), "one\ntwo\n");
        let long = format!("{}\nlast\n", "x".repeat(TAIL));
        assert_eq!(tail(long.as_bytes()), "last\n");
    }

    #[test]
    fn a_command_line_names_the_arguments() {
        let mut command = Command::new("/bin/pg_ctl");
        command.args(["stop", "-w"]).env("LC_ALL", "C");
        assert_eq!(command_line(&command), "/bin/pg_ctl stop -w");
    }
}
