//! Calls of agents: what stands against their start, what they do, what they cost.

use std::path::Path;
use std::time::Duration;

use super::{budget, machine, repair};
use crate::bridge::{Answer, Attempt, Failure, JudgedReport, Origin};
use crate::error::{Error, ExitCode};
use crate::event::EventKind;
use crate::evidence::verdict::Wanted;
use crate::host::agent::Fact;
use crate::model::adapter::AgentCall;
use crate::model::agent::AgentEvent;
use crate::model::outcome::Outcome;
use crate::model::usage::Usage;
use crate::run::core::effect::{Reaction, Task};
use crate::run::core::moment::Moment;
use crate::run::core::open::OpenRun;
use crate::run::core::state::LoopState;
use crate::run::settings::Settings;
use crate::run::shared::slot::SLOT;
use crate::run::work::item::agent::{self, AgentOrder, Called};
use crate::run::work::item::facts::Expectation;
use crate::schedule::Input;

/// Characters of what an agent says that are shown.
const MAX_STEP: usize = 300;

/// Which call of which agent a fact is about.
pub(super) struct CallSource {
    pub(super) attempt: Attempt,
    pub(super) phase: Option<u32>,
    pub(super) agent: String,
    pub(super) model: Option<String>,
}

/// Who works, and on what.
pub(super) struct Worker {
    /// Name of the adapter; a person has none.
    pub(super) agent: String,
    pub(super) phase: Option<u32>,
    pub(super) wanted: Wanted,
}

/// Starts an agent, unless a usage limit or the budget stands against it.
pub(super) fn start(
    state: &mut LoopState,
    origin: &Origin,
    call: Box<AgentCall>,
    answer: Answer<JudgedReport>,
    out: &mut Reaction,
) {
    match order(state, origin, call) {
        Ok(Ok(order)) => out.start(Task::Agent(Box::new(order), answer)),
        Ok(Err(judged)) => out.reply(answer, Ok(*judged)),
        Err(failure) => out.reply(answer, Err(failure)),
    }
}

/// Makes the order, or the report of a call that is not made.
fn order(
    state: &mut LoopState,
    origin: &Origin,
    mut call: Box<AgentCall>,
) -> Result<Result<AgentOrder, Box<JudgedReport>>, Failure> {
    let (item, attempt) = state.located(origin)?;
    let (settings, env, secrets) = (state.settings.clone(), state.env.clone(), state.secrets.clone());
    let (stop, run_id) = (state.stop.clone(), state.run.clone());
    let run = state.open()?;
    if let Some(limit) = run.rate_limits.limited(&call.name) {
        return Ok(Err(Box::new(agent::held_back(limit, &call.name, &attempt.item))));
    }
    if run.over_budget {
        // No failure of the item: it waits for the next run.
        return Err(Error::new(ExitCode::Budget, "the budget of the run is used up").into());
    }
    repair::begin(run, item, call.phase);
    let wanted = if call.expects_changes { Wanted::Work } else { Wanted::Answer };
    let worker = Worker { agent: call.name.clone(), phase: call.phase, wanted };
    let expectation = expectation(run, &settings, item, worker);
    let turn = run.warm_up.turn(&call);
    let live = run.live.get_mut(item);
    let slot = live.as_ref().and_then(|live| live.slot);
    call.spec.env.extend(slot.map(|slot| (SLOT.to_owned(), slot.to_string())));
    let (tree, left) = live.map_or((None, None), |live| (live.tree.clone(), live.left.take()));
    Ok(Ok(AgentOrder {
        settings,
        attempt,
        call,
        run: run_id,
        directory: run.directory.clone(),
        tree,
        integration: run.integration.clone(),
        left,
        turn,
        rate_limits: run.rate_limits.clone(),
        at_work: run.at_work.clone(),
        sessions: run.sessions.clone(),
        env,
        secrets,
        stop,
        disk_warned: run.disk_warned.clone(),
        expectation,
    }))
}

/// Says what a call is judged by besides what it does.
pub(super) fn expectation(run: &OpenRun, settings: &Settings, item: usize, worker: Worker) -> Expectation {
    let id = run.id(item);
    let relative = |path: &Path| path.strip_prefix(&settings.root).unwrap_or(path).to_string_lossy().into_owned();
    let document = run.graph.documents.get(&id).map(|path| relative(path));
    let level = run.options.level;
    let gates = run.graph.gates.get(&id).filter(|_| settings.gates).into_iter().flatten();
    let configured = settings.validate.iter().filter(|(_, lines)| !lines.is_empty()).map(|(level, _)| *level);
    Expectation {
        agent: worker.agent,
        phase: worker.phase,
        wanted: worker.wanted,
        declared: run.graph.files.get(&id).cloned().unwrap_or_default(),
        excluded: document.into_iter().chain([relative(&settings.state.join("tmp"))]).collect(),
        checks: gates.map(|gate| gate.level).chain(configured).any(|at| at <= level),
        leftovers: run.live.get(item).map(|live| live.leftovers.clone()).unwrap_or_default(),
        item: id,
    }
}

