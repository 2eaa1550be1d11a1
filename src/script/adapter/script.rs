//! Agent adapters: Rhai files that say how an agent is started and what its output means.
//!
//! An adapter outlives the call that made it: the transport calls it from the core while the agent runs. There it may
//! compute but not ask: the core cannot wait for itself.

use std::collections::VecDeque;
use std::sync::Arc;

use rhai::{AST, Array, CallFnOptions, Dynamic, Engine, EvalAltResult, FuncArgs, Map, Scope};
use serde::Deserialize;

use crate::bridge::Adapter;
use crate::error::{Error, ExitCode};
use crate::model::agent::{AgentEvent, AgentHome, AgentSpec, AgentStatus, CommandLine, Exit, StopStyle};

use super::acp::{ACP, spoken_to};
use super::capability;
use super::description::Signs;
use super::stock::{STOCK, stock};
use crate::script::api::run::current;
use crate::script::diagnostic;
use crate::script::embedded;
use crate::script::functions;
use crate::script::library::{ScriptPlace, is_inside};
use crate::script::reference::ApiReference;
use crate::script::spec;
use crate::script::state::HostState;
use crate::script::suggest;
use crate::script::value::convert::optional;

/// What `detect()` found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(crate) struct Detected {
    /// Path or name of the program.
    pub(crate) program: String,
    #[serde(default)]
    pub(crate) version: Option<String>,
}

/// `const ADAPTER` of an adapter file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Traits {
    /// One line for people.
    #[serde(default)]
    pub about: String,
    /// The agent writes heartbeats itself.
    #[serde(default)]
    pub heartbeat: bool,
    #[serde(default)]
    pub stop: StopStyle,
    /// Sessions can be continued.
    #[serde(default)]
    pub resume: bool,
    /// The service behind the agent keeps the beginnings of prompts: the first sibling starts ahead of the others.
    #[serde(default)]
    pub caches: bool,
    /// Lines that are no JSON objects may come several at a time, joined by line ends: for agents whose output is
    /// their answer.
    #[serde(default)]
    pub text: bool,
    /// Model of this agent where neither flags nor configuration name one; otherwise the role asks for one.
    #[serde(default)]
    pub model: Option<String>,
    /// What this agent calls the sizes `haiku`, `sonnet` and `opus`, in this order; an empty name means its own
    /// default. Without a name the word of the size is used.
    #[serde(default)]
    pub models: Vec<String>,
    /// Environment variables that the agent needs from the user; a `*` stands for any text.
    #[serde(default)]
    pub env: Vec<String>,
    /// Further ones, where a switch among the variables is set.
    #[serde(default)]
    pub env_if: std::collections::BTreeMap<String, Vec<String>>,
    /// Where it keeps sessions and logins below the home: folders end with a slash, and `${VARIABLE:-default}` may stand
    /// in front.
    #[serde(default)]
    pub state: Vec<String>,
    /// The oldest and the newest version that it was seen to work with.
    #[serde(default)]
    pub versions: Vec<String>,
    /// What shows that it is signed in.
    #[serde(default)]
    pub signs: Signs,
    /// What it can, in the words of [`CAPABILITIES`](super::CAPABILITIES); what is left out is unknown.
    #[serde(default)]
    pub capabilities: std::collections::BTreeMap<String, String>,
}

/// An adapter file that was compiled.
#[derive(Clone)]
pub struct AdapterScript {
    pub name: String,
    compiled: Arc<Compiled>,
    engine: Arc<Engine>,
    state: Arc<HostState>,
}

struct Compiled {
    traits: Traits,
    source: String,
    ast: AST,
    /// What the memory of an attempt begins with.
    given: Map,
}

/// The adapter of one attempt: the script and what it remembers.
pub struct ScriptAdapter {
    script: AdapterScript,
    memory: Dynamic,
    /// The first complaint was told; more of the same help nobody.
    complained: bool,
    /// The last lines of its error output.
    errors: VecDeque<String>,
}

