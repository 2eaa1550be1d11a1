//! Commits of documents in the user's checkout, made only when the user asks for them.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::error::Result;
use crate::host::git::plumbing::repo::{Repo, refuse};
use crate::host::git::plumbing::run::failure;

/// Two commits of one checkout would only wait for each other's lock of the index.
static ONE: Mutex<()> = Mutex::new(());

/// Operations that a commit in between would become a part of, and what ends them.
const UNFINISHED: [(&str, &str, &str); 6] = [
    ("MERGE_HEAD", "merge", "git merge --abort"),
    ("CHERRY_PICK_HEAD", "cherry-pick", "git cherry-pick --abort"),
    ("REVERT_HEAD", "revert", "git revert --abort"),
    ("rebase-merge", "rebase", "git rebase --abort"),
    ("rebase-apply", "rebase", "git rebase --abort"),
    ("BISECT_LOG", "bisect", "git bisect reset"),
];

/// Commits the files as they are in the working tree, on top of HEAD. Whatever else is changed or staged stays changed
/// or staged. `None` when HEAD has the files like that already, or when there are no files: then this only tells
/// whether a commit could be made.
pub fn commit(repo: &Repo, files: &[PathBuf], message: &str) -> Result<Option<String>> {
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, what, end)) = UNFINISHED.iter().find(|(name, ..)| repo.git_dir().join(name).exists()) {
        return Err(refuse(format!("a {what} is in progress in the checkout, so nothing can be committed there"))
            .help(format!(
                "finish it, or stop it with `{end}`; without `--commit` documents are written all the same"
            )));
    }
    if files.is_empty() {
        return Ok(None);
    }
    let changed = changed(repo, files)?;
    if changed.is_empty() {
        ignored(repo, files)?;
        return Ok(None);
    }
    let literal = |change: &ChangedDocument| format!(":(top,literal){}", change.path);
    // Git commits by path only what it knows. What is in the index already, as after a kill, may be a removal, which it
    // cannot find to add it again.
    let fresh = changed.iter().filter(|change| !change.is_staged).map(literal).collect::<Vec<_>>();
    if !fresh.is_empty() {
        repo.git().args(["add", "--all", "--"]).args(&fresh).changes(repo.common_dir()).ok()?;
    }
    let args = ["commit", "--quiet", "--cleanup=verbatim", "--file=-", "--only", "--"];
    let paths = changed.iter().map(literal);
    let output = repo.git().args(args).args(paths).input(message).changes(repo.common_dir()).run()?;
    if output.code != 0 {
        let error = failure("commit", &output);
        let mended = "the files are written and staged; commit them when that is mended";
        return Err(if error.help.is_some() { error } else { error.help(mended) });
    }
    repo.head().map(Some)
}

/// A file that differs from HEAD.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ChangedDocument {
    /// Below the top of the repository.
    pub(crate) path: String,
    /// The index has it as the working tree has it.
    pub(crate) is_staged: bool,
}

/// Returns what differs from HEAD among the files, untracked and removed ones included.
pub(crate) fn changed(repo: &Repo, files: &[PathBuf]) -> Result<Vec<ChangedDocument>> {
    if files.is_empty() {
        return Ok(Vec::new());
    }
    let literal = |file: &PathBuf| Ok(format!(":(top,literal){}", repo.relative(file)?));
    let paths = files.iter().map(literal).collect::<Result<Vec<_>>>()?;
    let args = ["status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all", "--"];
    let entries = repo.git().args(args).args(paths).list()?;
    // `XY path`: X for the index against HEAD, Y for the working tree against the index.
    let change = |entry: &String| {
        let (codes, path) = (entry.get(..2)?, entry.get(3..)?);
        Some(ChangedDocument { path: path.to_owned(), is_staged: codes.ends_with(' ') })
    };
    Ok(entries.iter().filter_map(change).collect())
}

/// Refuses files that git is told to ignore: nobody who asks for commits wants them left out silently.
fn ignored(repo: &Repo, files: &[PathBuf]) -> Result<()> {
    for file in files {
        let relative = repo.relative(file)?;
        let known = repo.git().args(["ls-files", "--error-unmatch", "--", &relative]).env("GIT_LITERAL_PATHSPECS", "1");
        if repo.root().join(Path::new(&relative)).exists() && known.run()?.code != 0 {
            return Err(refuse(format!("`{relative}` is ignored by git, so it is not committed")).help(format!(
                "`git check-ignore -v {relative}` names the rule; leave out `--commit` if it is meant"
            )));
        }
    }
    Ok(())
}
