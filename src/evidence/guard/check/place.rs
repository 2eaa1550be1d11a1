//! Settings by their place: of CI services, of coding agents, of batchprp itself.

use crate::evidence::guard::scene::Scene;
use crate::model::guard::Level;

/// Files of CI services. What ends with `/` is a folder at the top of the repository.
const CI: [&str; 20] = [
    ".github/workflows/",
    ".github/actions/",
    ".github/CODEOWNERS",
    ".gitlab-ci.yml",
    ".gitlab/ci/",
    ".circleci/",
    ".buildkite/",
    ".ci/",
    ".travis.yml",
    ".drone.yml",
    ".woodpecker.yml",
    ".woodpecker/",
    ".cirrus.yml",
    ".appveyor.yml",
    "appveyor.yml",
    "azure-pipelines.yml",
    "bitbucket-pipelines.yml",
    "buildspec.yml",
    "cloudbuild.yaml",
    "Jenkinsfile",
];

/// Permissions, hooks and instructions of coding agents.
const AGENTS: [&str; 39] = [
    ".claude/",
    ".claude-plugin/",
    ".mcp.json",
    ".cursor/",
    ".cursorrules",
    ".cursorignore",
    ".codex/",
    ".gemini/",
    ".qwen/",
    ".opencode/",
    "opencode.json",
    "opencode.jsonc",
    ".agents/",
    ".aider.conf.yml",
    ".amp/",
    ".augment/",
    ".clinerules",
    ".clinerules/",
    ".continue/",
    ".copilot/",
    ".github/copilot-instructions.md",
    ".github/instructions/",
    ".github/hooks/",
    ".github/agents/",
    ".github/prompts/",
    ".github/chatmodes/",
    ".vscode/mcp.json",
    ".vscode/settings.json",
    ".factory/",
    ".goosehints",
    ".junie/",
    ".kilocode/",
    ".kiro/",
    ".roo/",
    ".roorules",
    ".trae/",
    ".windsurf/",
    ".windsurfrules",
    ".zed/",
];

/// What batchprp reads in its folder.
const OURS: [&str; 5] = ["batchprp.toml", "commands/", "agents/", "subagents/", "linear-defaults.yml"];

/// Documents that agents read in whatever folder they stand.
const INSTRUCTIONS: [&str; 6] = ["AGENTS.md", "AGENT.md", "CLAUDE.md", "CLAUDE.local.md", "GEMINI.md", "QWEN.md"];

pub(in crate::evidence::guard) fn check(scene: &mut Scene<'_>) {
    for change in scene.changes.clone() {
        let path = change.path.as_str();
        let what = if change.is_deletion() { "deleted" } else { "changed" };
        let most = if scene.declares(path) { Level::Note } else { Level::Refuse };
        if is_ours(scene.input.state.trim_end_matches('/'), path) {
            scene.find("configuration", path, None, format!("batchprp's own files were {what}"));
        } else if is_at(&CI, path) {
            scene.find_at("ci", most, path, None, format!("a file of the CI service was {what}"), None);
        } else if is_at(&AGENTS, path) || INSTRUCTIONS.contains(&change.name()) {
            let reason = format!("settings or instructions of coding agents were {what}");
            scene.find_at("permissions", most, path, None, reason, None);
        }
    }
}

/// Tells whether batchprp itself reads a file. Others keep theirs in the same folder.
fn is_ours(state: &str, path: &str) -> bool {
    match path.strip_prefix(state).filter(|_| !state.is_empty()) {
        Some("") => true,
        Some(rest) => rest.strip_prefix('/').is_some_and(|name| {
            is_at(&OURS, name) || std::path::Path::new(name).extension().is_some_and(|end| end == "rhai")
        }),
        None => false,
    }
}

fn is_at(places: &[&str], path: &str) -> bool {
    places.iter().any(|place| if place.ends_with('/') { path.starts_with(place) } else { path == *place })
}
