//! Who changed what is in conflict: the items that were merged since the branch of another one began.

use crate::error::Result;
use crate::host::git::plumbing::repo::Repo;
use crate::host::git::plumbing::{diff, history, message};
use crate::model::id::PrpId;

/// A file in conflict, and the merged items that changed it, the latest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clash {
    pub file: String,
    pub with: Vec<PrpId>,
}

/// Finds for each file who changed it on the batch branch since it and a branch were one.
pub fn clashes(repo: &Repo, branch: &str, batch_branch: &str, files: &[String]) -> Result<Vec<Clash>> {
    let (Some(batch), Some(tip)) = (repo.tip(batch_branch)?, repo.tip(branch)?) else { return Ok(Vec::new()) };
    let since = repo.merge_base(&batch, &tip)?.unwrap_or_else(|| batch.clone());
    let mut found: Vec<Clash> = files.iter().map(|file| Clash { file: file.clone(), with: Vec::new() }).collect();
    for entry in history::first_parents(repo, &batch, &since)? {
        let (Some(id), Some(before)) = (message::merge(&entry.message), entry.parents.first()) else { continue };
        let changed = diff::files(repo, before, &entry.commit)?;
        found.iter_mut().filter(|clash| changed.contains(&clash.file)).for_each(|clash| clash.with.push(id.clone()));
    }
    Ok(found)
}
