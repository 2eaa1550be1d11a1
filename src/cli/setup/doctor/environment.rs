//! `doctor --env`: which variables reach the agent. Values are shown nowhere.

use std::collections::BTreeMap;
use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;

use crate::cli::setup::try_out;
use crate::cli::start::context::Context;
use crate::error::Result;
use crate::host::agent::clean_environment;
use crate::report::style::{Style, Tone};
use crate::report::text::safe;

/// What `doctor --env --json` prints.
#[derive(Serialize, JsonSchema)]
pub struct AgentEnvironment {
    /// The agent that `exe` uses.
    agent: String,
    /// Variables of yours that it gets.
    passed: Vec<String>,
    /// Variables that it gets with a value of the configuration, `agent.env_set`.
    set: Vec<String>,
    /// Patterns of `agent.env_deny`.
    denied: Vec<String>,
    /// Variables of yours that it does not get.
    withheld: Vec<String>,
}

impl AgentEnvironment {
    /// Finds out what the agent of `exe` would get now.
    pub(super) fn of(context: &Context) -> Result<Self> {
        let config = context.config()?;
        let (set, denied) = (config.agent.env_set.clone(), config.agent.env_deny.clone());
        let (agent, patterns) = try_out::variables(context, config)?;
        let ours: BTreeMap<String, String> =
            std::env::vars_os().map(|(name, _)| (name.to_string_lossy().into_owned(), String::new())).collect();
        let given = clean_environment(&ours, &patterns, &denied);
        let set: Vec<String> = set.iter().filter_map(|line| Some(line.split_once('=')?.0.trim().to_owned())).collect();
        let others = ours.into_keys().filter(|name| !set.contains(name));
        let (passed, withheld) = others.partition(|name| given.contains_key(name));
        Ok(Self { agent, passed, set, denied, withheld })
    }

    pub(super) fn write(&self, out: &mut dyn Write, style: Style) -> io::Result<()> {
        writeln!(out, "{} gets, where it is set:", style.paint(Tone::Strong, &safe(&self.agent)))?;
        let lists = [
            ("passed", &self.passed),
            ("set by agent.env_set", &self.set),
            ("denied by agent.env_deny", &self.denied),
            ("not passed", &self.withheld),
        ];
        for (what, names) in lists {
            if !names.is_empty() {
                let line = format!("  {what}: {}", safe(&names.join(", ")));
                writeln!(out, "{}", style.fold(&line, 4))?;
            }
        }
        writeln!(out, "`agent.env_pass` passes more: batchprp config set agent.env_pass '[\"NAME\"]'")
    }
}
