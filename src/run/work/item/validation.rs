//! Validation of a phase: the state of a worktree is checked, and the record is kept beside its commit.

use super::abandoned::{self, Left};
use super::facts;
use super::proof;
use crate::bridge::{Attempt, Failure};
use crate::error::{Error, ExitCode, Result};
use crate::event::EventKind;
use crate::host::git::plumbing::repo::Repo;
use crate::host::git::plumbing::{diff, history, notes};
use crate::host::git::upkeep::scan;
use crate::host::git::workspace::Prepared;
use crate::host::judged_files::JudgedFiles;
use crate::host::stop::StopToken;
use crate::host::validate::{self, Told, Validation};
use crate::model::validation::{LevelResult, ValidationRecord};
use crate::run::shared::leftovers::Leftovers;
use crate::run::shared::names;
use crate::run::work::batch::integration::Integration;
use crate::run::work::off_the_loop::off_the_loop;
use crate::run::work::tell::Tell;

/// What is to be validated.
pub(crate) struct ValidationOrder {
    pub(crate) integration: Integration,
    pub(crate) attempt: Attempt,
    pub(crate) tree: Prepared,
    /// What is validated is what is committed: work that a dead run left is saved first.
    pub(crate) left: Left,
    pub(crate) checks: Validation,
    /// How often what fails is tried again on the same files.
    pub(crate) retries: u32,
    pub(crate) stop: StopToken,
    /// Where what it left is noted.
    pub(crate) leftovers: Leftovers,
}

/// Validates and keeps the record.
pub(crate) async fn validate(order: ValidationOrder, tell: Tell) -> std::result::Result<ValidationRecord, Failure> {
    let ValidationOrder { integration, attempt, tree, left, mut checks, retries, stop, leftovers } = order;
    abandoned::save(left, Some(&integration.repo), &tell).await?;
    checks.files = Some(files(integration.repo.clone(), tree.clone(), leftovers.clone()));
    checks.retries = retries;
    checks.earlier = {
        let (repo, tree, item, phase) = (integration.repo.clone(), tree.clone(), attempt.item.clone(), checks.phase);
        off_the_loop(move || earlier(&repo, &tree, &item, phase)).await?
    };
    let record = run(&checks, &attempt.item, stop, &tell).await?.ok_or(Failure::Cancelled)?;
    off_the_loop(move || {
        for commit in proven_commits(&integration.repo, &tree, &attempt.item, record.phase)? {
            notes::write(&integration.repo, &commit, &record)?;
        }
        // Otherwise it was seen behind the last command.
        if record.levels.iter().all(|level| level.commands.is_empty()) {
            leftovers.validated(facts::checked(&integration.repo, &tree)?.since_checkpoint);
        }
        Ok(record)
    })
    .await
}

/// Compares the worktree with the checkpoint, of which it is when its validation begins.
fn files(repo: Repo, tree: Prepared, leftovers: Leftovers) -> JudgedFiles {
    JudgedFiles::new(move || {
        let facts::Checked { since_checkpoint, touched } = facts::checked(&repo, &tree)?;
        leftovers.validated(since_checkpoint);
        Ok(leftovers.seen(touched))
    })
}

/// Finds what was said before about the same files: of the commit that is validated, or of the one before it, which an
/// agent that changed nothing left as it was.
fn earlier(repo: &Repo, tree: &Prepared, item: &str, ordinal: u32) -> Result<Option<ValidationRecord>> {
    let Some(commit) = proven_commits(repo, tree, item, ordinal)?.pop() else { return Ok(None) };
    let same = |record: &ValidationRecord| record.phase == ordinal;
    if let Some(record) = notes::read(repo, &commit)?.filter(same) {
        return Ok(Some(record));
    }
    let before = history::first_parents(repo, &commit, &tree.base)?.into_iter().nth(1).map(|entry| entry.commit);
    let Some(before) = before else { return Ok(None) };
    if diff::files(repo, &before, &commit)?.is_empty() {
        return Ok(notes::read(repo, &before)?.filter(same));
    }
    Ok(None)
}

/// Runs the checks and tells the result of each level; `None` when the run is being stopped.
pub(crate) async fn run(
    checks: &Validation,
    item: &str,
    stop: StopToken,
    tell: &Tell,
) -> Result<Option<ValidationRecord>> {
    let phase = checks.phase;
    let limit = checks.timeout.as_secs_f64();
    let told = |told: Told<'_>| {
        let item = item.to_owned();
        tell.event(match told {
            Told::Begins { level, command, time } => {
                EventKind::Checking { item, phase, level, command: command.to_owned(), time, limit }
            }
            Told::Level(of_level) => {
                let LevelResult { level, result, errors, log, .. } = of_level.clone();
                EventKind::Validation { item, phase, level, result, errors, log }
            }
        });
    };
    validate::run(checks, stop, told).await
}

/// Returns the commits that a record of validation belongs to: the checkpoint of the phase, and the tip where a person has
/// committed on top of it since; the tip alone where there is no checkpoint.
fn proven_commits(repo: &Repo, tree: &Prepared, item: &str, ordinal: u32) -> Result<Vec<String>> {
    let gone = || Error::new(ExitCode::GitRefuses, format!("the branch `{}` is gone", tree.branch));
    let tip = repo.tip(&tree.branch)?.ok_or_else(gone)?;
    let phases = scan::between(repo, &tip, &tree.base, &names::parse(item)?)?.phases;
    let Some(phase) = phases.iter().find(|phase| phase.ordinal == ordinal) else { return Ok(vec![tip]) };
    let newer = proof::newer(repo, &tip, &tree.base, &phases)?.filter(|newer| newer.phase == ordinal);
    Ok(std::iter::once(phase.commit.clone()).chain(newer.map(|newer| newer.tip)).collect())
}
