//! `yaml::parse`.

use rhai::Dynamic;
use rhai::plugin::*;

use crate::script::api::native::{Thrown, invalid, native};
use crate::script::value::convert::data;

#[export_module]
pub(crate) mod module {
    /// Reads YAML into maps, arrays and plain values.
    ///
    /// ```rhai
    /// let defaults = yaml::parse(files::read(".ce/linear-defaults.yml"));
    /// ```
    #[rhai_fn(return_raw)]
    pub fn parse(context: NativeCallContext, text: &str) -> Thrown<Dynamic> {
        native(&context, |_| {
            let value: serde_json::Value = serde_saphyr::from_str(text)
                .map_err(|error| invalid(format!("this is not YAML that can be read: {error}")))?;
            Ok(data(&value))
        })
    }
}
