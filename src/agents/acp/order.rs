//! What the adapter asks for: which agent, in which mode, with which tools.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

/// The file that stands beside the prompt of an attempt.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Order {
    /// Name of the agent, for messages.
    pub(super) name: String,
    pub(super) argv: Vec<String>,
    pub(super) model: Option<String>,
    /// The model was given at the start.
    pub(super) model_is_chosen: bool,
    /// Mode for roles that edit, and for those that only read.
    pub(super) mode: Option<String>,
    pub(super) reading_mode: Option<String>,
    /// Session to continue.
    pub(super) session: Option<String>,
    /// Tools of the role; none means all.
    pub(super) tools: Vec<String>,
    /// Folder of the attempt, which may be read and written besides the workspace.
    pub(super) folder: String,
    /// How to sign in where a variable is set: the id of the agent's own method.
    pub(super) auth: BTreeMap<String, String>,
    /// What it says of the tokens of a turn is not true.
    pub(super) miscounts: bool,
    /// How a person signs in.
    pub(super) sign_in: String,
}

impl Order {
    /// Reads the file.
    pub(super) fn read(path: &Path) -> Result<Self, String> {
        let content = std::fs::read(path).map_err(|error| format!("cannot read `{}`: {error}", path.display()))?;
        let order: Self = serde_json::from_slice(&content)
            .map_err(|error| format!("`{}` is not an order for an agent: {error}", path.display()))?;
        if order.argv.is_empty() { Err(format!("`{}` names no program", path.display())) } else { Ok(order) }
    }
}
