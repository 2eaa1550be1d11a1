//! Readers of formats: Rhai files that say what a document of another tool holds.
//!
//! A reader computes and asks nobody: it is called wherever a document is read, also while a run merges.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use rhai::{AST, Dynamic, Engine, EvalAltResult, Scope};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::error::{Error, ExitCode, Result};
use crate::model::read::dialect::{DropInFormat, Format, Reader, Readers, Source, Told};

use crate::script::ScriptHost;
use crate::script::api::run::current;
use crate::script::diagnostic;
use crate::script::functions;
use crate::script::host::on_big_stack;
use crate::script::library::ScriptPlace;
use crate::script::reference::ApiReference;
use crate::script::spec;
use crate::script::state::HostState;
use crate::script::value::document::DocumentValue;

/// Functions of a reader, with the number of their arguments.
const FUNCTIONS: [(&str, usize); 2] = [("recognise", 1), ("read", 1)];
const HELP: &str = "`batchprp check` names all mistakes; readers are described in docs/formats.md";

/// `const FORMAT` of a reader.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Described {
    place: String,
    unit: String,
    mark: String,
    files: Vec<String>,
    beside: Vec<String>,
}

/// A reader that was compiled.
struct DropIn {
    format: Format,
    source: String,
    ast: AST,
    engine: Arc<Engine>,
    state: Arc<HostState>,
}

/// Compiles the readers of a folder, by name. A folder that is not there holds none.
pub fn load(host: &ScriptHost, folder: &Path) -> Result<Readers> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let stem = |name: &str| name.strip_suffix(".rhai").filter(|stem| !stem.contains('.')).map(str::to_owned);
    let names: BTreeSet<String> = entries.filter_map(|entry| stem(entry.file_name().to_str()?)).collect();
    let mut own: Vec<Arc<dyn Reader>> = Vec::new();
    for name in names {
        own.push(Arc::new(DropIn::compile(host, folder, &name)?));
    }
    Ok(Readers::new(own))
}

/// Reads what a reader says about its format; it may say nothing.
pub(crate) fn described(ast: &AST) -> std::result::Result<Described, serde_json::Error> {
    spec::literal(ast, "FORMAT").map_or_else(|| Ok(Described::default()), Described::deserialize)
}

impl DropIn {
    fn compile(host: &ScriptHost, folder: &Path, name: &str) -> Result<Self> {
        let refuse = |message: String| Error::new(ExitCode::Config, message).help(HELP);
        if Format::named(name).is_some() {
            return Err(refuse(format!("`{name}` is a format that is built in"))
                .help("give the reader another name: the name of its file is that of its format"));
        }
        let place = ScriptPlace::File(folder.join(format!("{name}.rhai")));
        let unusable = |error: Error| Error {
            code: ExitCode::Config,
            message: format!("the reader `{name}` cannot be used: {}", error.message),
            help: error.help.or_else(|| Some(HELP.to_owned())),
            ..error
        };
        let script = host.load_place(name, &place).map_err(unusable)?;
        let told = described(&script.ast)
            .map_err(|error| refuse(format!("`FORMAT` of `{}` is wrong: {error}", script.source)))?;
        functions::require(&script.ast, &FUNCTIONS, &format!("reader `{}`", script.source), HELP)?;
        let or = |said: String, otherwise: &str| if said.is_empty() { otherwise.to_owned() } else { said };
        // Formats are named by copy everywhere, and a program loads its readers once.
        let format: &'static DropInFormat = Box::leak(Box::new(DropInFormat {
            name: name.to_owned(),
            place: or(told.place, "where its reader recognises one"),
            unit: or(told.unit, "as its reader says"),
            mark: or(told.mark, "the marks that its reader names"),
            files: told.files,
            beside: told.beside,
        }));
        Ok(Self {
            format: Format::DropIn(format),
            source: script.source,
            ast: (*script.ast).clone(),
            engine: host.engine.clone(),
            state: host.state.clone(),
        })
    }

    fn ask<T: DeserializeOwned + Send>(&self, function: &str, source: &Source) -> std::result::Result<T, String> {
        let document = DocumentValue::of(source);
        let work = || {
            let call = || {
                let document = Dynamic::from(document);
                self.engine.call_fn::<Dynamic>(&mut Scope::new(), &self.ast, function, (document,))
            };
            let answer = current::as_reader(call).map_err(|error| self.explain(&error))?;
            rhai::serde::from_dynamic::<T>(&answer).map_err(|error| {
                let text = format!("`{function}` of `{}` returned something else: {error}", self.source);
                Error::new(ExitCode::InvalidInput, text)
            })
        };
        on_big_stack(work).map_err(|error| error.message)
    }

    fn explain(&self, error: &EvalAltResult) -> Error {
        let text = match error {
            EvalAltResult::ErrorTerminated(..) => format!("`{}` computed for too long", self.source),
            error => {
                let names = || ApiReference::of(&self.engine).names();
                diagnostic::one_line(error, &self.state.library, &self.source, names)
            }
        };
        Error::new(ExitCode::InvalidInput, text)
    }
}

impl Reader for DropIn {
    fn format(&self) -> Format {
        self.format
    }

    fn recognise(&self, source: &Source) -> std::result::Result<u8, String> {
        let confidence: i64 = self.ask("recognise", source)?;
        u8::try_from(confidence.clamp(0, 100)).map_err(|error| error.to_string())
    }

    fn read(&self, source: &Source) -> std::result::Result<Told, String> {
        self.ask("read", source)
    }
}
