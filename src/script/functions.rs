//! The functions that a script of a known kind must have: an adapter, an executor.

use rhai::AST;

use crate::error::{Error, ExitCode};

/// Refuses a script that lacks one of the wanted functions; each is a name and the number of its arguments.
pub(crate) fn require(ast: &AST, wanted: &[(&str, usize)], what: &str, help: &str) -> Result<(), Error> {
    let has = |(name, count): &(&str, usize)| ast.iter_functions().any(|f| f.name == *name && f.params.len() == *count);
    let missing: Vec<String> =
        wanted.iter().filter(|function| !has(function)).map(|(name, _)| format!("`{name}`")).collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Error::new(ExitCode::Config, format!("the {what} has no function {}", missing.join(", "))).help(help))
}
