//! Questions to git about the user's checkout; nothing is changed by them. Paths are below the project.

use std::path::PathBuf;

/// Which of the files differ from HEAD, untracked and removed ones included.
#[derive(Debug)]
pub struct ChangedFiles(pub Vec<PathBuf>);

/// Tells whether HEAD holds a file.
#[derive(Debug)]
pub struct IsTracked(pub PathBuf);

/// The text of a file in a revision; `None` where there is no such file.
#[derive(Debug)]
pub struct ShowFile {
    pub revision: String,
    pub path: PathBuf,
}

/// How far a branch is from HEAD; `None` where there is no such branch.
#[derive(Debug)]
pub struct BranchDistance {
    pub branch: String,
}

/// The commits of a range, newest first.
#[derive(Debug)]
pub struct LogRange {
    pub range: String,
}

/// The local branches, sorted by name.
#[derive(Debug)]
pub struct Branches;

/// What the checkout stands on.
#[derive(Debug)]
pub struct ReadHead;

/// The address of a remote; `None` where there is none.
#[derive(Debug)]
pub struct RemoteAddress {
    pub remote: String,
}

/// The files of the project in a revision.
#[derive(Debug)]
pub struct TreeFiles {
    pub revision: String,
}

/// The folders of the project in a revision.
#[derive(Debug)]
pub struct TreeFolders {
    pub revision: String,
}
