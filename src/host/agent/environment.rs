//! The environment of an agent: an allow-list, so that no foreign key reaches its tools.

use std::collections::BTreeMap;

use crate::evidence::environment::matches;

/// Variables that every agent gets, where they are set.
pub const BASE: [&str; 48] = [
    "PATH",
    "HOME",
    "LANG",
    "LANGUAGE",
    "TMPDIR",
    "USER",
    "LOGNAME",
    "SHELL",
    "TZ",
    "XDG_RUNTIME_DIR",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "XDG_CACHE_HOME",
    "XDG_STATE_HOME",
    // The way out of a network, and whom to trust there.
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "no_proxy",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "NODE_EXTRA_CA_CERTS",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "GIT_SSL_CAINFO",
    // Where the tools of languages are.
    "CARGO_HOME",
    "RUSTUP_HOME",
    "RUSTUP_TOOLCHAIN",
    "GOPATH",
    "GOROOT",
    "GOCACHE",
    "GOMODCACHE",
    "GOPROXY",
    "JAVA_HOME",
    "MAVEN_HOME",
    "GRADLE_USER_HOME",
    "ANDROID_HOME",
    "VIRTUAL_ENV",
    "CONDA_PREFIX",
    "PYENV_ROOT",
    "NVM_DIR",
    "PNPM_HOME",
    "BUN_INSTALL",
    "GEM_HOME",
    "DOTNET_ROOT",
];

/// Makes the environment out of ours: the base, `LC_*`, and what `pass` names (a `*` stands for any text).
/// Variables by which an agent would take itself for nested go only when they are named exactly. What `deny` names goes
/// in no case.
pub fn clean(ours: &BTreeMap<String, String>, pass: &[String], deny: &[String]) -> BTreeMap<String, String> {
    let allowed = |name: &str| {
        BASE.contains(&name)
            || name.starts_with("LC_")
            || pass.iter().any(|pattern| matches(pattern, name) && (!pattern.contains('*') || !is_nesting(name)))
    };
    let mut env: BTreeMap<String, String> =
        ours.iter().filter(|(name, _)| allowed(name)).map(|(name, value)| (name.clone(), value.clone())).collect();
    env.insert("TERM".to_owned(), "dumb".to_owned());
    refuse(&mut env, deny);
    env
}

/// Takes out what the patterns name.
pub(super) fn refuse(env: &mut BTreeMap<String, String>, deny: &[String]) {
    env.retain(|name, _| !deny.iter().any(|pattern| matches(pattern, name)));
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
        let env = clean(&ours, &pass, &["LC_X*".to_owned(), "OTHER".to_owned()]);
        let got: Vec<&str> = env.keys().map(String::as_str).collect();
        assert_eq!(got, ["CLAUDE_CODE_OAUTH_TOKEN", "CLAUDE_X", "LC_ALL", "MY_API_KEY", "PATH", "TERM"]);
        assert_eq!(env["TERM"], "dumb");
        let denied = clean(&ours, &pass, &["CLAUDE_*".to_owned(), "MY_API_KEY".to_owned()]);
        assert_eq!(denied.keys().collect::<Vec<_>>(), ["LC_ALL", "PATH", "TERM"]);
    }
}
