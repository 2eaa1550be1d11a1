//! What the imports of a file bring in.

use std::collections::BTreeMap;
use std::sync::Arc;

use rhai::{AST, Expr, Stmt};

use crate::model::problem::Problem;

use super::super::host::ScriptHost;
use super::super::import::Imports;
use super::super::library::ScriptPlace;
use super::notes::Notes;

/// A module that a file imports.
#[derive(Clone)]
pub(super) struct Imported {
    /// Name of the file.
    pub(super) source: String,
    pub(super) ast: Arc<AST>,
}

impl Imported {
    /// Returns name and number of parameters of every function.
    pub(super) fn functions(&self) -> Vec<(String, usize)> {
        let functions = self.ast.iter_functions().filter(|function| !function.name.starts_with("anon$"));
        functions.map(|function| (function.name.to_owned(), function.params.len())).collect()
    }
}

/// Loads the modules of a file by alias; what cannot be loaded is a problem at its import.
pub(super) fn read(host: &ScriptHost, ast: &AST, source: &str, notes: &mut Notes) -> BTreeMap<String, Imported> {
    let mut modules = BTreeMap::new();
    for stmt in ast.statements() {
        let Stmt::Import(import, _) = stmt else { continue };
        let (expr, alias) = &**import;
        let Expr::StringConstant(path, at) = expr else {
            let problem = Problem::error("check::import", "the name of an import is not a literal");
            notes.add(problem, expr.position());
            continue;
        };
        match load(host, source, path) {
            Ok(module) => drop(modules.insert(alias.name.to_string(), module)),
            Err(problem) => notes.add(problem, *at),
        }
    }
    modules
}

/// Returns the names in the imports of a file.
pub(super) fn names(ast: &AST) -> Vec<String> {
    let name = |stmt: &Stmt| match stmt {
        Stmt::Import(import, _) => match &import.0 {
            Expr::StringConstant(path, _) => Some(path.to_string()),
            _ => None,
        },
        _ => None,
    };
    ast.statements().iter().filter_map(name).collect()
}

/// Returns where an import is found.
pub(crate) fn place(host: &ScriptHost, source: &str, path: &str) -> Option<ScriptPlace> {
    let places = Imports(host.library.clone()).places(Some(source), path).ok()?;
    places.into_iter().find(|place| matches!(host.library.read(place), Ok(Some(_))))
}

/// Loads one module.
pub(super) fn load(host: &ScriptHost, source: &str, path: &str) -> Result<Imported, Problem> {
    let wrong = |error: crate::error::Error| {
        let mut problem = Problem::error("check::import", error.message);
        problem.help = error.help;
        problem
    };
    let places = Imports(host.library.clone()).places(Some(source), path).map_err(wrong)?;
    for place in &places {
        let Some((name, text)) = host.library.read(place).map_err(wrong)? else { continue };
        let compiled = host.library.tree(&host.engine, &name, &text);
        let ast = compiled.map_err(|error| Problem::error("check::import", format!("`{name}` has errors: {error}")))?;
        return Ok(Imported { source: name, ast });
    }
    Err(wrong(super::super::import::missing(path, &places)))
}
