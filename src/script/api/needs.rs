//! What a script may do beyond the ordinary, where it says so: `const NEEDS = ["commands"];`.

use std::path::{Component, Path};

use rhai::AST;
use serde_json::Value;

use super::super::spec;

/// Every need, with what it allows.
pub(crate) const NEEDS: [(&str, &str); 6] = [
    ("git-config", "writes what git itself reads"),
    ("git-hooks", "writes hooks of git"),
    ("commands", "writes commands, agents, executors, hooks and modules of the project"),
    ("config", "writes the configuration of the project"),
    ("environment", "passes the whole environment on to programs"),
    ("outside", "runs programs outside of the project"),
];

/// Returns the words of `NEEDS`; other values than texts are told by `check`.
pub(crate) fn of(ast: &AST) -> Vec<String> {
    match spec::literal(ast, "NEEDS") {
        Some(Value::Array(words)) => words.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

/// Returns what a script needs to write a file; `state` is the folder of overrides, below the project.
pub(crate) fn to_write(path: &Path, state: &Path) -> Option<&'static str> {
    // Where capitals make no difference to the file system, they make none here.
    let plain = |path: &Path| -> Vec<String> {
        let names = path.components().filter_map(|part| match part {
            Component::Normal(name) => Some(name.to_string_lossy().to_lowercase()),
            _ => None,
        });
        names.collect()
    };
    let (path, state) = (plain(path), plain(state));
    if let Some(at) = path.iter().position(|name| name == ".git") {
        return Some(if path.get(at + 1).is_some_and(|name| name == "hooks") { "git-hooks" } else { "git-config" });
    }
    let rest = path.strip_prefix(state.as_slice()).or_else(|| path.strip_prefix([".ce".to_owned()].as_slice()))?;
    match rest.first().map(String::as_str) {
        Some("commands" | "agents" | "formats" | "hooks" | "stdlib" | "executors") => Some("commands"),
        Some("batchprp.toml") => Some("config"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_git_and_batchprp_needs_a_word() {
        let need = |path: &str| to_write(Path::new(path), Path::new(".ce"));
        assert_eq!(need(".git/hooks/pre-commit"), Some("git-hooks"));
        assert_eq!(need(".GIT/config"), Some("git-config"));
        assert_eq!(need("sub/.git/config"), Some("git-config"));
        assert_eq!(need("./.ce/commands/x.rhai"), Some("commands"));
        assert_eq!(need(".ce/formats/x.rhai"), Some("commands"));
        assert_eq!(need(".ce/Agents/x.rhai"), Some("commands"));
        assert_eq!(need(".ce/stdlib/phases.rhai"), Some("commands"));
        assert_eq!(need(".ce/executors/x.rhai"), Some("commands"));
        assert_eq!(need(".ce/batchprp.toml"), Some("config"));
        assert_eq!(need(".ce/tmp/commands.json"), None);
        assert_eq!(need("docs/commands/x.md"), None);
        assert_eq!(to_write(Path::new("st/agents/x"), Path::new("st")), Some("commands"));
    }
}
