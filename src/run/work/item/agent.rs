//! One call of an agent: what stands against its start, the call itself, and whether anything shows its work.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::abandoned::{self, CallKey, Left};
use super::facts::{self, Expectation, Scene};
use super::tries::Tries;
use crate::bridge::{Attempt, Failure, JudgedReport};
use crate::error::Result;
use crate::event::EventKind;
use crate::evidence::verdict::Wanted;
use crate::host::agent::{SessionLedger, Setup, Touch};
use crate::host::disk;
use crate::host::excerpt;
use crate::host::git::workspace::Prepared;
use crate::host::process::Marker;
use crate::host::redact::Secrets;
use crate::host::stop::StopToken;
use crate::model::adapter::AgentCall;
use crate::model::agent::{AgentReport, AgentStatus, Limit};
use crate::model::outcome::Outcome;
use crate::run::settings::Settings;
use crate::run::shared::at_work::{AtWork, Changed};
use crate::run::shared::rate_limits::{RateLimits, UsageLimit};
use crate::run::shared::warm_up::Turn;
use crate::run::work::batch::integration::Integration;
use crate::run::work::off_the_loop::off_the_loop;
use crate::run::work::tell::{Hear, Tell};

/// What is to be called, and where.
pub(crate) struct AgentOrder {
    pub(crate) settings: Arc<Settings>,
    pub(crate) attempt: Attempt,
    pub(crate) call: Box<AgentCall>,
    pub(crate) run: String,
    /// Folder of the run.
    pub(crate) directory: PathBuf,
    /// The item's worktree, when it has one.
    pub(crate) tree: Option<Prepared>,
    pub(crate) integration: Option<Integration>,
    /// Finished work of a dead run that lies in the worktree.
    pub(crate) left: Left,
    pub(crate) turn: Turn,
    pub(crate) rate_limits: RateLimits,
    pub(crate) at_work: AtWork,
    pub(crate) sessions: Arc<Mutex<SessionLedger>>,
    pub(crate) env: Arc<BTreeMap<String, String>>,
    pub(crate) secrets: Secrets,
    pub(crate) stop: StopToken,
    /// People were told that the disk is nearly full.
    pub(crate) disk_warned: Arc<AtomicBool>,
    /// What it is judged by besides what it does.
    pub(crate) expectation: Expectation,
}

/// What came of a call.
pub(crate) struct Called {
    pub(crate) judged: Box<JudgedReport>,
    /// A process ran for it; otherwise its work was there already, or its service stands against it.
    pub(crate) ran: bool,
    pub(crate) stderr: ErrorOutput,
}

/// What an agent that did not end well wrote to standard error.
#[derive(Clone, Debug, Default)]
pub(crate) struct ErrorOutput {
    /// Its beginning and its end.
    pub(crate) said: Vec<String>,
    /// The file with all of it, as people are told.
    pub(crate) file: Option<String>,
}