/// So many lines of error output are shown to `outcome`, and so many characters of each.
const ERRORS: usize = 60;
const ERROR_WIDTH: usize = 500;

/// Returns the names of the agents that need no file and no configuration.
pub fn built_in_agents() -> Vec<&'static str> {
    let own = embedded::names("stdlib/agents/", ".rhai").into_iter().filter(|name| *name != ACP);
    let mut names: Vec<&str> = own.chain(STOCK.iter().map(|agent| agent.name)).collect();
    names.sort_unstable();
    names
}

/// Returns the names of all adapters: those of the project, those of the configuration, and the built-in ones.
pub(crate) fn agent_names(state: &HostState) -> Vec<String> {
    let own = std::fs::read_dir(state.state_folder().join("agents")).into_iter().flatten();
    let own = own.filter_map(|entry| entry.ok()?.file_name().to_str()?.strip_suffix(".rhai").map(str::to_owned));
    let configured = state.config.adapters.iter().filter(|(_, adapter)| !adapter.acp.is_empty());
    let configured = configured.map(|(name, _)| name.clone());
    let mut names: Vec<String> =
        own.chain(configured).chain(built_in_agents().into_iter().map(str::to_owned)).collect();
    names.sort();
    names.dedup();
    names
}

impl Compiled {
    fn of(engine: &Engine, state: &HostState, name: &str) -> Result<Self, Error> {
        let spoken_to = spoken_to(state, name);
        let file = format!("{}.rhai", if spoken_to.is_some() { ACP } else { name });
        let is_known = spoken_to.is_some() || name != ACP;
        let own = is_inside(&file).then(|| ScriptPlace::File(state.state_folder().join("agents").join(&file)));
        let places = own.into_iter().chain([ScriptPlace::BuiltIn(format!("stdlib/agents/{file}"))]);
        for place in places.filter(|_| is_known) {
            let Some((source, text)) = state.library.read(&place)? else { continue };
            let failed = |error: &EvalAltResult| {
                let error = explain(engine, state, error, &source);
                // A file that sets batchprp up, like the configuration.
                Error {
                    code: ExitCode::Config,
                    message: format!("the agent `{name}` cannot be used: {}", error.message),
                    help: error.help.or_else(|| Some("`batchprp check` shows every mistake of it".to_owned())),
                    ..error
                }
            };
            let ast = state.library.compile(engine, &source, &text).map_err(|error| failed(&error.into()))?;
            let traits = spec::literal(&ast, "ADAPTER").unwrap_or_default();
            let mut traits = Traits::deserialize(traits)
                .map_err(|error| Error::new(ExitCode::Config, format!("`ADAPTER` of `{source}` is wrong: {error}")))?;
            if let Some(mistake) = capability::mistake(&traits.capabilities) {
                let text = format!("`ADAPTER` of `{source}` is wrong: {mistake}");
                return Err(Error::new(ExitCode::Config, text));
            }
            functions::require(&ast, &FUNCTIONS, &format!("adapter `{source}`"), HELP)?;
            if spoken_to.is_none() {
                traits.completed();
            }
            if let Some(known) = stock(name).filter(|_| spoken_to.is_some()) {
                known.about.clone_into(&mut traits.about);
                traits.resume = !known.forgets;
                traits.env = known.env.iter().map(|name| (*name).to_owned()).collect();
                traits.state = known.state.iter().map(|place| (*place).to_owned()).collect();
                traits.signs.variables = known.auth.iter().map(|(name, _)| (*name).to_owned()).collect();
                let declared = [("resume", "no", known.forgets), ("tokens", "no", known.miscounts)];
                let declared = declared.into_iter().filter(|(.., holds)| *holds);
                traits.capabilities.extend(declared.map(|(name, word, _)| (name.to_owned(), word.to_owned())));
            }
            return Ok(Self { traits, source, ast, given: spoken_to.unwrap_or_default() });
        }
        let names = agent_names(state);
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        Err(Error::new(ExitCode::AgentMissing, format!("there is no agent `{name}`")).help(suggest::help(name, &names)))
    }
}

