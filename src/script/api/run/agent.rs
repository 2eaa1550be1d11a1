//! `agent::…`: which agent works, and the call of one.

use rhai::plugin::*;
use rhai::{Array, Dynamic, Map};

use super::agent_call;
use super::agent_settings::{WISH, found, named, required_name, settle, to_map, usual as usual_agent, wish};
use super::asking::ask;
use super::asking::call::{ask_with, environment};
use super::usable;
use crate::script::adapter::{AdapterScript, agent_names, described};
use crate::script::api::fields::Fields;
use crate::script::api::native::{Call, Fault, Thrown, native};
use crate::script::value::answer::AnswerValue;
use crate::script::value::convert::{data, optional, texts};

/// The role of the agent that carries out a PRP.
const EXECUTOR: &str = "executor";

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
        native(&context, |call| ask_with(call, role, options, &agent_call::RUN, ""))
    }

    /// Asks an agent and returns its answer as data: `prompt` (or `values` for the template of the role), and optionally
    /// `schema`, a JSON Schema as a map. With one, the agent is told it, the answer is read and checked by it, an answer
    /// that does not fit goes back once with what is wrong, and the data are returned; without one the text is. Works for
    /// an item and in `main`, where it is a run of its own with the item `ask`. Throws when there is no such answer; an
    /// item that does not catch it ends as after `agent::run`. Further options are those of `agent::run`.
    ///
    /// ```rhai
    /// fake::agent("ask", #{ text: `{ "kind": "bug", "files": ["src/a.rs"] }` });
    /// let found = agent::ask("reviewer", #{
    ///     prompt: "What kind of issue is this?\n\nIt crashes.",
    ///     schema: #{
    ///         type: "object",
    ///         properties: #{ kind: #{ "enum": ["bug", "idea"] }, files: #{ type: "array" } },
    ///         required: ["kind"],
    ///     },
    /// });
    /// print(`${found.kind} in ${found.files[0]}`); // → bug in src/a.rs
    /// ```
    #[rhai_fn(name = "ask", return_raw)]
    pub fn ask_data(context: NativeCallContext, role: &str, options: Map) -> Thrown<Dynamic> {
        native(&context, |call| ask::ask(call, role, options))
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

    /// Returns the agent that will have a role in another command that no flag names one for, or `()`.
    ///
    /// ```rhai
    /// if agent::usual("executor") == () { print("batchprp exe --batch 1 --agent runbook"); }
    /// ```
    #[rhai_fn(return_raw)]
    pub fn usual(context: NativeCallContext, role: &str) -> Thrown<Dynamic> {
        native(&context, |call| Ok(optional(usual_agent(call, role)?)))
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
