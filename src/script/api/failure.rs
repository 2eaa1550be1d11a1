//! `failure::of`: failures that scripts throw.

use rhai::Dynamic;
use rhai::plugin::*;

use crate::error::{Error, ExitCode};

use super::super::failure::{ScriptFailure, code, failures};
use super::super::suggest;
use super::native::{Thrown, invalid, native};
use super::run::current;

#[export_module]
pub(crate) mod module {
    /// Makes a failure to throw: its kind decides the exit code, `help` is the way out or `()`.
    ///
    /// ```rhai
    /// throw failure::of("policy", "batch 47 exists", "add --overwrite");
    /// ```
    #[rhai_fn(return_raw)]
    pub fn of(context: NativeCallContext, kind: &str, message: &str, help: Dynamic) -> Thrown<ScriptFailure> {
        native(&context, |_| {
            let kinds: Vec<_> = failures().map(ExitCode::kind).collect();
            let code = code(kind).ok_or_else(|| {
                invalid(format!("there is no kind of failure `{kind}`")).help(suggest::help(kind, &kinds))
            })?;
            let mut error = Error::new(code, message);
            error.help = help.into_string().ok();
            Ok(ScriptFailure::told(error, current::attempt().map(|attempt| attempt.item)))
        })
    }
}