/// Runs an agent to its end, unless its work is there already or its service asks to be left alone.
pub(crate) async fn call(order: AgentOrder, tell: Tell, hear: Hear) -> std::result::Result<Called, Failure> {
    let AgentOrder { settings, attempt, call, run, directory, tree, integration, left, .. } = order;
    let expectation = order.expectation;
    let task = CallKey::of(&call);
    let place = tree.clone().zip(integration.as_ref().map(|integration| integration.repo.clone()));
    let place = place.filter(|_| expectation.wanted == Wanted::Work);
    if let (Some(report), Some((tree, repo))) = (abandoned::report(&left, task.as_ref()), place.clone()) {
        let scene = Scene::left(repo, tree).await?;
        let (judged, _) = facts::judged(report, expectation.clone(), Some(scene)).await?;
        if matches!(judged.verdict, Outcome::Completed { .. }) {
            let phase = call.phase.unwrap_or(0);
            tell.note(Some(&attempt.item), format!("phase {phase}: took over the finished work of an interrupted run"));
            return Ok(Called { judged: Box::new(judged), ran: false, stderr: ErrorOutput::default() });
        }
    }
    let cwd = tree.as_ref().map_or_else(|| settings.root.clone(), |tree| tree.path.clone());
    enough_room(&cwd, &order.disk_warned, &tell)?;
    let checkout = tree.as_ref().and(integration.as_ref()).map(|integration| integration.repo.clone());
    abandoned::save(left, checkout.as_ref(), &tell).await?;
    let first = order.turn.wait(&order.stop).await;
    // Whoever went ahead may have met a limit meanwhile.
    if let Some(limit) = order.rate_limits.pass(&call.name, &order.stop).await {
        let judged = Box::new(held_back(limit, &call.name, &attempt.item));
        return Ok(Called { judged, ran: false, stderr: ErrorOutput::default() });
    }
    let scene = match place {
        Some((tree, repo)) => Some(Scene::before(repo, tree).await?),
        None => None,
    };
    if let Some(repo) = &checkout {
        changed_outside(order.at_work.begin(repo, &attempt.item).await, &tell);
    }
    let mut timers = settings.timers;
    if call.spec.timeout > 0.0 {
        timers.total = Duration::from_secs_f64(call.spec.timeout);
    }
    let setup = Setup {
        dir: directory.clone(),
        worktree: cwd,
        marker: Marker { run, item: attempt.item.clone(), attempt: attempt.number },
        timers,
        env: (*order.env).clone(),
        env_pass: settings.env_pass.iter().chain(&call.env_pass).cloned().collect(),
        env_set: settings.env_set.clone(),
        env_deny: settings.env_deny.clone(),
        keys: Vec::new(),
        secrets: order.secrets,
        ledger: order.sessions,
        touch: Touch::default(),
        sandbox: settings.sandbox.clone(),
    };
    let asked = call.spec.model.clone();
    let tries = Tries {
        settings: &settings,
        attempt: &attempt,
        directory: &directory,
        setup,
        is_noted: task.is_some(),
        limits: &order.rate_limits,
        first,
        stop: order.stop,
        tell: &tell,
        hear,
    };
    let (mut report, folder) = tries.run(call).await;
    if let Some(repo) = &checkout {
        changed_outside(order.at_work.end(repo, &attempt.item).await, &tell);
    }
    let stderr = match report.status {
        AgentStatus::Ok | AgentStatus::NoWork => ErrorOutput::default(),
        _ => error_output(&settings, folder.join("stderr.log")).await,
    };
    let served = report.model.clone().or(asked);
    report.usage = settings.prices.complete(report.usage, served.as_deref());
    let tip = scene.as_ref().map(|scene| scene.tip.clone());
    let (judged, disagreements) = facts::judged(report, expectation, scene).await?;
    for what in disagreements {
        tell.event(EventKind::Disagreement { item: attempt.item.clone(), what });
    }
    if let (Some(task), Some(tip), Outcome::Completed { .. }) = (task, tip, &judged.verdict) {
        task.keep(tip, &judged.report, &folder);
    }
    Ok(Called { judged: Box::new(judged), ran: true, stderr })
}

/// Reads what an agent complained about. What cannot be read is left out: its end is told anyway.
async fn error_output(settings: &Settings, path: PathBuf) -> ErrorOutput {
    let shown = path.strip_prefix(&settings.root).unwrap_or(&path).display().to_string();
    let said = off_the_loop(move || Ok(excerpt::of_file(&path).unwrap_or_default())).await.unwrap_or_default();
    let file = (!said.is_empty()).then_some(shown);
    ErrorOutput { said, file }
}

/// Tells what changed in the project: of the one item whose agent was at work, or of nobody in particular.
fn changed_outside(changed: Option<Changed>, tell: &Tell) {
    let Some(Changed { what, items }) = changed else { return };
    let what = what.join(", ");
    if let [item] = items.as_slice() {
        let what = format!("while its agent ran, {what} changed outside of its workspace");
        tell.event(EventKind::Disagreement { item: item.clone(), what });
    } else {
        tell.warn(None, format!("while agents of {} ran, {what} changed in the project", items.join(", ")));
    }
}

/// Judges a call that is not started because of a usage limit.
pub(crate) fn held_back(limit: UsageLimit, agent: &str, item: &str) -> JudgedReport {
    let limit = Some(Limit { until: limit.until });
    facts::by_itself(AgentReport { limit, ..AgentReport::not_started(AgentStatus::RateLimited) }, agent, item)
}

/// Looks at the free space before an agent fills the rest of it.
fn enough_room(place: &Path, warned: &AtomicBool, tell: &Tell) -> Result<()> {
    if let Some(free) = disk::enough(place, "paths.worktrees")?
        && !warned.swap(true, Ordering::Relaxed)
    {
        tell.warn(None, format!("only {} MiB are free at `{}`", free >> 20, place.display()));
    }
    Ok(())
}
