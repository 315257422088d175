//! The server's settings: a file of ours, included at the end of the cluster's own.

use std::{
    fs::{self, OpenOptions, Permissions},
    io::{self, Write},
    os::unix::fs::PermissionsExt,
    path::Path,
};

use super::{PORT, error::Error};

/// The name of the file in the data directory. It lies outside of the cluster, because root does not
/// write into a folder of the server's user.
pub(super) const FILE_NAME: &str = "postgres.conf";

/// Memory to plan with where the machine does not tell.
const ASSUMED_MEMORY_MIB: u64 = 2048;

/// Rewrites the settings.
pub(super) fn write(data_dir: &Path, socket_dir: &Path) -> Result<(), Error> {
    let path = data_dir.join(FILE_NAME);
    let text = text(socket_dir, memory_mib());
    replace(&path, &text).map_err(Error::io("write", &path))
}

/// Replaces a file as a whole, whatever may have been put in its place.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let draft = path.with_extension("conf.new");
    let _ = fs::remove_file(&draft);
    let mut file = OpenOptions::new().write(true).create_new(true).open(&draft)?;
    // Whatever the caller's umask: the server's user reads it, and it holds no secret.
    file.set_permissions(Permissions::from_mode(0o644))?;
    file.write_all(text.as_bytes())?;
    fs::rename(&draft, path)
}

/// The settings for a machine with this much memory, in MiB. `socket_dir` has plain characters only.
fn text(socket_dir: &Path, memory: u64) -> String {
    let shared_buffers = (memory / 8).clamp(64, 1024);
    let cache = (memory / 2).max(shared_buffers);
    let maintenance = (memory / 32).clamp(32, 256);
    let socket_dir = socket_dir.display();
    format!(
        "\
# Written by contacts at every start of the server: changes here are lost.
# Your own settings: ALTER SYSTEM, which has the last word.

# Nobody but the server's user and root reaches it.
listen_addresses = ''
port = {PORT}
unix_socket_directories = '{socket_dir}'
unix_socket_permissions = 0700

# What was answered stays, also when the power fails.
fsync = on
synchronous_commit = on
full_page_writes = on

# Sized for this machine's memory.
max_connections = 100
shared_buffers = {shared_buffers}MB
effective_cache_size = {cache}MB
maintenance_work_mem = {maintenance}MB
work_mem = 8MB

# Fewer and smoother checkpoints; solid-state disks.
max_wal_size = 2GB
checkpoint_timeout = 15min
wal_compression = on
random_page_cost = 1.1

# Our queries are short; compiling them takes longer than running them.
jit = off

# To the file that standard error is: some packages turn on a collector of their own. Personal data
# is in statements and in details, and stays out of it.
logging_collector = off
log_destination = 'stderr'
log_line_prefix = '%m [%p] '
log_checkpoints = off
log_error_verbosity = terse
log_min_error_statement = panic
timezone = 'UTC'
log_timezone = 'UTC'
"
    )
}

/// The memory of this machine or of this container in MiB, whichever is less.
fn memory_mib() -> u64 {
    let machine = fs::read_to_string("/proc/meminfo").ok().and_then(|text| total_mib(&text));
    // Says "max" where there is no limit.
    let container = fs::read_to_string("/sys/fs/cgroup/memory.max")
        .ok()
        .and_then(|text| text.trim().parse::<u64>().ok())
        .map(|bytes| bytes / (1024 * 1024));
    machine.into_iter().chain(container).min().unwrap_or(ASSUMED_MEMORY_MIB)
}

/// Reads the total of `/proc/meminfo`, which is in KiB.
fn total_mib(meminfo: &str) -> Option<u64> {
    let total = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kib: u64 = total.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    Some(kib / 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_follow_the_memory_within_reason() {
        for (memory, shared_buffers) in [(256, 64), (2048, 256), (65536, 1024)] {
            let text = text(Path::new("/srv/data/run"), memory);
            assert!(text.contains(&format!("\nshared_buffers = {shared_buffers}MB\n")), "{text}");
            assert!(text.contains("\nunix_socket_directories = '/srv/data/run'\n"), "{text}");
            assert!(text.contains("\nlisten_addresses = ''\nport = 5432\n"), "{text}");
        }
    }

    #[test]
    fn reads_the_total_memory() {
        assert_eq!(total_mib("MemTotal:       24616484 kB\nMemFree:  1 kB\n"), Some(24039));
        assert_eq!(total_mib("MemFree:  1 kB\n"), None);
    }
}
