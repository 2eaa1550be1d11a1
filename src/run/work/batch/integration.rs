//! Where the work of a batch comes together.

use super::restart;
use crate::bridge::{RunGraph, RunOptions};
use crate::error::Result;
use crate::host::git::plumbing::repo::Repo;
use crate::host::git::upkeep::base::{self, Standing};
use crate::host::git::workspace::branch;
use crate::report::text::{numbered, short_commit};
use crate::run::settings::Settings;
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

/// Creates or adopts the batch branch; with `--restart` old branches are set aside first. A batch branch without work
/// of its own follows its base.
pub(crate) fn integrate(
    settings: &Settings,
    repo: &Repo,
    options: &RunOptions,
    graph: &RunGraph,
    run: &str,
    tell: &Tell,
) -> Result<Integration> {
    let name = names::batch_branch(options.batch);
    if options.restart {
        restart::start_over(repo, &name, options, graph, run, tell)?;
    }
    let base = base::of(repo, &name, options.base.as_deref())?;
    let (of, wanted) = (names::base(&base), base.commit);
    let standing = base::follow(repo, &name, &wanted)?;
    let batch = branch::ensure_batch(repo, &name, &wanted)?;
    for text in &batch.repaired {
        tell.warn(None, text.clone());
    }
    restart::take_out(repo, &name, options, run, tell)?;
    restart::reopen(repo, &name, options, run, tell)?;
    match standing {
        Standing::Moved { from } => {
            let (from, to) = (short_commit(&from), short_commit(&wanted));
            tell.note(None, format!("`{name}` had no work of its own yet: it starts at {to} now, not at {from}"));
        }
        Standing::Behind { commits } => {
            let behind = numbered(commits, "commit");
            // Other commands work on a batch that is there, and have no such flag.
            let command = match options.batch {
                Some(batch) if options.command != "exe" => format!("batchprp exe --batch {batch}"),
                Some(_) | None => settings.resume_command(),
            };
            tell.warn(
                None,
                format!(
                    "`{name}` is {behind} behind {of}: `{command} --update-base` merges them in and validates that"
                ),
            );
        }
        Standing::Current if options.base.is_some() && batch.base != wanted => {
            let text =
                format!("`{name}` exists and starts at {}: `--base` has no effect without `--restart`", batch.base);
            tell.warn(None, text);
        }
        Standing::Absent | Standing::Current => {}
    }
    Ok(Integration { repo: repo.clone(), branch: name, base: batch.base })
}

/// Tells whether a batch has a branch that holds work or may get some.
pub(crate) fn is_begun(repo: &Repo, options: &RunOptions) -> Result<bool> {
    Ok(branch::base(repo, &names::batch_branch(options.batch))?.is_some())
}

/// Returns the batch branch as the run that works on the batch made it, and changes nothing about it.
pub(crate) fn beside(repo: &Repo, options: &RunOptions) -> Result<Integration> {
    let branch = names::batch_branch(options.batch);
    let base = branch::base(repo, &branch)?.map_or_else(|| repo.head(), Ok)?;
    Ok(Integration { repo: repo.clone(), branch, base })
}
