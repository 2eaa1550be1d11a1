//! `yaml::…`.

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
    /// Writes a value as YAML.
    ///
    /// ```rhai
    /// print(yaml::text(#{ name: "shop" })); // → name: shop
    /// ```
    #[rhai_fn(name = "text", return_raw)]
    pub fn written(context: NativeCallContext, value: Dynamic) -> Thrown<String> {
        native(&context, |_| {
            let text =
                serde_saphyr::to_string(&value).map_err(|error| invalid(format!("this cannot be YAML: {error}")))?;
            Ok(text.trim_end().to_owned())
        })
    }
}
