//! Folders in which somebody else may have put anything: opened one component at a time, never through a link.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Component, Path};
use std::time::SystemTime;

use nix::dir::Dir;
use nix::fcntl::{AtFlags, OFlag, openat, renameat};
use nix::sys::stat::{FileStat, Mode, SFlag, fstatat, mkdirat};
use nix::unistd::{UnlinkatFlags, unlinkat};

use crate::host::failpoint;

/// An open folder.
#[derive(Debug)]
pub(crate) struct Folder {
    fd: OwnedFd,
}

/// What a name in a folder is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    File,
    Folder,
    /// A link, a pipe, a device.
    Other,
}

impl Folder {
    /// Opens a folder at a path of ours; its last component may be no link.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let flags = OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
        Ok(Self { fd: openat(nix::fcntl::AT_FDCWD, path, flags, Mode::empty())? })
    }

    /// Opens a folder below this one; `None` when there is none.
    pub(crate) fn below(&self, path: &Path) -> io::Result<Option<Self>> {
        let flags = OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
        let mut folder = Self { fd: self.fd.try_clone()? };
        for part in path.components() {
            let Component::Normal(name) = part else { return Err(io::ErrorKind::InvalidInput.into()) };
            match openat(&folder.fd, name, flags, Mode::empty()) {
                Ok(fd) => folder = Self { fd },
                Err(nix::errno::Errno::ENOENT) => return Ok(None),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(Some(folder))
    }

    /// Tells what a name is; `None` when there is nothing.
    pub(crate) fn kind(&self, name: &Path) -> Option<Kind> {
        let (folder, name) = self.parent(name).ok()??;
        let facts = folder.facts(name)?;
        let kind = SFlag::from_bits_truncate(facts.st_mode) & SFlag::S_IFMT;
        Some(if kind == SFlag::S_IFREG {
            Kind::File
        } else if kind == SFlag::S_IFDIR {
            Kind::Folder
        } else {
            Kind::Other
        })
    }

    /// Opens a regular file; `None` when there is none.
    pub(crate) fn file(&self, path: &Path) -> io::Result<Option<File>> {
        let Some((folder, name)) = self.parent(path)? else { return Ok(None) };
        let flags = OFlag::O_RDONLY | OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK | OFlag::O_NOCTTY | OFlag::O_CLOEXEC;
        let file = match openat(&folder.fd, name, flags, Mode::empty()) {
            Ok(fd) => File::from(fd),
            Err(nix::errno::Errno::ENOENT) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        if !file.metadata()?.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
        }
        Ok(Some(file))
    }

    /// Reads a regular file of at most `max` bytes; `None` when there is none.
    pub(crate) fn read(&self, path: &Path, max: u64) -> io::Result<Option<Vec<u8>>> {
        let Some(file) = self.file(path)? else { return Ok(None) };
        let mut content = Vec::new();
        file.take(max.saturating_add(1)).read_to_end(&mut content)?;
        if content.len() as u64 > max {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("larger than {max} bytes")));
        }
        Ok(Some(content))
    }

    /// Reads a small text; `None` when there is none, or none that can be read.
    pub(crate) fn text(&self, path: &Path) -> Option<String> {
        let bytes = self.read(path, 64 << 10).ok()??;
        String::from_utf8(bytes).ok()
    }

    /// Writes a file whole or not at all in place of whatever has its name, making the folders around it.
    pub(crate) fn write(&self, path: &Path, content: &[u8], time: Option<SystemTime>) -> io::Result<()> {
        let (folder, name) = self.made(path)?;
        let new = format!(".batchprp-{}", uuid::Uuid::new_v4().simple());
        let flags = OFlag::O_WRONLY | OFlag::O_CREAT | OFlag::O_EXCL | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
        failpoint::around("workspace.write", || {
            let mut file = File::from(openat(&folder.fd, new.as_str(), flags, Mode::from_bits_truncate(0o666))?);
            let written = file.write_all(content).and_then(|()| match time {
                Some(time) => file.set_modified(time),
                None => Ok(()),
            });
            let named = written.and_then(|()| Ok(renameat(&folder.fd, new.as_str(), &folder.fd, name)?));
            if named.is_err() {
                unlinkat(&folder.fd, new.as_str(), UnlinkatFlags::NoRemoveDir).ok();
            }
            named
        })
    }

    /// Removes a file, a link, or a folder with all that is in it. Nothing to remove is no error.
    pub(crate) fn remove(&self, path: &Path) -> io::Result<()> {
        // Behind a link there is nothing that is ours to remove.
        let Ok(Some((folder, name))) = self.parent(path) else { return Ok(()) };
        failpoint::around("workspace.forget", || folder.unlink(name))
    }

    /// Lists the names in the folder.
    pub(crate) fn names(&self) -> io::Result<Vec<Vec<u8>>> {
        let mut entries = Dir::from_fd(self.fd.try_clone()?)?;
        let names = entries.iter().filter_map(|entry| Some(entry.ok()?.file_name().to_bytes().to_vec()));
        // The position of the handle is shared with its clones.
        let names = names.filter(|name| name != b"." && name != b"..").collect();
        nix::unistd::lseek(&self.fd, 0, nix::unistd::Whence::SeekSet)?;
        Ok(names)
    }

    fn unlink(&self, name: &Path) -> io::Result<()> {
        match unlinkat(&self.fd, name, UnlinkatFlags::NoRemoveDir) {
            Ok(()) | Err(nix::errno::Errno::ENOENT) => return Ok(()),
            Err(nix::errno::Errno::EISDIR | nix::errno::Errno::EPERM) => {}
            Err(error) => return Err(error.into()),
        }
        let Some(inner) = self.below(name)? else { return Ok(()) };
        for entry in inner.names()? {
            inner.unlink(Path::new(std::ffi::OsStr::from_bytes(&entry)))?;
        }
        Ok(unlinkat(&self.fd, name, UnlinkatFlags::RemoveDir)?)
    }

    fn facts(&self, name: &Path) -> Option<FileStat> {
        fstatat(&self.fd, name, AtFlags::AT_SYMLINK_NOFOLLOW).ok()
    }

    /// Opens the folder around a path; `None` when there is none.
    fn parent<'a>(&self, path: &'a Path) -> io::Result<Option<(Self, &'a Path)>> {
        let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
        let folder = self.below(path.parent().unwrap_or(Path::new("")))?;
        Ok(folder.map(|folder| (folder, Path::new(name))))
    }

    /// Opens the folder around a path, making what is missing and replacing what is no folder.
    fn made<'a>(&self, path: &'a Path) -> io::Result<(Self, &'a Path)> {
        let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
        let mut folder = Self { fd: self.fd.try_clone()? };
        for part in path.parent().unwrap_or(Path::new("")).components() {
            let Component::Normal(part) = part else { return Err(io::ErrorKind::InvalidInput.into()) };
            let part = Path::new(part);
            if folder.kind(part).is_some_and(|kind| kind != Kind::Folder) {
                folder.remove(part)?;
            }
            failpoint::around("workspace.folder", || {
                match mkdirat(&folder.fd, part, Mode::from_bits_truncate(0o777)) {
                    Ok(()) | Err(nix::errno::Errno::EEXIST) => Ok(()),
                    Err(error) => Err(io::Error::from(error)),
                }
            })?;
            folder = folder.below(part)?.ok_or(io::ErrorKind::NotFound)?;
        }
        Ok((folder, Path::new(name)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_pipes_and_paths_upwards_are_never_followed() {
        let outside = tempfile::tempdir().expect("a folder");
        std::fs::write(outside.path().join("secret"), "s").expect("a file");
        let inside = tempfile::tempdir().expect("a folder");
        std::os::unix::fs::symlink(outside.path(), inside.path().join("link")).expect("a link");
        std::os::unix::fs::symlink(outside.path().join("secret"), inside.path().join("file")).expect("a link");
        nix::unistd::mkfifo(&inside.path().join("pipe"), Mode::from_bits_truncate(0o600)).expect("a pipe");
        let folder = Folder::open(inside.path()).expect("a folder");
        assert!(folder.read(Path::new("link/secret"), 10).is_err());
        assert!(folder.read(Path::new("file"), 10).is_err());
        assert!(folder.read(Path::new("pipe"), 10).is_err());
        assert!(folder.read(Path::new("../x"), 10).is_err());
        assert_eq!(folder.read(Path::new("none/x"), 10).expect("nothing"), None);

        folder.write(Path::new("file"), b"ours", None).expect("written");
        folder.write(Path::new("link/deep/new"), b"ours", None).expect("written");
        assert_eq!(std::fs::read(outside.path().join("secret")).expect("a file"), b"s");
        assert!(!outside.path().join("deep").exists());
        assert_eq!(folder.text(Path::new("link/deep/new")).as_deref(), Some("ours"));

        std::os::unix::fs::symlink(outside.path(), inside.path().join("link/deep/back")).expect("a link");
        folder.remove(Path::new("link")).expect("removed");
        assert!(outside.path().join("secret").exists());
        assert_eq!(folder.kind(Path::new("link")), None);
        assert_eq!(folder.kind(Path::new("pipe")), Some(Kind::Other));
        let mut names = folder.names().expect("names");
        names.sort();
        assert_eq!(names, [b"file".to_vec(), b"pipe".to_vec()]);
        assert_eq!(folder.names().expect("names").len(), 2);
    }
}
