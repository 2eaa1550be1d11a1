//! Agent calls: gates before the start, facts while they run, accounting after their end.

use std::path::Path;
use std::time::Duration;

use super::active::Integration;
use super::adopt::{self, Task};
use super::ahead;
use super::dispatcher::{Dispatcher, reply};
use super::gate::Limit;
use super::internal::{Answer, Internal};
use super::worktrees::SLOT;
use crate::bridge::door::{Attempt, Failure, Origin, Reply};
use crate::error::{Error, ExitCode};
use crate::event::EventKind;
use crate::host::agent::{self, Fact, Setup, Touch};
use crate::host::clock;
use crate::host::disk::{self, Room};
use crate::host::git::plumbing::repo::Repo;
use crate::host::git::upkeep::guard::Guard;
use crate::host::git::worktree::Prepared;
use crate::host::git::worktree::checkpoint;
use crate::host::process::Marker;
use crate::model::adapter::AgentCall;
use crate::model::agent::{AgentEvent, AgentReport, AgentStatus};
use crate::model::usage::Usage;
use crate::schedule::Input;

/// How long a usage limit without a stated end is waited for before one start tries again, in seconds.
const UNKNOWN_LIMIT: i64 = 300;

/// Starts an agent, unless a usage limit or the budget stands against it.
pub(crate) fn start(dispatcher: &mut Dispatcher, origin: &Origin, mut call: Box<AgentCall>, answer: Answer) {
    let (item, attempt) = match dispatcher.located(origin) {
        Ok(found) => found,
        Err(failure) => return reply(answer, Err(failure)),
    };
    let Some(active) = &mut dispatcher.active else { return };
    if let Some(limit) = active.gate.limited(&call.name) {
        return reply(answer, Ok(held_back(limit)));
    }
    if active.over_budget {
        return reply(answer, Ok(Reply::Agent(Box::new(AgentReport::not_started(AgentStatus::Budget)))));
    }
    let task = Task::of(&call);
    let left = active.live.get_mut(item).and_then(|live| live.finished.take());
    if let Some(report) = adopt::report(left.as_deref(), task.as_ref()) {
        let text = format!("phase {}: took over the finished work of an interrupted run", call.phase.unwrap_or(0));
        dispatcher.events.emit(EventKind::Note { item: Some(attempt.item), text });
        return reply(answer, Ok(Reply::Agent(Box::new(report))));
    }
    let live = active.live.get(item);
    call.spec
        .env
        .extend(live.and_then(|live| live.slot.as_ref()).map(|slot| (SLOT.to_owned(), slot.number.to_string())));
    let tree = live.and_then(|live| live.tree.as_ref());
    let cwd = tree.map_or_else(|| dispatcher.settings.root.clone(), |tree| tree.path.clone());
    let directory = directory(&active.directory, &attempt, call.phase);
    if let Err(error) = enough_room(dispatcher, &cwd) {
        return reply(answer, Err(error.into()));
    }
    let Some(active) = &mut dispatcher.active else { return };
    let (turn, gate) = (active.ahead.turn(&call), active.gate.clone());
    let tree = active.live.get(item).and_then(|live| live.tree.as_ref());
    let mut timers = dispatcher.settings.timers;
    if call.spec.timeout > 0.0 {
        timers.total = Duration::from_secs_f64(call.spec.timeout);
    }
    let setup = Setup {
        dir: directory.clone(),
        worktree: cwd,
        marker: Marker { run: dispatcher.events.run().to_owned(), item: attempt.item.clone(), attempt: attempt.number },
        timers,
        env: dispatcher.env.clone(),
        env_pass: dispatcher.settings.env_pass.clone(),
        keys: Vec::new(),
        secrets: dispatcher.secrets.clone(),
        ledger: active.sessions.clone(),
        touch: Touch::default(),
        sandbox: dispatcher.settings.sandbox.clone(),
    };
    let prices = dispatcher.settings.clone();
    let (phase, name, model) = (call.phase, call.name.clone(), call.spec.model.clone());
    let agent_name = name.clone();
    let checkout = tree.and(active.integration.as_ref()).map(|integration| integration.repo.clone());
    let evidence = tree.filter(|_| call.expects_changes).cloned().zip(active.integration.clone());
    let (tx, stop) = (dispatcher.tx.clone(), dispatcher.stop.clone());
    tokio::task::spawn_local(async move {
        if let Err(error) = adopt::clear(left, checkout.clone(), &tx).await {
            return reply(answer, Err(error.into()));
        }
        let first = turn.wait(&stop).await;
        // Whoever went ahead may have met a limit meanwhile.
        if let Some(limit) = gate.pass(&name, &stop).await {
            return reply(answer, Ok(held_back(limit)));
        }
        let asked = model.clone();
        let (facts, mut heard) = tokio::sync::mpsc::unbounded_channel();
        let teller = {
            let (tx, attempt) = (tx.clone(), attempt.clone());
            tokio::spawn(async move {
                while let Some(fact) = heard.recv().await {
                    ahead::hear(first.as_ref(), &fact);
                    let (agent, model) = (agent_name.clone(), model.clone());
                    drop(tx.send(Internal::AgentFact { attempt: attempt.clone(), phase, agent, model, fact }));
                }
            })
        };
        let before =
            evidence.as_ref().and_then(|(tree, integration)| integration.repo.tip(&tree.branch).ok().flatten());
        let guard = guard(checkout.clone()).await;
        let mut report = agent::attempt(call, setup, facts, stop).await;
        // Facts that are still on their way come before the end.
        drop(teller.await);
        if let (AgentStatus::Ok, Some((tree, integration)), Some(before)) = (report.status, evidence, before) {
            if nothing_changed(integration, tree, before.clone()).await {
                // A claim without anything to show for it is no success, whatever the exit code says.
                report.status = AgentStatus::NoWork;
            } else if let Some(task) = task {
                task.keep(before, &report, &directory);
            }
        }
        let touched = touched(guard, checkout).await;
        if !touched.is_empty() {
            let what = format!("while its agent ran, {} changed outside of its worktree", touched.join(", "));
            let events = vec![EventKind::Disagreement { item: attempt.item.clone(), what }];
            drop(tx.send(Internal::Told { events, answer: None }));
        }
        let served = report.model.clone().or(asked);
        report.usage = prices.prices.complete(report.usage, served.as_deref());
        drop(tx.send(Internal::AgentEnded { attempt, phase, agent: name, report: Box::new(report), answer }));
    });
}

