//! What a script calls, against the level of the API that it was written for.

use std::collections::BTreeMap;
use std::sync::Arc;

use rhai::AST;

use crate::model::problem::Problem;

use super::super::api::level::{LEVEL, TOO_NEW_HELP, since, successor, too_new, wanted};
use super::super::host::ScriptHost;
use super::imports::Imported;
use super::notes::Notes;

/// Names functions that have a successor, and those that came later than the level which the script asks for.
pub(super) fn inspect(host: &ScriptHost, ast: &Arc<AST>, imported: &BTreeMap<String, Imported>, notes: &mut Notes) {
    let level = match wanted(ast) {
        None => LEVEL,
        Some((Some(level), _)) if level <= LEVEL => level,
        Some((Some(level), at)) => {
            return notes.add(Problem::error("check::level", too_new(level)).help(TOO_NEW_HELP), at);
        }
        Some((None, at)) => {
            let problem = Problem::error("check::level", "`API` is not a level of the script API");
            return notes.add(problem.help(format!("write `const API = {LEVEL};`")), at);
        }
    };
    for site in host.callable().sites(ast).iter() {
        if site.namespace.is_empty() || imported.contains_key(&site.namespace) {
            continue;
        }
        let name = format!("{}::{}", site.namespace, site.name);
        let mut functions = host.reference().functions.iter();
        let Some(function) = functions.find(|function| function.name == name && function.arity == site.args) else {
            continue;
        };
        if since(function) > level {
            let came = since(function);
            let text = format!("`{name}` came with level {came}, and the script is written for level {level}");
            let problem = Problem::error("check::level", text).help(format!("write `const API = {came};`"));
            notes.add(problem, site.position);
        } else if let Some((_, new)) = successor(function).filter(|(since, _)| *since <= level) {
            let problem = Problem::warning("check::deprecated", format!("`{name}` is called `{new}` now"));
            notes.add(problem.help(format!("did you mean `{new}`?")), site.position);
        }
    }
}
