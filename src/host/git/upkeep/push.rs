//! Pushing work to a remote: never over commits that somebody else put there.

use crate::error::{Error, ExitCode, Result};
use crate::host::git::plumbing::refs::{self, RefChange};
use crate::host::git::plumbing::repo::Repo;

/// A commit, and the branch that it becomes at the remote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    pub commit: String,
    pub branch: String,
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
/// work was done again.
pub fn push(repo: &Repo, remote: &str, heads: &[Head]) -> Result<()> {
    for Head { commit, branch } in heads {
        let known = refs::read(repo, &pushed(remote, branch))?;
        let mut args = vec!["push".to_owned(), "--quiet".to_owned(), "--no-follow-tags".to_owned()];
        if let Some(known) = &known {
            args.push(format!("--force-with-lease=refs/heads/{branch}:{known}"));
        }
        args.extend(["--end-of-options".to_owned(), remote.to_owned(), format!("{commit}:refs/heads/{branch}")]);
        let output = repo.git().args(&args).run()?;
        if output.code != 0 {
            return Err(refused(branch, remote, &output.stderr));
        }
        RefChange::default().set(&pushed(remote, branch), commit, known.as_deref()).must(repo, "batchprp: pushed")?;
    }
    Ok(())
}

/// Where is noted what a branch was when it was pushed last.
fn pushed(remote: &str, branch: &str) -> String {
    format!("refs/batchprp/pushed/{remote}/{branch}")
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
