//! The reasons of verdicts, in words for people.

use super::facts::Wanted;
use super::seen::Seen;
use crate::model::agent::{AgentStatus, TimerKind};
use crate::model::duration::show;

/// So many files are named; the others are counted.
const NAMED: usize = 3;
/// Longest piece of an agent's own words.
const WIDTH: usize = 200;

/// `claude: overloaded: the first line of its answer`.
pub(super) fn ending(seen: &Seen<'_>) -> String {
    let status = match seen.facts.status {
        AgentStatus::Ok => "ok",
        AgentStatus::NoWork => "no work",
        AgentStatus::RateLimited => "rate limited",
        AgentStatus::Overloaded => "overloaded",
        AgentStatus::Auth => "auth",
        AgentStatus::Budget => "budget",
        AgentStatus::Turns => "turns",
        AgentStatus::Denied => "denied",
        AgentStatus::Refused => "refused",
        AgentStatus::ContextTooLong => "context too long",
        AgentStatus::Protocol => "protocol",
        AgentStatus::Crashed => "crashed",
        AgentStatus::Killed => "killed",
    };
    stated(seen, status, &first_line(&seen.facts.text))
}

/// Says which timer ended it.
pub(super) fn time_out(seen: &Seen<'_>) -> String {
    let shown = show(seen.facts.seconds);
    match seen.facts.timer {
        Some(TimerKind::Startup) => format!("no sign of life after the start ({shown})"),
        Some(timer @ TimerKind::Silence) => {
            format!("no sign of life for longer than {} (stopped after {shown})", timer.limit())
        }
        Some(TimerKind::Linger) => format!("did not end after its result ({shown})"),
        Some(timer @ TimerKind::Total) => {
            format!("took too long (stopped after {shown}, the limit is that of {})", timer.limit())
        }
        None => format!("took too long (stopped after {shown})"),
    }
}

/// Says how the process ended although its adapter was content.
pub(super) fn exit(seen: &Seen<'_>) -> String {
    let how = match (seen.facts.exit.code, seen.facts.exit.signal) {
        (_, Some(signal)) => format!("was killed by signal {signal}"),
        (Some(code), None) => format!("ended with exit code {code}"),
        (None, None) => "ended in an unknown way".to_owned(),
    };
    told(seen, &format!("{how} after it said that it was done"), "")
}

/// Quotes the agent's last event.
pub(super) fn not_finished(seen: &Seen<'_>) -> String {
    let finished = seen.facts.finished.clone().unwrap_or_default();
    let text = if finished.text.trim().is_empty() { finished.reason } else { finished.text };
    told(seen, "says that it did not finish", &first_line(&text))
}

/// Quotes the errors of `result.json`.
pub(super) fn own_errors(seen: &Seen<'_>, word: &str) -> String {
    let errors = seen.facts.claims.as_ref().map(|claims| claims.errors.join("; ")).unwrap_or_default();
    let text = if errors.is_empty() { first_line(&seen.facts.text) } else { short(&errors) };
    told(seen, &format!("says that {word}"), &text)
}

/// What the agent said, or that it said nothing.
pub(super) fn claim(seen: &Seen<'_>) -> String {
    match seen.no_changes() {
        Some(_) => no_change(seen),
        None => match first_line(&seen.facts.text) {
            text if text.is_empty() => told(seen, "ended as if it were done", ""),
            text => text,
        },
    }
}

/// The claim that no change was needed.
pub(super) fn no_change(seen: &Seen<'_>) -> String {
    told(seen, "says that no change was needed", &short(seen.no_changes().unwrap_or_default()))
}

/// Nothing changed, and nothing checks that this is right.
pub(super) fn unchecked(seen: &Seen<'_>) -> String {
    format!("{}, and no gate or command checks that", nothing(seen))
}

/// Files changed although the agent did nothing.
pub(super) fn unexplained(seen: &Seen<'_>) -> String {
    format!("it did nothing by its own account, and yet {} changed", files(&seen.work))
}

/// Nothing counts as work; says what there is instead.
pub(super) fn nothing(seen: &Seen<'_>) -> String {
    let facts = seen.facts;
    if facts.wanted == Wanted::Answer {
        return "there is no answer".to_owned();
    }
    if seen.leftovers.is_empty() {
        return "nothing changed in the worktree".to_owned();
    }
    let own = |path: &&str| facts.excluded.iter().any(|excluded| excluded.trim_start_matches("./") == *path);
    let (own, left): (Vec<&str>, Vec<&str>) = seen.leftovers.iter().copied().partition(own);
    let mut only = Vec::new();
    if !own.is_empty() {
        only.push(format!("{} (its own document)", files(&own)));
    }
    if !left.is_empty() {
        only.push(format!("{} (left by validation or batchprp)", files(&left)));
    }
    format!("nothing changed but {}", only.join(" and "))
}

/// Names a few files.
pub(super) fn files(paths: &[&str]) -> String {
    let shown = paths.iter().take(NAMED).map(|path| format!("`{path}`")).collect::<Vec<_>>().join(", ");
    match paths.len().saturating_sub(NAMED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

fn agent<'a>(seen: &Seen<'a>) -> &'a str {
    if seen.facts.agent.is_empty() { "the agent" } else { &seen.facts.agent }
}

/// `claude: overloaded: text`.
fn stated(seen: &Seen<'_>, what: &str, text: &str) -> String {
    let text = if text.is_empty() { String::new() } else { format!(": {text}") };
    format!("{}: {what}{text}", agent(seen))
}

/// `claude says that it failed: text`.
fn told(seen: &Seen<'_>, what: &str, text: &str) -> String {
    let text = if text.is_empty() { String::new() } else { format!(": {text}") };
    format!("{} {what}{text}", agent(seen))
}

fn first_line(text: &str) -> String {
    short(text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().trim())
}

fn short(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= WIDTH { line } else { line.chars().take(WIDTH - 1).chain(['…']).collect() }
}