impl Traits {
    /// Says once more in the words of capabilities what is a switch of its own.
    fn completed(&mut self) {
        let resume = if self.resume { "yes" } else { "no" };
        self.capabilities.entry("resume".to_owned()).or_insert_with(|| resume.to_owned());
    }
}

impl AdapterScript {
    /// Returns an adapter: the project's own file wins. Each is compiled once in a run.
    pub(crate) fn load(state: &Arc<HostState>, name: &str) -> Result<Self, Error> {
        let engine = state.engine.get().and_then(std::sync::Weak::upgrade);
        let engine = engine.ok_or_else(|| Error::new(ExitCode::Internal, "the engine is gone"))?;
        let compiled = state.once(name, || Compiled::of(&engine, state, name))?;
        Ok(Self { name: name.to_owned(), compiled, engine, state: state.clone() })
    }

    pub(crate) fn traits(&self) -> &Traits {
        &self.compiled.traits
    }

    /// Looks for the program; `None` when it is not there. Runs on a script's thread and may run programs.
    pub(crate) fn detect(&self) -> Result<Option<Detected>, Error> {
        let found = self.look().map_err(|error| self.explain(&error))?;
        if found.is_unit() {
            return Ok(None);
        }
        let found = rhai::serde::from_dynamic::<Detected>(&found);
        found.map(Some).map_err(|error| {
            let help = "return `#{ program: \"…\", version: \"…\" }`, or `()`";
            Error::new(ExitCode::InvalidInput, format!("`detect` of `{}`: {error}", self.compiled.source)).help(help)
        })
    }

    fn look(&self) -> Result<Dynamic, Box<EvalAltResult>> {
        let mut given = Dynamic::from_map(self.compiled.given.clone());
        current::looking(|| self.call("detect", (), Some(&mut given)))
    }

    /// Returns the program that is spoken to over the protocol; nothing for agents with an adapter of their own.
    pub(crate) fn spoken_to(&self) -> Option<String> {
        let argv = self.compiled.given.get("argv")?.read_lock::<Array>()?;
        argv.first()?.clone().into_string().ok()
    }

    /// Says how a person signs in to an agent that is spoken to over the protocol.
    pub(crate) fn way_in(&self) -> Option<String> {
        self.compiled.given.get("sign_in")?.clone().into_string().ok()
    }

    /// Makes the adapter of one attempt.
    pub(crate) fn start(self) -> ScriptAdapter {
        let memory = Dynamic::from_map(self.compiled.given.clone());
        ScriptAdapter { script: self, memory, complained: false, errors: VecDeque::new() }
    }

    fn call(
        &self,
        function: &str,
        args: impl FuncArgs,
        this: Option<&mut Dynamic>,
    ) -> Result<Dynamic, Box<EvalAltResult>> {
        let options = CallFnOptions::new();
        let options = match this {
            Some(this) => options.bind_this_ptr(this),
            None => options,
        };
        self.engine.call_fn_with_options(options, &mut Scope::new(), &self.compiled.ast, function, args)
    }

    fn explain(&self, error: &EvalAltResult) -> Error {
        explain(&self.engine, &self.state, error, &self.compiled.source)
    }

    fn one_line(&self, error: &EvalAltResult) -> String {
        let names = || ApiReference::of(&self.engine).names();
        diagnostic::one_line(error, &self.state.library, &self.compiled.source, names)
    }
}

/// Functions of an adapter, with the number of their arguments.
const FUNCTIONS: [(&str, usize); 4] = [("detect", 0), ("command", 1), ("on_line", 1), ("outcome", 1)];
const HELP: &str = "`batchprp check` names all mistakes; the four functions are described in docs/scripting/agents.md";

fn explain(engine: &Engine, state: &HostState, error: &EvalAltResult, source: &str) -> Error {
    diagnostic::explain(error, &state.library, source, || ApiReference::of(engine).names())
}

