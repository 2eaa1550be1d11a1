//! The coding agents that are installed here.

use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::config::Config;

/// Agents that are looked for, in the order of preference.
const AGENTS: [&str; 5] = ["claude", "codex", "gemini", "opencode", "qwen"];

/// Returns those whose program is on the search path.
pub fn installed_agents() -> Vec<&'static str> {
    AGENTS.into_iter().filter(|name| on_path(name)).collect()
}

/// Returns what `exe` needs to find an agent, as words behind its command line: without any only runbooks are carried out.
pub fn agent_flag(config: &Config) -> &'static str {
    let is_named =
        config.agent.name.is_some() || config.get("agent.roles.executor.agent").is_some_and(|name| name.is_string());
    if is_named || !installed_agents().is_empty() { "" } else { " --agent runbook" }
}

fn on_path(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|folder| {
        fs::metadata(folder.join(program)).is_ok_and(|m| m.is_file() && m.permissions().mode() & 0o111 != 0)
    })
}
