//! Work inside of an agent's shell tool: who calls, how long it waits, and what it should know.

use std::env;
use std::io::Write;
use std::time::Duration;

use super::context::Context;
use super::detach;
use super::terminal::Terminal;
use crate::event::kind::EventKind;
use crate::model::duration::show;
use crate::run::events::{Beat, Reporter};

/// An agent whose tool started this program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caller {
    pub name: &'static str,
    /// How long its tool waits for a command when nobody asked for more.
    pub limit: Duration,
}

/// A variable that is set for programs that an agent starts, the agent, and the seconds that its tool waits.
const CALLERS: [(&str, &str, u64); 6] = [
    ("CLAUDECODE", "Claude Code", 120),
    ("CODEX_SANDBOX", "Codex", 10),
    ("CODEX_THREAD_ID", "Codex", 10),
    ("GEMINI_CLI", "Gemini CLI", 300),
    ("QWEN_CODE", "Qwen Code", 120),
    ("OPENCODE", "opencode", 120),
];

/// Returns the agent in whose tool this program runs.
pub fn caller() -> Option<Caller> {
    let set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0");
    let (_, name, seconds) = *CALLERS.iter().find(|(variable, _, _)| set(variable))?;
    let configured = env::var("BASH_DEFAULT_TIMEOUT_MS").ok().and_then(|text| text.trim().parse().ok());
    let limit = match configured.filter(|_| name == "Claude Code") {
        Some(milliseconds) => Duration::from_millis(milliseconds),
        None => Duration::from_secs(seconds),
    };
    Some(Caller { name, limit })
}

/// Tells a calling agent that the batch will outlive its tool, as soon as the estimate is known.
pub fn hint(context: &Context) -> Option<Reporter> {
    let caller = caller().filter(|_| !detach::is_detached())?;
    let mut terminal = Terminal::new(&context.globals);
    Some(Box::new(move |beat| {
        let Beat::Event(event) = beat else { return };
        let EventKind::Graph { bound_hours, .. } = &event.kind else { return };
        let needed = bound_hours * 3600.0;
        if needed <= caller.limit.as_secs_f64() {
            return;
        }
        drop(writeln!(
            terminal.err,
            "hint: {} ends commands after {}; this run needs about {}: start it with `--detach` and follow it with `batchprp status`",
            caller.name,
            show(caller.limit.as_secs_f64()),
            show(needed)
        ));
    }))
}
