//! `dag.run` in a dry run: stages, edges, and for each item what it would do as far as that can be told without doing
//! it. The recipe is run against a bridge that reads and lists.

use std::collections::BTreeMap;

use rhai::{Dynamic, EvalAltResult, FnPtr, Map, NativeCallContext};

use super::elsewhere::job;
use super::{current, options, recipe};
use crate::bridge::{
    self, Attempt, Closed, EmitEvent, Failure, GetForecast, PreviewBridge, RunOptions, Would, WouldAsk,
};
use crate::error::{Error, ExitCode};
use crate::event::EventKind;
use crate::graph::Edge;
use crate::model::id::PrpId;
use crate::model::outcome::Outcome;
use crate::script::api::native::{Call, Fault};
use crate::script::hook;
use crate::script::value::dag::Dag;

/// Bytes of English text that are about one token.
const BYTES_OF_TOKEN: usize = 4;

/// Shows what a run would do; starts nothing.
pub(crate) fn run(
    context: &NativeCallContext,
    call: &Call,
    bridge: &PreviewBridge,
    dag: &Dag,
    options: Map,
    recipe: &FnPtr,
) -> Result<Closed, Fault> {
    if dag.items.is_empty() {
        return Err(Error::new(ExitCode::NothingMatched, "there is nothing to do: no item matches").into());
    }
    let describe = options.get("preview").and_then(|closure| closure.clone().try_cast::<FnPtr>());
    let options = options::read(&call.state, options)?;
    let closed = Preview { context, call, bridge, dag, recipe, describe, options }.show()?;
    call.state.close(closed.clone());
    Ok(closed)
}

/// What is previewed, and by whom.
struct Preview<'a, 'c> {
    context: &'a NativeCallContext<'c>,
    call: &'a Call,
    bridge: &'a PreviewBridge,
    dag: &'a Dag,
    recipe: &'a FnPtr,
    /// Tells what an item would do, where the script can say it better than its recipe shows it.
    describe: Option<FnPtr>,
    options: RunOptions,
}

impl Preview<'_, '_> {
    /// Shows what the run would do.
    fn show(&self) -> Result<Closed, Fault> {
        if let Some(wanted) = self.call.state.run().flag_text("explain_prompt") {
            self.prompts(&wanted)?;
        } else {
            self.stages()?;
        }
        Ok(self.dag.not_run())
    }

    fn print(&self, text: impl Into<String>) -> Result<(), Fault> {
        Ok(bridge::ask(self.bridge, None, EmitEvent(EventKind::note(None, text)))?)
    }

    fn stages(&self) -> Result<(), Fault> {
        let graph = &self.dag.graph;
        let command = &self.options.command;
        self.print(match self.options.batch {
            Some(batch) => format!("BATCH {batch}: {command} (dry run)"),
            None => format!("{command} (dry run)"),
        })?;
        let mut left: BTreeMap<String, u32> = BTreeMap::new();
        for (stage, nodes) in graph.stages() {
            let parallel = if nodes.len() > 1 { format!(" ({} in parallel)", nodes.len()) } else { String::new() };
            self.print(format!("Stage {stage}{parallel}"))?;
            for node in nodes {
                self.print(format!("  {}: {}", graph.nodes[node].id, graph.nodes[node].title))?;
                if let Some(executor) = &self.options.executor {
                    let needs = job::resources(&self.call.state, Some(&self.dag.items[node].value)).words();
                    let needs = if needs.is_empty() { needs } else { format!(": {needs}") };
                    self.print(format!("    on {}{needs}", executor.name))?;
                }
                let (lines, asked) = self.lines(node)?;
                left.extend(asked.map(|asked| (graph.nodes[node].id.clone(), asked)));
                for line in lines {
                    self.print(format!("    {line}"))?;
                }
            }
        }
        for edge in &graph.edges {
            let (from, to) = (&graph.nodes[edge.from].id, &graph.nodes[edge.to].id);
            self.print(format!("{from} → {to} ({})", reason(edge)))?;
        }
        if graph.bound_hours_path > 0.0 && self.options.merge {
            let path: Vec<&str> = graph.critical_path.iter().map(|&node| graph.nodes[node].id.as_str()).collect();
            let hours = Dynamic::from(graph.bound_hours_path).to_string();
            self.print(format!("Critical path: {}, {hours} h at best", path.join(" → ")))?;
        }
        let hooks = hook::shown(&self.call.state)?;
        if !hooks.is_empty() {
            self.print(format!("Hooks that a run calls: {}", hooks.join(", ")))?;
        }
        self.forecast(&left)?;
        self.print("Dry run: nothing was started and nothing was written.")
    }

    /// Tells what the run would take, where earlier runs or the documents say anything about that.
    fn forecast(&self, left: &BTreeMap<String, u32>) -> Result<(), Fault> {
        let mut graph = Box::new(recipe::graph(self.dag));
        let mut done = Vec::new();
        for (at, item) in graph.items.iter_mut().enumerate() {
            match left.get(&item.id) {
                Some(0) => done.push(at),
                Some(phases) => item.phases = item.phases.min(*phases),
                None => {}
            }
        }
        let question = GetForecast { options: Box::new(self.options.clone()), graph, done };
        let forecast = bridge::ask(self.bridge, None, question)?;
        if forecast.runs == 0 && forecast.makespans.iter().all(|seconds| *seconds <= 0.0) {
            return Ok(());
        }
        Ok(bridge::ask(self.bridge, None, EmitEvent(EventKind::Forecast(forecast)))?)
    }

