//! A worktree for trying commits out: on no branch, ours alone, thrown away at the end.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::admin;
use super::repair;
use super::work::Work;
use crate::error::Result;
use crate::host::failpoint;
use crate::host::git::plumbing::locks;
use crate::host::git::plumbing::repo::{Repo, refuse};
use crate::host::lock::Lock;

/// How long another process of ours may be busy with worktrees.
const PATIENCE: Duration = Duration::from_secs(300);

/// Returns the canonical place of a scratch worktree and makes the folder around it.
pub fn place(path: &Path) -> Result<PathBuf> {
    let failed = |e: std::io::Error| {
        refuse(format!("cannot make `{}`: {e}", path.display())).help("set `paths.worktrees` to a folder you may write")
    };
    let parent = path.parent().unwrap_or(path);
    failpoint::around("scratch.parent", || std::fs::create_dir_all(parent)).map_err(failed)?;
    Ok(std::fs::canonicalize(parent).map_err(failed)?.join(path.file_name().unwrap_or_default()))
}

/// Tells whether the worktree is there, whole.
pub fn exists(repo: &Repo, path: &Path) -> bool {
    path.is_dir() && admin::of(repo, path).is_some_and(|admin| !admin.is_half_made())
}

/// Makes the scratch worktree, in place of any older one, at a commit.
pub fn make(repo: &Repo, path: &Path, commit: &str) -> Result<PathBuf> {
    discard(repo, path)?;
    let lock = Lock::repository(repo.common_dir(), "worktree", PATIENCE)?;
    let repo = &repo.unhooked();
    let add =
        repo.git().args(["worktree", "add", "--quiet", "--detach", "--"]).args([path.as_os_str(), commit.as_ref()]);
    add.changes(repo.common_dir()).ok()?;
    drop(lock);
    Ok(path.to_owned())
}

/// Brings the scratch worktree to another commit. What the commands before built and git ignores stays.
pub fn go(repo: &Repo, path: &Path, commit: &str) -> Result<()> {
    let repo = &repo.unhooked();
    let admin = admin::of(repo, path).ok_or_else(|| {
        refuse(format!("the worktree `{}` is gone", path.display())).help("run the same command again")
    })?;
    Work { repo, admin: &admin, path }.reset(commit)
}

/// Removes the scratch worktree and whatever a killed run left of one.
pub fn discard(repo: &Repo, path: &Path) -> Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let parent = path.parent().and_then(|parent| std::fs::canonicalize(parent).ok());
    let path = parent.map_or_else(|| path.to_owned(), |parent| parent.join(&name));
    let ours = |admin: &admin::Admin| {
        let id = admin.dir.file_name().unwrap_or_default().to_string_lossy();
        admin.path.as_deref() == Some(&path) || (admin.path.is_none() && id.starts_with(&name))
    };
    if !path.exists() && !admin::all(repo).iter().any(ours) {
        return Ok(());
    }
    let lock = Lock::repository(repo.common_dir(), "worktree", PATIENCE)?;
    repair::wait_for_the_dead(repo, &path);
    drop(locks::sweep(repo.common_dir()));
    repair::sweep(repo, &path);
    let found = admin::all(repo).into_iter().filter(ours).collect::<Vec<_>>();
    if path.exists() {
        // Only what git checked out there for us, or nothing at all, is ours to take away.
        let empty = std::fs::read_dir(&path).is_ok_and(|mut entries| entries.next().is_none());
        let linked = std::fs::read_to_string(path.join(".git"))
            .is_ok_and(|text| text.contains(&*repo.common_dir().join("worktrees").join(&name).to_string_lossy()));
        if found.is_empty() && !empty && !linked {
            return Err(refuse(format!("`{}` exists and is no worktree that batchprp made", path.display()))
                .help("move it away: merges are tried out there"));
        }
        repair::leave(&path)?;
    }
    for admin in found {
        admin.discard(repo)?;
    }
    drop(lock);
    Ok(())
}
