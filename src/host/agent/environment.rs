//! The environment of an agent: an allow-list, so that no foreign key reaches its tools.

use std::collections::BTreeMap;

use crate::evidence::environment::matches;

/// Variables that every agent gets, where they are set.
pub const BASE: [&str; 9] = ["PATH", "HOME", "LANG", "TMPDIR", "USER", "LOGNAME", "SHELL", "TZ", "XDG_RUNTIME_DIR"];

/// Makes the environment out of ours: the base, `LC_*`, and what `pass` names (a `*` stands for any text).
/// Variables by which an agent would take itself for nested go only when they are named exactly.
pub fn clean(ours: &BTreeMap<String, String>, pass: &[String]) -> BTreeMap<String, String> {
    let allowed = |name: &str| {
        BASE.contains(&name)
            || name.starts_with("LC_")
            || pass.iter().any(|pattern| matches(pattern, name) && (!pattern.contains('*') || !is_nesting(name)))
    };
    let mut env: BTreeMap<String, String> =
        ours.iter().filter(|(name, _)| allowed(name)).map(|(name, value)| (name.clone(), value.clone())).collect();
    env.insert("TERM".to_owned(), "dumb".to_owned());
    env
}

fn is_nesting(name: &str) -> bool {
    name == "CLAUDECODE" || name.starts_with("CLAUDE_CODE_") || name.starts_with("BATCHPRP_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_allowed_passes() {
        let names = ["PATH", "LC_ALL", "TERM", "OTHER_API_KEY", "MY_API_KEY", "CLAUDECODE", "CLAUDE_CODE_SSE_PORT"];
        let more = ["CLAUDE_X", "CLAUDE_CODE_OAUTH_TOKEN", "GIT_DIR", "BATCHPRP_RUN"];
        let ours = names.iter().chain(&more).map(|name| ((*name).to_owned(), "v".to_owned())).collect();
        let pass = ["MY_API_KEY", "CLAUDE_*", "CLAUDE_CODE_OAUTH_TOKEN", "B*"].map(str::to_owned);
        let env = clean(&ours, &pass);
        let got: Vec<&str> = env.keys().map(String::as_str).collect();
        assert_eq!(got, ["CLAUDE_CODE_OAUTH_TOKEN", "CLAUDE_X", "LC_ALL", "MY_API_KEY", "PATH", "TERM"]);
        assert_eq!(env["TERM"], "dumb");
    }
}
