//! Calls of functions that do not exist, or not with so many arguments.

use std::collections::{BTreeMap, BTreeSet};

use rhai::{AST, ASTNode, Expr, FnCallExpr, Position, Stmt};

use crate::model::problem::Problem;

use super::super::host::ScriptHost;
use super::super::suggest;
use super::imports::Imported;
use super::notes::Notes;

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

/// One call as it is written.
pub(super) struct Site {
    /// Empty for a call without one.
    pub(super) namespace: String,
    pub(super) name: String,
    pub(super) args: usize,
    pub(super) method: bool,
    pub(super) position: Position,
}

/// Returns the calls of a file, operators left out.
pub(super) fn sites(ast: &AST) -> Vec<Site> {
    let mut found = Vec::new();
    ast.walk(&mut |path: &[ASTNode]| {
        let (call, position, method) = match path.last() {
            Some(ASTNode::Expr(Expr::FnCall(call, position)) | ASTNode::Stmt(Stmt::FnCall(call, position))) => {
                (call, *position, false)
            }
            Some(ASTNode::Expr(Expr::MethodCall(call, position))) => (call, *position, true),
            _ => return true,
        };
        if call.op_token.is_none() {
            found.push(site(call, position, method));
        }
        true
    });
    found
}

fn site(call: &FnCallExpr, position: Position, method: bool) -> Site {
    let namespace = call.namespace.path.iter().map(|part| part.name.as_str()).collect::<Vec<_>>().join("::");
    Site { namespace, name: call.name.to_string(), args: call.args.len(), method, position }
}

/// Functions by name with the numbers of arguments they take.
type Table = BTreeMap<String, BTreeSet<usize>>;

fn table(functions: impl IntoIterator<Item = (String, usize)>) -> Table {
    let mut table = Table::new();
    for (name, arity) in functions {
        table.entry(name).or_default().insert(arity);
    }
    table
}

/// Compares every call with what exists.
pub(super) fn inspect(host: &ScriptHost, ast: &AST, imported: &BTreeMap<String, Imported>, notes: &mut Notes) {
    let own = ast.iter_functions().filter(|function| !function.name.starts_with("anon$"));
    let own: Vec<(String, usize)> = own.map(|function| (function.name.to_owned(), function.params.len())).collect();
    let global = host.global_functions();
    let plain = table(own.iter().cloned().chain(global.iter().cloned()));
    let mut namespaces: BTreeMap<String, Table> = native(host);
    for (alias, module) in imported {
        namespaces.insert(alias.clone(), table(module.functions()));
    }
    for site in sites(ast) {
        if site.namespace.is_empty() && KEYWORDS.contains(&site.name.as_str()) {
            continue;
        }
        // Which methods there are depends on the receiver.
        let problem = match (site.namespace.as_str(), site.method) {
            ("", true) => None,
            ("", false) => compare(&site, &plain),
            (namespace, _) => namespaces.get(namespace).and_then(|table| compare(&site, table)),
        };
        if let Some(problem) = problem {
            notes.add(problem, site.position);
        }
    }
}

fn native(host: &ScriptHost) -> BTreeMap<String, Table> {
    let mut namespaces: BTreeMap<String, Table> = BTreeMap::new();
    for function in &host.reference().functions {
        if let Some((namespace, name)) = function.name.split_once("::") {
            let table = namespaces.entry(namespace.to_owned()).or_default();
            table.entry(name.to_owned()).or_default().insert(function.arity);
        }
    }
    namespaces
}

fn compare(site: &Site, table: &Table) -> Option<Problem> {
    if site.namespace.is_empty() && site.name == "exit" {
        let problem = Problem::error("check::exit", "`exit` is not available");
        return Some(problem.help("return an exit code from `main`, or throw a failure"));
    }
    let prefix = if site.namespace.is_empty() { String::new() } else { format!("{}::", site.namespace) };
    let Some(arities) = table.get(&site.name) else {
        let problem =
            Problem::error("check::unknown_function", format!("there is no function `{prefix}{}`", site.name));
        let near = suggest::nearest(&site.name, table.keys().map(String::as_str));
        return Some(match near {
            Some(near) => problem.help(format!("did you mean `{prefix}{near}`?")),
            None => problem.help("`batchprp api` lists the functions"),
        });
    };
    (!arities.contains(&site.args)).then(|| wrong_count(site, &prefix, arities))
}

fn wrong_count(site: &Site, prefix: &str, arities: &BTreeSet<usize>) -> Problem {
    let takes = arities.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or ");
    let text = format!("`{prefix}{}` gets {} arguments but takes {takes}", site.name, site.args);
    Problem::error("check::argument_count", text)
}
