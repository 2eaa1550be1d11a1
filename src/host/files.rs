//! Files below one root: nothing outside is ever read, written or moved, not even through a link.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

use super::failpoint;
use super::state::private_dir;
use crate::error::{Error, ExitCode, Result};

/// Largest file that is read.
pub const MAX_FILE: u64 = 50 * 1024 * 1024;

/// Age from which a file in the folder where files are made is what a crash left.
const LEFT_OVER: Duration = Duration::from_secs(3600);

/// A directory that confines all access; paths are relative to it, or absolute and below it.
#[derive(Clone, Debug)]
pub struct ConfinedFolder {
    path: PathBuf,
    /// Folder in which files are made before they get their name.
    staging: Option<PathBuf>,
}

impl ConfinedFolder {
    /// Takes an existing directory as root.
    pub fn open(path: &Path) -> Result<Self> {
        let path = fs::canonicalize(path).map_err(|error| failed("open", path, &error))?;
        Ok(Self { path, staging: None })
    }

    /// Makes files in a private folder of ours before they get their name, so that a crash leaves nothing beside those
    /// of people. It should be on the same file system; otherwise they are made beside the file after all.
    #[must_use]
    pub fn staged_in(mut self, folder: PathBuf) -> Self {
        self.staging = Some(folder);
        self
    }

    /// Returns the canonical path of the root.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the real place of a path, which must exist and lie below the root.
    pub fn existing(&self, path: &Path) -> Result<PathBuf> {
        let plain = self.plain(path)?;
        let real = fs::canonicalize(&plain).map_err(|error| failed("find", path, &error))?;
        if real.starts_with(&self.path) { Ok(real) } else { Err(outside(path)) }
    }

    /// Returns the place of a path that need not exist: its nearest existing parent lies below the root, and a link
    /// of that name leads nowhere else.
    pub fn place(&self, path: &Path) -> Result<PathBuf> {
        let plain = self.plain(path)?;
        if plain.symlink_metadata().is_ok() {
            return self.existing(path);
        }
        let mut parents = plain.ancestors().skip(1);
        let parent = parents.find(|parent| parent.symlink_metadata().is_ok()).unwrap_or(&self.path);
        let real = fs::canonicalize(parent).map_err(|error| failed("find", path, &error))?;
        if !real.starts_with(&self.path) {
            return Err(outside(path));
        }
        let rest = plain.strip_prefix(parent).unwrap_or(&plain);
        Ok(real.join(rest))
    }

    /// Reads a text file of at most [`MAX_FILE`] bytes; bytes that are not UTF-8 are replaced.
    pub fn read(&self, path: &Path) -> Result<String> {
        let content = self.bytes(path)?;
        Ok(String::from_utf8(content).unwrap_or_else(|bad| String::from_utf8_lossy(bad.as_bytes()).into_owned()))
    }

    /// Reads a file of at most [`MAX_FILE`] bytes.
    fn bytes(&self, path: &Path) -> Result<Vec<u8>> {
        let real = self.existing(path)?;
        let load = || -> io::Result<Vec<u8>> {
            let facts = fs::metadata(&real)?;
            if !facts.is_file() {
                return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
            }
            let mut content = Vec::new();
            File::open(&real)?.take(MAX_FILE + 1).read_to_end(&mut content)?;
            if content.len() as u64 > MAX_FILE {
                return Err(io::Error::new(io::ErrorKind::FileTooLarge, "larger than 50 MB"));
            }
            Ok(content)
        };
        load().map_err(|error| failed("read", path, &error))
    }

    /// Writes a file whole or not at all, keeping its mode; parent directories are made.
    pub fn write(&self, path: &Path, text: &str) -> Result<()> {
        let real = self.parented(path)?;
        failpoint::around("file.write", || self.put(&real, text.as_bytes(), |new, real| fs::rename(new, real)))
            .map_err(|error| failed("write", path, &error))
    }

    /// Writes a file that must not exist yet, whole or not at all.
    pub fn create_new(&self, path: &Path, text: &str) -> Result<()> {
        let real = self.parented(path)?;
        failpoint::around("file.create", || self.put(&real, text.as_bytes(), rename_new))
            .map_err(|error| failed("create", path, &error))
    }

