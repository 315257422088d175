//! Who owns the server of a data directory: the holder of its lock file.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{self, Read, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use nix::libc::O_NOFOLLOW;

use super::error::{Error, Holder};

/// The lock of a data directory. The operating system lets go of it when this is dropped or the
/// process ends in whatever way; the file stays, as removing it would let two processes hold "it".
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
}

/// How trying for the lock went.
pub(super) enum Attempt {
    /// This process holds it now.
    Taken(Lock),
    /// Another one does.
    HeldBy(Holder),
}

impl Lock {
    pub(super) fn try_take(data_dir: &Path) -> Result<Attempt, Error> {
        let path = data_dir.join("lock");
        Self::try_take_file(&path).map_err(Error::io("lock", &path))
    }

    fn try_take_file(path: &Path) -> io::Result<Attempt> {
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o640)
            .custom_flags(O_NOFOLLOW)
            .open(path)?;
        match file.try_lock() {
            Ok(()) => {
                file.set_len(0)?;
                writeln!(file, "{}", std::process::id())?;
                Ok(Attempt::Taken(Self { file }))
            }
            Err(TryLockError::WouldBlock) => {
                let mut text = String::new();
                // Whatever is in there, it is but part of a message.
                let _ = file.take(32).read_to_string(&mut text);
                Ok(Attempt::HeldBy(Holder(text.trim().parse().ok())))
            }
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // The number would name the wrong process until the next holder writes its own.
        let _ = self.file.set_len(0);
        // Closing the file is not enough: a child that another thread is just starting has it as well.
        let _ = self.file.unlock();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_holder_at_a_time() -> Result<(), Error> {
        let folder = std::env::temp_dir();
        let path = folder.join(format!("contacts-test-lock-{}", std::process::id()));
        let try_take = || Lock::try_take_file(&path).map_err(Error::io("lock", &path));

        let Attempt::Taken(lock) = try_take()? else { panic!("nobody has it") };
        let Attempt::HeldBy(holder) = try_take()? else { panic!("it is taken") };
        assert_eq!(holder, Holder(Some(std::process::id())));
        drop(lock);
        assert!(matches!(try_take()?, Attempt::Taken(_)));
        std::fs::remove_file(&path).map_err(Error::io("remove", &path))
    }
}
