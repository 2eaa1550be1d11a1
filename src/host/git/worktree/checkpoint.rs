//! Checkpoints: the commits by which git knows that a phase is done.

use super::deviation::{self, Deviation};
use super::prepare;
use super::request::Prepared;
use super::work::Work;
use crate::error::Result;
use crate::host::git::plumbing::diff;
use crate::host::git::plumbing::refs::{self, Change, Moved};
use crate::host::git::plumbing::repo::{Repo, refuse};
use crate::host::git::plumbing::store::AskGit;
use crate::host::git::plumbing::temporary;
use crate::model::checkpoint::Checkpoint;

/// A checkpoint that stands on the branch of its item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Made {
    pub commit: String,
    /// Files that differ from the checkpoint before (or the start of the branch).
    pub files: Vec<String>,
    /// Commits that the agent made itself since then; they stay beneath the checkpoint.
    pub agent_commits: usize,
    /// An earlier run made this checkpoint and was killed before it could say so.
    pub already: bool,
    /// What the agent did to branches and history; each is mended and told.
    pub deviations: Vec<Deviation>,
}

/// Commits everything in a worktree as the checkpoint of a phase.
///
/// `exclude` are paths that never enter a commit, such as `.ce/tmp`.
pub fn commit(repo: &Repo, prepared: &Prepared, checkpoint: &Checkpoint, exclude: &[&str]) -> Result<Made> {
    let admin = prepare::administration(repo, prepared)?;
    let work = Work { repo, admin: &admin, path: &prepared.path };
    if !prepared.path.is_dir() {
        return Err(refuse(format!("the worktree `{}` was deleted", prepared.path.display()))
            .help("run the same command again: the worktree is made anew from the branch"));
    }
    admin.reconnect(&prepared.path)?;
    work.unlock(&prepared.branch)?;
    unfinished_merge(&work)?;
    let previous = previous(repo, prepared)?;
    let placed = deviation::examine(&work, prepared, &previous)?;
    if placed.deviations.is_empty()
        && let Some(made) = already(&work, checkpoint, &placed.parent, &prepared.base)?
    {
        return Ok(made);
    }
    stage(&work, exclude)?;
    let tree = work.write_tree()?;
    no_embedded_repositories(repo, &placed.parent, &tree)?;
    let agent_commits = repo.count(&previous, &placed.parent)?;
    let commit = if repo.policy().hooks && placed.deviations.is_empty() && work.merge_heads().is_empty() {
        by_git_commit(&work, checkpoint)?
    } else {
        let merged = work.merge_heads();
        let parents: Vec<&str> = std::iter::once(&placed.parent).chain(&merged).map(String::as_str).collect();
        temporary::commit(repo, &tree, &parents, &checkpoint.message())?
    };
    publish(repo, prepared, &placed, &commit)?;
    if !placed.on_branch {
        work.attach(&prepared.branch)?;
    }
    work.forget_operations();
    Ok(Made {
        files: diff::files(repo, &previous, &commit)?,
        commit,
        agent_commits,
        already: false,
        deviations: placed.deviations,
    })
}

/// Returns the files that differ from a commit in a worktree: committed, changed and untracked ones, sorted.
pub fn changed(repo: &Repo, prepared: &Prepared, since: &str) -> Result<Vec<String>> {
    let admin = prepare::administration(repo, prepared)?;
    let work = Work { repo, admin: &admin, path: &prepared.path };
    if work.commit()?.as_deref() == Some(since)
        && let Some(files) = work.uncommitted()?
    {
        return Ok(files);
    }
    let args = ["diff", "--name-only", "-z", "--no-ext-diff", "--no-renames", "--ignore-submodules=dirty", since, "--"];
    let mut files = work.git().args(args).list()?;
    files.extend(work.git().args(["ls-files", "--others", "--exclude-standard", "-z"]).list()?);
    files.sort();
    files.dedup();
    Ok(files)
}

/// Returns the last checkpoint that we recorded on the branch, or where the branch started.
fn previous(repo: &Repo, prepared: &Prepared) -> Result<String> {
    let recorded = refs::read(repo, &refs::item(&prepared.branch))?;
    Ok(recorded.unwrap_or_else(|| prepared.base.clone()))
}