    /// Makes a complete file and gives it its name.
    fn put(&self, real: &Path, content: &[u8], give_name: fn(&Path, &Path) -> io::Result<()>) -> io::Result<()> {
        if let Some(new) = self.staging.as_ref().and_then(|folder| staged(folder)) {
            match stage(&new, real, content).and_then(|()| give_name(&new, real)) {
                Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
                    fs::remove_file(&new)?;
                }
                done => return settled(done, &new, real),
            }
        }
        let new = neighbour(real);
        settled(stage(&new, real, content).and_then(|()| give_name(&new, real)), &new, real)
    }

    /// Moves a file, never over another one; a crash leaves it in the old place or in the new one.
    pub fn move_file(&self, from: &Path, to: &Path) -> Result<()> {
        let old = self.existing(from)?;
        let new = self.parented(to)?;
        match failpoint::around("file.move", || rename_once(&old, &new)) {
            Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
                let text = self.read(from)?;
                self.create_new(to, &text)?;
                failpoint::around("file.leave", || fs::remove_file(&old))
                    .map_err(|error| failed("move", from, &error))?;
            }
            Err(error) => return Err(failed("move", if new.exists() { to } else { from }, &error)),
            Ok(()) => {}
        }
        sync_parent(&old);
        sync_parent(&new);
        Ok(())
    }

    /// Copies a file with its mode, never over another one.
    pub fn copy(&self, from: &Path, to: &Path) -> Result<()> {
        let content = self.bytes(from)?;
        let mode = fs::metadata(self.existing(from)?).map(|facts| facts.permissions());
        let real = self.parented(to)?;
        let named = |new: &Path, real: &Path| rename_new(new, real);
        failpoint::around("file.copy", || {
            self.put(&real, &content, named)?;
            mode.and_then(|mode| fs::set_permissions(&real, mode))
        })
        .map_err(|error| failed("copy to", to, &error))
    }

    /// Adds to the end of a file, which is made where there is none.
    pub fn append(&self, path: &Path, text: &str) -> Result<()> {
        let real = self.parented(path)?;
        let add = || -> io::Result<()> {
            let mut file = File::options().append(true).create(true).open(&real)?;
            file.write_all(text.as_bytes())?;
            file.sync_data()
        };
        failpoint::around("file.append", add).map_err(|error| failed("append to", path, &error))
    }

    /// Removes a file or a link, never a folder.
    pub fn remove(&self, path: &Path) -> Result<()> {
        let plain = self.plain(path)?;
        let parent = plain.parent().unwrap_or(&self.path);
        let real = fs::canonicalize(parent).map_err(|error| failed("remove", path, &error))?;
        if !real.starts_with(&self.path) {
            return Err(outside(path));
        }
        failpoint::around("file.remove", || fs::remove_file(&plain)).map_err(|error| failed("remove", path, &error))?;
        sync_parent(&plain);
        Ok(())
    }

    /// Lists the files below a directory, sorted, relative to the root, without those of `.git`; links are not followed.
    /// A directory that is not there has none.
    pub fn walk(&self, path: &Path) -> Result<Vec<PathBuf>> {
        if self.plain(path)?.symlink_metadata().is_err() {
            return Ok(Vec::new());
        }
        let real = self.existing(path)?;
        let entries = walkdir::WalkDir::new(&real).into_iter().filter_entry(|entry| entry.file_name() != ".git");
        let files = entries.flatten().filter(|entry| entry.file_type().is_file());
        let below = |entry: walkdir::DirEntry| Some(path.join(entry.path().strip_prefix(&real).ok()?));
        let mut files: Vec<PathBuf> = files.filter_map(below).collect();
        files.sort();
        Ok(files)
    }

    /// Lists the files of a directory, sorted by name, not recursive, relative to the root; a directory that is not
    /// there has none.
    pub fn list(&self, path: &Path) -> Result<Vec<PathBuf>> {
        if self.plain(path)?.symlink_metadata().is_err() {
            return Ok(Vec::new());
        }
        let real = self.existing(path)?;
        let names = || -> io::Result<Vec<PathBuf>> {
            let mut files = Vec::new();
            for entry in fs::read_dir(&real)? {
                let entry = entry?;
                if entry.path().is_file() {
                    files.push(path.join(entry.file_name()));
                }
            }
            files.sort();
            Ok(files)
        };
        names().map_err(|error| failed("list", path, &error))
    }

    /// Joins a path to the root by its names alone: `..` and foreign absolute paths are refused.
    fn plain(&self, path: &Path) -> Result<PathBuf> {
        let below = if path.is_absolute() { path.strip_prefix(&self.path).map_err(|_| outside(path))? } else { path };
        let mut plain = self.path.clone();
        for part in below.components() {
            match part {
                Component::Normal(name) => plain.push(name),
                Component::CurDir => {}
                Component::ParentDir | Component::RootDir | Component::Prefix(_) => return Err(outside(path)),
            }
        }
        Ok(plain)
    }

    fn parented(&self, path: &Path) -> Result<PathBuf> {
        let real = self.place(path)?;
        let parent = real.parent().unwrap_or(&self.path);
        failpoint::around("file.folder", || fs::create_dir_all(parent))
            .map_err(|error| failed("make the folder of", path, &error))?;
        Ok(real)
    }
}