/// Answers a call that is not started because of a usage limit.
fn held_back(limit: Limit) -> Reply {
    let report = AgentReport { limited_until: limit.until, ..AgentReport::not_started(AgentStatus::RateLimited) };
    Reply::Agent(Box::new(report))
}

/// Looks at the free space before an agent fills the rest of it.
fn enough_room(dispatcher: &mut Dispatcher, place: &Path) -> Result<(), Error> {
    match disk::room(place) {
        Room::Enough => {}
        Room::Little { free } => {
            let Some(active) = &mut dispatcher.active else { return Ok(()) };
            if !std::mem::replace(&mut active.disk_warned, true) {
                let text = format!("only {} MiB are free at `{}`", free >> 20, place.display());
                dispatcher.events.emit(EventKind::Note { item: None, text });
            }
        }
        Room::TooLittle { free } => {
            let message = format!("only {} MiB are free at `{}`: no agent is started", free >> 20, place.display());
            return Err(
                Error::new(ExitCode::GitRefuses, message).help("free some space and run the same command again")
            );
        }
    }
    Ok(())
}

/// Looks at what no agent has any business changing; `None` where there is no checkout to guard.
async fn guard(checkout: Option<Repo>) -> Option<Guard> {
    let checkout = checkout?;
    tokio::task::spawn_blocking(move || Guard::take(&checkout).ok()).await.ok().flatten()
}

/// Names what changed since a guard was taken. It is a fact and no proof: the user may have worked there.
async fn touched(before: Option<Guard>, checkout: Option<Repo>) -> Vec<String> {
    match (guard(checkout).await, before) {
        (Some(after), Some(before)) => after.changes(&before),
        (None, _) | (_, None) => Vec::new(),
    }
}

