//! Names that hide what every script can call: the file's own function answers then, wherever it is called.

use rhai::{AST, Position, Stmt};

use crate::model::problem::Problem;

use super::flow::Table;
use super::notes::Notes;

/// Functions of the language that must stay what they are.
const LANGUAGE: [&str; 10] =
    ["print", "debug", "type_of", "call", "curry", "is_def_var", "is_def_fn", "is_shared", "to_string", "to_debug"];

/// Looks at the names of functions and imports.
pub(super) fn inspect(table: &Table, ast: &AST, notes: &mut Notes) {
    for function in ast.iter_fn_def().filter(|function| !function.name.starts_with("anon$")) {
        let (name, params, at) = (function.name.as_str(), function.params.len(), function.body.start_position());
        // Called as a method, a function of the script gets its receiver beside its parameters.
        let is_hidden = LANGUAGE.contains(&name) || table.is_own(name, params);
        if is_hidden {
            let text = format!("the function `{name}` hides the one of that name that every script can call");
            let problem = Problem::error("check::hides", text).help("give it another name");
            notes.add(problem, header(notes.text(), at));
        }
    }
    for stmt in ast.statements() {
        if let Stmt::Import(import, _) = stmt
            && table.is_namespace(&import.1.name)
        {
            let name = &import.1.name;
            let text = format!("the import `{name}` hides the functions `{name}::…`");
            let problem = Problem::error("check::hides", text).help(format!("write `as {name}s`, or another name"));
            notes.add(problem, import.1.pos);
        }
    }
}

/// Returns the place of the line in which a body starts: that of its head.
pub(super) fn header(text: &str, body: Position) -> Position {
    let Some(line) = body.line() else { return body };
    let row = text.lines().nth(line - 1).unwrap_or_default();
    let column = row.find("fn ").map_or(0, |at| row[..at].chars().count() + 3);
    Position::new(u16::try_from(line).unwrap_or(u16::MAX), u16::try_from(column + 1).unwrap_or(u16::MAX))
}
