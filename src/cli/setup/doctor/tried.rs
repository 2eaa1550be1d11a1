//! What is tried out: the agent that `exe` would start, and the checks on HEAD.

use super::check::Check;
use crate::bridge::Baseline;
use crate::cli::setup::installed::installed_agents;
use crate::cli::setup::try_out::{try_agent, try_checks};
use crate::cli::start::context::Context;
use crate::config::Config;
use crate::error::{ExitCode, Result};
use crate::model::duration;
use crate::model::validation::{LevelResult, LevelVerdict};
use crate::script::AgentDescription;

/// Tries the agent. `Err` when it was stopped.
pub(super) fn agent(context: &Context, config: Config) -> Result<Vec<Check>> {
    let is_named = config.agent.name.is_some();
    let agent = match set_up(try_agent(context, config))? {
        Ok(agent) => agent,
        Err(check) => return Ok(vec![check]),
    };
    let warnings = agent.as_ref().map(warnings).unwrap_or_default();
    let agent = match agent {
        Ok(AgentDescription { name, version, .. }) => {
            let version = version.map(|version| format!(" {version}")).unwrap_or_default();
            Check::good("agent", format!("exe uses `{name}`{version}"))
        }
        Err(error) if !is_named && installed_agents().is_empty() => {
            let help = error.help.unwrap_or_default();
            Check::warning("agent", "none found; the built-in `runbook` and `template` need no model", help)
        }
        Err(error) => Check::refused("agent", error),
    };
    Ok(std::iter::once(agent).chain(warnings).collect())
}

/// Tries the checks. `Err` when it was stopped.
pub(super) fn checks(context: &Context, config: Config) -> Result<Vec<Check>> {
    let checks = match set_up(try_checks(context, config))? {
        Ok(Ok(baseline)) if baseline.levels.is_empty() => vec![Check::warning(
            "checks",
            "no commands under `[validate]`: only the gates of PRPs are run",
            "batchprp config set validate.l3 'COMMAND'",
        )],
        Ok(Ok(baseline)) => levels(&baseline),
        Ok(Err(error)) => vec![Check::refused("checks", error)],
        // Why nothing can be tried is told of the agent.
        Err(_) => Vec::new(),
    };
    Ok(checks)
}

/// Tells apart that somebody stopped it, and that it cannot begin.
fn set_up<T>(tried: Result<T>) -> Result<std::result::Result<T, Check>> {
    match tried {
        Ok(found) => Ok(Ok(found)),
        Err(error) if error.code == ExitCode::Interrupted => Err(error),
        Err(error) => Ok(Err(Check::refused("set-up", error))),
    }
}

/// Warns of a version that was not tried, and of an agent that does not look signed in.
fn warnings(agent: &AgentDescription) -> Vec<Check> {
    let version = agent.version_warning().map(|text| {
        Check::warning("agent", text, format!("`batchprp agents test {}` tries it out with a tiny task", agent.name))
    });
    let login = agent.login_warning();
    let login = login.map(|text| Check::warning("login", text, agent.how_to_sign_in.clone().unwrap_or_default()));
    version.into_iter().chain(login).collect()
}

fn levels(baseline: &Baseline) -> Vec<Check> {
    let check = |level: &LevelResult| {
        let time = duration::show(level.duration);
        match level.result {
            LevelVerdict::Failed => Check::bad(
                "checks",
                format!("level {} fails before any work: {}", level.level, level.errors.join(" | ")),
                "mend that and commit it; `batchprp exe --allow-red` starts agents all the same",
            ),
            LevelVerdict::Passed | LevelVerdict::Flaky | LevelVerdict::Skipped | LevelVerdict::Manual => {
                Check::good("checks", format!("level {} passes in {time}", level.level))
            }
        }
    };
    baseline.levels.iter().map(check).collect()
}
