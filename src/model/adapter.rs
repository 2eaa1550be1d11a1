//! The contract between one agent call and the script that knows the agent.

use super::agent::{AgentEvent, AgentSpec, AgentStatus, CommandLine, Exit, StopStyle};
use super::agent_files::task::TaskSpec;

/// One agent call. The adapter is the only part of a script that outlives the call which made it.
pub struct AgentCall {
    pub name: String,
    pub adapter: Box<dyn Adapter>,
    pub spec: AgentSpec,
    /// Ordinal of the phase, when the call is for one.
    pub phase: Option<u32>,
    /// Written to `spec.json`; the transport adds what it knows itself.
    pub task: TaskSpec,
    /// The agent writes `heartbeat.json` itself.
    pub heartbeat: bool,
    pub stop: StopStyle,
    /// Patterns of further variables that it gets from the user.
    pub env_pass: Vec<String>,
    /// Where it keeps its state below the home of the user: what it writes in a sandbox besides its workspace.
    pub state: Vec<String>,
    /// Changes in the worktree are the evidence that is wanted; without any the outcome is unproven.
    pub expects_changes: bool,
    /// Siblings of this call wait for its first answer: the service keeps their common beginning in a cache.
    pub caches: bool,
}

impl AgentCall {
    /// Returns the same call, to be made once more.
    pub fn again(&self) -> Box<Self> {
        Box::new(Self {
            name: self.name.clone(),
            adapter: self.adapter.fresh(),
            spec: self.spec.clone(),
            phase: self.phase,
            task: self.task.clone(),
            heartbeat: self.heartbeat,
            stop: self.stop,
            env_pass: self.env_pass.clone(),
            state: self.state.clone(),
            expects_changes: self.expects_changes,
            caches: self.caches,
        })
    }
}

impl std::fmt::Debug for AgentCall {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AgentCall").field("name", &self.name).field("spec", &self.spec).finish_non_exhaustive()
    }
}

/// What batchprp must know about one kind of agent; implemented by adapter scripts.
pub trait Adapter: Send {
    /// Turns the task into a command line.
    fn command(&mut self, spec: &AgentSpec) -> Result<CommandLine, String>;
    /// Reads one line of output. Unknown lines give no events and are no error.
    fn on_line(&mut self, line: &str) -> Vec<AgentEvent>;
    /// Tells whether lines that are no JSON objects may come several at a time, joined by line ends: a program that
    /// floods its output would otherwise keep the core busy with each of its lines.
    fn joins_text(&self) -> bool {
        false
    }
    /// Reads one line of error output. Most agents say nothing there that a machine could use.
    fn on_stderr(&mut self, _line: &str) -> Vec<AgentEvent> {
        Vec::new()
    }
    /// Returns one that knows nothing of this attempt, for another try of the same call.
    fn fresh(&self) -> Box<dyn Adapter>;
    /// Judges the attempt after its end: status and final answer.
    fn outcome(&mut self, exit: Exit) -> (AgentStatus, String);
}
