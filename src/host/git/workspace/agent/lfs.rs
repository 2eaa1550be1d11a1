//! Large files: what a workspace stored of them for its own commits is kept by the project when those commits are.

use std::fs::{DirBuilder, Permissions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::config::{Setting, value};
use super::folder::{Folder, Kind};
use super::refs::hex;
use crate::error::Result;
use crate::host::failpoint;
use crate::host::git::workspace::place::space::Workspace;

/// Takes over the large files that only the workspace has. Returns how many there were.
pub(crate) fn keep(work: &Workspace, settings: impl FnOnce() -> Result<Vec<Setting>>) -> Result<usize> {
    let Some(folder) = work.folder().and_then(|git| git.below(Path::new("lfs/objects")).ok()?) else { return Ok(0) };
    let found = list(&folder);
    if found.is_empty() {
        return Ok(0);
    }
    let target = storage(work, &settings()?).join("objects");
    let mut kept = 0;
    for name in found {
        let to = target.join(&name);
        if !to.exists() {
            let taken = failpoint::around("lfs.keep", || copy(&folder, &name, &to));
            kept += usize::from(taken.map_err(|e| Workspace::failed("write", &to, &e))?);
        }
    }
    Ok(kept)
}

/// Returns where the project has its large files.
fn storage(work: &Workspace, settings: &[Setting]) -> PathBuf {
    // A relative place is one below the git directory.
    value(settings, "lfs.storage").map_or_else(|| work.store.join("lfs"), |place| work.store.join(place))
}

/// Lists the stored files by their names, which begin with two folders that repeat the name.
fn list(objects: &Folder) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let names = |folder: &Folder| {
        let names = folder.names().unwrap_or_default();
        names.into_iter().filter_map(|name| String::from_utf8(name).ok()).collect::<Vec<_>>()
    };
    for first in names(objects) {
        let Ok(Some(folder)) = objects.below(Path::new(&first)) else { continue };
        for second in names(&folder) {
            let Ok(Some(folder)) = folder.below(Path::new(&second)) else { continue };
            let is_object = |name: &String| {
                name.len() == 64
                    && name.starts_with(&format!("{first}{second}"))
                    && name.bytes().all(|byte| byte.is_ascii_hexdigit())
                    && folder.kind(Path::new(name)) == Some(Kind::File)
            };
            found.extend(
                names(&folder).into_iter().filter(is_object).map(|name| Path::new(&first).join(&second).join(name)),
            );
        }
    }
    found
}

/// Copies a file whose name is the hash of its content; `false` when it is not.
fn copy(folder: &Folder, name: &Path, to: &Path) -> io::Result<bool> {
    let Some(mut file) = folder.file(name)? else { return Ok(false) };
    let parent = to.parent().unwrap_or(to);
    DirBuilder::new().recursive(true).create(parent)?;
    let mut new = tempfile::NamedTempFile::new_in(parent)?;
    let (mut hash, mut chunk) = (Sha256::new(), vec![0; 1 << 16]);
    loop {
        let count = file.read(&mut chunk)?;
        if count == 0 {
            break;
        }
        hash.update(&chunk[..count]);
        new.write_all(&chunk[..count])?;
    }
    let hash = hex(&hash.finalize());
    if name.file_name().is_none_or(|name| name != hash.as_str()) {
        return Ok(false);
    }
    new.as_file().set_permissions(Permissions::from_mode(0o644))?;
    new.as_file().sync_all()?;
    new.persist(to).map(|_| true).map_err(|error| error.error)
}
