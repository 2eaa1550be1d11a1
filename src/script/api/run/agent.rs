//! `agent::…`: which agent works, and the call of one.

use std::collections::BTreeMap;
use std::sync::Arc;

use rhai::plugin::*;
use rhai::{Dynamic, Map};

use crate::bridge::CallAgent;
use crate::error::{Error, ExitCode};

use super::agent_call::{self, Options};
use crate::script::adapter::{AdapterScript, Detected};
use crate::script::api::native::{Call, Fault, Thrown, native};
use crate::script::api::world::env::variable;
use crate::script::value::answer::AnswerValue;
use crate::script::value::convert::optional;

/// Agents that are looked for where nobody named one, in this order.
const KNOWN: [&str; 5] = ["claude", "codex", "gemini", "opencode", "qwen"];

/// The role of the agent that carries out a PRP.
const EXECUTOR: &str = "executor";

/// Returns the agent that flags or configuration name for a role.
fn named(call: &Call, role: &str) -> Option<String> {
    let setting = |key: &str| call.state.setting_text(key);
    let flag = call.state.run().flag_text("agent");
    flag.or_else(|| setting(&format!("agent.roles.{role}.agent"))).or_else(|| setting("agent.name"))
}

/// Returns the agent that is named for a role, else the first one whose program is there.
fn found(call: &Call, role: &str) -> Result<Option<String>, Fault> {
    if let Some(name) = named(call, role) {
        return Ok(Some(name));
    }
    for name in KNOWN {
        if detected(call, &AdapterScript::load(&call.state, name)?)?.is_some() {
            return Ok(Some(name.to_owned()));
        }
    }
    Ok(None)
}

fn required(call: &Call, role: &str) -> Result<String, Fault> {
    found(call, role)?.ok_or_else(|| {
        Error::new(ExitCode::AgentMissing, format!("no agent was found: none of {} is installed", KNOWN.join(", ")))
            .help("install one, or name one with `--agent`: `runbook` needs no model, `command` runs your own program")
            .into()
    })
}

/// Looks for the program of an adapter, once per run.
fn detected(call: &Call, adapter: &AdapterScript) -> Result<Option<Detected>, Fault> {
    if let Some(program) = call.state.setting_text(&format!("adapter.{}.program", adapter.name)) {
        return Ok(Some(Detected { program, version: None }));
    }
    Ok(call.state.detected(&adapter.name, || adapter.detect())?)
}

/// Returns what the agent gets from the user's environment: what its adapter needs and what is configured.
fn environment(call: &Call, adapter: &AdapterScript) -> Result<BTreeMap<String, String>, Fault> {
    let more = ["agent.env_pass".to_owned(), format!("adapter.{}.env_pass", adapter.name)];
    let more = more.iter().flat_map(|key| call.state.setting_texts(key).unwrap_or_default());
    let mut values = BTreeMap::new();
    for name in adapter.traits.env.iter().cloned().chain(more) {
        if let Some(value) = variable(call, &name)? {
            values.insert(name, value);
        }
    }
    Ok(values)
}

fn ask(call: &Call, role: &str, options: Map) -> Result<AnswerValue, Fault> {
    let options = Options::read(&call.state, role, options)?;
    let name = options.agent.clone().map_or_else(|| required(call, role), Ok)?;
    let adapter = AdapterScript::load(&call.state, &name)?;
    let Some(program) = detected(call, &adapter)? else {
        let text = format!("the program of agent `{name}` was not found");
        return Err(Error::new(ExitCode::AgentMissing, text)
            .help(format!("install it, or set `adapter.{name}.program`"))
            .into());
    };
    let env = environment(call, &adapter)?;
    let request = agent_call::build(call, options, adapter, program, env);
    let report = call.ask(CallAgent(Box::new(request)))?;
    Ok(AnswerValue { agent: name, report: Arc::new(report) })
}

#[export_module]
pub(crate) mod module {
    /// Runs an agent to its end and returns its `Answer`. The role names the template that says which tools, model and
    /// time the agent gets. Options: `prompt` (or `values` for the holes of the role's template), `common` (the part of
    /// the prompt that all siblings share: up to its end the prompt must be the same for each of them), `phase`,
    /// `expects_changes`, `session`, `schema`, `model`, `timeout` in seconds, `tools`, `cwd`, `agent`, `input`,
    /// `resume_from`, `max_turns`, `max_cost`, `env`.
    ///
    /// ```rhai
    /// let answer = agent::run("executor", #{ prompt: prompt, phase: phase, expects_changes: true, cwd: tree.path });
    /// if !answer.ok { return outcome::from_answer(answer); }
    /// ```
    #[rhai_fn(return_raw)]
    pub fn run(context: NativeCallContext, role: &str, options: Map) -> Thrown<AnswerValue> {
        native(&context, |call| ask(call, role, options))
    }

    /// Returns the name of the agent that carries out work; throws when there is none.
    ///
    /// ```rhai
    /// print(agent::name());
    /// ```
    #[rhai_fn(return_raw)]
    pub fn name(context: NativeCallContext) -> Thrown<String> {
        native(&context, |call| required(call, EXECUTOR))
    }

    /// Returns the name of the agent that has a role, or `()` when there is none.
    ///
    /// ```rhai
    /// if agent::available("generator") == () { print("documents are written by rule"); }
    /// ```
    #[rhai_fn(return_raw)]
    pub fn available(context: NativeCallContext, role: &str) -> Thrown<Dynamic> {
        native(&context, |call| Ok(optional(found(call, role)?)))
    }

    /// Returns the agent that a flag or the configuration names for a role, or `()`.
    ///
    /// ```rhai
    /// let mode = if agent::configured("reviewer") == () { "structural" } else { "full" };
    /// ```
    #[rhai_fn(return_raw)]
    pub fn configured(context: NativeCallContext, role: &str) -> Thrown<Dynamic> {
        native(&context, |call| Ok(optional(named(call, role))))
    }
}
