//! What a script can do to the world, its imports included.

use std::collections::BTreeSet;
use std::sync::Arc;

use rhai::AST;

use super::super::host::ScriptHost;
use super::imports::{self, Imported};

/// Function or method, and what it does to the world.
const EFFECTS: [(&str, &str); 35] = [
    ("agent::run", "starts agents"),
    ("agent::ask", "starts agents"),
    (".run", "runs items at the same time"),
    ("git::worktree", "makes branches and worktrees"),
    ("git::update_base", "merges into the batch branch"),
    ("git::land", "moves the branch on which a batch began"),
    ("git::undo_landing", "moves the branch on which a batch began"),
    (".commit", "commits to item branches"),
    (".take", "puts items into the hands of a person"),
    (".validate", "runs validation commands"),
    ("process::run", "runs programs"),
    ("process::detach", "starts programs that outlive the run"),
    ("http::request", "sends requests over the network"),
    ("http::json", "sends requests over the network"),
    ("person::prompt", "asks a person"),
    ("person::confirm", "asks a person"),
    ("files::write", "writes files of the project"),
    ("files::create", "writes files of the project"),
    ("files::copy", "writes files of the project"),
    ("files::append", "writes files of the project"),
    ("files::remove", "removes files of the project"),
    ("prp::set", "edits PRPs"),
    ("prp::move_to", "moves PRPs"),
    ("prp::next_batch", "reserves a batch number"),
    ("files::read", "reads files of the project"),
    ("files::list", "reads files of the project"),
    ("files::glob", "reads files of the project"),
    ("files::walk", "reads files of the project"),
    ("env::get", "reads environment variables"),
    ("git::executed", "reads git"),
    ("git::changes", "reads git"),
    ("git::progress", "reads git"),
    ("git::diff", "reads git"),
    ("git::branches", "reads git"),
    ("git::head", "reads git"),
];

/// Returns the effects of a file and of everything it imports, in the order of the table.
pub(super) fn of(host: &ScriptHost, ast: &Arc<AST>, file: &str, modules: &[&Imported]) -> Vec<&'static str> {
    let mut seen = BTreeSet::from([file.to_owned()]);
    let mut called = BTreeSet::new();
    let callable = host.callable();
    let mut collect = |ast: &Arc<AST>| {
        for site in callable.sites(ast).iter() {
            called.insert(match site.method {
                true => format!(".{}", site.name),
                false => format!("{}::{}", site.namespace, site.name),
            });
        }
    };
    collect(ast);
    let mut open: Vec<Imported> = modules.iter().map(|module| (*module).clone()).collect();
    while let Some(module) = open.pop() {
        if !seen.insert(module.source.clone()) {
            continue;
        }
        collect(&module.ast);
        for stmt in module.ast.statements() {
            if let rhai::Stmt::Import(import, _) = stmt
                && let rhai::Expr::StringConstant(path, _) = &import.0
            {
                open.extend(imports::load(host, &module.source, path));
            }
        }
    }
    let mut effects: Vec<&str> = Vec::new();
    for (function, effect) in EFFECTS {
        if called.contains(function) && !effects.contains(&effect) {
            effects.push(effect);
        }
    }
    effects
}
