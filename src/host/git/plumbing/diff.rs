//! Differences between two commits.

use super::repo::Repo;
use crate::error::Result;

/// A unified diff.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Patch {
    pub text: String,
    /// The diff was longer than asked for; `text` ends at a whole line.
    pub truncated: bool,
}

/// Returns the unified diff between two commits, at most `max_bytes` long.
pub fn patch(repo: &Repo, from: &str, to: &str, max_bytes: usize) -> Result<Patch> {
    let args = ["diff", "--no-ext-diff", "--no-textconv", "--no-color", "--submodule=short", from, to, "--"];
    let output = repo.git().args(args).max_bytes(max_bytes).run()?;
    if output.code != 0 && !output.truncated {
        return Err(super::run::failure("diff", &output));
    }
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.truncated {
        text.truncate(text.rfind('\n').map_or(0, |end| end + 1));
    }
    Ok(Patch { text, truncated: output.truncated })
}

/// Returns the files that differ between two commits or trees, sorted; a rename is two files.
pub fn files(repo: &Repo, from: &str, to: &str) -> Result<Vec<String>> {
    if let Ok(files) = repo.store().changed(from, to) {
        return Ok(files);
    }
    let mut files = repo.git().args(["diff-tree", "-r", "-z", "--name-only", "--no-renames", from, to]).list()?;
    files.sort();
    Ok(files)
}

/// Returns what an item changed: the commit before its work and its last commit.
///
/// For a merged item these are the merge base and the second parent of the merge; for another one the place where its
/// branch left the batch branch and the tip.
pub fn range(
    repo: &Repo,
    batch_branch: &str,
    item_branch: &str,
    merged: Option<&str>,
) -> Result<Option<(String, String)>> {
    let (into, tip) = match merged {
        Some(merge) => (Some(repo.resolve(&format!("{merge}^1"))?), repo.commit(&format!("{merge}^2"))?),
        None => (repo.tip(batch_branch)?, repo.tip(item_branch)?),
    };
    let (Some(into), Some(tip)) = (into, tip) else { return Ok(None) };
    Ok(repo.merge_base(&into, &tip)?.map(|base| (base, tip)))
}
