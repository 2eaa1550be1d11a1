//! The team's own prices of models, from the file that `agent.prices` names.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::config::Config;
use crate::error::{Error, ExitCode, Result};
use crate::model::price::prices::{Price, Prices};

/// Reads the prices; without a file the embedded table stands alone.
pub fn read(root: &Path, config: &Config) -> Result<Prices> {
    let Some(name) = &config.agent.prices else { return Ok(Prices::default()) };
    let path = root.join(name);
    let wrong = |reason: &dyn std::fmt::Display| {
        Error::new(ExitCode::Config, format!("`agent.prices`: cannot read `{}`: {reason}", path.display()))
            .help("write one table per model, such as `[\"my-model\"]` with `input = 1.0` and `output = 5.0`, in US dollars per million tokens")
    };
    let text = fs::read_to_string(&path).map_err(|error| wrong(&error))?;
    let prices: BTreeMap<String, Price> = toml::from_str(&text).map_err(|error| wrong(&error))?;
    let numbers = |price: &Price| [Some(price.input), price.cache_read, price.cache_write, Some(price.output)];
    let bad = |price: &Price| numbers(price).into_iter().flatten().any(|number| !number.is_finite() || number < 0.0);
    if let Some((model, _)) = prices.iter().find(|(_, price)| bad(price)) {
        return Err(wrong(&format!("a price of `{model}` is no amount")));
    }
    Ok(Prices::new(prices))
}
