//! Early warning: whether two branches would merge, tried in memory while their agents still run.

use std::collections::HashSet;

use super::item::{self, Tree};
use crate::error::Result;
use crate::host::git::plumbing::repo::Repo;
use crate::host::git::plumbing::{diff, refs};

/// The files that a branch has changed since its start.
#[derive(Debug, Default)]
pub struct Touched {
    files: HashSet<String>,
    /// The folders of these files.
    folders: HashSet<String>,
}

impl Touched {
    /// Compares the two ends of a branch.
    pub fn between(repo: &Repo, start: &str, tip: &str) -> Result<Self> {
        let mut touched = Self::default();
        for file in diff::files(repo, start, tip)? {
            touched.folders.extend(folders(&file).map(str::to_owned));
            touched.files.insert(file);
        }
        Ok(touched)
    }

    /// Looks at a branch of ours, whose start is on record.
    pub fn of_branch(repo: &Repo, branch: &str) -> Result<Option<Self>> {
        let ends = refs::read(repo, &refs::base(branch))?.zip(repo.tip(branch)?);
        ends.map(|(start, tip)| Self::between(repo, &start, &tip)).transpose()
    }

    /// Tells whether both have changed one file, or one has a file where the other has a folder. Without that two
    /// branches merge, and nobody has to look for the commit that they share.
    pub fn meets(&self, other: &Self) -> bool {
        let (few, many) = if self.files.len() <= other.files.len() { (self, other) } else { (other, self) };
        few.files.iter().any(|file| {
            let inside = || folders(file).any(|folder| many.files.contains(folder));
            many.files.contains(file) || many.folders.contains(file) || inside()
        })
    }
}

/// Returns the folders in which a file lies, from the inside out.
fn folders(file: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(file.rsplit_once('/').map(|(folder, _)| folder), |folder| {
        folder.rsplit_once('/').map(|(outer, _)| outer)
    })
}

/// Returns the files in which two branches or commits conflict now; empty when they merge.
///
/// A warning and no verdict: libgit2 knows neither merge drivers nor renamed directories, the real merge does.
pub fn conflicts(repo: &Repo, a: &str, b: &str) -> Result<Vec<String>> {
    let (a, b) = (repo.resolve(a)?, repo.resolve(b)?);
    if let Ok(files) = repo.store().conflicts(&a, &b) {
        return Ok(files);
    }
    Ok(match item::tree(repo, &a, &b)? {
        Tree::Clean(_) => Vec::new(),
        Tree::Conflict(files) => files,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn touched(files: &[&str]) -> Touched {
        let mut touched = Touched::default();
        for file in files {
            touched.folders.extend(folders(file).map(str::to_owned));
            touched.files.insert((*file).to_owned());
        }
        touched
    }

    #[test]
    fn branches_meet_in_a_file_and_where_one_has_a_folder_for_it() {
        let meet = |a: &[&str], b: &[&str]| {
            let (a, b) = (touched(a), touched(b));
            assert_eq!(a.meets(&b), b.meets(&a));
            a.meets(&b)
        };
        assert!(meet(&["src/a.rs", "src/b.rs"], &["src/b.rs"]));
        assert!(meet(&["src"], &["x", "src/deep/b.rs"]));
        assert!(meet(&["x", "y", "src/deep/b.rs"], &["src/deep"]));
        assert!(!meet(&["src/a.rs"], &["src/b.rs", "a.rs", "src/a.rs.bak"]));
        assert!(!meet(&[], &["a"]));
    }
}
