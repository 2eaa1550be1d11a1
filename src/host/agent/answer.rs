//! Reads what an attempt left and makes the report of it.

use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use super::reset;
use super::stream::Heard;
use super::supervise::ProcessEnd;
use crate::host::redact::Secrets;
use crate::host::state;
use crate::model::adapter::Adapter;
use crate::model::agent::{AgentReport, AgentStatus, Exit, Limit, TimerKind};

/// Largest result that is read.
const MAX_RESULT: u64 = 1024 * 1024;

/// Reads `result.json`, and takes keys out of the file; says why when there is one that cannot be read.
pub(super) fn result(path: &Path, secrets: &Secrets) -> Result<Option<Value>, String> {
    let refuse = |reason: &dyn std::fmt::Display| Err(format!("`result.json` is not used: {reason}"));
    match state::read_untrusted(path, MAX_RESULT) {
        Ok(None) => Ok(None),
        Err(error) => refuse(&error),
        // The depth of nesting is limited by the parser.
        Ok(Some(content)) => match serde_json::from_slice(&content) {
            Ok(value @ Value::Object(_)) => {
                let clean = secrets.redact_json(value.clone());
                // The file is the agent's own; what it should not hold does not stay in it.
                if clean != value && state::write_private(path, clean.to_string().as_bytes()).is_err() {
                    return refuse(&"it holds a key, which cannot be taken out");
                }
                Ok(Some(clean))
            }
            Ok(_) => refuse(&"it is not a JSON object"),
            Err(error) => refuse(&error),
        },
    }
}

/// Makes the report of an attempt that ran.
pub(super) fn report(
    mut adapter: Box<dyn Adapter>,
    ended: &ProcessEnd,
    heard: Heard,
    result: Option<Value>,
    duration: Duration,
) -> AgentReport {
    // A process that had to be helped to its end after its result has ended well, as far as anybody can tell.
    let lingered = ended.timer == Some(TimerKind::Linger);
    let judged = if lingered { Exit { code: Some(0), signal: None } } else { ended.exit };
    let (status, text) = adapter.outcome(judged);
    let limit = match (heard.limit, status) {
        (Some(Limit { until: None }) | None, AgentStatus::RateLimited) => {
            Some(Limit { until: reset::read(&text, &jiff::Zoned::now()) })
        }
        (limit, _) => limit,
    };
    AgentReport {
        status,
        text,
        exit: ended.exit,
        timer: ended.timer,
        cancelled: ended.cancelled,
        usage: heard.usage,
        session: heard.session,
        model: heard.model,
        denied: heard.denied,
        limit,
        waited: heard.waits,
        finished: heard.finished,
        result,
        duration: duration.as_secs_f64(),
    }
}