impl ScriptAdapter {
    fn run(&mut self, function: &str, args: impl FuncArgs) -> Result<Dynamic, String> {
        let (script, memory) = (&self.script, &mut self.memory);
        let result = current::as_adapter(|| script.call(function, args, Some(memory)));
        result.map_err(|error| format!("adapter `{}`: {}", script.name, script.one_line(&error)))
    }

    fn complain(&mut self, text: String) -> Vec<AgentEvent> {
        match std::mem::replace(&mut self.complained, true) {
            true => Vec::new(),
            false => vec![AgentEvent::Warning { text }],
        }
    }
}

impl Adapter for ScriptAdapter {
    fn command(&mut self, spec: &AgentSpec) -> Result<CommandLine, String> {
        let spec = rhai::serde::to_dynamic(spec).map_err(|error| error.to_string())?;
        let line = self.run("command", (spec,))?;
        let line: Line = rhai::serde::from_dynamic(&line)
            .map_err(|error| format!("adapter `{}`: `command` returned something else: {error}", self.script.name))?;
        if line.argv.is_empty() {
            return Err(format!("adapter `{}`: `command` returned an empty `argv`", self.script.name));
        }
        Ok(CommandLine { argv: line.argv, env: line.env, stdin: line.stdin, files: line.files, home: line.home })
    }

    fn on_line(&mut self, line: &str) -> Vec<AgentEvent> {
        let events = match self.run("on_line", (line.to_owned(),)) {
            Ok(events) => events,
            Err(text) => return self.complain(text),
        };
        let mut read = Vec::new();
        for value in events.try_cast::<Array>().unwrap_or_default() {
            match event(&value) {
                Ok(event) => read.push(event),
                Err(text) => {
                    let text = format!("adapter `{}`: {text}", self.script.name);
                    read.extend(self.complain(text));
                }
            }
        }
        read
    }

    fn fresh(&self) -> Box<dyn Adapter> {
        Box::new(self.script.clone().start())
    }

    fn on_stderr(&mut self, line: &str) -> Vec<AgentEvent> {
        if self.errors.len() == ERRORS {
            self.errors.pop_front();
        }
        self.errors.push_back(line.chars().take(ERROR_WIDTH).collect());
        Vec::new()
    }

    fn joins_text(&self) -> bool {
        self.script.traits().text
    }

    fn outcome(&mut self, exit: Exit) -> (AgentStatus, String) {
        let mut known = Map::new();
        known.insert("code".into(), optional(exit.code.map(i64::from)));
        known.insert("signal".into(), optional(exit.signal.map(i64::from)));
        known.insert("stderr".into(), self.errors.make_contiguous().join("\n").into());
        let verdict = Ok(Dynamic::from_map(known));
        let verdict = verdict.and_then(|exit: Dynamic| self.run("outcome", (exit,))).and_then(|value| {
            let text = |error: Box<EvalAltResult>| format!("adapter `{}`: `outcome`: {error}", self.script.name);
            rhai::serde::from_dynamic::<Judgement>(&value).map_err(text)
        });
        match verdict {
            Ok(judgement) => (judgement.status, judgement.text),
            Err(text) => (AgentStatus::Protocol, text),
        }
    }
}

/// What `command` returns; all but `argv` may be left out.
#[derive(Deserialize)]
struct Line {
    argv: Vec<String>,
    #[serde(default)]
    env: std::collections::BTreeMap<String, String>,
    #[serde(default)]
    stdin: String,
    #[serde(default)]
    files: std::collections::BTreeMap<String, String>,
    #[serde(default)]
    home: Option<AgentHome>,
}

/// What `outcome` returns.
#[derive(Deserialize)]
struct Judgement {
    status: AgentStatus,
    #[serde(default)]
    text: String,
}

/// Reads one event map.
fn event(value: &Dynamic) -> Result<AgentEvent, String> {
    let wrong = |error: serde_json::Error| format!("`on_line` returned an event that is none: {error}");
    let value = serde_json::to_value(value).map_err(wrong)?;
    serde_json::from_value(value).map_err(wrong)
}
