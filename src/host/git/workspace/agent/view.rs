//! Reads and writes the references of a workspace: files directly, reftables with git and a configuration of ours.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use super::folder::{Folder, Kind};
use super::refs::{self, Head};
use crate::error::Result;
use crate::host::failpoint;
use crate::host::git::plumbing::run::Git;
use crate::host::git::workspace::place::space::Workspace;

/// Reads what is checked out in a workspace.
pub(crate) fn head(work: &Workspace) -> Result<Head> {
    let Some(folder) = work.folder() else { return Ok(Head::Broken) };
    let Some(git) = tables(work, &folder)? else { return Ok(refs::head(&folder)) };
    let name = git().args(["symbolic-ref", "--quiet", "HEAD"]).run()?;
    let commit = git().args(["rev-parse", "--verify", "--quiet", "HEAD"]).run()?;
    let commit = (commit.code == 0).then(|| commit.text()).filter(|commit| refs::is_id(commit));
    Ok(match (name.code, name.text().strip_prefix("refs/heads/"), commit) {
        (0, Some(branch), commit) => Head::Branch(branch.to_owned(), commit),
        (0, None, _) | (_, _, None) => Head::Broken,
        (_, _, Some(commit)) => Head::Detached(commit),
    })
}

/// Returns all references of a workspace with their objects.
pub(crate) fn all(work: &Workspace) -> Result<BTreeMap<String, String>> {
    let Some(folder) = work.folder() else { return Ok(BTreeMap::new()) };
    let Some(git) = tables(work, &folder)? else { return Ok(refs::all(&folder)) };
    let output = git().args(["for-each-ref", "--format=%(objectname) %(refname)"]).run()?;
    Ok(refs::parse(&output.text()))
}

/// Returns the older entries of the stash.
pub(crate) fn stashed(work: &Workspace) -> Result<Vec<String>> {
    let Some(folder) = work.folder() else { return Ok(Vec::new()) };
    let Some(git) = tables(work, &folder)? else { return Ok(refs::stashed(&folder)) };
    let output = git().args(["reflog", "show", "--format=%H", "refs/stash", "--"]).run()?;
    Ok(output.text().lines().filter(|id| refs::is_id(id)).map(str::to_owned).collect())
}

/// Points HEAD at a branch and the branch at a commit, or HEAD at the commit where there is no branch.
pub(crate) fn set(work: &Workspace, folder: &Folder, branch: Option<&str>, commit: &str) -> Result<()> {
    let failed = |e: std::io::Error| Workspace::failed("write into", &work.top.join(&work.own), &e);
    let Some(git) = tables(work, folder)? else {
        if let Some(branch) = branch {
            let name = crate::host::git::plumbing::refs::head(branch);
            folder.write(Path::new(&name), format!("{commit}\n").as_bytes(), None).map_err(failed)?;
        }
        let head = branch.map_or_else(|| format!("{commit}\n"), |branch| format!("ref: refs/heads/{branch}\n"));
        return folder.write(Path::new("HEAD"), head.as_bytes(), None).map_err(failed);
    };
    let change = |git: Git| git.changes(work.repo.common_dir()).ok().map(drop);
    match branch {
        Some(branch) => {
            let name = crate::host::git::plumbing::refs::head(branch);
            change(git().args(["update-ref", "--no-deref", &name, commit]))?;
            change(git().args(["symbolic-ref", "HEAD", &name]))
        }
        None => change(git().args(["update-ref", "--no-deref", "HEAD", commit])),
    }
}

/// Prepares git on the reftables of a workspace, whose configuration it does not see; `None` where references are files.
fn tables(work: &Workspace, folder: &Folder) -> Result<Option<impl Fn() -> Git + use<>>> {
    if folder.kind(Path::new("reftable")) != Some(Kind::Folder) || !has_tables(work) {
        return Ok(None);
    }
    let view = work.file("view");
    let look = || {
        drop(fs::remove_dir_all(&view));
        fs::create_dir_all(view.join("refs"))?;
        fs::write(view.join("HEAD"), "ref: refs/heads/.invalid\n")?;
        let format = work.repo.object_format();
        let text = format!(
            "[core]\n\trepositoryformatversion = 1\n\tbare = true\n[extensions]\n\trefstorage = reftable\n\tobjectformat = {format}\n"
        );
        fs::write(view.join("config"), text)?;
        let tables: PathBuf = work.top.join(&work.own).join("reftable");
        symlink(tables, view.join("reftable"))
    };
    failpoint::around("workspace.view", look).map_err(|e| Workspace::failed("write into", &view, &e))?;
    let (work, view) = (work.clone(), view);
    let objects = work.objects();
    Ok(Some(move || work.repo.git_in(&view, &work.path).env("GIT_OBJECT_DIRECTORY", &objects)))
}

/// Tells whether the project keeps its references in reftables.
pub(crate) fn has_tables(work: &Workspace) -> bool {
    work.store.join("reftable").is_dir()
}
