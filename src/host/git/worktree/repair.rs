//! What a kill, an agent or a person can have made of a worktree, and how it is brought back.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use super::admin::{self, Admin, Head, free_name};
use super::request::Prepare;
use super::rescue::{self, Rescue};
use super::work::Work;
use crate::error::Result;
use crate::host::failpoint;
use crate::host::git::plumbing::repo::{Repo, refuse};
use crate::host::git::plumbing::{busy, intent};

/// Folders with this prefix beside the worktrees are on their way out.
pub(crate) const LEAVING: &str = ".batchprp-removing-";

/// Waits until git processes that a killed run left behind have ended.
pub(crate) fn wait_for_the_dead(repo: &Repo, path: &Path) {
    if intent::oldest_dead(repo.common_dir()).is_none() {
        return;
    }
    let deadline = Instant::now() + Duration::from_secs(60);
    while busy::git_runs_in(&[path]) == Some(true) && Instant::now() < deadline {
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

/// Deletes what killed removals left beside a worktree and in our own folder.
pub(crate) fn sweep(repo: &Repo, path: &Path) {
    let trash = repo.common_dir().join("batchprp").join("trash");
    if trash.exists() {
        failpoint::quietly("trash.delete", || drop(fs::remove_dir_all(trash)));
    }
    let entries = path.parent().and_then(|parent| fs::read_dir(parent).ok());
    for entry in entries.into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(LEAVING) {
            failpoint::quietly("trash.delete", || drop(fs::remove_dir_all(entry.path())));
        }
    }
}

/// Finds a usable worktree of the branch at the path; clears away what is ours and broken, refuses what is foreign.
pub(crate) fn find(repo: &Repo, branch: &str, path: &Path, repaired: &mut Vec<String>) -> Result<Option<Admin>> {
    not_in_main_checkout(repo, branch)?;
    let mut found = None;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    for admin in admin::all(repo) {
        let id = admin.dir.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let here = admin.path.as_deref() == Some(path);
        if here || (admin.path.is_none() && id.starts_with(&name)) {
            if admin.is_half_made() {
                half_made(repo, &admin, here.then_some(path), repaired)?;
            } else if here && path.exists() {
                found = Some(admin);
            } else if here {
                admin.discard(repo)?;
                repaired.push(format!("`{}` was registered but missing; it is made again", path.display()));
            }
        } else if admin.head(repo)?.is_on(branch) {
            elsewhere(repo, &admin, branch, repaired)?;
        }
    }
    match &found {
        Some(admin) => not_foreign(repo, admin, branch, path)?,
        None => make_room(repo, path, repaired)?,
    }
    Ok(found)
}

/// Brings a worktree back to the tip of its branch, saving first what is uncommitted.
pub(crate) fn settle(work: &Work<'_>, want: &Prepare, tip: &str, repaired: &mut Vec<String>) -> Result<Option<Rescue>> {
    if work.admin.resolving().exists() {
        let item = want.item.trim_start_matches("PRP-");
        return Err(refuse(format!("a merge of {} is being resolved in `{}`", want.item, work.path.display()))
            .help(format!("finish it with `batchprp resolve {item} --continue`, or give it up with `--abort`")));
    }
    repaired.extend(work.admin.reconnect(work.path)?);
    repaired.extend(work.unlock(&want.branch)?);
    let head = work.admin.head(work.repo)?;
    let on_branch = head.is_on(&want.branch);
    let status = work.status()?;
    let damaged = status.is_none() || !work.admin.dir.join("index").exists();
    let clean = status.is_some_and(|files| files.is_empty()) && !damaged;
    if on_branch && (clean || (want.keep_changes && !damaged)) {
        work.forget_operations();
        return Ok(None);
    }
    let checked_out = work.commit()?.unwrap_or_else(|| tip.to_owned());
    let mut rescued = rescue::save(work, &checked_out, &want.run, &want.item)?;
    if rescued.is_none() && !work.repo.is_ancestor(&checked_out, tip)? {
        rescued = Some(rescue::keep(work.repo, &checked_out, tip, &want.run, &want.item)?);
    }
    if !on_branch {
        let found = match head {
            Head::Branch(name) => format!("on `{name}`"),
            Head::Detached(commit) => format!("detached at {commit}"),
            Head::Broken => "without a readable HEAD".to_owned(),
        };
        work.forget_operations();
        work.attach(&want.branch)?;
        repaired.push(format!("`{}` was {found}; it is on `{}` again", work.path.display(), want.branch));
    }
    if damaged {
        repaired.push(format!("the index of `{}` was unreadable and is made again", work.path.display()));
    }
    work.reset(tip)?;
    Ok(rescued)
}

fn half_made(repo: &Repo, admin: &Admin, path: Option<&Path>, repaired: &mut Vec<String>) -> Result<()> {
    // Nobody has worked in it: our mark comes last. What is there was checked out by git itself.
    if let Some(path) = path.filter(|path| path.exists()) {
        leave(path)?;
    }
    admin.discard(repo)?;
    repaired.push(format!("`{}` was half made; it is made again", admin.dir.display()));
    Ok(())
}

/// Takes a working tree away in one step, then deletes it.
pub(crate) fn leave(path: &Path) -> Result<()> {
    let parent = path.parent().unwrap_or(path);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let gone = free_name(parent, &format!("{LEAVING}{name}"));
    failpoint::around("worktree.leave", || fs::rename(path, &gone))
        .map_err(|e| refuse(format!("cannot remove `{}`: {e}", path.display())))?;
    // What cannot be deleted now (files of another user) is tried again by the next run.
    failpoint::quietly("worktree.delete", || drop(fs::remove_dir_all(gone)));
    Ok(())
}

fn not_in_main_checkout(repo: &Repo, branch: &str) -> Result<()> {
    if admin::main_head(repo)?.as_deref() == Some(&crate::host::git::plumbing::refs::head(branch)) {
        return Err(refuse(format!("`{branch}` is checked out in the main checkout, which batchprp never touches"))
            .help("switch to another branch there: `git switch -`"));
    }
    Ok(())
}

fn elsewhere(repo: &Repo, admin: &Admin, branch: &str, repaired: &mut Vec<String>) -> Result<()> {
    let place = admin.path.as_deref().unwrap_or(&admin.dir);
    let locked = admin.lock_reason().is_some_and(|reason| reason.trim() != "initializing");
    if place.exists() || locked {
        return Err(refuse(format!("`{branch}` is checked out in `{}`", place.display()))
            .help(format!("when nothing there is needed any more: `git worktree remove {}`", place.display())));
    }
    admin.discard(repo)?;
    repaired.push(format!("`{}` was registered for `{branch}` but missing", place.display()));
    Ok(())
}

fn not_foreign(repo: &Repo, admin: &Admin, branch: &str, path: &Path) -> Result<()> {
    let ours = admin.marker().is_some_and(|marker| marker.branch == branch);
    if ours || admin.head(repo)?.is_on(branch) {
        return Ok(());
    }
    Err(refuse(format!("`{}` is a worktree that batchprp did not make", path.display()))
        .help("move it away (`git worktree move`) or set `paths.worktrees` to another folder"))
}

/// Makes the path free for a new worktree.
fn make_room(repo: &Repo, path: &Path, repaired: &mut Vec<String>) -> Result<()> {
    let Ok(found) = fs::symlink_metadata(path) else { return Ok(()) };
    if found.is_dir() && failpoint::around("worktree.room", || fs::remove_dir(path)).is_ok() {
        return Ok(());
    }
    let pointer = fs::read_to_string(path.join(".git")).unwrap_or_default();
    let target = pointer.strip_prefix("gitdir: ").map(|target| path.join(target.trim_end()));
    let ours = target.is_some_and(|target| target.starts_with(repo.common_dir().join("worktrees")));
    if !ours {
        return Err(refuse(format!("`{}` exists and is not a worktree of this repository", path.display()))
            .help("move it away, or set `paths.worktrees` to another folder"));
    }
    // Files whose administration is gone cannot be told from work: they are kept under another name.
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let kept = free_name(path.parent().unwrap_or(path), &format!("{name}.left"));
    failpoint::around("worktree.keep", || fs::rename(path, &kept))
        .map_err(|e| refuse(format!("cannot move `{}` away: {e}", path.display())))?;
    repaired.push(format!("`{}` was not registered any more; its files are in `{}`", path.display(), kept.display()));
    Ok(())
}
