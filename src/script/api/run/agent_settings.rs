//! What a role works with, as scripts see it: who has a say is gathered here, who wins is decided in `config::Role`.

use rhai::{Array, Dynamic, Map};

use crate::config::{AdapterModels, Role, RoleSettings, Size, Source, Wish, Workload};
use crate::error::{Error, ExitCode};
use crate::model::prp::Complexity;

use super::items;
use crate::script::adapter::AdapterScript;
use crate::script::adapter::Detected;
use crate::script::api::document::template;
use crate::script::api::fields::Fields;
use crate::script::api::native::{Call, Fault, invalid};
use crate::script::api::shape::{Kind, Shape, key, required, type_word};
use crate::script::api::world::process::find;
use crate::script::value::convert::{optional, texts};
use crate::script::value::plan_phase::PlanPhaseValue;
use crate::script::value::prp::PrpValue;

/// Agents that are looked for where nobody named one, in this order.
pub(crate) const KNOWN: [&str; 5] = ["claude", "codex", "gemini", "opencode", "qwen"];

/// What a script may ask for by itself.
pub(crate) const WISHES: [&str; 5] = ["agent", "model", "tools", "timeout", "max_turns"];

/// The options of `agent::settings` that say the same.
pub(crate) const WISH: Shape = Shape::closed(
    "agent::settings",
    2,
    &[
        key("agent", Kind::Text),
        key("model", Kind::Text),
        key("tools", Kind::Texts),
        key("timeout", Kind::Number),
        key("max_turns", Kind::Int),
    ],
);

/// The map of settings.
pub(crate) const SETTINGS: Shape = Shape::closed(
    "settings",
    0,
    &[
        required("name", Kind::Text),
        key("model", Kind::Optional(&Kind::Text)),
        key("size", Kind::Optional(&Kind::Word(&["haiku", "sonnet", "opus"]))),
        key("sizes", Kind::Map),
        key("tools", Kind::Texts),
        required("timeout", Kind::Number),
        key("max_turns", Kind::Optional(&Kind::Int)),
        key("origin", Kind::Map),
    ],
);

/// Settles what a role works with on an item, and returns the adapter of its agent.
pub(crate) fn settle(
    call: &Call,
    role: &str,
    item: &Dynamic,
    script: &Wish,
) -> Result<(RoleSettings, AdapterScript), Fault> {
    let (flags, template) = (flags(call), template::role(&call.state, role)?.wish());
    let role = Role { name: role, script, flags: &flags, config: &call.state.config, template: &template };
    let agent = match role.agent() {
        Some(agent) => agent,
        None => (first_installed(call)?.ok_or_else(none_installed)?, Source::Found),
    };
    let adapter = AdapterScript::load(&call.state, &agent.0)?;
    let (name, traits) = (adapter.name.clone(), adapter.traits());
    let models = AdapterModels { name, model: traits.model.clone(), sizes: traits.models.clone() };
    Ok((role.settings(agent, &models, &workload(item)?), adapter))
}

/// Returns the agent that flags or configuration name for a role.
pub(crate) fn named(call: &Call, role: &str) -> Option<String> {
    let (flags, nothing) = (flags(call), Wish::default());
    let role = Role { name: role, script: &nothing, flags: &flags, config: &call.state.config, template: &nothing };
    role.agent().map(|(name, _)| name)
}

/// Returns the agent that is named for a role, else the first one whose program is there.
pub(crate) fn found(call: &Call, role: &str) -> Result<Option<String>, Fault> {
    named(call, role).map_or_else(|| first_installed(call), |name| Ok(Some(name)))
}

/// Returns the agent that has a role where no flag names one.
pub(crate) fn usual(call: &Call, role: &str) -> Result<Option<String>, Fault> {
    let nothing = Wish::default();
    let role = Role { name: role, script: &nothing, flags: &nothing, config: &call.state.config, template: &nothing };
    // What a flag of this command says stands among the settings too.
    let named = role.agent().map(|(name, _)| name).filter(|name| flags(call).agent.as_ref() != Some(name));
    named.map_or_else(|| first_installed(call), |name| Ok(Some(name)))
}

/// Returns the agent of a role; there must be one.
pub(crate) fn required_name(call: &Call, role: &str) -> Result<String, Fault> {
    found(call, role)?.ok_or_else(|| none_installed().into())
}

pub(crate) fn first_installed(call: &Call) -> Result<Option<String>, Fault> {
    for name in KNOWN {
        if detected(call, &AdapterScript::load(&call.state, name)?)?.is_some() {
            return Ok(Some(name.to_owned()));
        }
    }
    Ok(None)
}

