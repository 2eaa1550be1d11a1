//! What closures make of the variables that they capture: assignments in recipes, where items run at the same time and
//! updates get lost in silence, and calls on a variable that the closure of the call uses as well.

use std::collections::BTreeMap;

use rhai::{AST, ASTNode, Expr, FnCallExpr, FnPtr, ImmutableString, Position, Stmt};

use crate::model::problem::Problem;

use super::imports::Imported;
use super::notes::Notes;

/// Methods that change their receiver.
const CHANGING: [&str; 17] = [
    "push",
    "append",
    "insert",
    "pop",
    "shift",
    "remove",
    "clear",
    "truncate",
    "drain",
    "retain",
    "splice",
    "set",
    "mixin",
    "fill_with",
    "reverse",
    "sort",
    "pad",
];

/// Looks at every closure that `dag.run` may run at the same time as another one.
pub(super) fn inspect(ast: &AST, imported: &BTreeMap<String, Imported>, notes: &mut Notes) {
    for (name, captured) in recipes(ast, imported) {
        let Some(recipe) = ast.iter_fn_def().find(|function| function.name == name) else { continue };
        let names: Vec<&str> = recipe.params.iter().take(captured).map(ImmutableString::as_str).collect();
        let mut body = ast.clone_functions_only();
        body.retain_functions(|_, _, function, _| function == name);
        for (variable, at) in changes(&body, &names) {
            let text = format!("the recipe changes `{variable}`, which it shares with items that run at the same time");
            let problem = Problem::error("check::captured", text)
                .help("return what the item came to instead: updates get lost without an error");
            notes.add(problem, at);
        }
    }
    own_receivers(ast, notes);
}

/// A variable is held while something is called on it: a closure of that call that uses it too always fails.
fn own_receivers(ast: &AST, notes: &mut Notes) {
    let mut found = Vec::new();
    ast.walk(&mut |path: &[ASTNode]| {
        let Some(ASTNode::Expr(whole)) = path.last() else { return true };
        let (rest, is_index) = match whole {
            Expr::Dot(chain, ..) => (&chain.rhs, false),
            Expr::Index(chain, ..) => (&chain.rhs, true),
            _ => return true,
        };
        if let Some((name, _)) = root(whole).filter(|_| !is_rest(path))
            && let Some((method, at)) = capturing(rest, &name, is_index)
        {
            found.push((name, method, at));
        }
        true
    });
    for (name, method, at) in found {
        let text = format!("the closure of `{method}` uses `{name}`, on which it is called: that fails when it runs");
        let help = format!("take what the closure needs of `{name}` before: `let known = …;`");
        notes.add(Problem::error("check::own_receiver", text).help(help), at);
    }
}

/// Tells whether a part of a chain is what follows in a longer one.
fn is_rest(path: &[ASTNode]) -> bool {
    let [.., ASTNode::Expr(Expr::Dot(chain, ..) | Expr::Index(chain, ..)), ASTNode::Expr(part)] = path else {
        return false;
    };
    std::ptr::eq(&raw const chain.rhs, *part)
}

/// Returns the method of a chain whose closure captures a variable. Behind a bracket the chain begins with the index.
fn capturing(expr: &Expr, variable: &str, is_index: bool) -> Option<(String, Position)> {
    let captures = |arg: &Expr| {
        // The engine shares the variables first, and makes the closure then.
        let Expr::Stmt(block) = arg else { return false };
        let named = |arg: &Expr| matches!(arg, Expr::Variable(known, ..) if known.1.as_str() == variable);
        block.iter().any(|stmt| match stmt {
            Stmt::Expr(closure) => match &**closure {
                Expr::FnCall(call, _) => call.name == "curry" && call.args.iter().skip(1).any(named),
                _ => false,
            },
            _ => false,
        })
    };
    match expr {
        Expr::MethodCall(call, at) => call.args.iter().any(captures).then(|| (call.name.to_string(), *at)),
        Expr::Dot(chain, ..) | Expr::Index(chain, ..) => {
            let first = if is_index { None } else { capturing(&chain.lhs, variable, false) };
            first.or_else(|| capturing(&chain.rhs, variable, matches!(expr, Expr::Index(..))))
        }
        _ => None,
    }
}

/// Returns closures given to `….run(…)` or to a driver of another file, with the number of variables they capture.
fn recipes(ast: &AST, imported: &BTreeMap<String, Imported>) -> Vec<(String, usize)> {
    let runs = |node: &ASTNode| match node {
        ASTNode::Expr(Expr::MethodCall(call, _)) => call.name == "run",
        ASTNode::Expr(Expr::FnCall(call, _)) | ASTNode::Stmt(Stmt::FnCall(call, _)) => drives(call, imported),
        _ => false,
    };
    let mut found = Vec::new();
    ast.walk(&mut |path: &[ASTNode]| {
        if let Some(ASTNode::Expr(Expr::FnCall(call, _))) = path.last()
            && call.name == "curry"
            && path.iter().any(runs)
            && let Some(name) = call.args.first().and_then(closure)
        {
            found.push((name, call.args.len() - 1));
        }
        true
    });
    found
}

/// A function of an imported module that itself runs items.
fn drives(call: &FnCallExpr, imported: &BTreeMap<String, Imported>) -> bool {
    let module = call.namespace.path.first().and_then(|part| imported.get(part.name.as_str()));
    module.is_some_and(|module| super::sites::sites(&module.ast).iter().any(|site| site.method && site.name == "run"))
}

fn closure(expr: &Expr) -> Option<String> {
    let Expr::DynamicConstant(value, _) = expr else { return None };
    value.read_lock::<FnPtr>().map(|pointer: _| FnPtr::fn_name(&pointer).to_owned())
}

/// Returns the places where a function changes one of these variables.
fn changes(body: &AST, names: &[&str]) -> Vec<(String, Position)> {
    let mut found = Vec::new();
    body.walk(&mut |path: &[ASTNode]| {
        let changed = match path.last() {
            Some(ASTNode::Stmt(Stmt::Assignment(assignment))) => root(&assignment.1.lhs),
            Some(ASTNode::Expr(Expr::Dot(chain, ..))) if is_changing(&chain.rhs) => root(&chain.lhs),
            _ => None,
        };
        if let Some((name, at)) = changed.filter(|(name, _)| names.contains(&name.as_str())) {
            found.push((name, at));
        }
        true
    });
    found
}

fn is_changing(expr: &Expr) -> bool {
    match expr {
        Expr::MethodCall(call, _) => CHANGING.contains(&call.name.as_str()),
        Expr::Dot(chain, ..) | Expr::Index(chain, ..) => is_changing(&chain.rhs) || is_changing(&chain.lhs),
        _ => false,
    }
}

/// Returns the variable at the start of `a.b[c].d`.
fn root(expr: &Expr) -> Option<(String, Position)> {
    match expr {
        Expr::Variable(variable, _, at) => Some((variable.1.to_string(), *at)),
        Expr::Dot(chain, ..) | Expr::Index(chain, ..) => root(&chain.lhs),
        _ => None,
    }
}
