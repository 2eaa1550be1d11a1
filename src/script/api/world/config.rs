//! `config::get`: the effective configuration.

use rhai::Dynamic;
use rhai::plugin::*;

use crate::config::KEYS;

use crate::script::api::native::{Thrown, invalid, native};
use crate::script::suggest;
use crate::script::value::convert::data;

#[export_module]
pub(crate) mod module {
    /// Returns a configured value by its dotted key, or `()` when nothing is set; durations are seconds.
    ///
    /// ```rhai
    /// let jobs = config::get("run.jobs");
    /// ```
    #[rhai_fn(return_raw)]
    pub fn get(context: NativeCallContext, key: &str) -> Thrown<Dynamic> {
        native(&context, |call| {
            let path: Vec<&str> = key.split('.').collect();
            if !KEYS.iter().any(|known| known.matches(&path)) {
                let near = suggest::nearest(key, KEYS.iter().map(|known| known.path));
                let help = near.map_or("`batchprp config show` lists the keys".to_owned(), |near| {
                    format!("did you mean `{near}`?")
                });
                return Err(invalid(format!("there is no setting `{key}`")).help(help).into());
            }
            let fake = call.state.fake.as_ref().and_then(|fake| fake.world().settings.get(key).cloned());
            Ok(fake.or_else(|| call.state.config.get(key)).map_or(Dynamic::UNIT, |value| data(&value)))
        })
    }
}
