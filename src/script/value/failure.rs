//! `Failure`: what a script catches.

use rhai::Dynamic;
use rhai::plugin::*;

use super::super::failure::ScriptFailure;
use super::convert::optional;

#[export_module]
pub(crate) mod getters {
    /// The sort of failure: `usage`, `config`, `nothing-matched`, `invalid-input`, `check-failed`, `git`, `agent`,
    /// `budget`, `policy`, `quota` or `internal`.
    ///
    /// ```rhai
    /// try { prp::select(#{ batch: 47 }) } catch (error) {
    ///     if error.kind != "nothing-matched" { throw error; }
    /// }
    /// ```
    #[rhai_fn(get = "kind", pure)]
    pub fn kind(failure: &mut ScriptFailure) -> String {
        failure.error.code.kind().to_owned()
    }

    /// What went wrong.
    #[rhai_fn(get = "message", pure)]
    pub fn message(failure: &mut ScriptFailure) -> String {
        failure.error.message.clone()
    }

    /// Id of the item it happened to, or `()`.
    #[rhai_fn(get = "item", pure)]
    pub fn item(failure: &mut ScriptFailure) -> Dynamic {
        optional(failure.item.clone())
    }

    /// The way out, or `()`.
    #[rhai_fn(get = "help", pure)]
    pub fn help(failure: &mut ScriptFailure) -> Dynamic {
        optional(failure.error.help.clone())
    }

    /// Returns the message.
    #[rhai_fn(name = "to_string", name = "to_debug", pure)]
    pub fn display(failure: &mut ScriptFailure) -> String {
        failure.error.message.clone()
    }
}
