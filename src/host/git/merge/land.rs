//! Landing: the user's branch is moved forward to the batch branch, when that cannot harm anything.

use crate::error::Result;
use crate::host::git::plumbing::diff;
use crate::host::git::plumbing::repo::{Repo, refuse};
use crate::host::process::command_line::command_line;

/// How landing went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Land {
    /// The checked-out branch is at `to` now (and was at `from`).
    Done { branch: String, from: String, to: String },
    /// Nothing was changed; `command` does it when the reason is gone.
    NotPossible { reason: String, command: String },
}

/// Moves the checked-out branch forward to the batch branch: only when it is clean and an ancestor.
pub fn land(repo: &Repo, batch_branch: &str) -> Result<Land> {
    let to = repo.tip(batch_branch)?.ok_or_else(|| refuse(format!("there is no branch `{batch_branch}` to land")))?;
    let not = |reason: String, command: String| Ok(Land::NotPossible { reason, command });
    let from = repo.head()?;
    let Some(branch) = repo.head_branch()? else {
        return not("HEAD is detached".to_owned(), format!("git switch <branch> && git merge {batch_branch}"));
    };
    if from == to {
        return Ok(Land::Done { branch, from, to });
    }
    let busy = ["MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "rebase-merge", "rebase-apply", "BISECT_LOG"];
    if let Some(what) = busy.iter().find(|name| repo.git_dir().join(name).exists()) {
        let reason = format!("another operation is in progress in the checkout (`{what}`)");
        return not(reason, forward(batch_branch));
    }
    let dirty = repo.status()?;
    if !dirty.is_empty() {
        let some = dirty.iter().take(3).map(|path| format!("`{path}`")).collect::<Vec<_>>().join(", ");
        let reason = format!("{} uncommitted in the checkout: {some}", plural(dirty.len()));
        return not(reason, format!("git stash -u && {} && git stash pop", forward(batch_branch)));
    }
    if !repo.is_ancestor(&from, &to)? {
        return not(
            format!("`{branch}` has commits that `{batch_branch}` does not have"),
            format!("git merge {batch_branch}"),
        );
    }
    if let Some(path) = in_the_way(repo, &from, &to)? {
        let reason = format!("`{path}` lies in the checkout, where git ignores it, and would be overwritten");
        let put_aside = ["mv", &path, &format!("{path}.mine")].map(str::to_owned);
        return not(reason, format!("{} && {}", command_line(&put_aside), forward(batch_branch)));
    }
    let args = ["merge", "--ff-only", "--no-overwrite-ignore", "--quiet", "--no-autostash", &to];
    let output = repo.git().args(args).changes(repo.common_dir()).run()?;
    if output.code == 0 {
        return Ok(Land::Done { branch, from, to });
    }
    let reason = output.stderr.lines().next().unwrap_or("git merge failed").to_owned();
    not(reason, forward(batch_branch))
}

/// Returns the command that moves the checked-out branch forward. Git alone would overwrite what it ignores, which may be
/// the only copy.
pub fn forward(batch_branch: &str) -> String {
    format!("git merge --ff-only --no-overwrite-ignore {batch_branch}")
}

/// Finds something in the checkout that git does not track and that moving forward would overwrite or replace.
fn in_the_way(repo: &Repo, from: &str, to: &str) -> Result<Option<String>> {
    for path in diff::files(repo, from, to)? {
        if repo.entry(to, &path)?.is_none() || repo.entry(from, &path)?.is_some() {
            continue;
        }
        if repo.root().join(&path).symlink_metadata().is_ok() {
            return Ok(Some(path));
        }
        let parents = path.match_indices('/').map(|(end, _)| &path[..end]);
        for parent in parents {
            let is_other = repo.root().join(parent).symlink_metadata().is_ok_and(|there| !there.is_dir());
            if is_other && repo.entry(from, parent)?.is_none() {
                return Ok(Some(parent.to_owned()));
            }
        }
    }
    Ok(None)
}

fn plural(count: usize) -> String {
    if count == 1 { "1 file is".to_owned() } else { format!("{count} files are") }
}
