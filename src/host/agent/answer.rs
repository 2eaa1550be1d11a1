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
    let refuse = |reason: &dyn std::fmt::Display| Err(format!("`result.json` cannot be read: {reason}"));
    match state::read_untrusted(path, MAX_RESULT) {
        Ok(None) => Ok(None),
        Err(error) => refuse(&error),
        Ok(Some(content)) => match object(&content) {
            Ok(value) => {
                let clean = secrets.redact_json(value.clone());
                // The file is the agent's own; what it should not hold does not stay in it.
                if clean != value && state::write_private(path, clean.to_string().as_bytes()).is_err() {
                    return refuse(&"it holds a key, which cannot be taken out");
                }
                Ok(Some(clean))
            }
            Err(reason) => refuse(&reason),
        },
    }
}

/// What stands for a result that cannot be read: the agent has something to say of its work, and it may be that it failed.
pub(super) fn unreadable(reason: &str) -> Value {
    serde_json::json!({ "status": "partial", "error": reason })
}

/// Reads the object, also as models like to write it: behind a byte order mark, in a fenced block, as the one entry of a
/// list.
fn object(content: &[u8]) -> Result<Value, String> {
    let text = std::str::from_utf8(content).map_err(|error| error.to_string())?;
    let text = text.trim_start_matches('\u{feff}').trim();
    let inside = text.strip_prefix("```").and_then(|rest| rest.strip_suffix("```"));
    let text = inside.map_or(text, |rest| rest.split_once('\n').map_or(rest, |(_, body)| body));
    // The depth of nesting is limited by the parser.
    match serde_json::from_str(text).map_err(|error| error.to_string())? {
        value @ Value::Object(_) => Ok(value),
        Value::Array(mut list) if list.len() == 1 && list[0].is_object() => Ok(list.remove(0)),
        _ => Err("it is not a JSON object".to_owned()),
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
