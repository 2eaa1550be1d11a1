//! The form of a file: what stands at its top, what it must have, what it must not hide.

use std::path::Path;

use rhai::{AST, ASTFlags, ASTNode, Expr, Position, Stmt};

use crate::model::problem::Problem;

use super::super::api::needs::NEEDS;
use super::super::hook::NAMES;
use super::super::reader::drop_in;
use super::super::suggest;
use super::notes::Notes;

/// Functions that an adapter must have, with their parameters.
const ADAPTER: [(&str, usize); 4] = [("detect", 0), ("command", 1), ("on_line", 1), ("outcome", 1)];

/// Functions that the reader of a format must have.
const READER: [(&str, usize); 2] = [("recognise", 1), ("read", 1)];

/// Looks at the form of a file.
pub(super) fn inspect(ast: &AST, file: &str, notes: &mut Notes) {
    top_level(ast, notes);
    entry_points(ast, file, notes);
    empty_catches(ast, notes);
}

/// Statements at the top run again with every call of a function.
fn top_level(ast: &AST, notes: &mut Notes) {
    for stmt in ast.statements() {
        let is_constant = matches!(stmt, Stmt::Var(_, flags, _) if flags.contains(ASTFlags::CONSTANT));
        if is_constant || matches!(stmt, Stmt::Import(..) | Stmt::Noop(_)) {
            continue;
        }
        let problem = Problem::error("check::top_level", "only `import` and `const` may stand at the top of a script")
            .help("move it into `main`: what stands at the top runs again with every call");
        notes.add(problem, stmt.position());
    }
}

fn has(ast: &AST, name: &str, params: usize) -> bool {
    ast.iter_functions().any(|function| function.name == name && function.params.len() == params)
}

fn constants(ast: &AST) -> Vec<&str> {
    ast.iter_literal_variables(true, false).map(|(name, ..)| name).collect()
}

/// Tells whether a file describes itself as a command.
pub(super) fn is_command(ast: &AST) -> bool {
    constants(ast).iter().any(|name| ["ABOUT", "ARGS"].contains(name))
}

/// Tells whether a file reads a format of plans.
pub(super) fn is_reader(ast: &AST) -> bool {
    constants(ast).contains(&"FORMAT") || READER.iter().all(|(name, params)| has(ast, name, *params))
}

fn entry_points(ast: &AST, file: &str, notes: &mut Notes) {
    let constants = constants(ast);
    let is_command = is_command(ast);
    if is_command && !has(ast, "main", 1) && !has(ast, "main", 0) {
        let problem = Problem::error("check::main", "there is no `fn main(args)`").help("a command starts in `main`");
        notes.add(problem, Position::new(1, 1));
    }
    if is_command && !constants.contains(&"ABOUT") {
        let problem = Problem::warning("check::about", "the command says nothing about itself")
            .help("add `const ABOUT = \"…\";`: one line for `batchprp list`");
        notes.add(problem, Position::new(1, 1));
    }
    if constants.contains(&"ADAPTER") {
        for (name, params) in ADAPTER.into_iter().filter(|(name, params)| !has(ast, name, *params)) {
            let list = if params == 0 { "" } else { "…" };
            let problem = Problem::error("check::adapter", format!("the adapter has no `fn {name}({list})`"));
            notes.add(problem, Position::new(1, 1));
        }
    }
    if is_reader(ast) {
        if let Err(why) = drop_in::described(ast) {
            notes.add(Problem::error("check::reader", format!("`FORMAT` is wrong: {why}")), Position::new(1, 1));
        }
        for (name, _) in READER.into_iter().filter(|(name, params)| !has(ast, name, *params)) {
            let problem = Problem::error("check::reader", format!("the reader has no `fn {name}(document)`"));
            notes.add(problem.help("docs/formats.md has a complete reader"), Position::new(1, 1));
        }
    }
    hooks(ast, file, notes);
    needs(ast, notes);
    let is_test = file.ends_with(".test.rhai");
    if is_test && !ast.iter_functions().any(|function| function.name.starts_with("test_") && function.params.is_empty())
    {
        let problem = Problem::warning("check::test", "the file has no `fn test_…()`");
        notes.add(problem, Position::new(1, 1));
    }
}

/// A file of hooks has at least one, and none that nobody calls.
fn hooks(ast: &AST, file: &str, notes: &mut Notes) {
    let folder = Path::new(file).parent().and_then(Path::file_name);
    if folder.is_none_or(|folder| folder != "hooks") || file.ends_with(".test.rhai") {
        return;
    }
    let mut is_called = false;
    for function in ast.iter_fn_def() {
        let name = function.name.as_str();
        if NAMES.contains(&name) {
            is_called = true;
            if function.params.len() != 1 {
                let problem = Problem::error("check::hook", format!("the hook `{name}` does not take one argument"));
                notes.add(problem.help(format!("write `fn {name}(facts)`")), function.body.start_position());
            }
        } else if name.starts_with("before_") || name.starts_with("after_") || suggest::nearest(name, NAMES).is_some() {
            let problem = Problem::error("check::hook", format!("there is no hook `{name}`"));
            notes.add(problem.help(suggest::help(name, &NAMES)), function.body.start_position());
            is_called = true;
        }
    }
    if !is_called {
        let problem = Problem::warning("check::hook", "the file has no hook: nobody calls it");
        notes.add(problem.help(format!("hooks are {}", NAMES.join(", "))), Position::new(1, 1));
    }
}

/// What a script asks for beyond the ordinary must be there to be asked for.
fn needs(ast: &AST, notes: &mut Notes) {
    for stmt in ast.statements() {
        let Stmt::Var(var, ..) = stmt else { continue };
        if var.0.name != "NEEDS" {
            continue;
        }
        let Expr::Array(words, _) = &var.1 else {
            let problem = Problem::error("check::needs", "`NEEDS` is not a literal array of texts");
            notes.add(problem.help("write `const NEEDS = [\"commands\"];`"), var.1.position());
            continue;
        };
        let known: Vec<&str> = NEEDS.iter().map(|(word, _)| *word).collect();
        for word in words {
            let Expr::StringConstant(text, at) = word else {
                notes.add(Problem::error("check::needs", "a need is not a literal text"), word.start_position());
                continue;
            };
            if !known.contains(&text.as_str()) {
                let problem = Problem::error("check::needs", format!("there is no need `{text}`"));
                notes.add(problem.help(suggest::help(text, &known)), *at);
            }
        }
    }
}

/// A `catch` that does nothing also hides misspelled names: they are caught like any other error.
fn empty_catches(ast: &AST, notes: &mut Notes) {
    let mut found = Vec::new();
    ast.walk(&mut |path: &[ASTNode]| {
        if let Some(ASTNode::Stmt(Stmt::TryCatch(block, _))) = path.last()
            && block.branch.is_empty()
        {
            let inner = block.branch.position();
            found.push(if inner.is_none() { path[path.len() - 1].position() } else { inner });
        }
        true
    });
    for at in found {
        let problem =
            Problem::error("check::empty_catch", "an empty `catch` hides every mistake, misspelled names too")
                .help("look at `error.kind` and `throw error` what was not expected, or return a value");
        notes.add(problem, at);
    }
}
