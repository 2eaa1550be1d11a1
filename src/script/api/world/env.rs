//! `env::get`: values of the environment that scripts may see.

use rhai::Dynamic;
use rhai::plugin::*;

use crate::bridge::ReadEnv;

use crate::script::api::native::{Call, Fault, Thrown, native};
use crate::script::value::convert::optional;

/// Asks for one variable.
pub(crate) fn variable(call: &Call, name: &str) -> Result<Option<String>, Fault> {
    call.ask(ReadEnv(name.to_owned()))
}

#[export_module]
pub(crate) mod module {
    /// Returns a variable of the environment, or `()`.
    ///
    /// ```rhai
    /// let key = env::get("LINEAR_API_KEY");
    /// ```
    #[rhai_fn(return_raw)]
    pub fn get(context: NativeCallContext, name: &str) -> Thrown<Dynamic> {
        native(&context, |call| Ok(optional(variable(call, name)?)))
    }
}
