//! One call of an agent: its options, its environment, its answer.

use std::collections::BTreeMap;
use std::sync::Arc;

use rhai::Map;

use super::super::agent_call::{self, Options};
use super::super::agent_settings::program;
use crate::bridge::{CallAgent, JudgedReport};
use crate::script::adapter::AdapterScript;
use crate::script::api::native::{Call, Fault};
use crate::script::api::shape::Shape;
use crate::script::api::world::env::variable;
use crate::script::value::answer::AnswerValue;

/// Returns what the agent gets from the user's environment, by name and by patterns: what its adapter needs, also where
/// a switch is set, and what is configured.
pub(crate) fn environment(
    call: &Call,
    adapter: &AdapterScript,
) -> Result<(BTreeMap<String, String>, Vec<String>), Fault> {
    let more = ["agent.env_pass".to_owned(), format!("adapter.{}.env_pass", adapter.name)];
    let mut names: Vec<String> =
        more.iter().flat_map(|key| call.state.setting_texts(key).unwrap_or_default()).collect();
    names.extend(adapter.traits().env.iter().cloned());
    for (switch, needed) in &adapter.traits().env_if {
        if variable(call, switch)?.is_some_and(|value| !["", "0", "false"].contains(&value.as_str())) {
            names.extend(needed.iter().cloned());
        }
    }
    let (patterns, names): (Vec<String>, Vec<String>) = names.into_iter().partition(|name| name.contains('*'));
    let mut values = BTreeMap::new();
    for name in names {
        if let Some(value) = variable(call, &name)? {
            values.insert(name, value);
        }
    }
    Ok((values, patterns))
}

/// Runs an agent with the options of a function; `added` comes at the end of the prompt.
pub(crate) fn ask_with(
    call: &Call,
    role: &str,
    options: Map,
    shape: &Shape,
    added: &str,
) -> Result<AnswerValue, Fault> {
    let (options, adapter) = Options::read(call, role, options, shape, added)?;
    let name = adapter.name.clone();
    let program = program(call, &adapter)?;
    let env = environment(call, &adapter)?;
    let request = agent_call::build(call, options, adapter, program, env);
    let JudgedReport { report, verdict } = call.ask(CallAgent(Box::new(request)))?;
    Ok(AnswerValue { agent: name, report: Arc::new(report), verdict })
}