/// Gives a file a new name that nobody has.
fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    if let Some(done) = rename_exclusively(from, to) {
        return done;
    }
    fs::hard_link(from, to)?;
    fs::remove_file(from)
}

/// Gives a file a new name that nobody has, in one step; `None` where the file system cannot do that.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn rename_exclusively(from: &Path, to: &Path) -> Option<io::Result<()>> {
    use nix::fcntl::{AT_FDCWD, RenameFlags, renameat2};
    match renameat2(AT_FDCWD, from, AT_FDCWD, to, RenameFlags::RENAME_NOREPLACE) {
        Err(nix::errno::Errno::EINVAL | nix::errno::Errno::ENOSYS) => None,
        done => Some(done.map_err(io::Error::from)),
    }
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn rename_exclusively(_: &Path, _: &Path) -> Option<io::Result<()>> {
    None
}

/// Gives a file a new name in one step, so that a crash never leaves it with both names. Where the file system cannot
/// refuse a name that is taken in the same step, somebody else's file of that very moment would be replaced.
fn rename_once(from: &Path, to: &Path) -> io::Result<()> {
    match rename_exclusively(from, to) {
        Some(done) => done,
        None if to.symlink_metadata().is_ok() => Err(io::ErrorKind::AlreadyExists.into()),
        None => fs::rename(from, to),
    }
}

/// Writes a new file that is to take the place of another one.
fn stage(new: &Path, real: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = File::options().write(true).create_new(true).open(new)?;
    if let Ok(old) = fs::metadata(real) {
        file.set_permissions(old.permissions())?;
        // Whoever may not give files away keeps them.
        std::os::unix::fs::fchown(&file, Some(old.uid()), Some(old.gid())).ok();
    }
    file.write_all(content)?;
    file.sync_all()
}

/// Makes a new name durable, or takes away what did not get it.
fn settled(done: io::Result<()>, new: &Path, real: &Path) -> io::Result<()> {
    match &done {
        Ok(()) => sync_parent(real),
        Err(_) => {
            fs::remove_file(new).ok();
        }
    }
    done
}

/// Returns a name that nobody has in the folder where files are made, without those that a crash left there.
fn staged(folder: &Path) -> Option<PathBuf> {
    private_dir(folder).ok()?;
    for old in fs::read_dir(folder).ok()?.flatten() {
        let age = old.metadata().and_then(|facts| facts.modified()).ok().and_then(|time| time.elapsed().ok());
        if age.is_some_and(|age| age > LEFT_OVER) {
            fs::remove_file(old.path()).ok();
        }
    }
    Some(folder.join(format!("{}.new", uuid::Uuid::new_v4().simple())))
}

fn neighbour(path: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}.new", uuid::Uuid::new_v4().simple()));
    path.with_file_name(name)
}

/// Makes a rename durable, as far as the file system lets us.
fn sync_parent(path: &Path) {
    if let Some(directory) = path.parent().and_then(|parent| File::open(parent).ok()) {
        directory.sync_all().ok();
    }
}

fn outside(path: &Path) -> Error {
    let message = format!("`{}` is outside of the project", path.display());
    Error::new(ExitCode::InvalidInput, message).help("use a path below the project root")
}

fn failed(what: &str, path: &Path, error: &io::Error) -> Error {
    Error::new(ExitCode::InvalidInput, format!("cannot {what} `{}`: {error}", path.display()))
}
