//! `agent::…`: which agent works, and the call of one.

use std::collections::BTreeMap;
use std::sync::Arc;

use rhai::plugin::*;
use rhai::{Array, Dynamic, Map};

use super::agent_call::{self, Options};
use super::agent_settings::{WISH, found, named, program, required_name, settle, to_map, wish};
use super::usable;
use crate::bridge::{CallAgent, JudgedReport};
use crate::script::adapter::{AdapterScript, agent_names, described};
use crate::script::api::fields::Fields;
use crate::script::api::native::{Call, Fault, Thrown, native};
use crate::script::api::world::env::variable;
use crate::script::value::answer::AnswerValue;
use crate::script::value::convert::{data, optional, texts};

/// The role of the agent that carries out a PRP.
const EXECUTOR: &str = "executor";

/// Returns what the agent gets from the user's environment, by name and by patterns: what its adapter needs, also where
/// a switch is set, and what is configured.
fn environment(call: &Call, adapter: &AdapterScript) -> Result<(BTreeMap<String, String>, Vec<String>), Fault> {
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

fn ask(call: &Call, role: &str, options: Map) -> Result<AnswerValue, Fault> {
    let (options, adapter) = Options::read(call, role, options)?;
    let name = adapter.name.clone();
    let program = program(call, &adapter)?;
    let env = environment(call, &adapter)?;
    let request = agent_call::build(call, options, adapter, program, env);
    let JudgedReport { report, verdict } = call.ask(CallAgent(Box::new(request)))?;
    Ok(AnswerValue { agent: name, report: Arc::new(report), verdict })
}

fn settings_with(call: &Call, role: &str, item: &Dynamic, options: Map) -> Result<Map, Fault> {
    let fields = Fields::new(&WISH, options)?;
    let (settings, _) = settle(call, role, item, &wish(&fields)?)?;
    Ok(to_map(settings))
}

#[export_module]
pub(crate) mod module {
    /// Runs an agent to its end and returns its `Answer`. It works with what `agent::settings` says of the role and the
    /// item that runs; `settings` takes other ones instead, and `agent`, `model`, `tools`, `timeout` in seconds and
    /// `max_turns` have the last word on one value. Options: `prompt` (or `values` for the holes of the role's template),
    /// `common` (the part of the prompt that all siblings share: up to its end the prompt must be the same for each of
    /// them), `phase`, `expects_changes`, `session`, `schema`, `cwd`, `input`, `resume_from`, `max_cost`, `env`.
    ///
    /// ```rhai
    /// let answer = agent::run("executor", #{ prompt: prompt, phase: phase, expects_changes: true, cwd: tree.path });
    /// if !answer.ok { return outcome::from_answer(answer); }
    /// ```
    #[rhai_fn(return_raw)]
    pub fn run(context: NativeCallContext, role: &str, options: Map) -> Thrown<AnswerValue> {
        native(&context, |call| ask(call, role, options))
    }

    /// Returns what a role works with on an item: `#{ name, model, size, sizes, tools, timeout, max_turns, origin }`.
    /// `name` is that of the agent; `model` is what the agent calls it, `()` for its own choice; `timeout` counts
    /// seconds; no `tools` means all. `origin` says for each value who said it. From the strongest: the script
    /// (`options`), a flag, the environment, the configuration of the role, that of all roles, the adapter, the template
    /// of the role. The model `auto` is answered by the score of the item: then `size` is `haiku`, `sonnet` or `opus`, and
    /// `sizes` has what the agent calls each of them. The item is a PRP, a phase of a plan, a map with `complexity`,
    /// `hours`, `files` and `phases`, or `()`. Throws when there is no agent.
    ///
    /// ```rhai
    /// let settings = agent::settings("executor", prp);
    /// print(`${settings.name} with ${settings.model}, as ${settings.origin.model} says`);
    /// ```
    #[rhai_fn(name = "settings", return_raw)]
    pub fn settings(context: NativeCallContext, role: &str, item: Dynamic) -> Thrown<Map> {
        native(&context, |call| settings_with(call, role, &item, Map::new()))
    }

    /// Like `settings`, where the script has the last word on `agent`, `model`, `tools`, `timeout` or `max_turns`.
    ///
    /// ```rhai
    /// let settings = agent::settings("reviewer", prp, #{ model: "opus" });
    /// ```
    #[rhai_fn(name = "settings", return_raw)]
    pub fn settings_of(context: NativeCallContext, role: &str, item: Dynamic, options: Map) -> Thrown<Map> {
        native(&context, |call| settings_with(call, role, &item, options))
    }

    /// Returns the name of the agent that carries out work; throws when there is none.
    ///
    /// ```rhai
    /// print(agent::name());
    /// ```
    #[rhai_fn(return_raw)]
    pub fn name(context: NativeCallContext) -> Thrown<String> {
        native(&context, |call| required_name(call, EXECUTOR))
    }

    /// Returns the name of the agent that has a role, and makes sure that it can be started; throws otherwise: when it is
    /// not known, its file is torn, its program is not there, or the model that is named for it is a slip. Called before
    /// anything is made, so that a batch does not begin without its agent.
    ///
    /// ```rhai
    /// agent::ready("reviewer");
    /// ```
    #[rhai_fn(name = "ready", return_raw)]
    pub fn ready(context: NativeCallContext, role: &str) -> Thrown<String> {
        native(&context, |call| usable::require(call, role, None))
    }

    /// Like `ready`, for a role that works in worktrees made from a commit: the files that the agent's command line names
    /// must be in that commit.
    ///
    /// ```rhai
    /// agent::ready("executor", "HEAD");
    /// ```
    #[rhai_fn(name = "ready", return_raw)]
    pub fn ready_at(context: NativeCallContext, role: &str, base: &str) -> Thrown<String> {
        native(&context, |call| usable::require(call, role, Some(base)))
    }

    /// Returns the variables of your environment that the agent of a role gets beside those that every agent gets: names of
    /// variables that are set, and patterns.
    ///
    /// ```rhai
    /// for name in agent::variables("executor") { print(name); }
    /// ```
    #[rhai_fn(return_raw)]
    pub fn variables(context: NativeCallContext, role: &str) -> Thrown<Array> {
        native(&context, |call| {
            let adapter = AdapterScript::load(&call.state, &required_name(call, role)?)?;
            let (values, patterns) = environment(call, &adapter)?;
            Ok(values.into_keys().chain(patterns).map(Dynamic::from).collect())
        })
    }

    /// Returns the names of all agents that can be named: those of the project, those of the configuration, and those that
    /// are built in.
    ///
    /// ```rhai
    /// for name in agent::names() { print(name); }
    /// ```
    #[rhai_fn(return_raw)]
    pub fn names(context: NativeCallContext) -> Thrown<Array> {
        native(&context, |call| Ok(texts(agent_names(&call.state))))
    }

    /// Returns what is known of an agent: `name`, `about`, `program` and `version` (`()`: not installed, or not told),
    /// `tried_versions` with `version_fit` (`tried`, `older`, `newer`, `unknown`), `sign_in` (`yes`, `no`, `unknown`) with
    /// `signed_in_by` and `how_to_sign_in`, and `capabilities` by name, `()` where nobody knows. Asks its program for the version.
    ///
    /// ```rhai
    /// if agent::described(agent::name()).capabilities.cost == "no" { print("its cost is estimated"); }
    /// ```
    #[rhai_fn(return_raw)]
    pub fn described(context: NativeCallContext, name: &str) -> Thrown<Dynamic> {
        native(&context, |call| Ok(data(&super::described(call, name)?)))
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