/// Tells whether the worktree of an item is as it was at a commit. When git cannot tell, something may have changed.
async fn nothing_changed(integration: Integration, tree: Prepared, since: String) -> bool {
    let look = move || checkpoint::changed(&integration.repo, &tree, &since);
    matches!(tokio::task::spawn_blocking(look).await, Ok(Ok(files)) if files.is_empty())
}

/// Turns what an agent did into events, and into a pause when its service says stop.
pub(crate) fn fact(
    dispatcher: &mut Dispatcher,
    attempt: &Attempt,
    phase: Option<u32>,
    agent: String,
    model: Option<String>,
    fact: Fact,
) {
    let item = attempt.item.clone();
    let kind = match fact {
        Fact::Spawned { pid, dir } => {
            let spec = dir.join("spec.json").display().to_string();
            EventKind::AttemptStarted { item, attempt: attempt.number, phase, pid, agent, model, spec }
        }
        Fact::Slow { timer, seconds, limit } => EventKind::Slow { item, timer, seconds, limit },
        Fact::Heartbeat { progress, step } => EventKind::Progress { item, percent: progress, step },
        Fact::Event(AgentEvent::Progress { text, percent }) => EventKind::Progress { item, percent, step: text },
        Fact::Event(AgentEvent::ToolStart { name, .. }) => EventKind::Progress { item, percent: None, step: name },
        Fact::Event(AgentEvent::Retry { delay_ms, status: Some(429 | 529), .. }) => {
            if let Some(active) = &dispatcher.active {
                active.gate.retry(&agent, Duration::from_millis(delay_ms));
            }
            EventKind::RateLimited { item, agent, delay_ms }
        }
        Fact::Event(AgentEvent::Retry { status, .. }) => {
            let reason = status.map_or_else(String::new, |status| format!(" after status {status}"));
            EventKind::Note { item: Some(item), text: format!("{agent} asks its service again{reason}") }
        }
        Fact::Event(AgentEvent::Warning { text }) => EventKind::Note { item: Some(item), text },
        Fact::Event(AgentEvent::PermissionDenied { tool }) => {
            EventKind::Note { item: Some(item), text: format!("the agent was not allowed to use `{tool}`") }
        }
        Fact::Event(AgentEvent::RateLimited { until }) => {
            return dispatcher.step(Input::QuotaHit { adapter: agent, until });
        }
        Fact::Ending { timer } => EventKind::Note { item: Some(item), text: format!("stopped by a timer: {timer:?}") },
        Fact::Survivors { pids } => {
            EventKind::Note { item: Some(item), text: format!("processes that would not die: {pids:?}") }
        }
        Fact::Usage(usage) => return spend(dispatcher, usage),
        Fact::Life
        | Fact::Event(
            AgentEvent::Started { .. }
            | AgentEvent::Message { .. }
            | AgentEvent::ToolEnd { .. }
            | AgentEvent::Usage { .. }
            | AgentEvent::Cost { .. }
            | AgentEvent::Finished { .. },
        ) => return,
    };
    dispatcher.events.emit(kind);
}

/// Accounts for an attempt that ended and hands its report to the script.
pub(crate) fn ended(
    dispatcher: &mut Dispatcher,
    attempt: Attempt,
    phase: Option<u32>,
    agent: String,
    report: Box<AgentReport>,
    answer: Answer,
) {
    if let Some(active) = &mut dispatcher.active
        && let Some(item) = active.item(&attempt.item)
        && let Some(live) = active.live.get_mut(item)
    {
        live.usage = live.usage.plus(report.usage);
    }
    dispatcher.events.emit(EventKind::AttemptFinished {
        item: attempt.item,
        attempt: attempt.number,
        phase,
        status: status_word(report.status).to_owned(),
        duration: report.duration,
        usage: report.usage,
    });
    if report.usage.estimated {
        // Tokens were counted while they came; only now it is known that no cost was reported with them.
        spend(dispatcher, Usage { tokens: None, ..report.usage });
    }
    if report.status == AgentStatus::RateLimited {
        dispatcher.step(Input::QuotaHit { adapter: agent, until: report.limited_until });
    }
    let result = if report.cancelled { Err(Failure::Cancelled) } else { Ok(Reply::Agent(report)) };
    reply(answer, result);
}

