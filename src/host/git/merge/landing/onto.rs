//! The branch that a batch lands on.

use crate::error::{Error, ExitCode, Result};
use crate::host::git::plumbing::began::{HEADS, began_on};
use crate::host::git::plumbing::refs;
use crate::host::git::plumbing::repo::Repo;

/// Returns the branch that a batch lands on: the named one, else that on which it began, else the checked-out one.
pub fn onto(repo: &Repo, batch_branch: &str, named: Option<&str>) -> Result<String> {
    let known = match named {
        Some(name) => Some(name.strip_prefix(HEADS).unwrap_or(name).to_owned()),
        None => began_on(repo, batch_branch)?,
    };
    let Some(name) = known.map_or_else(|| repo.head_branch(), |name| Ok(Some(name)))? else {
        let text = format!("nobody knows on which branch `{batch_branch}` began, and HEAD is detached");
        return Err(Error::new(ExitCode::GitRefuses, text).help("name the branch: `--onto BRANCH`"));
    };
    if name == batch_branch {
        let text = format!("`{name}` is the batch branch itself");
        return Err(Error::new(ExitCode::GitRefuses, text).help("name the branch to land on: `--onto BRANCH`"));
    }
    if refs::read(repo, &refs::item(&name))?.is_some() {
        let text = format!("`{name}` is the branch of an item: batchprp alone moves it");
        return Err(Error::new(ExitCode::GitRefuses, text).help("name the branch to land on: `--onto BRANCH`"));
    }
    if repo.tip(&name)?.is_none() {
        let text = format!("there is no branch `{name}` to land on");
        return Err(Error::new(ExitCode::NothingMatched, text)
            .help("name one that exists: `--onto BRANCH`; `git branch` lists them"));
    }
    Ok(name)
}
