//! Keys that are known by their form.

use std::ops::Range;

use super::checksum;
use super::random::{entropy, is_example};
use crate::evidence::key::{KEY_KINDS, is_key_byte};

/// Bits per sign that a key has at least behind its beginning.
const BITS: f64 = 3.0;

/// A secret in a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) what: String,
    pub(super) range: Range<usize>,
    /// Its form shows that no service gave it out.
    pub(super) made_up: bool,
}

impl Found {
    pub(super) fn new(what: impl Into<String>, range: Range<usize>) -> Self {
        Self { what: what.into(), range, made_up: false }
    }
}

/// Finds keys of known kinds, web tokens and passwords in addresses.
pub(super) fn find(line: &str) -> Vec<Found> {
    let mut found = Vec::new();
    for kind in KEY_KINDS {
        for (at, _) in line.match_indices(kind.prefix) {
            let key = run(&line[at + kind.prefix.len()..], |byte| {
                is_key_byte(byte) || kind.prefix.ends_with('.') && byte == b'.'
            });
            let whole = &line[at..at + kind.prefix.len() + key.len()];
            let begins = !line[..at].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-');
            if begins
                && key.split(['-', '_', '.']).any(is_no_word)
                && whole.len() >= kind.least
                && entropy(key) >= BITS
                && !is_example(key)
            {
                let made_up = checksum::is_made_up(kind.prefix, key);
                found.push(Found { made_up, ..Found::new(kind.name, at..at + whole.len()) });
            }
        }
    }
    found.extend(web_tokens(line));
    found.extend(addresses(line));
    found
}

/// A name of several words has none that is so long and holds digits, or capital letters in its middle.
fn is_no_word(part: &str) -> bool {
    let has = |class: fn(&u8) -> bool| part.bytes().any(|byte| class(&byte));
    part.len() >= 10 && has(u8::is_ascii_digit)
        || part.len() >= 16 && has(u8::is_ascii_lowercase) && part.bytes().skip(1).any(|byte| byte.is_ascii_uppercase())
}

/// `eyJ….eyJ….signature`.
fn web_tokens(line: &str) -> impl Iterator<Item = Found> {
    line.match_indices("eyJ").filter_map(|(at, _)| {
        let token = run(&line[at..], |byte| is_key_byte(byte) || byte == b'.');
        let parts: Vec<&str> = token.split('.').collect();
        let whole = matches!(parts.as_slice(), [head, body, sign] if head.len() > 15 && body.starts_with("eyJ") && sign.len() >= 20);
        let made_up = checksum::is_example_token(token);
        whole.then(|| Found { made_up, ..Found::new("a web token", at..at + token.len()) })
    })
}

/// `https://user:password@host`.
fn addresses(line: &str) -> impl Iterator<Item = Found> {
    line.match_indices("://").filter_map(|(at, sign)| {
        let rest = &line[at + sign.len()..];
        let end = rest.find(|c: char| c.is_whitespace() || "/\"'`<>()?#,".contains(c)).unwrap_or(rest.len());
        let (user, host) = rest[..end].rsplit_once('@')?;
        let (name, password) = user.split_once(':')?;
        let host = host.split(':').next().unwrap_or_default();
        // A name without a dot is a service of one machine or of a composition.
        let local =
            !host.contains('.') || host.starts_with("127.") || host.starts_with("0.") || host.contains("example");
        let guessed = password.len() < 8
            || is_example(password)
            || password == name
            || !password.bytes().any(|b| b.is_ascii_digit());
        let start = at + sign.len() + name.len() + 1;
        let found = || Found::new("a password in an address", start..start + password.len());
        (!local && !guessed).then(found)
    })
}

fn run(text: &str, is_part: impl Fn(u8) -> bool) -> &str {
    let end = text.bytes().position(|byte| !is_part(byte)).unwrap_or(text.len());
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_found_and_examples_are_not() {
        for (line, what) in [
            ("token = \"ghp_9fK2xQpL7vRtB3mN8sWdA1cE5gH6jK0qZxYv\"", "a GitHub token"),
            ("AKIA2E0A8F3B244C9986 # deploy", "an AWS access key"),
            ("url: https://grace:9fK2xQpL7v@db.acme.io/x", "a password in an address"),
            (
                "x = eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
                "a web token",
            ),
        ] {
            let found = find(line);
            assert_eq!(found.iter().map(|found| found.what.as_str()).collect::<Vec<_>>(), [what], "{line}");
        }
        for line in [
            "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "AKIAIOSFODNN7EXAMPLE",
            "a disk-based-approach-to-everything-1",
            "postgres://user:password@localhost/db",
            "https://user:pass@example.com",
            "git@github.com:acme/x.git",
            "npm_package_json_something_or_other_that_is_long",
            "https://$USER:$TOKEN@host.io",
            "sk-learn-is-a-python-library-2",
            "risk-based-testing-of-4-big-systems-at-once",
            "https://[ab:cd@x]/",
        ] {
            assert_eq!(find(line), [], "{line}");
        }
    }
}
