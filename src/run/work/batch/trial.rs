//! A commit that is no item's is validated before a branch moves to it: a batch with its base, a batch that lands.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::bridge::{Failure, GateLine};
use crate::host::git::plumbing::repo::Repo;
use crate::host::git::workspace::scratch;
use crate::host::process::Marker;
use crate::host::redact::Secrets;
use crate::host::stop::StopToken;
use crate::host::validate::Validation;
use crate::model::validation::ValidationRecord;
use crate::run::settings::Settings;
use crate::run::shared::check_logs;
use crate::run::work::merge::candidate_worktree::{self, CandidateWorktree};
use crate::run::work::off_the_loop::off_the_loop;

/// What is validated, and with what.
pub(crate) struct Trial {
    pub(crate) settings: Arc<Settings>,
    pub(crate) repo: Repo,
    pub(crate) batch_branch: String,
    pub(crate) level: u8,
    pub(crate) gates: Vec<GateLine>,
    pub(crate) env: BTreeMap<String, String>,
    pub(crate) marker: Marker,
    pub(crate) stop: StopToken,
}

impl Trial {
    /// Returns what is run.
    pub(crate) fn order(&self) -> Validation {
        let Self { settings, batch_branch, level, gates, env, marker, .. } = self;
        let (level, env) = (*level, env.clone());
        let own = candidate_worktree::commands(settings);
        let is_own = own.is_some();
        let takes = |gate: &&GateLine| gate.level <= level && !is_own && settings.gates;
        Validation {
            worktree: candidate_worktree::place(settings, batch_branch),
            prp: batch_branch.clone(),
            phase: 0,
            level: if is_own { 4 } else { level },
            gates: gates.iter().filter(takes).cloned().collect(),
            manual: Vec::new(),
            commands: own.unwrap_or_else(|| settings.validate.clone()),
            timeout: settings.validate_timeout,
            secrets: Secrets::of(env.iter().map(|(name, value)| (name.as_str(), value.as_str()))),
            env,
            env_pass: settings.validate_env_pass.clone(),
            logs: Some(check_logs::outside(settings, "batch")),
            marker: marker.clone(),
            files: None,
            may_change: settings.may_change.clone(),
            retries: settings.validate_retries,
            earlier: None,
            sandbox: settings.sandbox.clone(),
        }
    }

    /// Validates a commit in a worktree that is there for nothing else, and is gone afterwards.
    pub(crate) async fn of(self, commit: &str) -> Result<ValidationRecord, Failure> {
        let order = self.order();
        let Self { settings, repo, stop, .. } = self;
        let place: PathBuf = order.worktree.clone();
        let mut worktree = CandidateWorktree { settings, repo: repo.clone(), order: order.clone(), stop };
        let record = worktree.check(commit, &order).await;
        off_the_loop(move || scratch::discard(&repo, &place)).await?;
        record
    }
}
