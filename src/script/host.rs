//! The host of a process: one engine, one library, and the running of scripts.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use rhai::{AST, Dynamic, Engine, Scope};
use serde_json::Value;

use crate::bridge::{Adapter, Bridge, Cancel, Closed};
use crate::config::Config;
use crate::error::{Error, ExitCode, Result};

use super::adapter::{AdapterScript, Traits};
use super::api::needs;
use super::api::shapes::SHAPES;
use super::check::{Callable, Table};
use super::diagnostic;
use super::embedded;
use super::engine;
use super::hook;
use super::library::{Library, ScriptPlace};
use super::limits::STACK;
use super::reference::ApiReference;
use super::search::{FoundScript, SearchPath};
use super::spec::{self, Spec};
use super::state::{HostState, Person, ScriptRun};
use super::testing::coverage::Coverage;
use super::value::closed::ClosedValue;
use crate::fake::FakeBridge;

/// What a host is made from.
pub struct HostParts {
    pub bridge: Arc<dyn Bridge>,
    /// Root of the project.
    pub root: PathBuf,
    pub config: Arc<Config>,
    /// Set to stop every script that runs.
    pub cancel: Arc<Cancel>,
    pub search: SearchPath,
}

/// Runs scripts. Cheap to clone.
#[derive(Clone)]
pub struct ScriptHost {
    pub(crate) engine: Arc<Engine>,
    pub library: Arc<Library>,
    pub search: Arc<SearchPath>,
    pub(crate) state: Arc<HostState>,
    reference: Arc<OnceLock<ApiReference>>,
    table: Arc<OnceLock<Table>>,
    callable: Arc<OnceLock<Callable>>,
}

/// What notes the lines of all scripts of this process, where that is asked for.
fn noted() -> Option<Arc<Coverage>> {
    static NOTED: OnceLock<Option<Arc<Coverage>>> = OnceLock::new();
    NOTED.get_or_init(Coverage::noted).clone()
}

/// A compiled script.
#[derive(Clone)]
pub struct Script {
    /// The word that runs it.
    pub name: String,
    /// Name of the file, as shown to people.
    pub source: String,
    pub(crate) ast: Arc<AST>,
}

/// How a script ended.
#[derive(Clone, Debug, PartialEq)]
pub struct ScriptEnd {
    pub exit_code: u8,
    /// The run that it closed, if it opened one.
    pub closed: Option<Closed>,
}

/// A module that scripts import by its name.
pub struct LibraryModule {
    pub name: String,
    /// The first line of its header.
    pub about: String,
    /// The built-in file, or the one of the project that takes its place.
    pub path: String,
    pub text: String,
}

/// Builds the host of a process.
pub fn host(context: HostParts) -> ScriptHost {
    build(context, None, None)
}

/// Builds the host of a test, whose scripts may command the fake bridge.
pub(crate) fn fake_host(context: HostParts, fake: Arc<FakeBridge>, coverage: Option<&Arc<Coverage>>) -> ScriptHost {
    build(context, Some(fake), coverage)
}

fn build(context: HostParts, fake: Option<Arc<FakeBridge>>, coverage: Option<&Arc<Coverage>>) -> ScriptHost {
    let library = Arc::new(Library::new(&context.root));
    let state = HostState::new(context.bridge, context.root, context.config, context.cancel, library.clone(), fake);
    let state = Arc::new(state);
    let mut engine = engine::build(&state);
    if let Some(coverage) = coverage.cloned().or_else(noted) {
        coverage.watch(&mut engine, &library);
    }
    let engine = Arc::new(engine);
    state.engine.get_or_init(|| Arc::downgrade(&engine));
    ScriptHost {
        engine,
        library,
        search: Arc::new(context.search),
        state,
        reference: Arc::default(),
        table: Arc::default(),
        callable: Arc::default(),
    }
}

impl ScriptHost {
    /// Finds and compiles a command by path or name.
    pub fn load(&self, script: &str) -> Result<Script> {
        let found = self.search.find(script)?;
        self.load_found(&found)
    }

    /// Compiles a command that was found.
    pub fn load_found(&self, found: &FoundScript) -> Result<Script> {
        self.load_place(&found.name, &found.place)
    }

    pub(crate) fn load_place(&self, name: &str, place: &ScriptPlace) -> Result<Script> {
        let missing = || Error::new(ExitCode::Usage, format!("there is no script `{}`", self.library.name(place)));
        let (source, text) = self.library.read(place)?.ok_or_else(missing)?;
        let compiled = self.library.tree(&self.engine, &source, &text);
        let ast = compiled.map_err(|error| self.explain(&error.into(), &source))?;
        Ok(Script { name: name.to_owned(), source, ast })
    }

