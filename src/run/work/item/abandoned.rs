//! Finished work of an agent that nobody could commit any more, because its run died first: the next run takes it over
//! instead of having it done again, once.
//!
//! When an agent has ended well its report is kept beside its files, together with the commit on which it worked. A
//! later run finds the newest call for the item; when that call ended well, on the commit that is still the tip of the
//! branch, the worktree is left as it is, and the script's next call for that phase gets the old report.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::found;
use crate::error::{Error, ExitCode, Result};
use crate::host::git::plumbing::notes;
use crate::host::git::plumbing::repo::Repo;
use crate::host::git::upkeep::scan;
use crate::host::git::workspace::branch;
use crate::host::git::workspace::{self, Prepare};
use crate::host::state;
use crate::model::adapter::AgentCall;
use crate::model::agent::AgentReport;
use crate::model::id::PrpId;
use crate::model::usage::Usage;
use crate::model::validation::ValidationRecord;
use crate::run::settings::Settings;
use crate::run::shared::names;
use crate::run::work::tell::Tell;

/// Name of the report in the directory of a call.
const FILE_NAME: &str = "report.json";
/// Exists when the report was taken over: a second failure to commit it has another cause than a crash.
const TAKEN: &str = "report.taken";
/// Largest report that is read.
const MAX_BYTES: u64 = 16 << 20;

/// Longest path in the note about the latest call.
const MAX_PATH: u64 = 4096;

/// Finished work that lies in a worktree, and how the worktree was asked for.
pub(crate) type Left = Option<Box<(AbandonedWork, Prepare)>>;

/// The report of an agent that ended well, and what it was for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct AbandonedWork {
    phase: u32,
    agent: String,
    /// What the agent was given to work on.
    input: Value,
    /// Tip of the item's branch when it started.
    tip: String,
    report: AgentReport,
    /// Directory of the call.
    #[serde(skip)]
    dir: PathBuf,
}

/// What a call has to be for its report to fit another one.
#[derive(Clone, Debug)]
pub(crate) struct CallKey {
    phase: u32,
    agent: String,
    input: Value,
}

impl CallKey {
    /// Describes a call that works on a phase of a worktree; `None` for other calls.
    pub(crate) fn of(call: &AgentCall) -> Option<Self> {
        let phase = call.phase.filter(|_| call.expects_changes)?;
        let input = call.task.input.clone().unwrap_or_default();
        Some(Self { phase, agent: call.name.clone(), input })
    }

    /// Keeps the report of a call that ended well. A failure is left alone: the work is then done again.
    pub(crate) fn keep(self, tip: String, report: &AgentReport, dir: &Path) {
        let Self { phase, agent, input } = self;
        let finished = AbandonedWork { phase, agent, input, tip, report: report.clone(), dir: PathBuf::new() };
        if let Ok(text) = serde_json::to_vec(&finished) {
            drop(state::write_private(&dir.join(FILE_NAME), &text));
        }
    }
}

impl AbandonedWork {
    /// Tells whether the report answers a call.
    fn fits(&self, task: &CallKey) -> bool {
        self.phase == task.phase && self.agent == task.agent && self.input == task.input
    }

    /// Notes that the report is taken over; only then may it be used.
    fn take(&self) -> bool {
        state::create_private(&self.dir.join(TAKEN)).is_ok()
    }
}

/// Finds finished work that lies uncommitted in the worktree of an item.
pub(crate) fn find(settings: &Settings, repo: &Repo, item: &PrpId, branch: &str) -> Result<Option<AbandonedWork>> {
    let Some(finished) = latest(settings, item.as_str()) else { return Ok(None) };
    let Some(base) = branch::base(repo, branch)? else { return Ok(None) };
    if repo.tip(branch)?.as_deref() != Some(&finished.tip) {
        return Ok(None);
    }
    // Work on a phase that has a checkpoint already mends it: validation comes first then, on what is committed.
    for phase in scan::item(repo, branch, &base, item)?.phases {
        let passed = notes::read(repo, &phase.commit)?.as_ref().is_some_and(ValidationRecord::passed);
        if phase.ordinal == finished.phase || !passed {
            return Ok(None);
        }
    }
    Ok(Some(finished))
}

/// Notes which call of an agent is the latest for an item, so that a later run need not look at all calls of all runs.
pub(crate) fn note_call(settings: &Settings, item: &str, dir: &Path) -> std::io::Result<()> {
    let folder = settings.calls_dir();
    if !folder.is_dir() {
        state::private_dir(&folder)?;
    }
    state::write_private(&folder.join(names::file_name(item)), dir.as_os_str().as_encoded_bytes())
}

/// Returns the report of the latest call for an item, when it has one that was not taken over yet.
fn latest(settings: &Settings, item: &str) -> Option<AbandonedWork> {
    let note = state::read_untrusted(&settings.calls_dir().join(names::file_name(item)), MAX_PATH).ok()??;
    let dir = PathBuf::from(OsStr::from_bytes(&note));
    if !dir.starts_with(settings.runs_dir()) || dir.join(TAKEN).exists() {
        return None;
    }
    let text = state::read_untrusted(&dir.join(FILE_NAME), MAX_BYTES).ok()??;
    let finished: AbandonedWork = serde_json::from_slice(&text).ok()?;
    Some(AbandonedWork { dir, ..finished })
}

/// Returns the old report when it answers a call; what it cost stands with the run that paid for it.
pub(crate) fn report(left: &Left, task: Option<&CallKey>) -> Option<AgentReport> {
    let (finished, _) = left.as_deref()?;
    let takes = finished.fits(task?) && finished.take();
    takes.then(|| AgentReport { session: None, usage: Usage::default(), ..finished.report.clone() })
}

/// Saves work that is not taken over after all, and makes the worktree that of its branch again.
pub(crate) async fn save(left: Left, repo: Option<&Repo>, tell: &Tell) -> Result<()> {
    let (Some(left), Some(repo)) = (left, repo.cloned()) else { return Ok(()) };
    let order = Prepare { keep_changes: false, ..left.1 };
    let made = tokio::task::spawn_blocking(move || workspace::prepare(&repo, &order)).await;
    let made = made.unwrap_or_else(|_| Err(Error::new(ExitCode::Internal, "saving old work panicked")))?;
    found::told(&made, tell);
    Ok(())
}
