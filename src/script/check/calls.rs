//! Calls of functions that do not exist, or not with so many arguments.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rhai::AST;

use crate::model::problem::Problem;

use super::super::host::ScriptHost;
use super::super::suggest;
use super::callable::{ByName, by_name};
use super::imports::Imported;
use super::notes::Notes;
use super::sites::Site;

/// Calls that the language itself understands.
const KEYWORDS: [&str; 12] = [
    "print",
    "debug",
    "type_of",
    "call",
    "curry",
    "is_def_var",
    "is_def_fn",
    "is_shared",
    "Fn",
    "eval",
    "to_string",
    "to_debug",
];

/// Compares every call with what exists.
pub(super) fn inspect(host: &ScriptHost, ast: &Arc<AST>, imported: &BTreeMap<String, Imported>, notes: &mut Notes) {
    let own = ast.iter_functions().filter(|function| !function.name.starts_with("anon$"));
    let own = by_name(own.map(|function| (function.name.to_owned(), function.params.len())));
    let callable = host.callable();
    let modules: BTreeMap<&str, ByName> =
        imported.iter().map(|(alias, module)| (alias.as_str(), by_name(module.functions()))).collect();
    for site in callable.sites(ast).iter() {
        if site.namespace.is_empty() && KEYWORDS.contains(&site.name.as_str()) {
            continue;
        }
        // Which methods there are depends on the receiver.
        let problem = match (site.namespace.as_str(), site.method) {
            ("", true) => None,
            ("", false) => compare(site, &[&own, &callable.plain]),
            (namespace, _) => {
                let table = modules.get(namespace).or_else(|| callable.namespaces.get(namespace));
                table.and_then(|table| compare(site, &[table]))
            }
        };
        if let Some(problem) = problem {
            notes.add(problem, site.position);
        }
    }
}

fn compare(site: &Site, tables: &[&ByName]) -> Option<Problem> {
    if site.namespace.is_empty() && site.name == "exit" {
        let problem = Problem::error("check::exit", "`exit` is not available");
        return Some(problem.help("return an exit code from `main`, or throw a failure"));
    }
    let prefix = if site.namespace.is_empty() { String::new() } else { format!("{}::", site.namespace) };
    let arities: BTreeSet<usize> = tables.iter().filter_map(|table| table.get(&site.name)).flatten().copied().collect();
    if arities.is_empty() {
        let problem =
            Problem::error("check::unknown_function", format!("there is no function `{prefix}{}`", site.name));
        let near = suggest::nearest(&site.name, tables.iter().flat_map(|table| table.keys()).map(String::as_str));
        return Some(match near {
            Some(near) => problem.help(format!("did you mean `{prefix}{near}`?")),
            None => problem.help("`batchprp api` lists the functions"),
        });
    }
    (!arities.contains(&site.args)).then(|| wrong_count(site, &prefix, &arities))
}

fn wrong_count(site: &Site, prefix: &str, arities: &BTreeSet<usize>) -> Problem {
    let takes = arities.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or ");
    let text = format!("`{prefix}{}` gets {} arguments but takes {takes}", site.name, site.args);
    Problem::error("check::argument_count", text)
}
