//! Files below one root: nothing outside is ever read, written or moved, not even through a link.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Component, Path, PathBuf};

use atomic_write_file::AtomicWriteFile;

use super::failpoint;
use crate::error::{Error, ExitCode, Result};

/// Largest file that is read.
pub const MAX_FILE: u64 = 50 * 1024 * 1024;

/// A directory that confines all access; paths are relative to it, or absolute and below it.
#[derive(Clone, Debug)]
pub struct Root {
    path: PathBuf,
}

impl Root {
    /// Takes an existing directory as root.
    pub fn open(path: &Path) -> Result<Self> {
        let path = fs::canonicalize(path).map_err(|error| failed("open", path, &error))?;
        Ok(Self { path })
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
        let content = load().map_err(|error| failed("read", path, &error))?;
        Ok(String::from_utf8(content).unwrap_or_else(|bad| String::from_utf8_lossy(bad.as_bytes()).into_owned()))
    }

    /// Writes a file whole or not at all, keeping its mode; parent directories are made.
    pub fn write(&self, path: &Path, text: &str) -> Result<()> {
        let real = self.parented(path)?;
        let write = || -> io::Result<()> {
            let mut file = AtomicWriteFile::open(&real)?;
            file.write_all(text.as_bytes())?;
            file.commit()
        };
        failpoint::around("file.write", write).map_err(|error| failed("write", path, &error))
    }

    /// Writes a file that must not exist yet, whole or not at all.
    pub fn create_new(&self, path: &Path, text: &str) -> Result<()> {
        let real = self.parented(path)?;
        let new = neighbour(&real);
        let write = || -> io::Result<()> {
            let mut file = File::options().write(true).create_new(true).open(&new)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            rename_new(&new, &real)?;
            sync_parent(&real);
            Ok(())
        };
        let done = failpoint::around("file.create", write);
        if done.is_err() {
            fs::remove_file(&new).ok();
        }
        done.map_err(|error| failed("create", path, &error))
    }

    /// Moves a file, never over another one; a crash leaves it in the old place or in the new one.
    pub fn move_file(&self, from: &Path, to: &Path) -> Result<()> {
        let old = self.existing(from)?;
        let new = self.parented(to)?;
        match failpoint::around("file.move", || rename_new(&old, &new)) {
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
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        use nix::fcntl::{AT_FDCWD, RenameFlags, renameat2};
        match renameat2(AT_FDCWD, from, AT_FDCWD, to, RenameFlags::RENAME_NOREPLACE) {
            // Some file systems cannot do this in one step.
            Err(nix::errno::Errno::EINVAL | nix::errno::Errno::ENOSYS) => {}
            done => return done.map_err(io::Error::from),
        }
    }
    fs::hard_link(from, to)?;
    fs::remove_file(from)
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
