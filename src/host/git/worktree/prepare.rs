//! The worktree of an item: made serially, verified after creation, repaired after a kill, never reset before what is
//! in it was saved.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::admin::{self, Admin, Marker};
use super::branch;
use super::repair;
use super::request::{Prepare, Prepared};
use super::work::Work;
use crate::error::Result;
use crate::host::failpoint;
use crate::host::git::plumbing::locks;
use crate::host::git::plumbing::refs;
use crate::host::git::plumbing::repo::{Repo, refuse};
use crate::host::git::plumbing::temporary;
use crate::host::lock::Lock;

/// Makes or repairs branch and worktree of an item.
pub fn prepare(repo: &Repo, want: &Prepare) -> Result<Prepared> {
    refs::check_branch(&want.branch)?;
    let lock = Lock::repository(repo.common_dir(), "worktree", Duration::from_secs(300))?;
    let repo = &repo.unhooked();
    let path = place(repo, &want.path)?;
    let mut repaired = Vec::new();
    repair::wait_for_the_dead(repo, &path);
    repaired.extend(locks::sweep(repo.common_dir()));
    repair::sweep(repo, &path);
    temporary::sweep(repo);
    let start = branch::item(repo, &want.branch, &want.start, &mut repaired)?;
    let mut rescued = None;
    let admin = match repair::find(repo, &want.branch, &path, &mut repaired)? {
        Some(found) => {
            let work = Work { repo, admin: &found, path: &path };
            rescued = repair::settle(&work, want, &start.tip, &mut repaired)?;
            found
        }
        None => add(repo, &want.branch, &path)?,
    };
    verify(repo, &path, &want.branch, &start.tip)?;
    admin.mark(&Marker { run: want.run.clone(), item: want.item.clone(), branch: want.branch.clone() })?;
    drop(lock);
    Ok(Prepared {
        path,
        branch: want.branch.clone(),
        base: start.base,
        tip: start.tip,
        item: want.item.clone(),
        run: want.run.clone(),
        rescued,
        repaired,
    })
}

/// Finds the administration of a worktree that was prepared before.
pub(crate) fn administration(repo: &Repo, prepared: &Prepared) -> Result<Admin> {
    admin::of(repo, &prepared.path).ok_or_else(|| {
        refuse(format!("the worktree `{}` of {} is gone", prepared.path.display(), prepared.item))
            .help("run the same command again: the worktree is made anew from the branch")
    })
}

/// Tells whether everything was put into a worktree that belongs there besides its commit.
pub fn is_furnished(repo: &Repo, prepared: &Prepared) -> Result<bool> {
    Ok(administration(repo, prepared)?.furnished().exists())
}

/// Remembers that everything was put into a worktree. A worktree that is made anew does not have the mark.
pub fn set_furnished(repo: &Repo, prepared: &Prepared) -> Result<()> {
    let mark = administration(repo, prepared)?.furnished();
    failpoint::around("worktree.furnished", || fs::write(&mark, ""))
        .map_err(|e| refuse(format!("cannot write `{}`: {e}", mark.display())))
}

fn add(repo: &Repo, branch: &str, path: &Path) -> Result<Admin> {
    let git = repo.git().args(["worktree", "add", "--quiet", "--"]).args([path.as_os_str(), branch.as_ref()]);
    git.changes(repo.common_dir()).ok()?;
    admin::of(repo, path).ok_or_else(|| refuse(format!("git made no worktree at `{}`", path.display())))
}

/// Makes sure that whoever works in the directory works on the branch, and nowhere else.
fn verify(repo: &Repo, path: &Path, branch: &str, tip: &str) -> Result<()> {
    let same = |a: &Path, b: &Path| fs::canonicalize(a).ok() == fs::canonicalize(b).ok();
    if let Ok(found) = repo.store().checkout(path)
        && same(&found.top, path)
        && same(&found.common_dir, repo.common_dir())
        && found.reference == refs::head(branch)
        && found.commit == tip
    {
        return Ok(());
    }
    let args = [
        "rev-parse",
        "--path-format=absolute",
        "--show-toplevel",
        "--git-common-dir",
        "HEAD",
        "--symbolic-full-name",
        "HEAD",
    ];
    let text = crate::host::git::plumbing::run::Git::new(path, repo.policy()).args(args).text()?;
    let [top, common, commit, name] = text.lines().collect::<Vec<_>>()[..] else {
        return Err(refuse(format!("git described the worktree `{}` in an unknown way: {text}", path.display())));
    };
    if same(Path::new(top), path)
        && same(Path::new(common), repo.common_dir())
        && commit == tip
        && name == refs::head(branch)
    {
        return Ok(());
    }
    Err(refuse(format!(
        "the worktree `{}` is not on `{branch}` at {tip}: top level `{top}`, {name} at {commit}",
        path.display()
    ))
    .help(format!("look at it, then remove it: `git worktree remove {}`", path.display())))
}

/// Returns the canonical place of a worktree and makes the folder around it.
fn place(repo: &Repo, path: &Path) -> Result<PathBuf> {
    let absolute = if path.is_absolute() { path.to_owned() } else { repo.root().join(path) };
    let (Some(parent), Some(name)) = (absolute.parent(), absolute.file_name()) else {
        return Err(refuse(format!("`{}` cannot be a worktree", path.display())));
    };
    let failed = |e: std::io::Error| {
        refuse(format!("cannot make `{}`: {e}", parent.display()))
            .help("set `paths.worktrees` to a folder you may write")
    };
    failpoint::around("worktree.parent", || fs::create_dir_all(parent)).map_err(failed)?;
    let place = fs::canonicalize(parent).map_err(failed)?.join(name);
    let root = fs::canonicalize(repo.root()).unwrap_or_else(|_| repo.root().to_owned());
    if root.starts_with(&place) || place.starts_with(repo.common_dir()) {
        return Err(refuse(format!("`{}` cannot be a worktree: the repository itself is there", place.display()))
            .help("set `paths.worktrees` to a folder outside of the repository"));
    }
    Ok(place)
}
