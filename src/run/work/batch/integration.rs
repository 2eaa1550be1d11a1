//! Where the work of a batch comes together.

use crate::bridge::{RunGraph, RunOptions};
use crate::error::Result;
use crate::host::git::plumbing::repo::Repo;
use crate::host::git::upkeep::restart;
use crate::host::git::workspace::branch;
use crate::run::shared::names;
use crate::run::work::tell::Tell;

/// The integration branch of a run that merges.
#[derive(Clone, Debug)]
pub(crate) struct Integration {
    pub(crate) repo: Repo,
    pub(crate) branch: String,
    /// Commit at which the batch branch started.
    pub(crate) base: String,
}

/// Creates or adopts the batch branch; with `--restart` the old branches are set aside first.
pub(crate) fn integrate(
    repo: &Repo,
    options: &RunOptions,
    graph: &RunGraph,
    run: &str,
    tell: &Tell,
) -> Result<Integration> {
    let name = names::batch_branch(options.batch);
    let base = match &options.base {
        Some(revision) => repo.resolve(revision)?,
        None => repo.head()?,
    };
    if options.restart {
        let items = graph.items.iter().map(|info| Ok(names::parse(&info.id)?.branch())).collect::<Result<Vec<_>>>()?;
        for kept in restart::restart(repo, &name, &items, run)? {
            tell.note(None, format!("the old `{}` is kept as `{}`", kept.branch, kept.reference));
        }
    }
    let batch = branch::ensure_batch(repo, &name, &base)?;
    if batch.existed && options.base.is_some() && batch.base != base {
        let text = format!("`{name}` exists and starts at {}: `--base` has no effect without `--restart`", batch.base);
        tell.warn(None, text);
    }
    Ok(Integration { repo: repo.clone(), branch: name, base: batch.base })
}
