//! The common language of all agents: what is asked of them, what they say, what came of it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::usage::{Tokens, Usage};

/// What an adapter is asked to turn into a command line.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AgentSpec {
    /// Program found by `detect`.
    pub program: String,
    /// All that the agent is told, `common` included.
    pub prompt: String,
    /// Beginning of the prompt that is the same for all siblings; empty when there is none. An adapter may hand it over
    /// apart, where the prompt cache of its service needs that.
    #[serde(default)]
    pub common: String,
    /// `generator`, `executor`, `reviewer`, `context-updater` or `resolver`.
    pub role: String,
    pub item: String,
    /// Label of the phase, empty when there is none.
    pub phase: String,
    pub attempt: u32,
    pub cwd: String,
    /// Private directory of the attempt, where `CommandLine::files` are written; set by the transport.
    #[serde(default)]
    pub dir: String,
    /// Private directory that the calls of one attempt share; set by the transport.
    #[serde(default)]
    pub kept: String,
    /// It runs in our sandbox, in which most cannot set up one of their own; set by the transport.
    #[serde(default)]
    pub sandboxed: bool,
    pub model: Option<String>,
    pub tools: Vec<String>,
    /// Seconds.
    pub timeout: f64,
    pub max_turns: Option<u32>,
    pub max_cost: Option<f64>,
    /// Session to continue.
    pub session: Option<String>,
    /// JSON schema of the answer.
    pub schema: Option<String>,
    /// Names and values passed on to the agent.
    pub env: BTreeMap<String, String>,
}

/// What an adapter wants to be started.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CommandLine {
    pub argv: Vec<String>,
    pub env: BTreeMap<String, String>,
    pub stdin: String,
    /// Files to write before the start, relative to the private directory of the attempt.
    pub files: BTreeMap<String, String>,
    #[serde(default)]
    pub home: Option<AgentHome>,
}

/// A home of its own for an agent that takes settings from nowhere else.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AgentHome {
    /// The variable that leads the agent there, in place of the user's home.
    pub variable: String,
    /// Folder of the agent below a home.
    pub folder: String,
    /// Its file of settings, in JSON: those of the user are put over the defaults.
    pub settings: String,
    pub defaults: serde_json::Value,
    /// What the agent keeps in that folder and shares with nobody; the rest is linked.
    pub own: Vec<String>,
}

/// Whether a figure counts this run only or the whole session so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    #[default]
    Run,
    Session,
}

/// Reads when a limit ends: seconds since 1970, in any form, or RFC 3339. What cannot be read is a limit without a time,
/// and a limit all the same.
fn reset_time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    #[expect(clippy::cast_possible_truncation, reason = "parts of a second do not matter")]
    let number = |number: f64| Some(number as i64);
    let until = match Option::<Value>::deserialize(deserializer)? {
        Some(Value::Number(seconds)) => seconds.as_f64().and_then(number),
        Some(Value::String(text)) => match text.trim().parse::<f64>() {
            Ok(seconds) => number(seconds),
            Err(_) => text.trim().parse::<Timestamp>().ok().map(Timestamp::as_second),
        },
        _ => None,
    };
    Ok(until.filter(|seconds| *seconds > 0))
}

/// One normalised event out of an agent's output.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum AgentEvent {
    Started {
        session: Option<String>,
        model: Option<String>,
        version: Option<String>,
    },
    Progress {
        text: String,
        percent: Option<f64>,
    },
    Message {
        text: String,
    },
    ToolStart {
        id: String,
        name: String,
    },
    ToolEnd {
        id: String,
        ok: bool,
    },
    /// The counts stand beside the other keys.
    Usage {
        scope: Scope,
        model: Option<String>,
        #[serde(flatten)]
        tokens: Tokens,
    },
    Cost {
        scope: Scope,
        usd: f64,
    },
    Retry {
        attempt: u32,
        delay_ms: u64,
        status: Option<u32>,
    },
    RateLimited {
        /// Seconds since 1970.
        #[serde(default, deserialize_with = "reset_time")]
        until: Option<i64>,
    },
    PermissionDenied {
        tool: String,
    },
    Warning {
        text: String,
    },
    Finished {
        ok: bool,
        reason: String,
        text: String,
    },
}

/// How a process ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exit {
    pub code: Option<i32>,
    pub signal: Option<i32>,
}

/// What an adapter reads from output and exit of one attempt: one fact among those by which it is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgentStatus {
    Ok,
    NoWork,
    RateLimited,
    Overloaded,
    Auth,
    Budget,
    Turns,
    Denied,
    Refused,
    ContextTooLong,
    Protocol,
    Crashed,
    Killed,
}

impl AgentStatus {
    /// Returns the word used in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::NoWork => "no_work",
            Self::RateLimited => "rate_limited",
            Self::Overloaded => "overloaded",
            Self::Auth => "auth",
            Self::Budget => "budget",
            Self::Turns => "turns",
            Self::Denied => "denied",
            Self::Refused => "refused",
            Self::ContextTooLong => "context_too_long",
            Self::Protocol => "protocol",
            Self::Crashed => "crashed",
            Self::Killed => "killed",
        }
    }
}

