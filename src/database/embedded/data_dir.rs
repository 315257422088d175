//! Where the data goes, and that the server's user can get there.

use std::{
    fs,
    io::{self, ErrorKind},
    os::unix::{
        ffi::OsStrExt,
        fs::{DirBuilderExt, PermissionsExt, chown},
    },
    path::{Path, PathBuf},
};

use super::{cluster, error::Error, user::ServerUser};

/// Where root's data goes when nobody chose a directory and the default one is out of reach.
const FALLBACK: &str = "/var/lib/contacts";

/// The data directory in effect, made if missing: the one that [`EmbeddedServer::start`] would use,
/// for what else is kept there. It is absolute and without symbolic links.
///
/// # Errors
///
/// When the directory cannot be made, or the server's user cannot enter it.
///
/// [`EmbeddedServer::start`]: super::EmbeddedServer::start
pub fn resolve_data_dir(data_dir: &Path, is_default: bool) -> Result<PathBuf, Error> {
    prepare(data_dir, is_default).map(|(data_dir, _)| data_dir)
}

/// The data directory in effect and the user to run its server as, who can enter it.
pub(super) fn prepare(data_dir: &Path, is_default: bool) -> Result<(PathBuf, ServerUser), Error> {
    match prepare_at(data_dir) {
        Err(Error::Blocked { data_dir, blocking, user }) if is_default => {
            tracing::warn!(
                "keeps the data in {FALLBACK} instead of {}: PostgreSQL runs as user {user}, and {} does \
                 not admit that user",
                data_dir.display(),
                blocking.display()
            );
            prepare_at(Path::new(FALLBACK))
        }
        other => other,
    }
}

fn prepare_at(data_dir: &Path) -> Result<(PathBuf, ServerUser), Error> {
    let data_dir = real_path(data_dir)?;
    if data_dir.as_os_str().as_bytes().contains(&b'\n') {
        // The server's own files put paths on lines.
        let reason = io::Error::other("its path has a line break in it");
        return Err(Error::io("use", &data_dir)(reason));
    }
    let user = ServerUser::choose(&cluster::folder(&data_dir))?;
    let blocked = |blocking: &Path| Error::Blocked {
        data_dir: data_dir.clone(),
        blocking: blocking.to_owned(),
        user: user.name().to_owned(),
    };

    // Nothing is made before it is clear that it can be used.
    let missing: Vec<&Path> = data_dir.ancestors().take_while(|folder| !folder.exists()).collect();
    let above = data_dir.ancestors().skip(missing.len().max(1));
    if let Some(blocking) = first_blocking(above, &user)? {
        return Err(blocked(blocking));
    }
    for folder in missing.into_iter().rev() {
        match fs::DirBuilder::new().mode(0o750).create(folder) {
            Ok(()) => admit(folder, &user)?,
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {} // Another process was faster.
            Err(error) => return Err(Error::io("create", folder)(error)),
        }
    }
    // A directory that was made for us, such as by `mktemp -d`, may admit only root so far.
    if !can_enter(&data_dir, &user)? {
        admit(&data_dir, &user)?;
        if !can_enter(&data_dir, &user)? {
            return Err(blocked(&data_dir));
        }
    }
    Ok((data_dir, user))
}

/// The absolute path without symbolic links, of a directory that need not exist yet.
fn real_path(path: &Path) -> Result<PathBuf, Error> {
    let path = std::path::absolute(path).map_err(Error::io("find", path))?;
    for ancestor in path.ancestors() {
        match ancestor.canonicalize() {
            Ok(real) => {
                let rest = path.strip_prefix(ancestor).unwrap_or(Path::new("")).components();
                return Ok(rest.fold(real, |path, part| path.join(part)));
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(Error::io("find", ancestor)(error)),
        }
    }
    Ok(path)
}

/// The topmost of these folders that the user cannot enter. The folders lead from a deep one up.
fn first_blocking<'a>(
    folders: impl Iterator<Item = &'a Path> + Clone,
    user: &ServerUser,
) -> Result<Option<&'a Path>, Error> {
    // The deepest one stands for all, as there is no way to it but through the others.
    let Some(deepest) = folders.clone().next() else {
        return Ok(None);
    };
    if can_enter(deepest, user)? {
        return Ok(None);
    }
    let folders: Vec<&Path> = folders.collect();
    for folder in folders.into_iter().rev() {
        if !can_enter(folder, user)? {
            return Ok(Some(folder));
        }
    }
    Ok(Some(deepest))
}

/// Whether the user can enter a folder. A caller that is this user itself meets the operating
/// system's own error soon enough.
fn can_enter(folder: &Path, user: &ServerUser) -> Result<bool, Error> {
    Ok(user.group_to_admit().is_none() || user.can_enter(folder).map_err(Error::io("enter", folder))?)
}

/// Lets the group of the server's user into a folder of ours, where root made it for itself.
fn admit(folder: &Path, user: &ServerUser) -> Result<(), Error> {
    let Some(group) = user.group_to_admit() else {
        return Ok(());
    };
    let failed = || Error::io("open to the server's user", folder);
    chown(folder, None, Some(group)).map_err(failed())?;
    let mut permissions = fs::metadata(folder).map_err(failed())?.permissions();
    permissions.set_mode(permissions.mode() | 0o010);
    fs::set_permissions(folder, permissions).map_err(failed())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_real_path_needs_no_existing_directory() -> Result<(), Error> {
        assert_eq!(real_path(Path::new("/nonexistent/a/../b/"))?.to_str(), Some("/nonexistent/a/../b"));
        assert_eq!(real_path(Path::new("/"))?.to_str(), Some("/"));
        assert_eq!(real_path(Path::new("/usr/"))?.to_str(), Some("/usr"));
        Ok(())
    }
}
