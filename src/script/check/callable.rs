//! What can be called, and what the scripts that were looked at call: both are looked up once.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use rhai::{AST, Engine, FuncInfo};

use super::super::reference::ApiReference;
use super::sites::{Site, sites};

/// Functions by name with the numbers of arguments they take.
pub(super) type ByName = BTreeMap<String, BTreeSet<usize>>;

/// Sorts functions by their names.
pub(super) fn by_name(functions: impl IntoIterator<Item = (String, usize)>) -> ByName {
    let mut table = ByName::new();
    for (name, arity) in functions {
        table.entry(name).or_default().insert(arity);
    }
    table
}

/// A script as it was compiled, and the calls in it.
type CallsOfTree = (Arc<AST>, Arc<Vec<Site>>);

/// The functions that every script has, and the calls of scripts.
#[derive(Debug)]
pub(crate) struct Callable {
    /// Those without a namespace, the language's own included.
    pub(super) plain: ByName,
    pub(super) namespaces: BTreeMap<String, ByName>,
    /// By the name of the script, with the tree in which they were found.
    sites: Mutex<HashMap<String, CallsOfTree>>,
}

impl Callable {
    /// Collects what an engine knows.
    pub(crate) fn of(engine: &Engine, reference: &ApiReference) -> Self {
        let name = |info: FuncInfo| {
            info.namespace.is_empty().then(|| (info.metadata.name.to_string(), info.metadata.num_params))
        };
        let plain = by_name(engine.collect_fn_metadata(None, name, true));
        let mut namespaces: BTreeMap<String, ByName> = BTreeMap::new();
        for function in &reference.functions {
            if let Some((namespace, name)) = function.name.split_once("::") {
                let table = namespaces.entry(namespace.to_owned()).or_default();
                table.entry(name.to_owned()).or_default().insert(function.arity);
            }
        }
        Self { plain, namespaces, sites: Mutex::default() }
    }

    /// Returns the calls of a script.
    pub(super) fn sites(&self, ast: &Arc<AST>) -> Arc<Vec<Site>> {
        let name = ast.source().unwrap_or_default();
        let mut known = self.sites.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, sites)) = known.get(name).filter(|(tree, _)| Arc::ptr_eq(tree, ast)) {
            return sites.clone();
        }
        let found = Arc::new(sites(ast));
        known.insert(name.to_owned(), (ast.clone(), found.clone()));
        found
    }
}
