//! The files of hooks: found, compiled once in a run, and called.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};

use rhai::{AST, CallFnOptions, Dynamic, EvalAltResult, Map, Scope};

use crate::bridge::Failure;
use crate::error::{Error, ExitCode, Result};
use crate::model::outcome::{FailureKind, Outcome};
use crate::script::api::native::{Call, Fault};
use crate::script::diagnostic;
use crate::script::library::ScriptPlace;
use crate::script::reference::ApiReference;
use crate::script::state::HostState;

/// Every hook that is called, in the order of a run.
pub(crate) const NAMES: [&str; 6] =
    ["before_run", "before_item", "after_phase", "after_item", "after_merge", "after_run"];

/// The hooks of a project, by file name.
pub(super) struct Hooks(Vec<HookFile>);

struct HookFile {
    source: String,
    ast: AST,
}

/// Returns the hook files of a project, sorted by name; tests are none.
pub(crate) fn places(state_folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(state_folder.join("hooks")).into_iter().flatten().flatten();
    let is_hook = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        path.is_file() && name.strip_suffix(".rhai").is_some_and(|stem| !stem.contains('.'))
    };
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(is_hook).collect();
    files.sort();
    files
}

impl Hooks {
    /// Returns the hooks of the project. Tests of scripts call those that they are about themselves.
    pub(super) fn of(state: &HostState) -> Result<Arc<Self>> {
        state.once("hooks", || {
            let Some(engine) = state.engine.get().and_then(Weak::upgrade).filter(|_| state.fake.is_none()) else {
                return Ok(Self(Vec::new()));
            };
            let mut files = Vec::new();
            for path in places(&state.state_folder()) {
                let Some((source, text)) = state.library.read(&ScriptPlace::File(path))? else { continue };
                let ast = state.library.compile(&engine, &source, &text).map_err(|error| {
                    let names = || ApiReference::of(&engine).names();
                    let error = diagnostic::explain(&error.into(), &state.library, &source, names);
                    Error { code: ExitCode::Config, message: format!("the hook `{source}` {}", error.message), ..error }
                })?;
                files.push(HookFile { source, ast });
            }
            Ok(Self(files))
        })
    }

    /// Tells whether somebody wants to be called.
    pub(super) fn has(&self, name: &str) -> bool {
        self.named(name).next().is_some()
    }

    fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a HookFile> {
        self.0.iter().filter(move |file| file.ast.iter_functions().any(|f| f.name == name && f.params.len() == 1))
    }

    /// Returns which hook stands in which file.
    pub(super) fn listed(&self) -> Vec<(&'static str, String)> {
        NAMES.into_iter().flat_map(|name| self.named(name).map(move |file| (name, file.source.clone()))).collect()
    }

    /// Calls a hook in each file that has it, until one says no.
    pub(super) fn call(&self, call: &Call, name: &str, facts: &Map) -> std::result::Result<(), Fault> {
        let Some(engine) = call.state.engine.get().and_then(Weak::upgrade) else { return Ok(()) };
        for file in self.named(name) {
            let facts = Dynamic::from_map(facts.clone());
            let (options, mut scope) = (CallFnOptions::new(), Scope::new());
            let said = engine.call_fn_with_options::<Dynamic>(options, &mut scope, &file.ast, name, (facts,));
            let reason = match said {
                Ok(value) if value.is_unit() => continue,
                Ok(value) => match value.into_string() {
                    Ok(reason) => reason,
                    Err(kind) => {
                        format!("it returned `{kind}`; a hook returns nothing, or the reason of its no as text")
                    }
                },
                Err(error) if matches!(*error, EvalAltResult::ErrorTerminated(..)) => {
                    return Err(Fault::Bridge(Failure::Cancelled));
                }
                Err(error) => {
                    let names = || ApiReference::of(&engine).names();
                    diagnostic::one_line(&error, &call.state.library, &file.source, names)
                }
            };
            let text = format!("`{name}` of `{}` says no: {reason}", file.source);
            let outcome = Outcome::failed(FailureKind::Refused, text.clone());
            return Err(Fault::Judged(Error::new(ExitCode::Policy, text), Box::new(outcome)));
        }
        Ok(())
    }
}
