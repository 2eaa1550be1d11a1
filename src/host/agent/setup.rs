//! What the caller decides about an attempt, and what it hears while the attempt runs.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::ledger::SessionLedger;
use crate::host::process::{Marker, Sandbox};
use crate::host::redact::Secrets;
use crate::model::agent::{AgentEvent, TimerKind};
use crate::model::usage::Usage;

/// How long an agent may take for what.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Timers {
    /// To the first sign of life.
    pub startup: Duration,
    /// Without any sign of life.
    pub silence: Duration,
    /// Between its result and its end.
    pub linger: Duration,
    /// Altogether.
    pub total: Duration,
    /// Between two looks at the heartbeat file.
    pub poll: Duration,
    /// Missed polls that end an agent which writes heartbeats itself.
    pub missed: u32,
    /// Between the request to stop and the kill.
    pub grace: Duration,
    /// While a tool of the agent runs: without any sign of life.
    pub tool: Duration,
}

impl Default for Timers {
    fn default() -> Self {
        Self {
            startup: Duration::from_secs(120),
            silence: Duration::from_secs(5 * 60),
            linger: Duration::from_secs(30),
            total: Duration::from_secs(60 * 60),
            poll: Duration::from_secs(30),
            missed: 2,
            grace: Duration::from_secs(10),
            tool: Duration::from_secs(30 * 60),
        }
    }
}

/// Tells an attempt that its agent is alive, from elsewhere: a commit was seen, say. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Touch(Arc<AtomicU64>);

impl Touch {
    /// Gives one sign of life.
    pub fn touch(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// Returns the number of signs so far.
    pub(super) fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Where and how an attempt runs.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Private directory of this call, such as `.ce/tmp/runs/<run>/<item>/a1/`; made here.
    pub dir: PathBuf,
    /// Working directory of the agent.
    pub worktree: PathBuf,
    pub marker: Marker,
    pub timers: Timers,
    /// Our own environment, from which the agent gets what is allowed.
    pub env: BTreeMap<String, String>,
    /// Further variables that are passed on; a `*` stands for any text.
    pub env_pass: Vec<String>,
    /// Variables that are set, whatever ours are.
    pub env_set: BTreeMap<String, String>,
    /// Variables that no agent gets; a `*` stands for any text.
    pub env_deny: Vec<String>,
    /// Variables with the keys of this very agent, passed on by exact name.
    pub keys: Vec<String>,
    /// Taken out of everything that the agent writes.
    pub secrets: Secrets,
    /// Cumulative figures of sessions in this run.
    pub ledger: Arc<Mutex<SessionLedger>>,
    pub touch: Touch,
    pub sandbox: Sandbox,
}

/// What happens during an attempt.
#[derive(Clone, Debug, PartialEq)]
pub enum Fact {
    /// The process runs; its files are in `dir`.
    Spawned { pid: u32, dir: PathBuf },
    /// The adapter read this from the output.
    Event(AgentEvent),
    /// Tokens and money since the last such fact; session totals are already turned into differences.
    Usage(Usage),
    /// Any sign of life, at most once a second.
    Life,
    /// The agent wrote a heartbeat itself.
    Heartbeat { progress: Option<f64>, step: String },
    /// A timer will end the attempt soon. Seconds so far, and the limit.
    Slow { timer: TimerKind, seconds: f64, limit: f64 },
    /// The attempt is being ended by a timer.
    Ending { timer: TimerKind },
    /// Processes that would not die.
    Survivors { pids: Vec<i32> },
}
