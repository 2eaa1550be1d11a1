//! Taking over what a worker did: its commits become the branch of the item, its validation records get our seal.

use std::collections::BTreeMap;
use std::path::Path;

use crate::error::Result;
use crate::host::git::plumbing::refs::{self, RefChange};
use crate::host::git::plumbing::repo::{Repo, refuse};
use crate::host::git::plumbing::{history, notes};
use crate::model::validation::ValidationRecord;

/// The branch of an item as another machine left it.
#[derive(Clone, Copy, Debug)]
pub struct Foreign<'a> {
    pub branch: &'a str,
    /// Where the branch begins there.
    pub base: &'a str,
    pub tip: &'a str,
    /// Commit with the validation notes.
    pub proof: Option<&'a str>,
    /// The batch branch, on which the branch begins.
    pub batch_branch: &'a str,
}

/// Moves the branch of an item forward to what another machine made of it. What is not on top of the branch is refused.
pub fn adopt(repo: &Repo, foreign: &Foreign<'_>) -> Result<()> {
    let Foreign { branch, base, tip, batch_branch, .. } = *foreign;
    let ours = repo.tip(branch)?;
    if let Some(ours) = &ours
        && !repo.is_ancestor(ours, tip)?
    {
        return Err(refuse(format!("`{branch}` has commits here that the work of its worker does not build on"))
            .help("start the item over with `--restart`: the branch is kept under another name"));
    }
    if !repo.is_ancestor(base, tip)? || !repo.is_ancestor(base, &repo.resolve(&refs::head(batch_branch))?)? {
        return Err(refuse(format!("the work on `{branch}` does not begin on `{batch_branch}`")));
    }
    let mut change = RefChange::default();
    let mut moves = false;
    let (start, last) = (refs::read(repo, &refs::base(branch))?, refs::read(repo, &refs::item(branch))?);
    if start.as_deref() != Some(base) {
        change = change.set(&refs::base(branch), base, start.as_deref());
        moves = true;
    }
    if last.as_deref() != Some(tip) {
        change = change.set(&refs::item(branch), tip, last.as_deref());
        moves = true;
    }
    if ours.as_deref() != Some(tip) {
        change = change.set(&refs::head(branch), tip, ours.as_deref());
        moves = true;
    }
    // Records come first: a branch that moved without them would be validated again.
    seal(repo, foreign)?;
    if moves { change.must(repo, "batchprp: adopt attempt") } else { Ok(()) }
}

/// Copies the validation records of the commits of the item into our own notes.
fn seal(repo: &Repo, foreign: &Foreign<'_>) -> Result<()> {
    let Some(proof) = foreign.proof else { return Ok(()) };
    let theirs = listed(repo, proof)?;
    let line = history::first_parents(repo, foreign.tip, foreign.base)?;
    let commits: Vec<&str> = line.iter().map(|entry| entry.commit.as_str()).collect();
    let known = notes::read_many(repo, &commits)?;
    for commit in commits {
        let Some(path) = theirs.get(commit) else { continue };
        let text = repo.show(proof, Path::new(path))?.unwrap_or_default();
        let Ok(record) = serde_json::from_slice::<ValidationRecord>(&text) else { continue };
        if known.get(commit) != Some(&record) {
            notes::write(repo, commit, &record)?;
        }
    }
    Ok(())
}

/// Lists the notes of a commit of notes, by the commits that they are about.
fn listed(repo: &Repo, proof: &str) -> Result<BTreeMap<String, String>> {
    let names = repo.git().args(["ls-tree", "-r", "-z", "--name-only", proof]).list()?;
    Ok(names.into_iter().map(|path| (path.replace('/', ""), path)).collect())
}