    /// Reads the description of a command out of its constants, without running it.
    pub fn spec(&self, script: &Script) -> Result<Spec> {
        let text = self.library.source(&script.source).map(|source| source.text).unwrap_or_default();
        let (spec, problems) = spec::read(&script.ast, &text);
        match problems.is_empty() {
            true => self.with_common(spec),
            false => Err(Error::new(ExitCode::InvalidInput, format!("`{}` describes itself wrongly", script.source))
                .findings(script.source.clone(), text.to_string(), problems)),
        }
    }

    /// Adds the flags that all commands share.
    pub(crate) fn with_common(&self, mut spec: Spec) -> Result<Spec> {
        let place = ScriptPlace::BuiltIn("stdlib/flags.rhai".to_owned());
        let flags = self.load_place("flags", &place)?;
        let text = self.library.source(&flags.source).map(|source| source.text).unwrap_or_default();
        spec.add_common(&flags.ast, &text);
        Ok(spec)
    }

    /// Loads the adapter of an agent for one attempt.
    pub fn adapter(&self, name: &str) -> Result<Box<dyn Adapter>> {
        Ok(Box::new(AdapterScript::load(&self.state, name)?.start()))
    }

    /// Returns what the adapter of an agent declares.
    pub fn agent_traits(&self, name: &str) -> Result<Traits> {
        Ok(AdapterScript::load(&self.state, name)?.traits().clone())
    }

    /// Runs `main(args)` of a command on a thread of its own and waits for its end.
    pub fn run_main(&self, script: &Script, args: &Value) -> Result<ScriptEnd> {
        let run = ScriptRun {
            command: script.name.clone(),
            args: Arc::new(args.clone()),
            needs: needs::of(&script.ast),
            closed: None,
        };
        self.state.begin(run);
        let args = rhai::serde::to_dynamic(args).map_err(|error| self.explain(&error, &script.source))?;
        let result = self.call(script, "main", args);
        let closed = self.state.run().closed;
        let exit_code = match result {
            Ok(value) => exit_code(&value, script)?,
            // A stopped run was closed in an orderly way: its summary knows the signal.
            Err(error) => match (&closed, error.code) {
                (Some(closed), ExitCode::Interrupted) => closed.exit_code,
                _ if self.is_end_of_preview(&error) => 0,
                _ => return Err(error),
            },
        };
        Ok(ScriptEnd { exit_code, closed })
    }

    /// Tells whether a dry run ends here because nobody can know what an agent, a program or a server would answer.
    fn is_end_of_preview(&self, error: &Error) -> bool {
        let Some(preview) = self.state.preview().filter(|_| error.code != ExitCode::Interrupted) else { return false };
        if !preview.replace_guessed(false) {
            return false;
        }
        let text = format!("The preview ends here, because what follows depends on an answer: {}", error.message);
        super::api::run::event::note_text(&self.state, text);
        true
    }

    /// Calls a function of a script with one argument, or none when it is `()` and the function takes none.
    pub(crate) fn call(&self, script: &Script, function: &str, argument: Dynamic) -> Result<Dynamic> {
        let work = || {
            let mut scope = Scope::new();
            let takes = |count| script.ast.iter_functions().any(|f| f.name == function && f.params.len() == count);
            let result = match takes(1) {
                true => self.engine.call_fn::<Dynamic>(&mut scope, &script.ast, function, (argument,)),
                false if takes(0) => self.engine.call_fn(&mut scope, &script.ast, function, ()),
                false => return Err(no_function(script, function)),
            };
            result.map_err(|error| self.explain(&error, &script.source))
        };
        on_big_stack(work)
    }

    pub(crate) fn explain(&self, error: &rhai::EvalAltResult, source: &str) -> Error {
        diagnostic::explain(error, &self.library, source, || self.reference().names())
    }

    /// Returns what scripts can call, and do.
    pub(crate) fn callable(&self) -> &Callable {
        self.callable.get_or_init(|| Callable::of(&self.engine, self.reference()))
    }

    /// Returns definition files for editors, by name: `prp.d.rhai` and its text.
    pub fn definitions(&self) -> Vec<(String, String)> {
        let definitions = self.engine.definitions().include_standard_packages(false);
        definitions.iter_files().map(|(name, text)| (name, super::reference::plain_types(&text))).collect()
    }

