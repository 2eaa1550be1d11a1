//! The table from facts to verdict.

use super::claims::Word;
use super::outcome::Verdict;
use super::seen::Seen;
use super::words;
use crate::model::agent::AgentStatus;
use crate::model::outcome::FailureKind;

/// One row: when it holds, and what follows.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    pub id: &'static str,
    /// When the row holds, in words.
    pub when: &'static str,
    /// What follows, in words.
    pub then: &'static str,
    pub(super) holds: fn(&Seen<'_>) -> bool,
    pub(super) verdict: fn(&Seen<'_>) -> Verdict,
}

fn fail(kind: FailureKind, reason: String) -> Verdict {
    Verdict::Failed { kind, reason }
}

/// The statuses by which an adapter only knows that it came to a bad end. A limit that was told before explains it.
fn is_vague(status: AgentStatus) -> bool {
    use AgentStatus::{Crashed, Killed, NoWork, Overloaded, Protocol};
    matches!(status, Crashed | Killed | NoWork | Overloaded | Protocol)
}

/// The last row always holds. Rows of the process come first, then the agent's own word, then the evidence.
pub const ROWS: [Row; 16] = [
    Row {
        id: "cancelled",
        when: "the run was stopped while the agent worked",
        then: "cancelled",
        holds: |seen| seen.facts.cancelled,
        verdict: |_| Verdict::Cancelled,
    },
    Row {
        id: "limited",
        when: "the adapter says that a usage limit was met",
        then: "rate limited, with the time that was told",
        holds: |seen| seen.facts.status == AgentStatus::RateLimited,
        verdict: |seen| Verdict::RateLimited { until: seen.facts.limit.and_then(|limit| limit.until) },
    },
    Row {
        id: "limit_told",
        when: "an event told a usage limit, and the call came to no good end for a reason that nobody names, showed \
               nothing, or says itself that it is not done",
        then: "rate limited: a limit told by any adapter is a limit; one that was overcome is none",
        holds: |seen| {
            let ok = seen.facts.status == AgentStatus::Ok;
            let unfinished =
                seen.ended_badly() || seen.says_unfinished() || !seen.is_proven() || seen.word != Word::Done;
            seen.facts.limit.is_some() && (is_vague(seen.facts.status) || seen.timed_out() || ok && unfinished)
        },
        verdict: |seen| Verdict::RateLimited { until: seen.facts.limit.and_then(|limit| limit.until) },
    },
    Row {
        id: "unauthorised",
        when: "the service did not accept the credentials",
        then: "failed: every further start would fail too",
        holds: |seen| seen.facts.status == AgentStatus::Auth,
        verdict: |seen| fail(FailureKind::Auth, words::ending(seen)),
    },
    Row {
        id: "overloaded",
        when: "the service was overloaded or the connection broke",
        then: "as at a usage limit: it has been waited out as long as `agent.patience` says",
        holds: |seen| seen.facts.status == AgentStatus::Overloaded,
        verdict: |seen| Verdict::RateLimited { until: seen.facts.limit.and_then(|limit| limit.until) },
    },
    Row {
        id: "timed_out",
        when: "a timer ended it, and its money was not used up",
        then: "failed, worth another try",
        holds: |seen| seen.timed_out(),
        verdict: |seen| fail(FailureKind::Timeout, words::time_out(seen)),
    },
    Row {
        id: "refused",
        when: "the agent refused, was not allowed its tools, or ran out of turns, money or context",
        then: "failed, not tried again",
        holds: |seen| {
            use AgentStatus::{Budget, ContextTooLong, Denied, Refused, Turns};
            matches!(seen.facts.status, Budget | ContextTooLong | Denied | Refused | Turns)
        },
        verdict: |seen| fail(FailureKind::Refused, words::ending(seen)),
    },
    Row {
        id: "crashed",
        when: "the process crashed, was killed, or spoke no known protocol",
        then: "failed",
        holds: |seen| matches!(seen.facts.status, AgentStatus::Crashed | AgentStatus::Killed | AgentStatus::Protocol),
        verdict: |seen| fail(FailureKind::Crash, words::ending(seen)),
    },
    Row {
        id: "ended_badly",
        when: "the adapter is content, but the process ended with another exit code than 0 or by a signal that is not ours",
        then: "failed",
        holds: |seen| seen.ended_badly(),
        verdict: |seen| fail(FailureKind::Crash, words::exit(seen)),
    },
    Row {
        id: "not_finished",
        when: "the agent's own last event says that it is not finished well",
        then: "failed",
        holds: |seen| seen.says_unfinished(),
        verdict: |seen| fail(FailureKind::Crash, words::not_finished(seen)),
    },
    Row {
        id: "says_failed",
        when: "`result.json` says that it failed (also `\"success\": false`), or names an error",
        then: "failed with the errors that it lists, whatever else there is to show",
        holds: |seen| seen.word == Word::Failed,
        verdict: |seen| fail(FailureKind::Refused, words::own_errors(seen, "it failed")),
    },
    Row {
        id: "says_no_work",
        when: "the agent did nothing by its own account, and files changed all the same",
        then: "unproven: somebody else may have changed them",
        holds: |seen| seen.facts.status == AgentStatus::NoWork && !seen.work.is_empty(),
        verdict: |seen| Verdict::Unproven { claim: words::claim(seen), evidence: words::unexplained(seen) },
    },
    Row {
        id: "unchecked",
        when: "nothing changed, and `no_changes` says why none was needed, but no gate and no command checks it",
        then: "unproven",
        holds: |seen| !seen.is_proven() && seen.no_changes().is_some(),
        verdict: |seen| Verdict::Unproven { claim: words::no_change(seen), evidence: words::unchecked(seen) },
    },
    Row {
        id: "nothing_to_show",
        when: "nothing changed but what validation left, or the item's own document; where an answer was wanted, \
               the agent gave none",
        then: "unproven",
        holds: |seen| !seen.is_proven(),
        verdict: |seen| Verdict::Unproven { claim: words::claim(seen), evidence: words::nothing(seen) },
    },
    Row {
        id: "says_partial",
        when: "`result.json` says that a part is done or something is not (`not done`, `blocked`), or cannot be read",
        then: "partial, with the errors that it lists",
        holds: |seen| seen.word == Word::Partial,
        verdict: |seen| Verdict::Partial { reason: words::own_errors(seen, "a part is done") },
    },
    Row {
        id: "proven",
        when: "files changed, or nothing had to and checks will tell; or there is the answer that was wanted",
        then: "completed: a checkpoint and its validation follow",
        holds: |_| true,
        verdict: |_| Verdict::Completed,
    },
];
