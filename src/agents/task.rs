//! What a built-in agent was given: its specification and the places for its answers.

use std::path::{Path, PathBuf};
use std::time::Instant;

use serde::Serialize;
use serde_json::Value;

use crate::host::{clock, state};
use crate::model::agent_files::heartbeat::Heartbeat;
use crate::model::agent_files::task::{TaskMetrics, TaskOutput, TaskResult};

/// The task of one call.
pub(crate) struct AgentTask {
    pub(crate) spec: Value,
    begin: Instant,
}

impl AgentTask {
    /// Reads the specification that `BATCHPRP_SPEC` names.
    pub(crate) fn open() -> Result<Self, String> {
        let path =
            variable("BATCHPRP_SPEC").ok_or("the variable `BATCHPRP_SPEC` is not set; this is a part of batchprp")?;
        let content = std::fs::read(&path).map_err(|error| format!("cannot read `{path}`: {error}"))?;
        let spec = serde_json::from_slice(&content).map_err(|error| format!("`{path}` is not JSON: {error}"))?;
        Ok(Self { spec, begin: Instant::now() })
    }

    /// Returns a text of the specification by its path, such as `/input/content`.
    pub(crate) fn text(&self, pointer: &str) -> Option<&str> {
        self.spec.pointer(pointer).and_then(Value::as_str)
    }

    pub(crate) fn item(&self) -> &str {
        self.text("/work_item_id").unwrap_or_default()
    }

    /// Returns where the PRP stands: as given, or below the project root.
    pub(crate) fn document(&self) -> Option<PathBuf> {
        let path = Path::new(self.text("/prp_path").or_else(|| self.text("/input/path"))?);
        let root = self.text("/context/project_root").unwrap_or(".");
        Some(if path.is_absolute() { path.to_owned() } else { Path::new(root).join(path) })
    }

    /// Writes the heartbeat file.
    pub(crate) fn write_heartbeat(&self, status: &str, progress: Option<f64>, step: &str) {
        write_heartbeat(self.item(), status, progress, step);
    }

    /// Writes the result file of an execution. A phase whose blocks only look at things `needed_none` of its changes to be
    /// done: all of them ended with 0.
    pub(crate) fn result(&self, done: bool, needed_none: bool, errors: &[String]) {
        let phase = self.spec.pointer("/phase/ordinal").and_then(Value::as_u64);
        let completed: Vec<String> = phase.filter(|_| done).map(|phase| format!("phase_{phase}")).into_iter().collect();
        let no_changes = (done && needed_none).then_some(Value::Bool(true));
        write_result(&TaskResult {
            work_item_id: Some(self.item().to_owned()),
            prp_id: Some(self.item().to_owned()),
            status: if done { "completed" } else { "failed" }.to_owned(),
            phases_completed: completed,
            output: TaskOutput { errors: errors.to_vec(), no_changes, ..TaskOutput::default() },
            metrics: TaskMetrics { duration_seconds: Some(self.begin.elapsed().as_secs_f64()), tokens: Some(0) },
            error: errors.first().cloned(),
        });
    }
}

/// Writes the heartbeat file that `BATCHPRP_HEARTBEAT` names; without one nobody waits for it.
pub(crate) fn write_heartbeat(item: &str, status: &str, progress: Option<f64>, step: &str) {
    let heartbeat = Heartbeat {
        work_item_id: Some(item.to_owned()),
        status: status.to_owned(),
        progress,
        step: step.to_owned(),
        timestamp: Some(clock::epoch_seconds()),
    };
    write("BATCHPRP_HEARTBEAT", &heartbeat);
}

/// Writes the result file that `BATCHPRP_RESULT` names.
pub(crate) fn write_result(result: &TaskResult) {
    write("BATCHPRP_RESULT", result);
}

/// Returns a variable of the environment.
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn write(variable_name: &str, paper: &impl Serialize) {
    if let (Some(path), Ok(text)) = (variable(variable_name), serde_json::to_vec(paper)) {
        // What the orchestrator needs is said on standard output, too.
        state::write_private(Path::new(&path), &text).ok();
    }
}
