//! What a gate gets of our environment.

use std::collections::BTreeMap;

use super::credential::credentials;
use super::harmless::{is_passed, is_proxy, is_shown};
use super::name::matches;

/// The environment of a gate, and what was kept from it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GateEnvironment {
    pub variables: BTreeMap<String, String>,
    /// Names that are set here and that a gate might miss, sorted.
    pub withheld: Vec<String>,
}

/// Chooses what gates get: the names that are known to be harmless, and what `pass` names (`*` stands for any text).
///
/// A harmless name whose value holds a password is kept back, except a proxy: without it there is no network.
pub fn for_gates(ours: &BTreeMap<String, String>, pass: &[String]) -> GateEnvironment {
    let mut chosen = GateEnvironment::default();
    for (name, value) in ours {
        let wanted = pass.iter().any(|pattern| matches(pattern, name));
        let harmless = is_passed(name) && (is_proxy(name) || credentials(value).is_empty());
        if wanted || harmless {
            chosen.variables.insert(name.clone(), value.clone());
        } else if is_passed(name) || !is_shown(name) {
            chosen.withheld.push(name.clone());
        }
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gates_get_what_is_harmless_and_what_is_named() {
        let ours = [
            ("PATH", "/usr/bin"),
            ("CARGO_HOME", "/home/me/.cargo"),
            ("HTTPS_PROXY", "http://me:pw-of-proxy@proxy:1"),
            ("PIP_INDEX_URL", "https://me:pw-of-index@host/simple"),
            ("MAVEN_OPTS", "-Dpassword=hunter22"),
            ("JAVA_OPTS", "-Xmx1g"),
            ("GITHUB_TOKEN", "x"),
            ("DATABASE_URL", "postgres://localhost/test"),
            ("MY_FLAG", "1"),
            ("AWS_REGION", "eu-west-1"),
            ("SSH_AUTH_SOCK", "/tmp/agent"),
            ("GIT_DIR", "/elsewhere"),
        ];
        let ours = ours.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let given = for_gates(&ours, &["AWS_*".to_owned(), "MY_FLAG".to_owned()]);
        let names: Vec<&str> = given.variables.keys().map(String::as_str).collect();
        assert_eq!(names, ["AWS_REGION", "CARGO_HOME", "HTTPS_PROXY", "JAVA_OPTS", "MY_FLAG", "PATH"]);
        assert_eq!(given.withheld, ["DATABASE_URL", "GITHUB_TOKEN", "MAVEN_OPTS", "PIP_INDEX_URL"]);
        assert_eq!(for_gates(&ours, &["*".to_owned()]).variables, ours);
    }
}
