//! A run for one item alone, on behalf of an orchestrator that has all of them.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::bridge::RunOptions;
use crate::error::{Error, ExitCode};
use crate::model::outcome::Outcome;

use crate::script::state::HostState;
use crate::script::value::dag::Dag;

/// The argument that says so: `#{ id, outcome }`.
const ARGUMENT: &str = "only_item";

/// The item, and the file for what came of it.
pub(super) struct OnlyItem {
    id: String,
    outcome: PathBuf,
}

/// Returns what the arguments of the script say about it.
pub(super) fn of(state: &HostState) -> Option<OnlyItem> {
    let run = state.run();
    let wanted = run.flag(ARGUMENT)?;
    let text = |key: &str| wanted.get(key).and_then(Value::as_str).map(str::to_owned);
    Some(OnlyItem { id: text("id")?, outcome: text("outcome")?.into() })
}

/// Leaves to the orchestrator what concerns more than one item.
pub(super) fn restrict(options: &mut RunOptions) {
    *options = RunOptions {
        executor: None,
        jobs: 1,
        retries: 0,
        fail_fast: false,
        max_fail: None,
        barrier: false,
        no_merge: true,
        validate_merge: false,
        restart: false,
        whole: false,
        redo: Vec::new(),
        stay_valid: Vec::new(),
        wait_for_quota: false,
        next: Vec::new(),
        ..std::mem::take(options)
    };
}

impl OnlyItem {
    /// Returns the graph of the item alone.
    pub(super) fn subset(&self, dag: &Dag) -> Result<Dag, Error> {
        let node = dag.graph.nodes.iter().position(|node| node.id == self.id);
        let missing = || Error::new(ExitCode::NothingMatched, format!("`{}` is not in the graph", self.id));
        Ok(dag.subset(vec![node.ok_or_else(missing)?]))
    }

    /// Writes what came of the item.
    pub(super) fn keep(&self, outcome: &Outcome) -> Result<(), Error> {
        let value = if let Outcome::Completed { value, .. } = outcome { value.clone() } else { None };
        let text = json!({ "outcome": outcome, "value": value }).to_string();
        std::fs::write(&self.outcome, text).map_err(|error| {
            Error::new(ExitCode::Internal, format!("cannot write `{}`: {error}", self.outcome.display()))
        })
    }
}
