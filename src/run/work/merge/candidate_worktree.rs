//! A place for trying commits out.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::bridge::Failure;
use crate::host::git::plumbing::repo::Repo;
use crate::host::git::workspace::{self, scratch};
use crate::host::judged_files::{JudgedFiles, Touched};
use crate::host::stop::StopToken;
use crate::host::validate::{self, Validation};
use crate::model::validation::ValidationRecord;
use crate::run::settings::Settings;
use crate::run::work::item::setup::{self, WorktreeSetup};
use crate::run::work::off_the_loop::off_the_loop;

/// Level under which the user's own lines for merges run: integration.
const OWN_LEVEL: u8 = 4;

/// A place for trying commits out, and what is run there.
pub(crate) struct CandidateWorktree {
    pub(crate) settings: Arc<Settings>,
    pub(crate) repo: Repo,
    /// What is run; its worktree is the scratch one.
    pub(crate) order: Validation,
    pub(crate) stop: StopToken,
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

impl CandidateWorktree {
    /// Validates a commit in the scratch worktree.
    pub(crate) async fn check(
        &mut self,
        commit: &str,
        order: &Validation,
    ) -> std::result::Result<ValidationRecord, Failure> {
        let (repo, path, commit) = (self.repo.clone(), self.order.worktree.clone(), commit.to_owned());
        let path = off_the_loop(move || {
            let there = scratch::place(&repo, &path)?;
            if scratch::exists(&repo, &there) {
                scratch::go(&repo, &there, &commit).map(|()| there)
            } else {
                scratch::make(&repo, &there, &commit)
            }
        })
        .await?;
        let made = workspace::Prepared { path: path.clone(), item: self.order.prp.clone(), ..Default::default() };
        let setting_up = WorktreeSetup {
            settings: self.settings.clone(),
            repo: self.repo.clone(),
            marker: self.order.marker.clone(),
            env: self.order.env.clone(),
            stop: self.stop.clone(),
        };
        setup::set_up(&setting_up, &made).await?;
        // What set-up changes is not what the checks changed.
        let has_set_up = !self.settings.setup.is_empty() || !self.settings.copy.is_empty();
        let (repo, place) = (self.repo.clone(), path.clone());
        let before = if has_set_up { off_the_loop(move || scratch::changed(&repo, &place)).await? } else { Vec::new() };
        let (repo, place) = (self.repo.clone(), path.clone());
        let files = JudgedFiles::new(move || {
            let mut committed = scratch::changed(&repo, &place)?;
            committed.retain(|path| !before.contains(path));
            Ok(Touched { committed, ..Touched::default() })
        });
        let order = Validation { worktree: path, files: Some(files), ..order.clone() };
        validate::run(&order, self.stop.clone(), |_| {}).await?.ok_or(Failure::Cancelled)
    }
}
