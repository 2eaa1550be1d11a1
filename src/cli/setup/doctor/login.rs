//! Whether an agent looks signed in: without a call that would cost something, its keys and files are all that shows it.

use std::env;
use std::path::{Path, PathBuf};

use super::check::Check;
use crate::model::agent::sign_in::sign_in;

/// What shows that an agent is signed in.
struct Signs {
    agent: &'static str,
    variables: &'static [&'static str],
    /// Below the home; where a variable names another folder, below that.
    file: &'static str,
    folder: Option<(&'static str, &'static str)>,
}

const SIGNS: [Signs; 5] = [
    Signs {
        agent: "claude",
        variables: &[
            "ANTHROPIC_API_KEY",
            "ANTHROPIC_AUTH_TOKEN",
            "CLAUDE_CODE_OAUTH_TOKEN",
            "CLAUDE_CODE_USE_BEDROCK",
            "CLAUDE_CODE_USE_VERTEX",
        ],
        file: ".claude/.credentials.json",
        folder: Some(("CLAUDE_CONFIG_DIR", ".credentials.json")),
    },
    Signs {
        agent: "codex",
        variables: &["OPENAI_API_KEY", "CODEX_API_KEY"],
        file: ".codex/auth.json",
        folder: Some(("CODEX_HOME", "auth.json")),
    },
    Signs {
        agent: "gemini",
        variables: &["GEMINI_API_KEY", "GOOGLE_API_KEY", "GOOGLE_GENAI_USE_VERTEXAI"],
        file: ".gemini/oauth_creds.json",
        folder: None,
    },
    Signs {
        agent: "opencode",
        variables: &["ANTHROPIC_API_KEY", "OPENAI_API_KEY", "GEMINI_API_KEY", "OPENROUTER_API_KEY", "OPENCODE_CONFIG"],
        file: ".local/share/opencode/auth.json",
        folder: Some(("XDG_DATA_HOME", "opencode/auth.json")),
    },
    Signs {
        agent: "qwen",
        variables: &["OPENAI_API_KEY", "DASHSCOPE_API_KEY"],
        file: ".qwen/oauth_creds.json",
        folder: None,
    },
];

/// Says how to sign in where nothing shows that the agent is signed in; nothing for agents that need no login.
pub(super) fn check(agent: &str) -> Option<Check> {
    let home = env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    // Claude Code keeps its login in the key chain there, which nobody can look into without a question.
    if cfg!(target_os = "macos") && agent == "claude" {
        return None;
    }
    hint(agent, &home, |name| env::var(name).ok())
}

fn hint(agent: &str, home: &Path, variable: impl Fn(&str) -> Option<String>) -> Option<Check> {
    let signs = SIGNS.iter().find(|signs| signs.agent == agent)?;
    let given = |name: &str| variable(name).filter(|value| !value.is_empty());
    let own = signs.folder.and_then(|(name, file)| given(name).map(|folder| Path::new(&folder).join(file)));
    let file = own.unwrap_or_else(|| home.join(signs.file));
    if signs.variables.iter().any(|name| given(name).is_some()) || file.is_file() {
        return None;
    }
    let text = format!("nothing shows that `{agent}` is signed in: no `{}`", file.display());
    Some(Check::warning("login", text, sign_in(agent)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_or_a_file_is_a_login() {
        let home = tempfile::tempdir().expect("a folder");
        let codex = |variable: &dyn Fn(&str) -> Option<String>| hint("codex", home.path(), variable).is_some();
        assert!(codex(&|_| None));
        assert!(codex(&|name| (name == "OPENAI_API_KEY").then(String::new)));
        assert!(!codex(&|name| (name == "OPENAI_API_KEY").then(|| "k".to_owned())));
        std::fs::create_dir(home.path().join(".codex")).expect("a folder");
        std::fs::write(home.path().join(".codex/auth.json"), "{}").expect("a file");
        assert!(!codex(&|_| None));
        assert!(codex(&|name| (name == "CODEX_HOME").then(|| "/nowhere".to_owned())));
        assert!(hint("runbook", home.path(), |_| None).is_none());
    }
}
