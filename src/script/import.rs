//! Resolves `import "…"`: relative names only, every file once, cycles named instead of followed.

use std::cell::RefCell;
use std::sync::Arc;

use rhai::{Engine, EvalAltResult, Module, ModuleResolver, Position, Scope, Shared};

use crate::error::{Error, ExitCode};

use super::embedded;
use super::failure::ScriptFailure;
use super::library::{Library, ScriptPlace, is_inside};
use super::suggest;

thread_local! {
    // The chain belongs to the thread: two recipes that import at the same time are no cycle.
    static LOADING: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// The module resolver of the engine.
pub(crate) struct Imports(pub(crate) Arc<Library>);

impl ModuleResolver for Imports {
    fn resolve(
        &self,
        engine: &Engine,
        source: Option<&str>,
        path: &str,
        position: Position,
    ) -> Result<Shared<Module>, Box<EvalAltResult>> {
        let fail = |error: Error| ScriptFailure::new(error, None).throw(position);
        let places = self.places(source, path).map_err(fail)?;
        for place in &places {
            let name = self.0.name(place);
            if let Some(module) = self.0.module(&name) {
                return Ok(module);
            }
            let Some((name, text)) = self.0.read(place).map_err(fail)? else { continue };
            let _link = Link::enter(&name).map_err(fail)?;
            let inside = |inner| Box::new(EvalAltResult::ErrorInModule(name.clone(), inner, position));
            let ast = self.0.compile(engine, &name, &text).map_err(|error| inside(Box::new(error.into())))?;
            let mut module = Module::eval_ast_as_new(Scope::new(), &ast, engine).map_err(inside)?;
            module.set_id(&*name);
            return Ok(self.0.keep_module(&name, module.into()));
        }
        Err(fail(missing(path, &places)))
    }
}

impl Imports {
    /// Returns the places that an import may mean, the first one that exists wins: beside the importing file, then the
    /// standard library; `std/…` is the standard library only.
    pub(crate) fn places(&self, source: Option<&str>, path: &str) -> Result<Vec<ScriptPlace>, Error> {
        if !is_inside(path) {
            return Err(Error::new(ExitCode::InvalidInput, format!("cannot import `{path}`"))
                .help("an import names a file relative to the folder of its script, without `..`"));
        }
        let (is_standard, name) = path.strip_prefix("std/").map_or((false, path), |name| (true, name));
        let standard = ScriptPlace::BuiltIn(format!("stdlib/{name}.rhai"));
        let own = source.and_then(|source| self.0.source(source)).map(|source| source.place);
        let importing = own.clone();
        let own = own.filter(|_| !is_standard);
        let beside = own.as_ref().and_then(|own| own.sibling(&format!("{path}.rhai")));
        // A command may have the name of the part of the library that it uses: no file means itself.
        let beside = beside.filter(|beside| own.as_ref() != Some(beside) && *beside != standard);
        // A project may have a part of the library of its own, for the built-in commands too.
        let own = (!is_standard).then(|| ScriptPlace::File(self.0.root().join(format!(".ce/stdlib/{name}.rhai"))));
        let own = own.filter(|own| importing.as_ref() != Some(own));
        Ok(beside.into_iter().chain(own).chain([standard]).collect())
    }
}

pub(crate) fn missing(path: &str, places: &[ScriptPlace]) -> Error {
    let names = embedded::names("stdlib/", ".rhai");
    let name = path.strip_prefix("std/").unwrap_or(path);
    let mut help = suggest::help(name, &names);
    for place in places {
        if let ScriptPlace::File(file) = place {
            help = format!("neither `{}` nor a part of the standard library: {help}", file.display());
        }
    }
    Error::new(ExitCode::InvalidInput, format!("there is no module `{path}`")).help(help)
}

/// One entry of the chain of files being loaded by this thread.
struct Link;

impl Link {
    fn enter(name: &str) -> Result<Self, Error> {
        LOADING.with_borrow_mut(|chain| {
            if let Some(start) = chain.iter().position(|entry| entry == name) {
                let circle = chain[start..].iter().map(String::as_str).chain([name]).collect::<Vec<_>>();
                return Err(Error::new(ExitCode::InvalidInput, format!("import cycle: {}", circle.join(" → ")))
                    .help("move what both need into a third file"));
            }
            chain.push(name.to_owned());
            Ok(Self)
        })
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        LOADING.with_borrow_mut(|chain| drop(chain.pop()));
    }
}
