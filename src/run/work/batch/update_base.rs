//! `--update-base`: what the base of a batch got since is merged into the batch branch, once the result is valid.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::trial::Trial;
use crate::bridge::{Failure, UpdateBase, UpdatedBase};
use crate::error::{Error, ExitCode, Result};
use crate::host::git::plumbing::repo::{Repo, refuse};
use crate::host::git::upkeep::base::{self, Standing, Update};
use crate::host::lock::Lock;
use crate::host::process::Marker;
use crate::host::stop::StopToken;
use crate::run::settings::Settings;
use crate::run::shared::names;
use crate::run::work::off_the_loop::off_the_loop;

/// What a batch branch is to be brought up to.
struct Plan {
    repo: Repo,
    /// Nobody else works on the batch meanwhile.
    lock: Lock,
    branch: String,
    base: String,
    update: Option<Update>,
    done: UpdatedBase,
}

/// Brings a batch branch up to its base; unmoved when that conflicts or is not valid.
pub(crate) async fn update(
    order: UpdateBase,
    settings: Arc<Settings>,
    env: &BTreeMap<String, String>,
    marker: Marker,
    stop: StopToken,
) -> std::result::Result<Option<UpdatedBase>, Failure> {
    let UpdateBase { batch, base, level, gates } = order;
    let plan = {
        let settings = settings.clone();
        off_the_loop(move || plan(&settings, batch, base.as_deref())).await?
    };
    let Some(plan) = plan else { return Ok(None) };
    let Plan { repo, lock, branch, base, update, done } = plan;
    match update {
        None => {}
        Some(Update::Conflict { files }) => {
            let text =
                format!("merging {base} into `{branch}` conflicts in {}: the branch stays as it is", files.join(", "));
            return Err(refuse(text).help(by_hand(&branch, &base)).into());
        }
        Some(Update::Ready { commit, from }) => {
            let trial = Trial {
                settings,
                repo: repo.clone(),
                batch_branch: branch.clone(),
                level,
                gates,
                env: env.clone(),
                marker,
                stop,
            };
            if let Some(failed) = trial.of(&commit).await?.failure() {
                let first = failed.errors.first().cloned().unwrap_or_default();
                let text = format!(
                    "`{branch}` with {base} merged in fails level {} ({first}): the branch stays as it is",
                    failed.level
                );
                let error = Error::new(ExitCode::CheckFailed, text).said(failed.said());
                return Err(error.help(by_hand(&branch, &base)).into());
            }
            off_the_loop(move || base::accept(&repo, &branch, &commit, &from)).await?;
        }
    }
    drop(lock);
    Ok(Some(done))
}

fn plan(settings: &Settings, batch: Option<u32>, base: Option<&str>) -> Result<Option<Plan>> {
    let repo = settings.repo()?;
    let branch = names::batch_branch(batch);
    let name = batch.map_or_else(|| "adhoc-exe".to_owned(), |batch| batch.to_string());
    let lock = Lock::batch(repo.common_dir(), &name)?;
    let base = base::of(&repo, &branch, base)?;
    let (base, wanted) = (names::base(&base), base.commit);
    let (update, commits) = match base::follow(&repo, &branch, &wanted)? {
        Standing::Absent => return Ok(None),
        Standing::Current => (None, 0),
        Standing::Moved { from } => (None, repo.count(&from, &wanted)?),
        Standing::Behind { commits } => (Some(base::merge(&repo, &branch, &wanted, &base)?), commits),
    };
    let done = UpdatedBase { branch: branch.clone(), base: base.clone(), commits };
    Ok(Some(Plan { repo, lock, branch, base, update, done }))
}

/// Says how a person does what could not be done.
pub(super) fn by_hand(branch: &str, base: &str) -> String {
    let base = base.trim_matches('`');
    format!(
        "merge it by hand: `git worktree add ../update {branch} && cd ../update && git merge {base}`, mend and commit, \
         `cd - && git worktree remove ../update`; items that run next take it over"
    )
}