/// Finds the same checkpoint at the tip: its run was killed between the commit and the journal.
fn already(work: &Work<'_>, checkpoint: &Checkpoint, tip: &str, base: &str) -> Result<Option<Made>> {
    let repo = work.repo;
    let same = Checkpoint::read(&repo.message(tip)?).is_some_and(|found| {
        found.prp == checkpoint.prp && found.phase == checkpoint.phase && found.key == checkpoint.key
    });
    if !same || work.status()?.is_none_or(|files| !files.is_empty()) {
        return Ok(None);
    }
    let before = if tip == base { tip.to_owned() } else { repo.resolve(&format!("{tip}^1"))? };
    let files = diff::files(repo, &before, tip)?;
    Ok(Some(Made { commit: tip.to_owned(), files, already: true, ..Made::default() }))
}

fn unfinished_merge(work: &Work<'_>) -> Result<()> {
    let files = work.unmerged()?;
    if files.is_empty() {
        return Ok(());
    }
    Err(refuse(format!("an unfinished merge was left in `{}`: {}", work.path.display(), files.join(", ")))
        .help("resolve the files there, or undo the merge with `git merge --abort`, and run the command again"))
}

fn stage(work: &Work<'_>, exclude: &[&str]) -> Result<()> {
    let excluded = exclude.iter().map(|path| format!(":(top,exclude,literal){path}"));
    let output = work.changing().args(["add", "--all", "--", "."]).args(excluded).run()?;
    if output.code == 0 {
        return Ok(());
    }
    let error = crate::host::git::plumbing::run::failure("add", &output);
    Err(if output.stderr.contains("does not have a commit checked out") {
        error.help("an agent made a git repository inside of the worktree; remove its `.git` folder")
    } else {
        error
    })
}

/// Refuses links to repositories that only this worktree has: their content would be lost with it.
fn no_embedded_repositories(repo: &Repo, parent: &str, tree: &str) -> Result<()> {
    let added = match repo.store().added_links(parent, tree) {
        Ok(added) => added,
        Err(AskGit) => added_links(repo, parent, tree)?,
    };
    if added.is_empty() {
        return Ok(());
    }
    let modules = repo.git().args(["cat-file", "blob", &format!("{tree}:.gitmodules")]).run()?;
    let known = |path: &str| modules.text().lines().any(|line| line.trim().strip_prefix("path = ") == Some(path));
    match added.iter().find(|path| !known(path)) {
        Some(path) => Err(refuse(format!("`{path}` is a git repository of its own inside of the worktree")).help(
            format!("remove `{path}/.git` so that the files themselves are committed, or add it as a submodule"),
        )),
        None => Ok(()),
    }
}

fn added_links(repo: &Repo, parent: &str, tree: &str) -> Result<Vec<String>> {
    let lines = repo.git().args(["diff-tree", "-r", "-z", "--no-renames", "--diff-filter=AT", parent, tree]).list()?;
    let added = lines.chunks(2).filter(|pair| pair[0].split(' ').nth(1) == Some("160000"));
    Ok(added.filter_map(|pair| pair.get(1).cloned()).collect())
}

fn by_git_commit(work: &Work<'_>, checkpoint: &Checkpoint) -> Result<String> {
    let args = ["commit", "--quiet", "--allow-empty", "--cleanup=verbatim", "--no-edit", "-F", "-"];
    let output = work.changing().args(args).input(checkpoint.message()).run()?;
    if output.code != 0 {
        return Err(crate::host::git::plumbing::run::failure("commit", &output).help(
            "a hook of the repository refuses the checkpoint; `git.hooks = false` makes checkpoints without hooks",
        ));
    }
    work.commit()?.ok_or_else(|| refuse("the checkpoint was not made"))
}

/// Moves the branch to the checkpoint and records it, both or neither.
fn publish(repo: &Repo, prepared: &Prepared, placed: &deviation::Placed, commit: &str) -> Result<()> {
    let recorded = refs::read(repo, &refs::item(&prepared.branch))?;
    let record = refs::item(&prepared.branch);
    let mut change = Change::default().set(&record, commit, recorded.as_deref());
    let tip = repo.tip(&prepared.branch)?;
    if tip.as_deref() != Some(commit) {
        change = change.set(&refs::head(&prepared.branch), commit, placed.tip.as_deref());
    }
    match change.apply(repo, "batchprp: checkpoint")? {
        Moved::Done => Ok(()),
        Moved::Raced => Err(refuse(format!("`{}` was moved while its checkpoint was made", prepared.branch))
            .help("a process of the agent may still be running; run the command again when it has ended")),
    }
}
