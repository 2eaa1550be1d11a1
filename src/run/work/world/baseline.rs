//! Tries the checks of the configuration on the commit from which a batch starts, once for each commit and set of
//! commands: what is red before anybody has worked says nothing about the work.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::surroundings::Surroundings;
use crate::bridge::{Baseline, Failure, TryBaseline};
use crate::error::Result;
use crate::host::failpoint;
use crate::host::git::plumbing::repo::Repo;
use crate::host::git::workspace::scratch;
use crate::host::lock::Lock;
use crate::host::state;
use crate::host::validate::Validation;
use crate::model::id::BatchId;
use crate::model::validation::{LevelResult, LevelVerdict};
use crate::run::settings::Settings;
use crate::run::shared::check_logs;
use crate::run::work::batch::open::ground;
use crate::run::work::merge::candidate_worktree::{CandidateWorktree, place};
use crate::run::work::off_the_loop::off_the_loop;

/// How long another run may try the same commit before this one gives up waiting for what it finds.
const PATIENCE: Duration = Duration::from_secs(3600);
/// Larger files are not read.
const LARGEST: u64 = 1 << 20;
/// As many commits are remembered.
const KEPT: usize = 50;
const FOLDER: &str = "baseline";

/// Answers what is known, after running what is not if that is wanted.
pub(crate) async fn of(order: TryBaseline, around: &Surroundings) -> std::result::Result<Baseline, Failure> {
    let settings = around.settings.clone();
    let wanted = commands(&settings, order.level);
    let may_start = order.start;
    let (repo, commit) = off_the_loop(move || start(&settings, &order)).await?;
    let memory = Memory::of(&around.settings, &commit);
    if !may_start || memory.answer(&commit, &wanted).unknown.is_empty() {
        return Ok(memory.answer(&commit, &wanted));
    }
    ground(&around.settings, true)?;
    let waiting = repo.clone();
    let lock = off_the_loop(move || Lock::repository(waiting.common_dir(), FOLDER, PATIENCE)).await?;
    // Another run may have found out meanwhile.
    let unknown = memory.answer(&commit, &wanted).unknown;
    let tried = run(around, repo, &commit, &wanted, &unknown, &memory).await;
    drop(lock);
    tried.map(|found| memory.answer(&commit, &wanted).with(found))
}

/// Returns the commands of each level that has some.
fn commands(settings: &Settings, level: u8) -> BTreeMap<u8, Vec<String>> {
    let levels = settings.validate.range(..=level).filter(|(_, lines)| !lines.is_empty());
    levels.map(|(level, lines)| (*level, lines.clone())).collect()
}

/// Returns the commit from which the batch starts, or has started.
fn start(settings: &Settings, order: &TryBaseline) -> Result<(Repo, String)> {
    let repo = settings.repo()?;
    let base = match &order.base {
        Some(revision) => repo.resolve(revision)?,
        None => repo.head()?,
    };
    let tip = order.batch.map(|batch| repo.tip(&BatchId(batch).branch())).transpose()?.flatten();
    let fork = tip.map(|tip| repo.merge_base(&tip, &base)).transpose()?.flatten();
    Ok((repo, fork.unwrap_or(base)))
}

