//! `agents list`: every agent that can be named, as it is here, with what its adapter declares.

use std::io::Write;

use schemars::JsonSchema;
use serde::Serialize;

use crate::cli::setup::try_out;
use crate::cli::start::context::Context;
use crate::cli::start::failure::CommandResult;
use crate::error::ExitCode;
use crate::report::style::Tone;
use crate::report::table::{self, Cell};
use crate::report::text::safe;
use crate::script::{AgentDescription, CAPABILITIES, SignIn, VersionFit};

/// What `agents list --json` prints.
#[derive(Serialize, JsonSchema)]
pub struct AgentList {
    agents: Vec<AgentDescription>,
    /// Agents whose adapter cannot be used, with the reason.
    broken: Vec<BrokenAgent>,
}

#[derive(Serialize, JsonSchema)]
struct BrokenAgent {
    name: String,
    reason: String,
}

/// Shows them.
pub(super) fn run(context: &mut Context) -> CommandResult {
    let config = context.config()?;
    let (mut agents, mut broken) = (Vec::new(), Vec::new());
    for (name, found) in try_out::all_agents(context, config)? {
        match found {
            Ok(description) => agents.push(description),
            Err(error) => broken.push(BrokenAgent { name, reason: error.message }),
        }
    }
    if context.globals.json {
        context.terminal.document(AgentList { agents, broken })?;
        return Ok(ExitCode::Done);
    }
    let (style, out) = (context.terminal.style, &mut context.terminal.out);
    let (there, missing): (Vec<_>, Vec<_>) = agents.iter().partition(|agent| agent.program.is_some());
    let head: Vec<&str> =
        ["agent", "version", "signed in"].into_iter().chain(CAPABILITIES.iter().map(|known| known.name)).collect();
    let rows: Vec<Vec<Cell>> = there.iter().map(|agent| row(agent)).collect();
    for line in table::lines(&head, &rows, style) {
        writeln!(out, "{line}")?;
    }
    for agent in &there {
        let how = agent.how_to_sign_in.as_ref().map(|how| format!("; {how}")).unwrap_or_default();
        let login = agent.login_warning().map(|text| format!("{text}{how}"));
        for warning in agent.version_warning().into_iter().chain(login) {
            writeln!(out, "{}", style.fold(&style.paint(Tone::Warning, &safe(&warning)), 2))?;
        }
    }
    for BrokenAgent { name, reason } in &broken {
        writeln!(out, "{}", style.paint(Tone::Bad, &safe(&format!("{name} cannot be used: {reason}"))))?;
    }
    if !missing.is_empty() {
        let names: Vec<&str> = missing.iter().map(|agent| agent.name.as_str()).collect();
        writeln!(out, "{}", style.fold(&format!("not installed: {}", safe(&names.join(", "))), 2))?;
    }
    writeln!(out, "? is unknown; `batchprp agents test NAME` tries one of them out with a tiny task")?;
    Ok(ExitCode::Done)
}

fn row(agent: &AgentDescription) -> Vec<Cell> {
    let version = agent.version.as_deref().unwrap_or("?");
    let version = match agent.version_fit {
        VersionFit::Older => Cell::toned(format!("{version} (old)"), Tone::Warning),
        VersionFit::Newer => Cell::toned(format!("{version} (new)"), Tone::Warning),
        VersionFit::Tried | VersionFit::Unknown => Cell::plain(version),
    };
    let login = match agent.sign_in {
        SignIn::Yes => Cell::toned("yes", Tone::Good),
        SignIn::No => Cell::toned("no", Tone::Warning),
        SignIn::Unknown => Cell::plain("?"),
    };
    let told = |name: &str| agent.capabilities.get(name).and_then(Option::as_deref).unwrap_or("?").to_owned();
    let capabilities = CAPABILITIES.iter().map(|known| Cell::plain(told(known.name)));
    [Cell::toned(agent.name.clone(), Tone::Name), version, login].into_iter().chain(capabilities).collect()
}
