//! What a test prescribes for one call of an agent, a program, a server or a validation.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::model::agent::{AgentReport, AgentStatus, Exit, Limit, TimerKind};
use crate::model::usage::{Tokens, Usage};

/// One answer of an agent.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct FakeAgentCall {
    /// Status word; `ok` when left out.
    status: Option<AgentStatus>,
    text: String,
    /// Lines that the adapter reads; its judgement then decides.
    pub(crate) lines: Vec<String>,
    pub(crate) code: Option<i32>,
    pub(crate) signal: Option<i32>,
    result: Option<serde_json::Value>,
    session: Option<String>,
    /// Output tokens.
    tokens: Option<u64>,
    cost: Option<f64>,
    until: Option<i64>,
    /// The timer that ended the call.
    timer: Option<TimerKind>,
    /// Milliseconds that the call takes.
    pub(crate) delay_ms: u64,
    /// The agent dies with this message in a native function: for tests of isolation.
    pub(crate) panic: Option<String>,
    /// The bridge itself fails with this message.
    pub(crate) error: Option<String>,
}

impl FakeAgentCall {
    /// Returns the report; `judged` is the adapter's verdict about the lines.
    pub(crate) fn report(self, judged: Option<(AgentStatus, String)>) -> AgentReport {
        let own = (self.status.unwrap_or(AgentStatus::Ok), self.text);
        let (status, text) = judged.unwrap_or(own);
        let tokens = self.tokens.map(|output| Tokens { output, ..Tokens::default() });
        AgentReport {
            status,
            text,
            exit: Exit { code: self.code.or(Some(0)), signal: self.signal },
            timer: self.timer,
            cancelled: false,
            usage: Usage { tokens, cost: self.cost, estimated: false },
            session: self.session,
            model: None,
            denied: Vec::new(),
            limit: self.until.map(|until| Limit { until: Some(until) }),
            waited: false,
            finished: None,
            result: self.result,
            duration: self.delay_ms as f64 / 1000.0,
        }
    }
}

/// What a program prints and how it ends.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct FakeProgram {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) timed_out: bool,
}

/// What a server answers.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct FakeServer {
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

impl Default for FakeServer {
    fn default() -> Self {
        Self { status: 200, headers: BTreeMap::new(), body: String::new() }
    }
}

/// What a server was asked.
#[derive(Clone, Debug, serde::Serialize)]
pub(crate) struct FakeRequest {
    pub(crate) method: String,
    pub(crate) url: String,
    pub(crate) body: String,
}

/// A validation level that fails.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FakeDefect {
    pub(crate) phase: u32,
    #[serde(default = "third")]
    pub(crate) level: u8,
    #[serde(default)]
    pub(crate) error: String,
}

/// A merge that conflicts.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FakeConflict {
    #[serde(default)]
    pub(crate) files: Vec<String>,
}

/// Tests are what fails most.
fn third() -> u8 {
    3
}
