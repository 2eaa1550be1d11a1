//! Executors: Rhai files that have an engine run jobs. Each job is one attempt of one item, carried out by a worker.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rhai::{AST, CallFnOptions, Dynamic, Engine, EvalAltResult, FuncArgs, Scope};
use serde::{Deserialize, Deserializer};

use crate::bridge::{EnginePlace, EngineState};
use crate::error::{Error, ExitCode};
use crate::script::api::run::current;
use crate::script::diagnostic;
use crate::script::embedded;
use crate::script::functions;
use crate::script::library::{ScriptPlace, is_inside};
use crate::script::reference::ApiReference;
use crate::script::state::HostState;
use crate::script::suggest;

/// Functions of an executor, with the number of their arguments.
const FUNCTIONS: [(&str, usize); 5] = [("capacity", 0), ("submit", 1), ("list", 1), ("cancel", 1), ("logs", 2)];
const HELP: &str = "the five functions are described in docs/cluster.md";

/// The jobs of a run; `None` where the engine does not answer.
type Jobs = Option<Arc<Vec<ListedJob>>>;

/// An executor file that was compiled, with what its engine said last.
pub(crate) struct Executor {
    source: String,
    ast: AST,
    engine: Arc<Engine>,
    state: Arc<HostState>,
    /// Jobs by run: one question to the engine serves all items.
    listed: Mutex<BTreeMap<String, (Instant, Jobs)>>,
    turn: Mutex<()>,
}

/// A job as `list` tells of it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct ListedJob {
    name: String,
    state: String,
    #[serde(default)]
    code: Option<i64>,
    #[serde(default, deserialize_with = "word")]
    node: Option<String>,
    #[serde(default, deserialize_with = "word")]
    partition: Option<String>,
    #[serde(default, deserialize_with = "word")]
    handle: Option<String>,
}

/// Reads what is only shown: text or a number, and nothing where it is something else or empty.
fn word<'de, D: Deserializer<'de>>(value: D) -> Result<Option<String>, D::Error> {
    let value = serde_json::Value::deserialize(value)?;
    let text = value.as_str().map(str::to_owned).or_else(|| value.as_i64().map(|number| number.to_string()));
    Ok(text.filter(|text| !text.is_empty()))
}

impl Executor {
    /// Loads an executor: the project's own file wins.
    pub(crate) fn load(state: &Arc<HostState>, name: &str) -> Result<Self, Error> {
        let engine = state.engine.get().and_then(std::sync::Weak::upgrade);
        let engine = engine.ok_or_else(|| Error::new(ExitCode::Internal, "the engine is gone"))?;
        let file = format!("{name}.rhai");
        let own = is_inside(&file).then(|| ScriptPlace::File(state.state_folder().join("executors").join(&file)));
        for place in own.into_iter().chain([ScriptPlace::BuiltIn(format!("stdlib/executors/{file}"))]) {
            let Some((source, text)) = state.library.read(&place)? else { continue };
            let failed = |error: &EvalAltResult| {
                let names = || ApiReference::of(&engine).names();
                let error = diagnostic::explain(error, &state.library, &source, names);
                Error { code: ExitCode::Config, ..error }
            };
            let ast = state.library.compile(&engine, &source, &text).map_err(|error| failed(&error.into()))?;
            functions::require(&ast, &FUNCTIONS, &format!("executor `{source}`"), HELP)?;
            return Ok(Self {
                source,
                ast,
                engine,
                state: state.clone(),
                listed: Mutex::default(),
                turn: Mutex::default(),
            });
        }
        let own = std::fs::read_dir(state.state_folder().join("executors")).into_iter().flatten().flatten();
        let own = own.filter_map(|entry| entry.file_name().to_str()?.strip_suffix(".rhai").map(str::to_owned));
        let built_in = embedded::names("stdlib/executors/", ".rhai").into_iter().map(str::to_owned);
        let names: Vec<String> = own.chain(built_in).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        Err(Error::new(ExitCode::Config, format!("there is no executor `{name}`")).help(suggest::help(name, &names)))
    }

    /// Calls a function of the executor.
    pub(crate) fn call(&self, function: &str, args: impl FuncArgs) -> Result<Dynamic, Error> {
        let call = || {
            let options = CallFnOptions::new();
            self.engine.call_fn_with_options(options, &mut Scope::new(), &self.ast, function, args)
        };
        current::as_executor(call).map_err(|error| {
            let names = || ApiReference::of(&self.engine).names();
            diagnostic::explain(&error, &self.state.library, &self.source, names)
        })
    }

    /// Returns what the engine says about a job and its place, no older than `age`.
    pub(crate) fn state_of(&self, run: &str, name: &str, age: Duration) -> Result<(EngineState, EnginePlace), Error> {
        let mut listed = self.listed.lock().unwrap_or_else(PoisonError::into_inner);
        let jobs = match listed.get(run) {
            Some((at, jobs)) if at.elapsed() < age => jobs.clone(),
            _ => {
                let jobs = match self.call("list", (run.to_owned(),)) {
                    Ok(jobs) => {
                        rhai::serde::from_dynamic::<Vec<ListedJob>>(&jobs).map(Arc::new).map(Some).map_err(|e| {
                            Error::new(
                                ExitCode::Config,
                                format!("`list` of `{}` returned something else: {e}", self.source),
                            )
                        })?
                    }
                    Err(error) if matches!(error.code, ExitCode::Interrupted) => return Err(error),
                    // An engine that does not answer says nothing about its jobs.
                    Err(_) => None,
                };
                listed.insert(run.to_owned(), (Instant::now(), jobs.clone()));
                jobs
            }
        };
        let Some(jobs) = jobs else { return Ok((EngineState::Unknown, EnginePlace::default())) };
        let Some(job) = jobs.iter().find(|job| job.name == name) else {
            return Ok((EngineState::Absent, EnginePlace::default()));
        };
        let state = match job.state.as_str() {
            "queued" => EngineState::Queued,
            "running" => EngineState::Running,
            "exited" => EngineState::Exited { code: job.code },
            "lost" => EngineState::Lost,
            _ => EngineState::Unknown,
        };
        let ListedJob { node, partition, handle, .. } = job.clone();
        Ok((state, EnginePlace { node, partition, handle }))
    }

    /// Has a job submitted, where there is room for one more. One after the other: each sees where those before it went.
    pub(crate) fn submit(&self, job: Dynamic) -> Result<(), Error> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        if self.call("capacity", ())?.as_int().map_or(true, |room| room > 0) {
            drop(self.call("submit", (job,))?);
            self.forget();
        }
        Ok(())
    }

    /// Has the engine asked anew the next time.
    pub(crate) fn forget(&self) {
        self.listed.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