/// Tries the levels in a worktree that is thrown away.
async fn run(
    around: &Surroundings,
    repo: Repo,
    commit: &str,
    wanted: &BTreeMap<u8, Vec<String>>,
    unknown: &[u8],
    memory: &Memory,
) -> std::result::Result<Vec<LevelResult>, Failure> {
    let Surroundings { settings, marker, env, stop, secrets, .. } = around.clone();
    let order = Validation {
        worktree: place(&settings, FOLDER),
        prp: String::new(),
        phase: 0,
        level: 0,
        commands: BTreeMap::new(),
        gates: Vec::new(),
        manual: Vec::new(),
        timeout: settings.validate_timeout,
        env: (*env).clone(),
        env_pass: settings.validate_env_pass.clone(),
        logs: Some(check_logs::outside(&settings, FOLDER)),
        marker,
        secrets,
        files: None,
        may_change: settings.may_change.clone(),
        retries: 0,
        earlier: None,
        sandbox: settings.sandbox.clone(),
    };
    let path = order.worktree.clone();
    let mut scene = CandidateWorktree { settings, repo: repo.clone(), order: order.clone(), stop };
    let mut tried = Ok(Vec::new());
    for level in unknown {
        // Each level by itself: a red one says nothing about the next.
        let lines = wanted.get(level).cloned().unwrap_or_default();
        let one = Validation { level: *level, commands: BTreeMap::from([(*level, lines.clone())]), ..order.clone() };
        match scene.check(commit, &one).await {
            // A program that is missing is no matter of the commit: it may be there the next time.
            Ok(record) => {
                let found: Vec<LevelResult> = record.levels.into_iter().filter(|found| found.level == *level).collect();
                memory.keep(&lines, found.iter().filter(|found| !is_missing_program(found)).cloned());
                if let Ok(tried) = &mut tried {
                    tried.extend(found);
                }
            }
            Err(failure) => {
                tried = Err(failure);
                break;
            }
        }
    }
    off_the_loop(move || {
        scratch::discard(&repo, &path)?;
        // Only where there is nothing else in it.
        drop(path.parent().map(std::fs::remove_dir));
        Ok(())
    })
    .await?;
    tried
}

/// Tells whether a level failed because the shell knows no such program, or may not run it.
fn is_missing_program(found: &LevelResult) -> bool {
    let ended = |code: u8| found.errors.first().is_some_and(|error| error.contains(&format!("exit code {code}")));
    found.result == LevelVerdict::Failed && (ended(126) || ended(127))
}

/// What was found out about one commit, in a file of its own.
struct Memory {
    file: PathBuf,
    /// What else decides how the commands end: the set-up of the worktree, their environment, their time.
    around: Vec<String>,
}

/// A level and the commands with which it was tried.
#[derive(Serialize, Deserialize)]
struct Tried {
    key: String,
    level: LevelResult,
}

impl Memory {
    fn of(settings: &Settings, commit: &str) -> Self {
        let file = settings.state.join("tmp").join(FOLDER).join(format!("{commit}.json"));
        let mut around = [settings.setup.as_slice(), settings.copy.as_slice(), &settings.validate_env_pass].concat();
        around.extend(settings.may_change.iter().cloned());
        around.push(format!("{:?}", settings.validate_timeout));
        around.push(std::env::var("PATH").unwrap_or_default());
        Self { file, around }
    }

    fn key(&self, lines: &[String]) -> String {
        let digest = Sha256::digest(serde_json::to_vec(&(lines, &self.around)).unwrap_or_default());
        digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
    }

    /// What cannot be read was never found out.
    fn tried(&self) -> Vec<Tried> {
        let content = state::read_untrusted(&self.file, LARGEST).ok().flatten().unwrap_or_default();
        serde_json::from_slice(&content).unwrap_or_default()
    }

    fn answer(&self, commit: &str, wanted: &BTreeMap<u8, Vec<String>>) -> Baseline {
        let tried = self.tried();
        let mut answer = Baseline { commit: commit.to_owned(), ..Baseline::default() };
        for (level, lines) in wanted {
            let key = self.key(lines);
            match tried.iter().find(|one| one.level.level == *level && one.key == key) {
                Some(one) => answer.levels.push(one.level.clone()),
                None => answer.unknown.push(*level),
            }
        }
        answer
    }

    /// Remembers levels. Where that cannot be written they are tried again the next time.
    fn keep(&self, lines: &[String], levels: impl Iterator<Item = LevelResult>) {
        let key = self.key(lines);
        let mut tried = self.tried();
        for level in levels {
            tried.retain(|one| one.level.level != level.level);
            tried.push(Tried { key: key.clone(), level });
        }
        let folder = self.file.parent().unwrap_or(&self.file);
        let text = serde_json::to_vec(&tried).unwrap_or_default();
        drop(state::private_dir(folder).and_then(|()| state::write_private(&self.file, &text)));
        self.forget_old(folder);
    }

    fn forget_old(&self, folder: &std::path::Path) {
        let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let mut files: Vec<_> =
            files.filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path()))).collect();
        files.sort();
        let old = files.len().saturating_sub(KEPT);
        for (_, path) in files.into_iter().take(old).filter(|(_, path)| *path != self.file) {
            failpoint::quietly("baseline.forget", || drop(std::fs::remove_file(path)));
        }
    }
}
