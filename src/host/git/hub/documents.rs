//! The documents of a project as they lie in the checkout, for workers: also those that git does not track yet.

use std::path::PathBuf;

use crate::error::Result;
use crate::host::git::plumbing::repo::Repo;
use crate::host::git::plumbing::temporary::{self, Index};

/// Makes a commit on `base` that has files and folders as they are in the checkout. The checkout and its index stay as
/// they are.
pub fn commit(repo: &Repo, base: &str, paths: &[PathBuf]) -> Result<String> {
    let index = Index::new(repo)?;
    index.read(repo, base)?;
    let below = paths.iter().filter(|path| repo.root().join(path).exists());
    let mut names = below.filter_map(|path| repo.relative(path).ok()).collect::<Vec<_>>();
    names.sort();
    names.dedup();
    if !names.is_empty() {
        let git = index.attach(repo.unhooked().git()).args(["add", "--all", "--force", "--"]);
        git.args(&names).changes(repo.common_dir()).ok()?;
    }
    let tree = index.write(repo)?;
    temporary::commit(repo, &tree, &[base], "Documents of the project\n")
}
