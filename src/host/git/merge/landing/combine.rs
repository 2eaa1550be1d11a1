//! The commit that a branch would be at after a landing. It is made on no branch: whether it is taken is decided later.

use super::plan::Landing;
use super::record;
use crate::error::Result;
use crate::host::git::merge::item::{self, Tree};
use crate::host::git::merge::past;
use crate::host::git::merge::replay::{self, Made};
use crate::host::git::plumbing::history::{self, HistoryEntry};
use crate::host::git::plumbing::refs;
use crate::host::git::plumbing::repo::Repo;
use crate::host::git::plumbing::temporary;
use crate::model::checkpoint::{TRAILER_PRP, trailer};
use crate::model::id::PrpId;
use crate::model::landing::LandStrategy;

/// What a landing would come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Combined {
    /// Everything is on the branch.
    Landed,
    Ready(Landing),
    /// The branch has commits that the batch does not have, and may only move forward.
    Apart {
        commits: usize,
    },
    Conflict {
        files: Vec<String>,
    },
}

/// What is combined: a branch at `from`, a batch at `batch`, and what of that landed there before.
struct Ends<'a> {
    repo: &'a Repo,
    branch: &'a str,
    from: &'a str,
    batch: &'a str,
    since: Option<String>,
}

/// Makes the commit at which `onto` would have the work of a batch.
pub fn combine(repo: &Repo, branch: &str, onto: &str, strategy: LandStrategy) -> Result<Combined> {
    let (from, batch) = (&repo.resolve(&refs::head(onto))?, &repo.resolve(&refs::head(branch))?);
    // What came by a rebase or a squash has other commits there than here.
    let since = record::landed(repo, branch, onto, batch)?;
    if repo.is_ancestor(batch, from)? || since.as_ref() == Some(batch) {
        return Ok(Combined::Landed);
    }
    let is_forward = repo.is_ancestor(from, batch)?;
    let how = match strategy {
        LandStrategy::Auto if is_forward => LandStrategy::FastForward,
        LandStrategy::Auto => LandStrategy::Merge,
        chosen => chosen,
    };
    let ends = Ends { repo, branch, from, batch, since };
    let made = match how {
        LandStrategy::FastForward if is_forward => Ok(batch.clone()),
        LandStrategy::FastForward => return Ok(Combined::Apart { commits: repo.count(batch, from)? }),
        LandStrategy::Rebase => ends.rebased()?,
        LandStrategy::Squash => ends.squashed()?,
        LandStrategy::Auto | LandStrategy::Merge => ends.merged()?,
    };
    let (from, batch) = (from.clone(), batch.clone());
    Ok(match made {
        Ok(commit) => Combined::Ready(Landing { commit, from, batch, how }),
        Err(files) => Combined::Conflict { files },
    })
}

/// Lists the items that landed and were taken back there since, while the batch still has them.
pub fn taken_back(repo: &Repo, branch: &str, onto: &str) -> Result<Vec<PrpId>> {
    let (from, batch) = (&repo.resolve(&refs::head(onto))?, &repo.resolve(&refs::head(branch))?);
    let since = record::landed(repo, branch, onto, batch)?;
    past::taken_back(repo, branch, since.as_deref(), from, batch)
}

/// Counts the commits on which a batch began and which a landing brings with it: the branch was moved back since, or is
/// another one.
pub fn before(repo: &Repo, branch: &str, landing: &Landing) -> Result<usize> {
    match refs::read(repo, &refs::base(branch))? {
        Some(base) => repo.count(&landing.from, &base),
        None => Ok(0),
    }
}

impl Ends<'_> {
    /// Merges both in the object store.
    fn tree(&self) -> Result<Made> {
        let base = past::common(self.repo, self.since.as_deref(), self.from, self.batch)?;
        Ok(match item::tree_from(self.repo, base.as_deref(), self.from, self.batch)? {
            Tree::Clean(tree) => Ok(tree),
            Tree::Conflict(files) => Err(files),
        })
    }

    fn merged(&self) -> Result<Made> {
        let tree = match self.tree()? {
            Ok(tree) => tree,
            conflict => return Ok(conflict),
        };
        let text = format!("Merge {}\n\n{}", self.branch, self.items()?);
        temporary::commit(self.repo, &tree, &[self.from, self.batch], &text).map(Ok)
    }

    fn squashed(&self) -> Result<Made> {
        let tree = match self.tree()? {
            Ok(tree) => tree,
            conflict => return Ok(conflict),
        };
        let commits = self.messages()?;
        let text = format!("Land {}\n\n{}\nSquashed commit of the following:\n\n{commits}", self.branch, self.items()?);
        temporary::commit(self.repo, &tree, &[self.from], &text).map(Ok)
    }

    /// Makes every commit of the batch again on top of the branch. Merges fall away, as with `git rebase`; what was
    /// resolved or noted in them comes last, so that the tree is the one that merging gives.
    fn rebased(&self) -> Result<Made> {
        let tree = match self.tree()? {
            Ok(tree) => tree,
            conflict => return Ok(conflict),
        };
        let repo = self.repo;
        let entries = self.log(&["--no-merges", "--topo-order", "--reverse"])?;
        let mut tip = match replay::replay(repo, self.from, &entries)? {
            Ok(tip) => tip,
            conflict => return Ok(conflict),
        };
        if repo.tree(&tip)? != tree {
            let text =
                format!("Merges of {}\n\nWhat was resolved and noted when its items were merged.\n", self.branch);
            tip = temporary::commit(repo, &tree, &[&tip], &text)?;
        }
        Ok(Ok(tip))
    }

    /// Lists the commits that the branch lacks.
    fn log(&self, options: &[&str]) -> Result<Vec<HistoryEntry>> {
        let not = [Some(self.from), self.since.as_deref()];
        let not: Vec<String> = not.into_iter().flatten().map(|commit| format!("^{commit}")).collect();
        let range = std::iter::once(self.batch).chain(not.iter().map(String::as_str));
        history::log(self.repo, &options.iter().copied().chain(range).collect::<Vec<_>>())
    }

    /// Lists the items that a landing brings, oldest first.
    fn items(&self) -> Result<String> {
        let entries = self.log(&["--first-parent", "--reverse"])?;
        let merges = entries.iter().filter(|entry| trailer(&entry.message, TRAILER_PRP).is_some());
        Ok(merges.filter_map(|entry| Some(format!("- {}\n", entry.message.lines().next()?))).collect())
    }

    /// Returns the messages of what is squashed as `git merge --squash` puts them together.
    fn messages(&self) -> Result<String> {
        let entries = self.log(&["--no-merges", "--topo-order"])?;
        let indented = |line: &str| if line.is_empty() { "\n".to_owned() } else { format!("    {line}\n") };
        let message = |entry: &HistoryEntry| entry.message.lines().map(indented).collect::<String>();
        let texts = entries.iter().map(|entry| ["commit ", &entry.commit, "\n\n", &message(entry), "\n"].concat());
        Ok(texts.collect::<Vec<_>>().concat())
    }
}
