//! `toml::…`.

use rhai::plugin::*;
use rhai::{Dynamic, Map};

use crate::script::api::native::{Thrown, invalid, native};
use crate::script::value::convert::data;

#[export_module]
pub(crate) mod module {
    /// Reads TOML into maps, arrays and plain values; dates are texts.
    ///
    /// ```rhai
    /// print(toml::parse("[shop]\nname = \"corner\"").shop.name); // → corner
    /// ```
    #[rhai_fn(return_raw)]
    pub fn parse(context: NativeCallContext, text: &str) -> Thrown<Dynamic> {
        native(&context, |_| {
            let value: serde_json::Value =
                toml::from_str(text).map_err(|error| invalid(format!("this is not TOML that can be read: {error}")))?;
            Ok(data(&value))
        })
    }

    /// Writes a map as TOML.
    ///
    /// ```rhai
    /// print(toml::text(#{ name: "shop" })); // → name = "shop"
    /// ```
    #[rhai_fn(name = "text", return_raw)]
    pub fn written(context: NativeCallContext, value: Map) -> Thrown<String> {
        native(&context, |_| {
            let text = toml::to_string(&Dynamic::from(value));
            let text = text.map_err(|error| invalid(format!("this cannot be TOML: {error}")))?;
            Ok(text.trim_end().to_owned())
        })
    }
}
