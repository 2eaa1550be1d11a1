//! Functions of several files that have one name. Rhai 1.27 remembers which function a name means without the file that says
//! it: where two files each call a function of their own by that name, one of them gets that of the other one, sooner or
//! later.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rhai::AST;

use crate::model::problem::Problem;

use super::super::host::ScriptHost;
use super::hiding::header;
use super::imports::{self, Imported};
use super::notes::Notes;

/// Name and number of parameters.
type Function = (String, usize);

/// What of a file can be mixed up with what of another one.
struct Names {
    /// Functions that it calls by their bare names.
    own: BTreeSet<Function>,
    /// What it calls as methods.
    methods: BTreeSet<Function>,
}

/// Looks for names that a file and the modules behind its imports both use.
pub(super) fn inspect(host: &ScriptHost, ast: &Arc<AST>, imported: &BTreeMap<String, Imported>, notes: &mut Notes) {
    let mine = names(host, ast);
    let mut others: BTreeMap<String, Names> = BTreeMap::new();
    let mut open: Vec<Imported> = imported.values().cloned().collect();
    while let Some(module) = open.pop() {
        if others.contains_key(&module.source) {
            continue;
        }
        // What cannot be loaded is told where it is imported.
        let behind = imports::names(&module.ast);
        open.extend(behind.iter().filter_map(|path| imports::load(host, &module.source, path).ok()));
        others.insert(module.source, names(host, &module.ast));
    }
    for function in ast.iter_fn_def() {
        let key = (function.name.to_string(), function.params.len());
        let is_mixed =
            |other: &Names| mine.own.contains(&key) && other.uses(&key) || mine.uses(&key) && other.own.contains(&key);
        let Some((source, _)) = others.iter().find(|(_, other)| is_mixed(other)) else { continue };
        let text = format!("the function `{}` has the name of one that `{source}` calls", key.0);
        let problem = Problem::error("check::mixed", text).help("give it another name: the two can be mixed up");
        let at = header(notes.text(), function.body.start_position());
        notes.add(problem, at);
    }
}

impl Names {
    fn uses(&self, function: &Function) -> bool {
        self.own.contains(function) || self.methods.contains(function)
    }
}

fn names(host: &ScriptHost, ast: &Arc<AST>) -> Names {
    let defined: BTreeSet<Function> =
        ast.iter_fn_def().map(|function| (function.name.to_string(), function.params.len())).collect();
    let mut names = Names { own: BTreeSet::new(), methods: BTreeSet::new() };
    for site in host.callable().sites(ast).iter().filter(|site| site.namespace.is_empty()) {
        let key = (site.name.clone(), site.args);
        if site.method {
            names.methods.insert(key);
        } else if defined.contains(&key) {
            names.own.insert(key);
        }
    }
    names
}
