//! What is fetched from the hub and pushed there.

use std::collections::BTreeMap;

use super::names;
use crate::error::{Error, ExitCode, Result};
use crate::host::failpoint;
use crate::host::git::plumbing::refs;
use crate::host::git::plumbing::repo::{Repo, refuse};
use crate::host::git::plumbing::temporary;
use crate::model::worker::AttemptLease;

/// The hub, seen from a repository.
#[derive(Clone, Debug)]
pub struct Hub {
    pub repo: Repo,
    pub address: String,
}

/// A reference at the hub, and what is to become of it.
#[derive(Clone, Debug)]
pub enum HubChange {
    /// Moved from one commit to another; `from` is `None` where it must not be there, `to` where it goes.
    Swap { name: String, from: Option<String>, to: Option<String> },
    /// Put there, whatever it is now.
    Put { name: String, to: String },
}

/// How a push went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HubMoved {
    Done,
    /// A reference was not where it was expected, and nothing was changed.
    Raced,
}

impl Hub {
    /// Fetches the leases of all items. Returns their commits by item.
    pub fn leases(&self) -> Result<BTreeMap<String, String>> {
        self.fetch(&["--prune", "--", &self.address, &format!("+{}*:{}*", names::LEASES, names::SEEN)])?;
        let seen = refs::list(&self.repo, names::SEEN)?;
        let lease = |(name, commit): (String, String)| Some((name.strip_prefix(names::SEEN)?.to_owned(), commit));
        Ok(seen.into_iter().filter_map(lease).collect())
    }

    /// Fetches the lease of one item; `None` where there is none.
    pub fn lease(&self, item: &str) -> Result<Option<String>> {
        let (theirs, ours) = (names::lease(item), format!("{}{item}", names::SEEN));
        if self.at(&theirs)?.is_none() {
            return Ok(None);
        }
        self.fetch(&["--", &self.address, &format!("+{theirs}:{ours}")])?;
        refs::read(&self.repo, &ours)
    }

    /// Asks the hub where a reference is.
    pub fn at(&self, name: &str) -> Result<Option<String>> {
        let output = self.repo.git().args(["ls-remote", "--quiet", "--", &self.address, name]).run()?;
        if output.code != 0 {
            return Err(self.unreachable(&output.stderr));
        }
        let text = output.text();
        let found = text.lines().filter_map(|line| line.split_once('\t')).find(|(_, found)| *found == name);
        Ok(found.map(|(commit, _)| commit.to_owned()))
    }

    fn fetch(&self, args: &[&str]) -> Result<()> {
        let fetch = ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules"];
        let git = self.repo.unhooked().git().set("fetch.fsckObjects=true").args(fetch).args(args);
        let output = git.changes(self.repo.common_dir()).run()?;
        if output.code == 0 { Ok(()) } else { Err(self.unreachable(&output.stderr)) }
    }

    /// Reads what a lease says; `None` where it is something else.
    pub fn read(&self, commit: &str) -> Result<Option<AttemptLease>> {
        let text = self.repo.message(commit)?;
        Ok(text.lines().rev().find_map(|line| serde_json::from_str(line).ok()))
    }

    /// Makes the commit of a lease, which has `more` as parents besides what it names.
    pub fn write(&self, lease: &AttemptLease, more: &[&str]) -> Result<String> {
        let text = serde_json::to_string(lease).map_err(|e| refuse(format!("cannot write the lease: {e}")))?;
        let mut parents = vec![lease.tip.as_str(), lease.base.as_str()];
        parents.extend(lease.proof.as_deref());
        parents.extend(lease.events.as_deref());
        parents.extend(more);
        let mut seen = Vec::new();
        parents.retain(|parent| {
            !seen.contains(parent) && {
                seen.push(*parent);
                true
            }
        });
        let tree = temporary::empty_tree(&self.repo)?;
        temporary::commit(&self.repo, &tree, &parents, &format!("Lease of {}\n\n{text}\n", lease.item))
    }

    /// Changes references at the hub, all of them or none.
    pub fn push(&self, changes: &[HubChange]) -> Result<HubMoved> {
        let mut args = vec!["push".to_owned(), "--quiet".to_owned(), "--atomic".to_owned()];
        args.push("--no-follow-tags".to_owned());
        let mut specs = Vec::new();
        for change in changes {
            match change {
                HubChange::Swap { name, from, to } => {
                    args.push(format!("--force-with-lease={name}:{}", from.as_deref().unwrap_or_default()));
                    specs.push(format!("{}:{name}", to.as_deref().unwrap_or_default()));
                }
                HubChange::Put { name, to } => specs.push(format!("+{to}:{name}")),
            }
        }
        args.extend(["--end-of-options".to_owned(), self.address.clone()]);
        let git = self.repo.unhooked().git().args(&args).args(&specs);
        let output = failpoint::around("hub.push", || git.run())?;
        if output.code == 0 || self.is_as_wanted(changes, &output.stderr)? {
            return Ok(HubMoved::Done);
        }
        if RACED.iter().any(|words| output.stderr.contains(words)) {
            return Ok(HubMoved::Raced);
        }
        Err(self.unreachable(&output.stderr))
    }

    /// Tells whether a push that was refused is there already: its answer was lost the first time.
    fn is_as_wanted(&self, changes: &[HubChange], said: &str) -> Result<bool> {
        if !RACED.iter().any(|words| said.contains(words)) {
            return Ok(false);
        }
        for change in changes {
            if let HubChange::Swap { name, to, .. } = change
                && self.at(name)? != *to
            {
                return Ok(false);
            }
        }
        Ok(changes.iter().any(|change| matches!(change, HubChange::Swap { to: Some(_), .. })))
    }

    fn unreachable(&self, said: &str) -> Error {
        // Behind what was wrong git explains what might be.
        let lines = || said.lines().map(str::trim).filter(|line| !line.is_empty());
        let last =
            lines().find_map(|line| line.strip_prefix("fatal: ")).or_else(|| lines().next_back()).unwrap_or_default();
        Error::new(ExitCode::Remote, format!("the hub `{}` does not answer: {last}", self.address))
            .help(format!("when `git ls-remote {}` works here, run the same command again", self.address))
    }
}

/// What git says when a reference is not where it was expected.
const RACED: [&str; 5] = ["stale info", "non-fast-forward", "fetch first", "reference already exists", "but expected"];
