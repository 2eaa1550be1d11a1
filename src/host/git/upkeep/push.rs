//! Pushing work to a remote: never over commits that somebody else put there.

use std::collections::BTreeMap;

use crate::error::{Error, ExitCode, Result};
use crate::host::git::plumbing::refs::{self, RefChange};
use crate::host::git::plumbing::repo::Repo;

/// A commit, and the branch that it becomes at the remote.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    pub commit: String,
    pub branch: String,
    /// The merge whose work it holds, where the commit may be another one than that brought.
    pub work: Option<String>,
    /// What is there now and may be replaced, where it is not what was pushed last.
    pub over: Option<String>,
}

/// What was pushed as a branch when it was pushed last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pushed {
    pub commit: Option<String>,
    /// The merge whose work it held.
    pub work: Option<String>,
}

/// Returns what was pushed as a branch last.
pub fn last(repo: &Repo, remote: &str, branch: &str) -> Result<Pushed> {
    Ok(Pushed { commit: refs::read(repo, &pushed(remote, branch))?, work: refs::read(repo, &work(remote, branch))? })
}

/// Brings over what branches are at a remote now, by branch; those that are not there are left out.
pub fn there(repo: &Repo, remote: &str, branches: &[&str]) -> Result<BTreeMap<String, String>> {
    let mut args = vec!["ls-remote".to_owned(), "--quiet".to_owned(), "--".to_owned(), remote.to_owned()];
    args.extend(branches.iter().map(|branch| refs::head(branch)));
    let output = repo.git().args(&args).run()?;
    if output.code != 0 {
        return Err(unreachable(remote, &output.stderr));
    }
    let listed = output.text();
    let listed = listed.lines().filter_map(|line| line.split_once('\t'));
    let found: BTreeMap<String, String> = listed
        .filter_map(|(commit, name)| Some((name.strip_prefix("refs/heads/")?.to_owned(), commit.to_owned())))
        .filter(|(branch, _)| branches.contains(&branch.as_str()))
        .collect();
    let mut args = ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--", remote]
        .map(str::to_owned)
        .to_vec();
    args.extend(found.keys().map(|branch| format!("+refs/heads/{branch}:{}", seen(remote, branch))));
    if found.is_empty() {
        return Ok(found);
    }
    let output = repo.git().args(&args).changes(repo.common_dir()).run()?;
    if output.code == 0 { Ok(found) } else { Err(unreachable(remote, &output.stderr)) }
}

/// Returns the address of a remote.
pub fn address(repo: &Repo, remote: &str) -> Result<String> {
    let key = format!("remote.{remote}.url");
    let output = repo.git().args(["config", "--get", &key]).run()?;
    let address = output.text();
    if output.code != 0 || address.is_empty() {
        return Err(Error::new(ExitCode::Config, format!("there is no remote `{remote}` to push to"))
            .help("`git remote -v` lists them; `pr.remote` names the one for pull requests"));
    }
    Ok(address)
}

/// Pushes branches, each on its own: what was pushed before and is still there as it was may be replaced, such as after
/// work was done again. A branch that somebody else brought further has what is to be there already.
pub fn push(repo: &Repo, remote: &str, heads: &[Head]) -> Result<()> {
    for Head { commit, branch, work: brought, over } in heads {
        let known = last(repo, remote, branch)?;
        let once = |lease: Option<&str>| {
            let mut args = vec!["push".to_owned(), "--quiet".to_owned(), "--no-follow-tags".to_owned()];
            args.extend(lease.map(|lease| format!("--force-with-lease=refs/heads/{branch}:{lease}")));
            args.extend(["--end-of-options".to_owned(), remote.to_owned(), format!("{commit}:refs/heads/{branch}")]);
            repo.git().args(&args).run()
        };
        let lease = over.as_deref().or(known.commit.as_deref());
        let mut output = once(lease)?;
        if output.code != 0 && lease.is_some() && is_gone(repo, remote, branch) {
            // Somebody deleted it there since: it is made again, if nobody else makes it.
            output = once(Some(""))?;
        }
        if output.code != 0 && !has_it(repo, remote, branch, commit)? {
            return Err(refused(branch, remote, &output.stderr));
        }
        let mut change = RefChange::default().set(&pushed(remote, branch), commit, known.commit.as_deref());
        if let Some(brought) = brought {
            change = change.set(&work(remote, branch), brought, known.work.as_deref());
        }
        change.must(repo, "batchprp: pushed")?;
    }
    Ok(())
}

/// Tells whether a remote says that it has no such branch.
fn is_gone(repo: &Repo, remote: &str, branch: &str) -> bool {
    there(repo, remote, &[branch]).is_ok_and(|found| !found.contains_key(branch))
}

/// Tells whether a branch has a commit at the remote, beneath what others put there.
fn has_it(repo: &Repo, remote: &str, branch: &str, commit: &str) -> Result<bool> {
    // What cannot be asked is told by the push that was refused.
    let Ok(found) = there(repo, remote, &[branch]) else { return Ok(false) };
    found.get(branch).map_or(Ok(false), |tip| repo.is_ancestor(commit, tip))
}

/// Where is noted what a branch was when it was pushed last.
fn pushed(remote: &str, branch: &str) -> String {
    format!("refs/batchprp/pushed/{remote}/{branch}")
}

/// Where is noted the merge whose work a branch held when it was pushed last.
fn work(remote: &str, branch: &str) -> String {
    format!("refs/batchprp/proposed/{remote}/{branch}")
}

/// Where is kept what a branch was at the remote when it was looked at last.
fn seen(remote: &str, branch: &str) -> String {
    format!("refs/batchprp/remote/{remote}/{branch}")
}

fn unreachable(remote: &str, said: &str) -> Error {
    let last = said.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or_default();
    Error::new(ExitCode::Remote, format!("`{remote}` cannot be asked for its branches: {last}"))
        .help(format!("when `git fetch {remote}` works here, run the same command again"))
}

fn refused(branch: &str, remote: &str, said: &str) -> Error {
    let is_newer =
        ["stale info", "non-fast-forward", "fetch first", "already exists"].iter().any(|word| said.contains(word));
    let last = said.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or_default();
    if is_newer {
        return Error::new(
            ExitCode::Remote,
            format!("`{branch}` has commits at `{remote}` that are not ours: nothing was pushed over them"),
        )
        .help(format!("see them with `git fetch {remote} {branch}`, merge what is good, or delete the branch there"));
    }
    Error::new(ExitCode::Remote, format!("`{branch}` cannot be pushed to `{remote}`: {last}"))
        .help(format!("when `git push {remote}` works here, run the same command again"))
}