/// Adds to what the run has spent; the limits are checked each time.
fn spend(dispatcher: &mut Dispatcher, usage: Usage) {
    let Some(active) = &mut dispatcher.active else { return };
    active.spent = active.spent.plus(usage);
    if active.over_budget {
        return;
    }
    let tokens = active.spent.tokens.map(crate::model::usage::Tokens::total);
    let money = active.options.max_cost.zip(active.spent.cost).filter(|(limit, spent)| spent >= limit);
    let counted = active.options.max_tokens.zip(tokens).filter(|(limit, spent)| spent >= limit);
    let event = if let Some((limit, spent)) = money {
        EventKind::Budget { spent, limit, unit: "USD".to_owned() }
    } else if let Some((limit, spent)) = counted {
        EventKind::Budget { spent: spent as f64, limit: limit as f64, unit: "tokens".to_owned() }
    } else {
        return;
    };
    active.over_budget = true;
    dispatcher.events.emit(event);
    dispatcher.step(Input::OverBudget { reason: "the budget of the run is used up".to_owned() });
}

/// Wakes the run when a usage limit is over.
pub(crate) fn wait_for_quota(dispatcher: &Dispatcher, agent: String, until: Option<i64>) {
    let tx = dispatcher.tx.clone();
    tokio::spawn(async move {
        let end = until.unwrap_or_else(|| clock::epoch_seconds() + UNKNOWN_LIMIT);
        // Slept in short pieces by the wall clock: a suspended machine must not sleep the whole time again.
        while clock::epoch_seconds() < end {
            let left = u64::try_from(end - clock::epoch_seconds()).unwrap_or(0).clamp(1, 30);
            tokio::time::sleep(Duration::from_secs(left)).await;
        }
        drop(tx.send(Internal::QuotaOver { agent }));
    });
}

/// Returns the word of an agent's status as files have it.
fn status_word(status: AgentStatus) -> &'static str {
    match status {
        AgentStatus::Ok => "ok",
        AgentStatus::NoWork => "no_work",
        AgentStatus::RateLimited => "rate_limited",
        AgentStatus::Overloaded => "overloaded",
        AgentStatus::Auth => "auth",
        AgentStatus::Budget => "budget",
        AgentStatus::Turns => "turns",
        AgentStatus::Denied => "denied",
        AgentStatus::Refused => "refused",
        AgentStatus::ContextTooLong => "context_too_long",
        AgentStatus::Protocol => "protocol",
        AgentStatus::Crashed => "crashed",
        AgentStatus::Killed => "killed",
    }
}

/// Makes a file name of an item id: ids of teams' own scripts may hold anything.
pub(crate) fn safe_name(id: &str) -> String {
    let kept = |c: char| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' };
    let name = id.chars().map(kept).take(80).collect::<String>();
    if name.trim_matches('.').is_empty() { format!("item{name}") } else { name }
}

/// Returns the folder of a call, below that of its run.
fn directory(run: &std::path::Path, attempt: &Attempt, phase: Option<u32>) -> std::path::PathBuf {
    let folder = run.join(safe_name(&attempt.item)).join(format!("a{}", attempt.number));
    unused(phase.map_or_else(|| folder.clone(), |phase| folder.join(format!("p{phase}"))))
}

/// Returns the folder, or the first free one with a number behind it: one phase may need several calls.
fn unused(directory: std::path::PathBuf) -> std::path::PathBuf {
    if !directory.exists() {
        return directory;
    }
    let name = directory.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    (2..10_000)
        .map(|n| directory.with_file_name(format!("{name}-{n}")))
        .find(|path| !path.exists())
        .unwrap_or(directory)
}
