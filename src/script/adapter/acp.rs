//! What the one file for all agents that speak the Agent Client Protocol is given.

use rhai::Map;

use super::stock::stock;
use crate::script::state::HostState;
use crate::script::value::convert::{optional, texts};

/// The file for all agents that speak the Agent Client Protocol; it is no agent by itself.
pub(super) const ACP: &str = "acp";

/// Returns what the one file needs to know of an agent that speaks the protocol; nothing for all others.
pub(super) fn spoken_to(state: &HostState, name: &str) -> Option<Map> {
    let known = stock(name);
    let configured = state.config.adapters.get(name).map(|adapter| adapter.acp.clone()).unwrap_or_default();
    let argv = match known {
        _ if !configured.is_empty() => configured,
        Some(known) => known.argv.iter().map(|word| (*word).to_owned()).collect(),
        None => return None,
    };
    let known = known.copied().unwrap_or_default();
    let mode = state.setting_text(&format!("adapter.{name}.mode"));
    let pairs = |pairs: &[(&'static str, &'static str)]| -> Map {
        pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()
    };
    let sign_in = match known.sign_in {
        "" => format!("sign in with `{}` itself", argv[0]),
        how => how.to_owned(),
    };
    let mut map = Map::new();
    map.insert("name".into(), name.into());
    map.insert("argv".into(), texts(argv).into());
    map.insert("env".into(), pairs(known.set).into());
    map.insert("mode".into(), optional(mode.or(known.mode.map(str::to_owned))));
    map.insert("reading_mode".into(), optional(known.reading_mode.map(str::to_owned)));
    map.insert("auth".into(), pairs(known.auth).into());
    map.insert("sign_in".into(), sign_in.into());
    let key_args = known.key_args.iter().map(|(name, args)| ((*name).into(), texts(args.iter().copied()).into()));
    map.insert("key_args".into(), key_args.collect::<Map>().into());
    map.insert("model_flag".into(), optional(known.model_flag));
    map.insert("miscounts".into(), known.miscounts.into());
    map.insert("set_up".into(), known.set_up.into());
    Some(map)
}
