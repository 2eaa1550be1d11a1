//! `baseline::…`: what the checks of the configuration say about a commit before anybody has worked on it.

use rhai::plugin::*;
use rhai::{Array, Dynamic, Map};

use crate::bridge::{Baseline, TryBaseline};
use crate::error::Error;

use crate::script::api::native::{Call, Fault, Thrown, invalid, native};
use crate::script::value::convert::{data, optional};

/// Reads the number of a batch and a revision; `()` for none.
fn order(batch: &Dynamic, base: &Dynamic, level: i64, start: bool) -> Result<TryBaseline, Error> {
    let batch = match batch.as_int() {
        Ok(number) => Some(u32::try_from(number).map_err(|_| invalid("a batch has a number from 0 on"))?),
        Err(_) => None,
    };
    let base = base.clone().into_string().ok();
    Ok(TryBaseline { batch, base, level: u8::try_from(level.clamp(1, 4)).unwrap_or(4), start })
}

fn ask(call: &Call, order: TryBaseline) -> Result<Map, Fault> {
    let found: Baseline = call.ask(order)?;
    let red = found.red().next().map(data);
    let mut map = Map::new();
    map.insert("red".into(), optional(red));
    map.insert("levels".into(), data(&found.levels));
    let unknown: Array = found.unknown.iter().map(|level| i64::from(*level).into()).collect();
    map.insert("unknown".into(), unknown.into());
    map.insert("commit".into(), found.commit.into());
    Ok(map)
}

#[export_module]
pub(crate) mod module {
    /// Tries the checks of `[validate]` up to a level on the commit from which a batch starts (`()` for no batch, and for
    /// HEAD as the base), each once for a commit and its commands. Returns `#{ commit, levels, red, unknown }`: `red` is the
    /// first level that failed, `#{ level, commands, errors, duration }`, or `()`.
    ///
    /// ```rhai
    /// let found = baseline::run(47, (), 4);
    /// if found.red != () { print(found.red.errors[0]); }
    /// ```
    #[rhai_fn(return_raw)]
    pub fn run(context: NativeCallContext, batch: Dynamic, base: Dynamic, level: i64) -> Thrown<Map> {
        native(&context, |call| ask(call, order(&batch, &base, level, true)?))
    }

    /// Returns what an earlier run found out, and starts nothing: `unknown` are the levels that nobody has tried.
    ///
    /// ```rhai
    /// let found = baseline::known((), (), 4);
    /// ```
    #[rhai_fn(return_raw)]
    pub fn known(context: NativeCallContext, batch: Dynamic, base: Dynamic, level: i64) -> Thrown<Map> {
        native(&context, |call| ask(call, order(&batch, &base, level, false)?))
    }
}
