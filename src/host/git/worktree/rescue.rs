//! Rescue: uncommitted work becomes a commit on a reference of its own before anything is reset or removed.

use serde::{Deserialize, Serialize};

use super::work::Work;
use crate::error::Result;
use crate::host::git::plumbing::diff;
use crate::host::git::plumbing::refs;
use crate::host::git::plumbing::repo::Repo;
use crate::host::git::plumbing::temporary::{self, Index};

/// Work that was saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rescue {
    /// Such as `refs/batchprp/rescue/<run>/PRP-47.1.1/1`.
    pub reference: String,
    pub commit: String,
    /// Files that differ from the branch.
    pub files: Vec<String>,
}

/// Saves what is in a working tree but not in `parent`: changed, staged and untracked files. Changes no file.
pub(crate) fn save(work: &Work<'_>, parent: &str, run: &str, item: &str) -> Result<Option<Rescue>> {
    let repo = work.repo;
    let tree = snapshot(work, parent)?;
    if tree == temporary::tree_of(repo, parent)? {
        return Ok(None);
    }
    let message = format!(
        "Rescue of uncommitted work on {item}\n\nSaved by batchprp before the worktree was reset (run {run}).\n"
    );
    let commit = temporary::commit(repo, &tree, &[parent], &message)?;
    keep(repo, &commit, parent, run, item).map(Some)
}

/// Keeps a commit that no branch will hold any more.
pub(crate) fn keep(repo: &Repo, commit: &str, against: &str, run: &str, item: &str) -> Result<Rescue> {
    let prefix = format!("refs/batchprp/rescue/{}/{}", plain(run), plain(item));
    let reference = refs::create_numbered(repo, &prefix, commit, "batchprp: rescue")?;
    Ok(Rescue { reference, commit: commit.to_owned(), files: diff::files(repo, against, commit)? })
}

/// Writes everything that is in a working tree, ignored files aside, as a tree.
fn snapshot(work: &Work<'_>, parent: &str) -> Result<String> {
    let index = Index::copy(work.repo, &work.admin.dir.join("index"))?;
    let add = |index: &Index| index.attach(work.git()).args(["add", "--all", "--", "."]).ok();
    if add(&index).is_ok() {
        return index.write(work.repo);
    }
    // The index of the worktree may be damaged.
    let fresh = Index::new(work.repo)?;
    fresh.read(work.repo, parent)?;
    add(&fresh)?;
    fresh.write(work.repo)
}

/// Makes one component of a reference name.
fn plain(text: &str) -> String {
    let safe = text.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '-' });
    let name: String = safe.collect::<String>().replace("..", "-");
    let name = name.trim_matches('.').trim_end_matches(".lock");
    if name.is_empty() { "unnamed".to_owned() } else { name.to_owned() }
}
