//! The agent in whose shell tool this program was started, and how long that tool waits.

use std::env;
use std::time::Duration;

use crate::model::duration::show;

/// An agent whose tool started this program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caller {
    pub name: &'static str,
    /// How long its tool waits for a command when nobody asked for more.
    pub limit: Duration,
    pub after: After,
}

/// What becomes of a command that takes longer than its caller waits, as measured with the programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum After {
    /// It goes on, and the agent hears of its end later.
    Background,
    /// It goes on until the agent has finished its turn.
    EndsWithTurn,
    /// It is killed.
    Killed,
    /// It is killed once it has said nothing for so long.
    KilledWhenSilent,
}

/// A variable that is set for programs that an agent starts, the agent, the seconds that its tool waits, and what then.
const CALLERS: [(&str, &str, u64, After); 6] = [
    ("CLAUDECODE", "Claude Code", 120, After::Background),
    ("CODEX_THREAD_ID", "Codex", 10, After::EndsWithTurn),
    ("CODEX_SANDBOX", "Codex", 10, After::EndsWithTurn),
    ("GEMINI_CLI", "Gemini CLI", 300, After::KilledWhenSilent),
    ("QWEN_CODE", "Qwen Code", 120, After::Killed),
    ("OPENCODE", "opencode", 120, After::Killed),
];

/// Returns the agent in whose tool this program runs.
pub fn caller() -> Option<Caller> {
    let set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0");
    let (_, name, seconds, after) = *CALLERS.iter().find(|(variable, ..)| set(variable))?;
    let configured = env::var("BASH_DEFAULT_TIMEOUT_MS").ok().and_then(|text| text.trim().parse().ok());
    let limit = match configured.filter(|_| name == "Claude Code") {
        Some(milliseconds) => Duration::from_millis(milliseconds),
        None => Duration::from_secs(seconds),
    };
    Some(Caller { name, limit, after })
}

impl Caller {
    /// Says what the caller does with long commands.
    pub fn habit(self) -> String {
        let (name, limit) = (self.name, show(self.limit.as_secs_f64()));
        match self.after {
            After::Background => format!("{name} waits {limit} for a command and leaves it in the background then"),
            After::EndsWithTurn => format!("{name} waits {limit} for a command and ends it with its turn"),
            After::Killed => format!("{name} ends a command after {limit}"),
            After::KilledWhenSilent => format!("{name} ends a command that says nothing for {limit}"),
        }
    }
}
