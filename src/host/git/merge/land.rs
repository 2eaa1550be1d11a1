//! Landing: the user's branch is moved forward to the batch branch, when that cannot harm anything.

use crate::error::Result;
use crate::host::git::plumbing::repo::{Repo, refuse};

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
        return not(reason, format!("git merge --ff-only {batch_branch}"));
    }
    let dirty = repo.status()?;
    if !dirty.is_empty() {
        let some = dirty.iter().take(3).map(|path| format!("`{path}`")).collect::<Vec<_>>().join(", ");
        let reason = format!("{} uncommitted in the checkout: {some}", plural(dirty.len()));
        return not(reason, format!("git stash -u && git merge --ff-only {batch_branch} && git stash pop"));
    }
    if !repo.is_ancestor(&from, &to)? {
        return not(
            format!("`{branch}` has commits that `{batch_branch}` does not have"),
            format!("git merge {batch_branch}"),
        );
    }
    let output =
        repo.git().args(["merge", "--ff-only", "--quiet", "--no-autostash", &to]).changes(repo.common_dir()).run()?;
    if output.code == 0 {
        return Ok(Land::Done { branch, from, to });
    }
    let reason = output.stderr.lines().next().unwrap_or("git merge failed").to_owned();
    not(reason, format!("git merge --ff-only {batch_branch}"))
}

fn plural(count: usize) -> String {
    if count == 1 { "1 file is".to_owned() } else { format!("{count} files are") }
}
