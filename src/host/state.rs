//! Private directories and files of the program: 0700 and 0600, whatever the umask.

use std::fs::{DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use nix::fcntl::OFlag;

use super::failpoint;

/// What the program keeps below a project, as git is told to ignore it.
pub const OUR_FOLDERS: [&str; 2] = ["/.ce/tmp/", "/.ce/completed-batches/"];

/// Makes a private directory with its parents; the last one is 0700 also when it was there before.
pub fn private_dir(path: &Path) -> io::Result<()> {
    failpoint::around("private.folder", || {
        DirBuilder::new().recursive(true).mode(0o700).create(path)?;
        std::fs::set_permissions(path, Permissions::from_mode(0o700))
    })
}

/// Opens a new private file (0600); an old file or link of that name is an error.
pub fn create_private(path: &Path) -> io::Result<File> {
    failpoint::around("private.create", || OpenOptions::new().write(true).create_new(true).mode(0o600).open(path))
}

/// Writes a private file whole or not at all: a new file (0600) that takes the name when it is complete.
pub fn write_private(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{}.new", std::process::id()));
    let new = path.with_file_name(name);
    // A left-over of a killed process that had our number.
    match std::fs::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let written = create_private(&new).and_then(|mut file| file.write_all(content));
    let done = written.and_then(|()| failpoint::around("private.rename", || std::fs::rename(&new, path)));
    if done.is_err() {
        std::fs::remove_file(&new).ok();
    }
    done
}

/// Reads a file that somebody else may have put there: never follows a link, never waits on a pipe, never reads more
/// than `max` bytes. `None` when there is no such file.
pub fn read_untrusted(path: &Path, max: u64) -> io::Result<Option<Vec<u8>>> {
    let flags = OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
    let file = match OpenOptions::new().read(true).custom_flags(flags.bits()).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let facts = file.metadata()?;
    if !facts.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
    }
    let mut content = Vec::new();
    file.take(max.saturating_add(1)).read_to_end(&mut content)?;
    if content.len() as u64 > max {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("larger than {max} bytes")));
    }
    Ok(Some(content))
}
