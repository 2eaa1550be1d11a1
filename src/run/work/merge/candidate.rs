//! Merging only what passes: the merge commit of an item is validated before the batch branch moves to it.

use super::bisect;
use super::end::{MergeEnd, Rejection};
use super::trial::Trial;
use crate::bridge::Failure;
use crate::host::git::merge::{self, Candidate, Merge, PreparedMerge};
use crate::host::validate::Validation;
use crate::model::validation::ValidationRecord;
use crate::run::work::off_the_loop::off_the_loop;

/// How often the batch branch may be moved by somebody else while a candidate is validated.
const TRIES: usize = 8;

/// Merges an item when the merged tree passes; otherwise finds out whose work it is that fails.
pub(crate) async fn merge(mut trial: Trial) -> Result<MergeEnd, Failure> {
    for _ in 0..TRIES {
        let (repo, order) = (trial.worktree.repo.clone(), trial.merge.clone());
        let candidate = match off_the_loop(move || merge::candidate(&repo, &order)).await? {
            PreparedMerge::Ready(candidate) => candidate,
            PreparedMerge::Over(Merge::Merged { commit } | Merge::Already { commit }) => {
                return Ok(MergeEnd::Merged { commit });
            }
            PreparedMerge::Over(Merge::Conflict { files }) => return Ok(MergeEnd::Conflict { files }),
        };
        if trial.is_judged(&candidate)? {
            match accepted(&trial, candidate).await? {
                Some(commit) => return Ok(MergeEnd::Merged { commit }),
                None => continue,
            }
        }
        let beside = trial.beside();
        trial.say(&match &beside {
            None => "validating the merged tree".to_owned(),
            Some(beside) => format!("validating the merged tree: its agent left {beside}"),
        });
        let order = trial.worktree.order.clone();
        let record = tried(&mut trial, &candidate, &order).await?;
        if let Some(failed) = record.failure() {
            trial.say(&format!("the merged tree fails level {}: looking for the cause", failed.level));
            let (level, errors, log) = (failed.level, failed.errors.clone(), failed.log.clone());
            let line = order.line(failed.level, failed.commands.len());
            let blame = bisect::blame(&mut trial, &candidate, line).await?;
            let first = errors.first().cloned().unwrap_or_default();
            let beside = beside
                .map(|beside| {
                    format!("; its own checks ran beside {beside}: declare it, or let `worktree.setup` make it")
                })
                .unwrap_or_default();
            let reason = format!("the merged tree fails level {level} ({first}): {}{beside}", blame.sentence);
            let phase = blame.phase_of(&trial.merge.id).unwrap_or(trial.worktree.order.phase);
            let guilty = blame.guilty;
            return Ok(MergeEnd::Rejected(Box::new(Rejection { phase, level, reason, guilty, errors, log })));
        }
        if let Some(commit) = accepted(&trial, candidate).await? {
            return Ok(MergeEnd::Merged { commit });
        }
    }
    Err(merge::busy(&trial.merge.batch_branch).into())
}

/// Validates a candidate, again when it fails: each time the files are those of its commit.
async fn tried(trial: &mut Trial, candidate: &Candidate, order: &Validation) -> Result<ValidationRecord, Failure> {
    let first = trial.worktree.check(&candidate.commit, order).await?;
    let Some(failed) = first.failure().cloned() else { return Ok(first) };
    for _ in 0..trial.worktree.settings.validate_retries {
        let record = trial.worktree.check(&candidate.commit, order).await?;
        if record.passed() {
            let how = failed.errors.first().map(|error| format!(": {error}")).unwrap_or_default();
            trial.warn(&format!(
                "level {} of the merged tree is flaky, it failed and then passed on the same files{how}",
                failed.level
            ));
            return Ok(record);
        }
    }
    Ok(first)
}

/// Moves the batch branch to a candidate; `None` when somebody else moved it meanwhile.
async fn accepted(trial: &Trial, candidate: Candidate) -> Result<Option<String>, Failure> {
    let (repo, order) = (trial.worktree.repo.clone(), trial.merge.clone());
    off_the_loop(move || {
        let is_in = merge::accept(&repo, &order, &candidate)?;
        Ok(is_in.then_some(candidate.commit))
    })
    .await
}
