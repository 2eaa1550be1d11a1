//! Merging only what passes: the merge commit of an item is validated before the batch branch moves to it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::mpsc::UnboundedSender;

use super::active::Slot;
use super::bisect;
use super::furnish::{self, Furnish};
use super::internal::{Internal, MergeEnd, Rejection};
use super::settings::Settings;
use crate::bridge::door::Failure;
use crate::error::{Error, ExitCode, Result};
use crate::event::EventKind;
use crate::host::git::merge::{self, Merge, MergeItem, Prepared};
use crate::host::git::plumbing::repo::Repo;
use crate::host::git::worktree::{self, scratch};
use crate::host::stop::StopToken;
use crate::host::validate::{self, Validation};
use crate::model::validation::ValidationRecord;

/// How often the batch branch may be moved by somebody else while a candidate is validated.
const TRIES: usize = 8;
/// Level under which the user's own lines for merges run: integration.
const OWN_LEVEL: u8 = 4;

/// A place for trying commits out, and what is run there.
pub(crate) struct Bench {
    pub(crate) settings: Arc<Settings>,
    pub(crate) repo: Repo,
    /// What is run; its worktree is the scratch one.
    pub(crate) order: Validation,
    pub(crate) stop: StopToken,
    /// Held so that no other worktree has the same ports.
    pub(crate) _slot: Slot,
}

/// A merge that is to be validated first.
pub(crate) struct Trial {
    pub(crate) bench: Bench,
    pub(crate) merge: Arc<MergeItem>,
    /// Commit at which the batch branch started.
    pub(crate) base: String,
    pub(crate) tx: UnboundedSender<Internal>,
}

/// Returns the place of the scratch worktree of a batch. No branch of an item has a dot in its name.
pub(crate) fn place(settings: &Settings, batch_branch: &str) -> PathBuf {
    settings.worktrees.join(format!("{batch_branch}.candidate"))
}

/// Chooses what is run on a merged tree: the user's own lines for it, else all levels and the gates of the PRP.
pub(crate) fn commands(settings: &Settings) -> Option<BTreeMap<u8, Vec<String>>> {
    let own = || BTreeMap::from([(OWN_LEVEL, settings.validate_merge.clone())]);
    (!settings.validate_merge.is_empty()).then(own)
}

/// Merges an item when the merged tree passes; otherwise finds out whose work it is that fails.
pub(crate) async fn merge(mut trial: Trial) -> Result<MergeEnd> {
    match attempt(&mut trial).await {
        Ok(end) => Ok(end),
        Err(Failure::Cancelled) => Ok(MergeEnd::Stopped),
        Err(Failure::Error(error)) => Err(error),
    }
}

async fn attempt(trial: &mut Trial) -> std::result::Result<MergeEnd, Failure> {
    for _ in 0..TRIES {
        let (repo, order) = (trial.bench.repo.clone(), trial.merge.clone());
        let candidate = match off_the_loop(move || merge::candidate(&repo, &order)).await? {
            Prepared::Ready(candidate) => candidate,
            Prepared::Over(Merge::Merged { commit } | Merge::Already { commit }) => {
                return Ok(MergeEnd::Merged { commit });
            }
            Prepared::Over(Merge::Conflict { files }) => return Ok(MergeEnd::Conflict { files }),
        };
        trial.tell("validating the merged tree");
        let order = trial.bench.order.clone();
        let record = trial.bench.check(&candidate.commit, &order).await?;
        if let Some(failed) = record.failure() {
            trial.tell(&format!("the merged tree fails level {}: looking for the cause", failed.level));
            let (level, errors) = (failed.level, failed.errors.clone());
            let line = order.line(failed.level, failed.commands.len());
            let blame = bisect::blame(trial, &candidate, line).await?;
            let first = errors.first().cloned().unwrap_or_default();
            let reason = format!("the merged tree fails level {level} ({first}): {}", blame.sentence);
            let phase = blame.phase_of(&trial.merge.id).unwrap_or(trial.bench.order.phase);
            let guilty = blame.guilty;
            return Ok(MergeEnd::Rejected(Box::new(Rejection { phase, level, reason, guilty, errors })));
        }
        let (repo, order) = (trial.bench.repo.clone(), trial.merge.clone());
        let commit = candidate.commit.clone();
        if off_the_loop(move || merge::accept(&repo, &order, &candidate)).await? {
            return Ok(MergeEnd::Merged { commit });
        }
    }
    Err(merge::busy(&trial.merge.batch_branch).into())
}

impl Trial {
    fn tell(&self, text: &str) {
        let note = EventKind::Note { item: Some(self.merge.id.to_string()), text: text.to_owned() };
        drop(self.tx.send(Internal::Told { events: vec![note], answer: None }));
    }
}

impl Bench {
    /// Validates a commit in the scratch worktree.
    pub(crate) async fn check(
        &mut self,
        commit: &str,
        order: &Validation,
    ) -> std::result::Result<ValidationRecord, Failure> {
        let (repo, path, commit) = (self.repo.clone(), self.order.worktree.clone(), commit.to_owned());
        let path = off_the_loop(move || {
            let there = scratch::place(&path)?;
            if scratch::exists(&repo, &there) {
                scratch::go(&repo, &there, &commit).map(|()| there)
            } else {
                scratch::make(&repo, &there, &commit)
            }
        })
        .await?;
        let made = worktree::Prepared { path: path.clone(), item: self.order.prp.clone(), ..Default::default() };
        let house = Furnish {
            settings: self.settings.clone(),
            repo: self.repo.clone(),
            marker: self.order.marker.clone(),
            env: self.order.env.clone(),
            stop: self.stop.clone(),
        };
        furnish::furnish(&house, &made).await?;
        let order = Validation { worktree: path, ..order.clone() };
        validate::run(&order, self.stop.clone(), |_, _, _| {}).await.ok_or(Failure::Cancelled)
    }
}

/// Does something that blocks on a thread of its own.
pub(crate) async fn off_the_loop<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> std::result::Result<T, Failure> {
    let done = tokio::task::spawn_blocking(work).await;
    let done = done.map_err(|error| Error::new(ExitCode::Internal, format!("a task broke: {error}")))?;
    done.map_err(Failure::from)
}