pub(crate) fn none_installed() -> Error {
    Error::new(ExitCode::AgentMissing, format!("no agent was found: none of {} is installed", KNOWN.join(", ")))
        .help("install one, or name one with `--agent`: `runbook` needs no model, `command` runs your own program")
}

/// Returns the program of an adapter; it must be there.
pub(crate) fn program(call: &Call, adapter: &AdapterScript) -> Result<Detected, Fault> {
    let name = &adapter.name;
    detected(call, adapter)?.ok_or_else(|| {
        let text = format!("the program of agent `{name}` was not found");
        let help = format!("install it, or set `adapter.{name}.program`");
        Error::new(ExitCode::AgentMissing, text).help(help).into()
    })
}

/// Looks for the program of an adapter, once per run.
pub(crate) fn detected(call: &Call, adapter: &AdapterScript) -> Result<Option<Detected>, Fault> {
    if let Some(program) = call.state.setting_text(&format!("adapter.{}.program", adapter.name)) {
        return Ok(find(call, &program)?.map(|program| Detected { program, version: None }));
    }
    Ok((*call.state.once(&adapter.name, || adapter.detect())?).clone())
}

/// Returns what the flags of the command ask for.
pub(crate) fn flags(call: &Call) -> Wish {
    let run = call.state.run();
    Wish {
        agent: run.flag_text("agent"),
        model: run.flag_text("model"),
        timeout: run.flag("timeout").and_then(serde_json::Value::as_f64),
        ..Wish::default()
    }
}

/// Reads what a script asks for by itself.
pub(crate) fn wish(fields: &Fields) -> Result<Wish, Error> {
    Ok(Wish {
        agent: fields.text("agent")?,
        model: fields.text("model")?,
        tools: fields.texts("tools")?,
        timeout: fields.number("timeout")?,
        max_turns: fields.int("max_turns")?,
    })
}

/// Reads how much work an item is: a PRP, a phase of a plan, or a map with what is known, or with its `prp`.
fn workload(item: &Dynamic) -> Result<Workload, Error> {
    if let Some(prp) = item.read_lock::<PrpValue>() {
        let (data, files) = (&prp.0, prp.0.files.len());
        let (complexity, hours, phases) = (data.complexity, data.hours, data.phases.len());
        return Ok(Workload { complexity, hours, files, phases });
    }
    if let Some(phase) = item.read_lock::<PlanPhaseValue>() {
        let data = phase.phase();
        let (complexity, hours, files) = (data.complexity, data.hours, data.files.len());
        return Ok(Workload { complexity, hours, files, phases: 1 });
    }
    if let Some(map) = item.read_lock::<Map>() {
        if let Some(prp) = map.get("prp").filter(|prp| prp.is::<PrpValue>()) {
            return workload(prp);
        }
        let fields = Fields::open("agent::settings", map.clone());
        return Ok(Workload {
            complexity: fields.text("complexity")?.as_deref().and_then(Complexity::named),
            hours: fields.number("hours")?,
            files: fields.texts("files")?.unwrap_or_default().len(),
            phases: items::phases(&fields)? as usize,
        });
    }
    match item.is_unit() {
        true => Ok(Workload::default()),
        false => Err(invalid(format!("`{}` is not an item: give a PRP, a phase, a map, or `()`", type_word(item)))),
    }
}

/// Returns settings as a map.
pub(crate) fn to_map(settings: RoleSettings) -> Map {
    let sizes = Size::ALL.into_iter().zip(settings.sizes);
    let sizes: Map = sizes.map(|(size, name)| (size.as_str().into(), optional(name))).collect();
    let origin: Map = settings.origin.into_iter().map(|(name, said)| (name.into(), said.into())).collect();
    let mut map = Map::new();
    map.insert("name".into(), settings.agent.into());
    map.insert("model".into(), optional(settings.model));
    map.insert("size".into(), optional(settings.size.map(Size::as_str)));
    map.insert("sizes".into(), sizes.into());
    map.insert("tools".into(), Array::from(texts(settings.tools)).into());
    map.insert("timeout".into(), settings.timeout.into());
    map.insert("max_turns".into(), optional(settings.max_turns.map(i64::from)));
    map.insert("origin".into(), origin.into());
    map
}

/// Reads settings that a script hands back, as they are or with values of its own.
pub(crate) fn from_map(map: Map) -> Result<RoleSettings, Error> {
    let fields = Fields::new(&SETTINGS, map)?;
    Ok(RoleSettings {
        agent: fields.required("name")?,
        model: fields.text("model")?,
        tools: fields.texts("tools")?.unwrap_or_default(),
        timeout: fields.number("timeout")?.ok_or_else(|| invalid("`settings` need a `timeout`"))?,
        max_turns: fields.int("max_turns")?,
        ..RoleSettings::default()
    })
}