    /// Returns what an item would do, and how often it would ask an agent, where that can be told.
    fn lines(&self, node: usize) -> Result<(Vec<String>, Option<u32>), Fault> {
        let item = &self.dag.items[node].value;
        if let Some(describe) = &self.describe {
            let lines = describe.call_within_context::<Dynamic>(self.context, (item.clone(),));
            let said = lines.map_err(|error| self.fault(&error))?;
            let (lines, asked) = match said.try_cast_result::<Map>() {
                Ok(mut map) => {
                    let asked = map.get("asks").and_then(|asks| u32::try_from(asks.as_int().ok()?).ok());
                    (map.remove("lines").unwrap_or_default(), asked)
                }
                Err(lines) => (lines, None),
            };
            let lines = lines.into_array().unwrap_or_default();
            return Ok((lines.iter().map(ToString::to_string).collect(), asked));
        }
        let (would, end) = self.tried(node)?;
        let asked = would.iter().filter(|would| matches!(would, Would::Ask(_))).count();
        // What stops at an answer that nobody knows may ask more.
        let asked = u32::try_from(asked).ok().filter(|_| end.is_none());
        let mut lines: Vec<String> = would.iter().map(Would::line).collect();
        lines.extend(end);
        Ok((lines, asked))
    }

    /// Runs the recipe of an item; returns what it would do, and how it would end where that is worth a line.
    fn tried(&self, node: usize) -> Result<(Vec<Would>, Option<String>), Fault> {
        let id = self.dag.graph.nodes[node].id.clone();
        let item = self.dag.items[node].value.clone();
        let before = self.bridge.replace_guessed(false);
        let result = {
            let _current = current::enter(Attempt { item: id.clone(), number: 1 }, item.clone());
            self.recipe.call_within_context::<Dynamic>(self.context, (item,))
        };
        let (would, has_guessed) = (self.bridge.taken(&id), self.bridge.replace_guessed(before));
        let end = match result {
            Err(error) if matches!(*error, EvalAltResult::ErrorTerminated(..)) => return Err(Failure::Cancelled.into()),
            // What is not known cannot be read on: an answer that was made up has no content.
            _ if has_guessed => Some("what follows depends on the answer".to_owned()).filter(|_| result.is_err()),
            Err(error) => Some(format!("would fail: {}", recipe::reason(self.context, self.call, &error))),
            Ok(value) => match recipe::returned(&value, self.context.engine()) {
                Outcome::Completed { note: Some(said), .. } => Some(format!("completed: {said}")),
                Outcome::Completed { .. } => None,
                other => Some(ended(&other)),
            },
        };
        Ok((would, end))
    }

    /// Shows the prompts of one item, with sizes.
    fn prompts(&self, wanted: &str) -> Result<(), Fault> {
        let nodes = &self.dag.graph.nodes;
        let full = wanted.parse::<PrpId>().map_or_else(|_| wanted.to_owned(), |id| id.to_string());
        let Some(node) = nodes.iter().position(|node| node.id == wanted || node.id == full) else {
            let text = format!("`{wanted}` of --explain-prompt is not among the chosen items");
            let known = nodes.iter().map(|node| node.id.as_str()).collect::<Vec<_>>().join(", ");
            return Err(Error::new(ExitCode::NothingMatched, text).help(format!("they are {known}")).into());
        };
        let (would, end) = self.tried(node)?;
        let mut asked = 0;
        for call in would.iter().filter_map(|would| if let Would::Ask(call) = would { Some(call) } else { None }) {
            asked += 1;
            self.prompt(&nodes[node].id, call)?;
        }
        match (asked, end) {
            (0, end) => self.print(format!(
                "{}: no agent is asked{}",
                nodes[node].id,
                end.map_or_else(String::new, |end| format!(" ({end})"))
            ))?,
            (_, Some(end)) => self.print(end)?,
            _ => {}
        }
        self.print("Nothing was started and nothing was written.")
    }

    fn prompt(&self, item: &str, call: &WouldAsk) -> Result<(), Fault> {
        let size = |bytes: usize| format!("{bytes} bytes, ≈ {} tokens", bytes.div_ceil(BYTES_OF_TOKEN));
        self.print(format!("{item}, role {}", call.role))?;
        self.print(format!("  agent           {}", call.agent))?;
        self.print(format!("  model           {}", call.model.as_deref().unwrap_or("its own choice")))?;
        self.print(format!("  time-out        {}", crate::model::duration::show(call.timeout)))?;
        self.print(format!("  whole prompt    {}", size(call.prompt.len())))?;
        self.print(format!("  shared context  {}", size(call.common.len())))?;
        self.print("")?;
        for line in call.prompt.lines() {
            self.print(line)?;
        }
        self.print("")
    }

    fn fault(&self, error: &EvalAltResult) -> Fault {
        let cause = crate::script::diagnostic::cause(error);
        cause
            .unwrap_or_else(|| Error::new(ExitCode::InvalidInput, recipe::reason(self.context, self.call, error)))
            .into()
    }
}

fn reason(edge: &Edge) -> String {
    match (edge.reason.as_str(), edge.reason.file()) {
        ("file", Some(file)) => format!("both change {file}"),
        ("conflict", _) => "declared as conflicting".to_owned(),
        _ => "depends on it".to_owned(),
    }
}

fn ended(outcome: &Outcome) -> String {
    let known = serde_json::to_value(outcome).unwrap_or_default();
    let map: BTreeMap<String, serde_json::Value> = serde_json::from_value(known).unwrap_or_default();
    let text = |key: &str| map.get(key).and_then(|value| value.as_str()).map(str::to_owned);
    let status = text("status").unwrap_or_default().replace('_', " ");
    match text("reason").or_else(|| text("evidence")) {
        Some(reason) => format!("would end as {status}: {reason}"),
        None => format!("would end as {status}"),
    }
}
