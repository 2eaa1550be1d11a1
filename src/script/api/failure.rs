//! `failure::of`: failures that scripts throw.

use std::sync::Arc;

use rhai::plugin::*;
use rhai::{Array, Dynamic};

use crate::error::{Error, ExitCode};

use super::super::failure::{ScriptFailure, code, failures};
use super::super::suggest;
use super::native::{Fault, Thrown, invalid, native};
use super::run::current;

fn failure(kind: &str, message: &str, help: Dynamic) -> Result<ScriptFailure, Fault> {
    let kinds: Vec<_> = failures().map(ExitCode::kind).collect();
    let code = code(kind)
        .ok_or_else(|| invalid(format!("there is no kind of failure `{kind}`")).help(suggest::help(kind, &kinds)))?;
    let mut error = Error::new(code, message);
    error.help = help.into_string().ok();
    Ok(ScriptFailure::told(error, current::attempt().map(|attempt| attempt.item)))
}

#[export_module]
pub(crate) mod module {
    /// Makes a failure to throw: its kind decides the exit code, `help` is the way out or `()`.
    ///
    /// ```rhai
    /// throw failure::of("policy", "batch 47 exists", "add --overwrite");
    /// ```
    #[rhai_fn(return_raw)]
    pub fn of(context: NativeCallContext, kind: &str, message: &str, help: Dynamic) -> Thrown<ScriptFailure> {
        native(&context, |_| failure(kind, message, help))
    }

    /// Makes one that quotes what the program that failed said, line by line.
    ///
    /// ```rhai
    /// throw failure::of("check-failed", "the checks are red", (), ["error: expected `;`"]);
    /// ```
    #[rhai_fn(name = "of", return_raw)]
    pub fn of_said(
        context: NativeCallContext,
        kind: &str,
        message: &str,
        help: Dynamic,
        said: Array,
    ) -> Thrown<ScriptFailure> {
        native(&context, |_| {
            let mut failure = failure(kind, message, help)?;
            Arc::make_mut(&mut failure.error).said = said.into_iter().map(|line| line.to_string()).collect();
            Ok(failure)
        })
    }
}
