//! Gathers what is known of an agent here, for scripts and for commands.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::capability::CAPABILITIES;
use super::description::{AgentDescription, VersionFit};
use super::script::AdapterScript;
use crate::model::agent::sign_in::sign_in;
use crate::script::api::native::{Call, Fault};
use crate::script::api::run::agent_settings::detected;
use crate::script::api::world::env::variable;

/// Describes an agent by its name; looks for its program and asks it for its version.
pub(crate) fn described(call: &Call, name: &str) -> Result<AgentDescription, Fault> {
    let adapter = AdapterScript::load(&call.state, name)?;
    let traits = adapter.traits();
    let found = detected(call, &adapter)?;
    let (program, version) = match found {
        Some(found) => (Some(found.program), found.version.filter(|version| !version.is_empty())),
        None => (None, None),
    };
    let mut values = BTreeMap::new();
    for name in traits.signs.variables.iter().chain(traits.signs.folder.first()).map(String::as_str).chain(["HOME"]) {
        if let Some(value) = variable(call, name)? {
            values.insert(name.to_owned(), value);
        }
    }
    let home = values.get("HOME").map(PathBuf::from).unwrap_or_default();
    let (signed_in, signed_in_by) = traits.signs.look(&home, |name| values.get(name).cloned());
    let tried_versions = match traits.versions.as_slice() {
        [from, to] => Some((from.clone(), to.clone())),
        _ => None,
    };
    let declared = |name: &str| traits.capabilities.get(name).cloned();
    Ok(AgentDescription {
        name: name.to_owned(),
        about: traits.about.clone(),
        version_fit: VersionFit::of(version.as_deref(), tried_versions.as_ref()),
        program,
        version,
        tried_versions,
        signed_in_by,
        sign_in: signed_in,
        how_to_sign_in: sign_in(name).map(str::to_owned).or_else(|| adapter.way_in()),
        capabilities: CAPABILITIES.iter().map(|known| (known.name.to_owned(), declared(known.name))).collect(),
    })
}
