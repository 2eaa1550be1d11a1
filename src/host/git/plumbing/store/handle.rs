//! The open handles of one repository, shared by all who read it.
//!
//! Libgit2 sees what others write: references are read from their files each time, `packed-refs` is read again when its
//! file is another one, and an object that is not known makes it look for new packs. So a handle can stay open as long
//! as the program runs. A handle serves one thread at a time; each thread that reads takes one and puts it back.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use git2::{Error, Repository, RepositoryOpenFlags};

use super::compared::Compared;

/// Most handles that wait for the next reader.
const IDLE: usize = 8;

/// The git program is to be asked: libgit2 does not know the repository, or could answer something else than git.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AskGit;

/// What was read in process.
pub(crate) type Read<T> = Result<T, AskGit>;

/// A repository as libgit2 reads it.
pub(crate) struct Store {
    /// Git directory of the checkout: its HEAD is the one that is meant.
    git_dir: PathBuf,
    common_dir: PathBuf,
    /// Libgit2 could open the repository.
    readable: bool,
    idle: Mutex<Vec<Repository>>,
    pub(super) compared: Mutex<Compared>,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store")
            .field("git_dir", &self.git_dir)
            .field("readable", &self.readable)
            .finish_non_exhaustive()
    }
}

impl Store {
    /// Opens a repository that git itself has accepted: whether its owner is trusted is not decided here.
    pub(crate) fn open(git_dir: &Path, common_dir: &Path) -> Self {
        // Git does not compute the ids of objects again either when it reads them.
        git2::opts::strict_hash_verification(false);
        // What an index of ours names, `git add` has just written: looking for each file of the project again would
        // take longer than everything else about a tree.
        git2::opts::strict_object_creation(false);
        let (git_dir, common_dir) = (git_dir.to_owned(), common_dir.to_owned());
        let mut store =
            Self { git_dir, common_dir, readable: true, idle: Mutex::default(), compared: Mutex::default() };
        // A question opens it, and leaves the handle for the next one.
        store.readable = store.read(|_| Ok(())).is_ok();
        store
    }

    /// Makes one that leaves every answer to git.
    pub(crate) fn unreadable(git_dir: &Path) -> Self {
        let git_dir = git_dir.to_owned();
        let common_dir = git_dir.clone();
        Self { git_dir, common_dir, readable: false, idle: Mutex::default(), compared: Mutex::default() }
    }

    /// Returns the folder of objects.
    pub(super) fn objects(&self) -> PathBuf {
        self.common_dir.join("objects")
    }

    /// Tells whether commits have the parents that they name: no shallow clone, and no grafts.
    pub(crate) fn is_whole(&self) -> bool {
        !self.common_dir.join("shallow").exists() && !self.common_dir.join("info/grafts").exists()
    }

    /// Tells whether anything is answered in process.
    pub(crate) fn is_readable(&self) -> bool {
        self.readable
    }

    /// Reads with a handle; once more with a new one when that fails, because files may have been replaced under it.
    pub(super) fn read<T>(&self, job: impl Fn(&Repository) -> Result<T, Error>) -> Read<T> {
        if !self.readable {
            return Err(AskGit);
        }
        let used = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        if let Some(repo) = used
            && let Ok(answer) = job(&repo)
        {
            self.put_back(repo);
            return Ok(answer);
        }
        // Libgit2 reads grafts and the bounds of a shallow clone once, when it opens.
        let lasts = self.is_whole();
        let repo = open(&self.git_dir).map_err(|_| AskGit)?;
        let answer = job(&repo).map_err(|_| AskGit)?;
        if lasts {
            self.put_back(repo);
        }
        Ok(answer)
    }

    fn put_back(&self, repo: Repository) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < IDLE {
            idle.push(repo);
        }
    }
}

fn open(git_dir: &Path) -> Result<Repository, Error> {
    let flags = RepositoryOpenFlags::NO_SEARCH | RepositoryOpenFlags::NO_DOTGIT | RepositoryOpenFlags::BARE;
    Repository::open_ext(git_dir, flags, std::iter::empty::<&str>())
}

/// Turns the error that something is not there into `None`.
pub(super) fn found<T>(result: Result<T, Error>) -> Result<Option<T>, Error> {
    match result {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.code() == git2::ErrorCode::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