/// Which signal asks an agent to stop, and to whom it goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StopStyle {
    /// SIGINT to the leader.
    Int,
    /// SIGTERM to the leader.
    #[default]
    Term,
    /// SIGTERM to the process group.
    GroupTerm,
}

/// Which timer ended an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TimerKind {
    /// No sign of life after the start.
    Startup,
    /// No sign of life for too long.
    Silence,
    /// The result was there but the process stayed. Not a failure.
    Linger,
    /// The whole attempt took too long.
    Total,
}

impl TimerKind {
    /// Names where the limit is set.
    pub fn limit(self) -> &'static str {
        match self {
            Self::Startup => "run.startup",
            Self::Silence => "run.silence",
            Self::Linger => "run.linger",
            Self::Total => "--timeout",
        }
    }

    /// Says for people what the timer measures.
    pub fn words(self) -> &'static str {
        match self {
            Self::Startup => "no first sign of life",
            Self::Silence => "no sign of life",
            Self::Linger => "still there after its result",
            Self::Total => "at work",
        }
    }
}

/// A usage limit that an event of the agent told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    /// When it ends, in epoch seconds, as far as anybody said.
    pub until: Option<i64>,
}

/// How an agent says by an event that it ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finished {
    pub ok: bool,
    pub reason: String,
    pub text: String,
}

/// Everything that is known after an attempt; what it counts for is judged elsewhere.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AgentReport {
    pub status: AgentStatus,
    /// Final answer, as far as the adapter could tell.
    pub text: String,
    pub exit: Exit,
    /// The timer that ended it.
    pub timer: Option<TimerKind>,
    /// The run was stopped while it worked.
    pub cancelled: bool,
    pub usage: Usage,
    pub session: Option<String>,
    /// Model that answered, where the agent says so.
    pub model: Option<String>,
    pub denied: Vec<String>,
    /// The last usage limit that an event told.
    pub limit: Option<Limit>,
    /// The last thing it told was that it waits for its service.
    #[serde(default)]
    pub waited: bool,
    /// The last `finished` event.
    pub finished: Option<Finished>,
    /// `result.json` of the attempt, when it was written and could be read.
    pub result: Option<serde_json::Value>,
    /// Seconds.
    pub duration: f64,
}

impl AgentReport {
    /// Tells whether nobody ended it before it had a result.
    pub fn ended_by_itself(&self) -> bool {
        !self.cancelled && self.timer.is_none_or(|timer| timer == TimerKind::Linger)
    }

    /// Makes the report of an attempt that did not come to run.
    pub fn not_started(status: AgentStatus) -> Self {
        Self {
            status,
            text: String::new(),
            exit: Exit::default(),
            timer: None,
            cancelled: false,
            usage: Usage::default(),
            session: None,
            model: None,
            denied: Vec::new(),
            limit: None,
            waited: false,
            finished: None,
            result: None,
            duration: 0.0,
        }
    }
}

/// How a person signs in to the agents that are known here.
pub mod sign_in {
    pub const CLAUDE: &str = "start `claude` once and sign in, or set ANTHROPIC_API_KEY";
    pub const CODEX: &str = "`codex login`, or set OPENAI_API_KEY";
    pub const GEMINI: &str = "start `gemini` once and sign in, or set GEMINI_API_KEY";
    pub const OPENCODE: &str = "`opencode auth login`, or set the key of your provider";
    pub const QWEN: &str = "start `qwen` once and sign in, or set OPENAI_API_KEY";

    /// Says how to sign in to an agent; nothing for those that need no login, and those that say it themselves.
    pub fn sign_in(agent: &str) -> Option<&'static str> {
        let known = [("claude", CLAUDE), ("codex", CODEX), ("gemini", GEMINI), ("opencode", OPENCODE), ("qwen", QWEN)];
        known.into_iter().find(|(name, _)| *name == agent).map(|(_, how)| how)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_one_whatever_is_said_of_its_end() {
        for (until, seconds) in [
            ("1796115600", Some(1_796_115_600)),
            ("1796115600.5", Some(1_796_115_600)),
            ("\"1796115600\"", Some(1_796_115_600)),
            ("\"2026-12-01T09:00:00Z\"", Some(1_796_115_600)),
            ("\"tomorrow 3pm\"", None),
            ("-5", None),
            ("null", None),
            ("[]", None),
        ] {
            let text = format!("{{\"kind\":\"rate_limited\",\"until\":{until}}}");
            let event: AgentEvent = serde_json::from_str(&text).expect("a limit");
            assert_eq!(event, AgentEvent::RateLimited { until: seconds }, "{until}");
        }
        let event: AgentEvent = serde_json::from_str("{\"kind\":\"rate_limited\"}").expect("a limit");
        assert_eq!(event, AgentEvent::RateLimited { until: None });
    }
}