    /// Returns what `check` compares scripts with.
    pub(crate) fn table(&self) -> &Table {
        self.table.get_or_init(|| Table::of(&self.engine, self.reference()))
    }

    /// Returns what a script may do beyond the ordinary, as it says itself.
    pub fn needs(&self, place: &ScriptPlace) -> Vec<&'static str> {
        let Ok(script) = self.load_place("needs", place) else { return Vec::new() };
        let own = needs::of(&script.ast);
        needs::NEEDS.iter().filter(|(word, _)| own.iter().any(|own| own == word)).map(|(_, what)| *what).collect()
    }

    /// Returns the modules that scripts import by name: the standard library with the parts that the project has of its own.
    pub fn modules(&self) -> Vec<LibraryModule> {
        let folder = self.library.root().join(".ce/stdlib");
        let own = std::fs::read_dir(&folder).into_iter().flatten().flatten().filter_map(|entry| {
            let name = entry.file_name().to_str()?.strip_suffix(".rhai")?.to_owned();
            (!name.contains('.')).then_some(name)
        });
        let mut names: Vec<String> =
            embedded::names("stdlib/", ".rhai").into_iter().map(str::to_owned).chain(own).collect();
        names.sort();
        names.dedup();
        let module = |name: String| {
            let file = ScriptPlace::File(folder.join(format!("{name}.rhai")));
            let place = ScriptPlace::BuiltIn(format!("stdlib/{name}.rhai"));
            let (path, text) = [file, place].iter().find_map(|place| self.library.read(place).ok().flatten())?;
            let about = text.lines().next().and_then(|line| line.strip_prefix("//!")).unwrap_or_default();
            Some(LibraryModule { name, about: about.trim().to_owned(), path, text: text.to_string() })
        };
        names.into_iter().filter_map(module).collect()
    }

    /// Returns which hook stands in which file, in the order of a run.
    pub fn hooks(&self) -> Result<Vec<(&'static str, String)>> {
        hook::listed(&self.state)
    }

    /// Says how a person is asked; without that nobody is.
    pub fn ask_person(&self, person: Person) {
        drop(self.state.person.set(person));
    }

    /// Returns the names of the roles that agents can have: the project's own and the built-in ones.
    pub(crate) fn roles(&self) -> Vec<String> {
        let own = std::fs::read_dir(self.state.state_folder().join("subagents"));
        let own = own.into_iter().flatten().flatten().filter_map(|entry| {
            entry.file_name().to_str().and_then(|name| name.strip_suffix(".md")).map(str::to_owned)
        });
        embedded::names("stdlib/subagents/", ".md").into_iter().map(str::to_owned).chain(own).collect()
    }

    /// Returns the reference of all native functions.
    pub fn reference(&self) -> &ApiReference {
        self.reference.get_or_init(|| ApiReference::of(&self.engine).with_options(SHAPES))
    }
}

fn no_function(script: &Script, function: &str) -> Error {
    Error::new(ExitCode::InvalidInput, format!("`{}` has no function `{function}(args)`", script.source))
        .help("a command starts in `fn main(args) { … }`")
}

/// Runs work on a thread whose stack fits the deepest script; a panic becomes an internal error.
pub(crate) fn on_big_stack<T: Send>(work: impl FnOnce() -> Result<T> + Send) -> Result<T> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("script".to_owned()).stack_size(STACK);
        let thread = thread.spawn_scoped(scope, || {
            super::limits::heard();
            work()
        });
        let thread =
            thread.map_err(|error| Error::new(ExitCode::Internal, format!("cannot start a thread: {error}")))?;
        thread.join().unwrap_or_else(|panic| {
            let text = super::api::native::panic_text(&*panic);
            Err(Error::new(ExitCode::Internal, format!("a native function panicked: {text}")))
        })
    })
}

/// Reads what `main` returned: a closed run, an exit code, or nothing.
fn exit_code(value: &Dynamic, script: &Script) -> Result<u8> {
    if let Some(closed) = value.read_lock::<ClosedValue>() {
        return Ok(closed.0.exit_code);
    }
    if value.is_unit() {
        return Ok(0);
    }
    if let Some(code) = value.as_int().ok().and_then(|code| u8::try_from(code).ok()) {
        return Ok(code);
    }
    Err(Error::new(ExitCode::InvalidInput, format!("`main` of `{}` returned `{value}`", script.source))
        .help("it may return the end of a run, an exit code from 0 to 255, or nothing"))
}
