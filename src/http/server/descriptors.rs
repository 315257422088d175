//! How many connections the system lets a process have: each is a file descriptor, and the usual limit is 1,024.

use nix::sys::resource::{Resource, getrlimit, setrlimit};

/// What the process opens beside connections of clients and of the database: its sockets and pipes, files at the start, what
/// the runtime waits with; and connections that are closed to make room, until they are.
const RESERVE: usize = 128;

/// Raises the limit of open files as far as it may be raised. How many connections of clients, of `most`, there can then be
/// beside `others` that are open at once.
#[must_use]
pub fn connections_for(most: usize, others: u32) -> usize {
    let others = usize::try_from(others).unwrap_or(usize::MAX);
    let needed = u64::try_from(most.saturating_add(others).saturating_add(RESERVE)).unwrap_or(u64::MAX);
    let files = match raise(needed) {
        Ok(files) => files,
        Err(error) => {
            tracing::warn!(%error, "the limit of open files cannot be found out or raised");
            1_024
        }
    };
    let room = fitting(most, others, files);
    tracing::debug!(files, connections = room, "the limit of open files");
    if room < most {
        tracing::warn!(
            files,
            connections = room,
            "the limit of open files leaves room for {room} connections of clients; `ulimit -n`, or LimitNOFILE of systemd, \
             allows {most}"
        );
    }
    room
}

/// Where the hard limit is no number that can be set, as on macOS, `needed` may be.
fn raise(needed: u64) -> nix::Result<u64> {
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE)?;
    let set = |files: &u64| *files > soft && setrlimit(Resource::RLIMIT_NOFILE, *files, hard).is_ok();
    // A sandbox may refuse it; then what there is has to do.
    Ok([hard, needed.min(hard)].into_iter().find(set).unwrap_or(soft))
}

/// A few in any case, however few files there are: what is too much is closed again.
fn fitting(most: usize, others: usize, files: u64) -> usize {
    let files = usize::try_from(files).unwrap_or(usize::MAX);
    most.min(files.saturating_sub(others + RESERVE)).max(16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_room_for_what_else_is_open() {
        assert_eq!(fitting(10_000, 16, 65_536), 10_000);
        assert_eq!(fitting(10_000, 16, 1_024), 880);
        assert_eq!(fitting(10_000, 16, 100), 16);
        assert_eq!(fitting(10_000, 16, u64::MAX), 10_000);
    }
}
