//! What an agent's report means for its item.

use crate::model::agent::{AgentStatus, TimerKind};
use crate::model::outcome::{FailureKind, Outcome};

use crate::script::value::answer::AnswerValue;

/// Maps a report to an outcome. Nothing but git proves work, so this is used where the answer itself was wanted, or
/// where the agent did not come to a good end.
pub(crate) fn outcome(answer: &AnswerValue) -> Outcome {
    let report = &answer.report;
    if report.cancelled {
        return Outcome::Cancelled;
    }
    let reason = || {
        let text = report.text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().trim();
        let status = answer.status().replace('_', " ");
        if text.is_empty() {
            format!("{}: {status}", answer.agent)
        } else {
            format!("{}: {status}: {text}", answer.agent)
        }
    };
    match report.status {
        AgentStatus::Ok => Outcome::completed(),
        AgentStatus::NoWork => Outcome::Unproven {
            claim: format!("{} said that it is done", answer.agent),
            evidence: "nothing changed".to_owned(),
        },
        AgentStatus::RateLimited => Outcome::RateLimited { adapter: answer.agent.clone(), until: report.limited_until },
        AgentStatus::Overloaded => Outcome::failed(FailureKind::Transient, reason()),
        AgentStatus::Auth => Outcome::failed(FailureKind::Auth, reason()),
        AgentStatus::Budget
        | AgentStatus::Turns
        | AgentStatus::Denied
        | AgentStatus::Refused
        | AgentStatus::ContextTooLong => Outcome::failed(FailureKind::Refused, reason()),
        AgentStatus::Protocol | AgentStatus::Crashed => Outcome::failed(FailureKind::Crash, reason()),
        AgentStatus::Killed => match report.timer {
            Some(timer) => Outcome::failed(FailureKind::Timeout, timeout(timer, report.duration)),
            None => Outcome::failed(FailureKind::Crash, reason()),
        },
    }
}

fn timeout(timer: TimerKind, seconds: f64) -> String {
    let shown = crate::model::duration::show(seconds);
    match timer {
        TimerKind::Startup => format!("no sign of life after the start ({shown})"),
        TimerKind::Silence => format!("no sign of life for too long (stopped after {shown})"),
        TimerKind::Linger => format!("did not end after its result ({shown})"),
        TimerKind::Total => format!("took too long (stopped after {shown})"),
    }
}