/// Turns what an agent did into events, and into a pause when its service says stop.
pub(super) fn fact(state: &mut LoopState, source: CallSource, fact: Fact, now: Moment, out: &mut Reaction) {
    let CallSource { attempt, phase, agent, model } = source;
    let item = attempt.item.clone();
    match fact {
        Fact::Spawned { pid, dir } => {
            let spec = dir.join("spec.json").display().to_string();
            let silence = Some(state.settings.timers.silence.as_secs_f64());
            out.tell(EventKind::AttemptStarted {
                item,
                attempt: attempt.number,
                phase,
                pid,
                agent,
                model,
                spec,
                silence,
            });
        }
        Fact::Slow { timer, seconds, limit } => out.tell(EventKind::Slow { item, timer, seconds, limit }),
        Fact::Heartbeat { progress, step } => out.tell(EventKind::Progress { item, percent: progress, step }),
        Fact::Event(event) => said(state, item, agent, event, now, out),
        Fact::Usage(usage) => {
            out.tell(EventKind::Spent { item, usage });
            budget::spend(state, usage, now, out);
        }
        Fact::Ending { timer } => {
            let of = phase.map(|phase| format!("phase {phase}: ")).unwrap_or_default();
            out.warn(Some(item), format!("{of}its agent is ended: {} longer than {}", timer.words(), timer.limit()));
        }
        Fact::Survivors { pids } => out.warn(Some(item), format!("processes that would not die: {pids:?}")),
        Fact::Life => out.tell(EventKind::Alive { item }),
    }
}

fn said(state: &mut LoopState, item: String, agent: String, event: AgentEvent, now: Moment, out: &mut Reaction) {
    match event {
        AgentEvent::Progress { text, percent } => out.tell(EventKind::Progress { item, percent, step: text }),
        AgentEvent::Message { text } => {
            if let Some(said) = text.lines().rev().find(|line| !line.trim().is_empty()) {
                let step = said.trim().chars().take(MAX_STEP).collect();
                out.tell(EventKind::Progress { item, percent: None, step });
            }
        }
        AgentEvent::ToolStart { name, .. } => out.tell(EventKind::Progress { item, percent: None, step: name }),
        AgentEvent::Retry { delay_ms, status, .. } => {
            if let (Ok(run), Some(429 | 500..)) = (state.open(), status) {
                run.rate_limits.retry(&agent, Duration::from_millis(delay_ms), now.instant);
            }
            if status == Some(429) {
                return out.tell(EventKind::RateLimited { item, agent, delay_ms });
            }
            let reason = status.map_or_else(String::new, |status| format!(" after status {status}"));
            out.warn(Some(item), format!("{agent} asks its service again{reason}"));
        }
        AgentEvent::Warning { text } => out.warn(Some(item), text),
        AgentEvent::PermissionDenied { tool } => {
            out.warn(Some(item), format!("the agent was not allowed to use `{tool}`"));
        }
        AgentEvent::RateLimited { until } => machine::step(state, Input::QuotaHit { adapter: agent, until }, now, out),
        AgentEvent::Started { .. }
        | AgentEvent::ToolEnd { .. }
        | AgentEvent::Usage { .. }
        | AgentEvent::Cost { .. }
        | AgentEvent::Finished { .. } => {}
    }
}

/// Accounts for an attempt that ended and hands its report to the script.
pub(super) fn ended(
    state: &mut LoopState,
    source: CallSource,
    result: Result<Called, Failure>,
    answer: Answer<JudgedReport>,
    now: Moment,
    out: &mut Reaction,
) {
    let (judged, stderr) = match result {
        Ok(Called { judged, ran: true, stderr }) => (*judged, stderr),
        Ok(Called { judged, ran: false, .. }) => return out.reply(answer, Ok(*judged)),
        Err(failure) => return out.reply(answer, Err(failure)),
    };
    let report = &judged.report;
    let is_good = matches!(judged.verdict, Outcome::Completed { .. });
    let (phase, usage, session) = (source.phase, report.usage, report.session.clone());
    if let Ok(run) = state.open()
        && let Some(item) = run.item(&source.attempt.item)
    {
        repair::end(run, item, phase, is_good, usage);
        if let Some(live) = run.live.get_mut(item).filter(|_| is_good && phase.is_some()) {
            live.session = session;
        }
    }
    out.tell(EventKind::AttemptFinished {
        item: source.attempt.item,
        attempt: source.attempt.number,
        phase: source.phase,
        status: report.status.as_str().to_owned(),
        duration: report.duration,
        usage: report.usage,
        said: stderr.said,
        stderr: stderr.file,
    });
    if report.usage.estimated {
        // Tokens were counted while they came; only now it is known that no cost was reported with them.
        budget::spend(state, Usage { tokens: None, ..report.usage }, now, out);
    }
    match judged.verdict {
        Outcome::Cancelled => return out.reply(answer, Err(Failure::Cancelled)),
        Outcome::RateLimited { ref adapter, until } => {
            machine::step(state, Input::QuotaHit { adapter: adapter.clone(), until }, now, out);
        }
        Outcome::Completed { .. }
        | Outcome::Partial { .. }
        | Outcome::Failed { .. }
        | Outcome::Unproven { .. }
        | Outcome::OverBudget { .. } => {}
    }
    out.reply(answer, Ok(judged));
}
