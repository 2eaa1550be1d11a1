//! What killed runs left: git processes that still end, and folders on their way out or in the making.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::error::Result;
use crate::host::failpoint;
use crate::host::git::plumbing::repo::Repo;
use crate::host::git::plumbing::{busy, intent};
use crate::host::git::workspace::place::record::{free_name, is_left_over, is_own};
use crate::host::git::workspace::place::space::Workspace;

/// Folders with this prefix beside the workspaces are on their way out.
pub(crate) const LEAVING: &str = ".batchprp-removing-";
/// Folders with this prefix beside the workspaces are in the making.
pub(crate) const MAKING: &str = ".batchprp-making-";

/// Waits until git processes that a killed run left behind have ended.
pub(crate) fn wait_for_the_dead(repo: &Repo, work: &Workspace) {
    if intent::oldest_dead(repo.common_dir()).is_none() {
        return;
    }
    let deadline = Instant::now() + Duration::from_secs(60);
    while busy::git_runs_in(&[&work.path, &work.dir]) == Some(true) && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Waits a little, before a run starts, until git processes that a killed run left in the repository have ended: what
/// they still do to references must be seen. Somebody else's git may work there for long, and does no harm.
pub(crate) fn wait_for_references(repo: &Repo) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while intent::oldest_dead(repo.common_dir()).is_some()
        && busy::git_runs_in(&[repo.common_dir(), repo.root()]) == Some(true)
        && Instant::now() < deadline
    {
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Deletes what killed runs left beside a workspace and in our own folder, and what this one could not delete before; what
/// the living make and remove stays.
pub(crate) fn sweep(repo: &Repo, path: &Path) {
    let trash = repo.common_dir().join("batchprp").join("trash");
    delete(&trash, |name| is_left_over(name) || is_own(name));
    if let Some(parent) = path.parent() {
        delete(parent, is_done_with);
    }
}

/// Tells whether a folder beside the workspaces is needed by nobody any more.
fn is_done_with(name: &str) -> bool {
    let is_leaving = name.starts_with(LEAVING);
    (is_leaving || name.starts_with(MAKING)) && is_left_over(name) || is_leaving && is_own(name)
}

fn delete(folder: &Path, is_done_with: impl Fn(&str) -> bool) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if is_done_with(&name) {
            failpoint::quietly("trash.delete", || drop(fs::remove_dir_all(entry.path())));
        }
    }
}

/// Tells whether there is anything to sweep beside the workspaces in a folder.
pub(crate) fn any(repo: &Repo, worktrees: &Path) -> bool {
    let names = |folder: &Path| {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect::<Vec<_>>()
    };
    let trash = names(&repo.common_dir().join("batchprp").join("trash"));
    trash.iter().any(|name| is_left_over(name) || is_own(name))
        || names(worktrees).iter().any(|name| is_done_with(name))
}

/// Takes working files away in one step, then deletes them.
pub(crate) fn leave(path: &Path) -> Result<()> {
    let parent = path.parent().unwrap_or(path);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let gone = free_name(parent, &format!("{LEAVING}{name}"));
    failpoint::around("workspace.leave", || fs::rename(path, &gone))
        .map_err(|e| Workspace::failed("remove", path, &e))?;
    // What cannot be deleted now (files of another user) is tried again by the next run.
    failpoint::quietly("workspace.delete", || {
        if fs::remove_dir_all(&gone).is_err() {
            unlock(&gone);
            drop(fs::remove_dir_all(&gone));
        }
    });
    Ok(())
}

/// Makes folders writable that somebody made read-only, so that they can be deleted.
fn unlock(folder: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    let entries = walkdir::WalkDir::new(folder).into_iter().filter_entry(|entry| {
        if entry.file_type().is_dir() {
            failpoint::quietly("workspace.unlock", || {
                drop(fs::set_permissions(entry.path(), fs::Permissions::from_mode(0o700)));
            });
        }
        true
    });
    entries.for_each(drop);
}
