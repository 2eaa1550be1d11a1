//! Which values of an environment are never shown.

use std::collections::BTreeSet;

use super::credential::{credentials, lines};
use super::harmless::is_shown;
use super::name::says_secret;
use super::value::{SHORTEST, is_place, is_plain, is_word};

/// Variables that say who and where we are. Somebody may have the same word as a password; it is no secret then.
const KNOWN: [&str; 10] = ["HOME", "HOST", "HOSTNAME", "LANG", "LOGNAME", "OLDPWD", "PWD", "SHELL", "USER", "USERNAME"];

/// Returns every value that is not on a list of harmless ones, and the secrets inside of values that are.
///
/// | name | value | is taken out |
/// |---|---|---|
/// | any | holds a password, a key or a private key | that part |
/// | on the list of harmless names | anything else | nothing |
/// | says that it is secret | a word, a small number, a path, our own name or folder | nothing |
/// | says that it is secret | anything else of at least four bytes | all of it |
/// | any other | words, numbers, paths, addresses | nothing |
/// | any other | what a machine made | all of it |
pub fn secret_values<'a>(variables: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<String> {
    let all: Vec<(&str, &str)> = variables.into_iter().map(|(name, value)| (name, value.trim())).collect();
    let known = known(&all);
    let mut found = BTreeSet::new();
    for (name, value) in all {
        found.extend(credentials(value));
        let harmless = if is_shown(name) {
            true
        } else if says_secret(name) {
            is_word(value) || is_place(value)
        } else {
            is_plain(value)
        };
        if !harmless {
            found.insert(value.to_owned());
            found.extend(lines(value).filter(|_| value.contains('\n')));
        }
    }
    found.retain(|value| value.len() >= SHORTEST && !known.contains(value.as_str()));
    found.into_iter().collect()
}

/// Our own name and folders, whole and in parts.
fn known<'a>(variables: &[(&'a str, &'a str)]) -> BTreeSet<&'a str> {
    let own = variables.iter().filter(|(name, _)| KNOWN.contains(name)).map(|(_, value)| *value);
    own.flat_map(|value| value.split('/').chain([value])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &[(&str, &str)]) -> Vec<String> {
        secret_values(variables.iter().copied())
    }

    #[test]
    fn names_that_were_missed_are_known_and_short_values_too() {
        let variables = [
            ("MY_DB_PASS", "pa55"),
            ("STRIPE_KEY", "rk_1234"),
            ("NPM_AUTH", "bWU6aHVudGVyMg=="),
            ("SESSION_COOKIE", "sid=abc.def"),
            ("ACME_CREDENTIALS", "me:hunter2"),
            ("GITHUB_TOKEN", "not-of-a-known-kind"),
            ("SOME_THING", "a8f5f167f44f4964e6c998dee827110c"),
        ];
        let found = of(&variables);
        for (name, value) in variables {
            assert!(found.iter().any(|found| found == value), "{name}: {found:?}");
        }
    }

    #[test]
    fn words_paths_and_our_own_names_stay() {
        let variables = [
            ("USER", "grace"),
            ("HOME", "/home/grace"),
            ("PWD", "/home/grace/src/rocket"),
            ("PATH", "/usr/bin:/bin"),
            ("DB_PASSWORD", "grace"),
            ("CACHE_KEY", "rocket"),
            ("USE_TOKEN", "true"),
            ("MY_PASS", "1"),
            ("PIN", "4711"),
            ("SSH_KEY", "/home/grace/.ssh/id_ed25519"),
            ("TOOL_TOKEN", "/usr/bin"),
            ("MYSQL_ROOT_PASSWORD", "root"),
            ("SSH_AUTH_SOCK", "/tmp/ssh-XXXXab12cd34/agent.1"),
            ("GITHUB_SHA", "45593c8f1d3f0a5b6c7d8e9f00112233445566aa"),
            ("APP_ENV", "production"),
            ("COMPOSE_PROJECT", "rocket"),
            ("BASE_URL", "http://localhost:3000/api"),
            ("MAX_TOKENS", "200000"),
        ];
        assert_eq!(of(&variables), Vec::<String>::new());
    }

    #[test]
    fn a_key_of_several_lines_goes_line_by_line() {
        let key =
            "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG\nSecondLineOfTheSameKey\n-----END PRIVATE KEY-----";
        let found = of(&[("DEPLOY_KEY", key)]);
        for line in ["MIIEvQIBADANBgkqhkiG", "SecondLineOfTheSameKey"] {
            assert!(found.iter().any(|found| found == line), "{found:?}");
        }
    }
}
