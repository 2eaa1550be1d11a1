//! Values under names that say that they are secret.

use super::known::Found;
use super::random::{is_example, is_random, is_uuid};
use crate::evidence::environment::says_secret;

/// How sure a value has to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Strictness {
    /// Source code: names and texts are many, so only what a machine made counts.
    Code,
    /// A file of settings, where values need no quotes.
    Settings,
    /// A file of secrets: whatever is no word and no hole counts.
    Secrets,
}

/// Words that are names of many things besides secrets.
const WEAK: [&str; 10] = ["key", "keys", "auth", "session", "token", "salt", "pin", "pat", "signature", "private"];

/// Finds values under secret names.
pub(super) fn find(line: &str, strictness: Strictness) -> Vec<Found> {
    let mut found = quoted(line, strictness);
    if strictness != Strictness::Code && found.is_empty() {
        found.extend(bare(line, strictness));
    }
    found
}

/// `api_key = "…"`, `"api_key": "…"`, `set_var("API_KEY", "…")`.
fn quoted(line: &str, strictness: Strictness) -> Vec<Found> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) = line[at..].find(['"', '\'', '`']).map(|open| at + open) {
        let quote = &line[open..=open];
        let Some(close) = line[open + 1..].find(quote).map(|close| open + 1 + close) else { break };
        let value = &line[open + 1..close];
        if let Some(name) = name_before(&line[..open]).filter(|name| is_secret(name, value, strictness)) {
            found.push(Found::new(format!("a value of `{name}`"), open + 1..close));
        }
        at = close + 1;
    }
    found
}

/// `API_KEY=…`, `api_key: …`.
fn bare(line: &str, strictness: Strictness) -> Option<Found> {
    let at = line.find(['=', ':'])?;
    let name = line[..at].trim().trim_start_matches("export ").trim_start_matches("- ").trim_matches(['"', '\'']);
    let value = line[at + 1..].trim().trim_matches(['"', '\'']);
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte));
    if !plain || !is_secret(name, value, strictness) {
        return None;
    }
    let start = line.rfind(value)?;
    Some(Found::new(format!("a value of `{name}`"), start..start + value.len()))
}

/// Returns the last name that says that it is secret in what stands before a value, up to the value before.
fn name_before(before: &str) -> Option<&str> {
    let before = before.trim_end_matches(['b', 'r', 'f', 'u', ' ']);
    if !before.ends_with(['=', ':', '(', ',', '>', '[', '{']) {
        return None;
    }
    let cut = before.trim_end_matches([',', '(', '[', '{']).rfind([';', ',', '{', '(']).map_or(0, |cut| cut + 1);
    let mut names = before[cut..].split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-');
    names.rfind(|name| !name.is_empty() && says_secret(name))
}

fn is_secret(name: &str, value: &str, strictness: Strictness) -> bool {
    if !says_secret(name)
        || is_example(value)
        || is_uuid(value)
        || value.contains(['(', ')', '[', '\\', ';', '&', '?', ','])
    {
        return false;
    }
    let place = value.contains("://") || value.contains('/') && !is_random(&value.replace('/', ""), 32, 4.2);
    if place || value.starts_with(['#', '.', '@', '-']) {
        return false;
    }
    let weak = WEAK.contains(&name.to_lowercase().as_str());
    match strictness {
        Strictness::Secrets => value.len() >= 6 && !value.bytes().all(|byte| byte.is_ascii_digit()),
        Strictness::Settings | Strictness::Code if weak => is_random(value, 24, 3.8),
        Strictness::Settings => is_random(value, 12, 3.2),
        Strictness::Code => is_random(value, 16, 3.4),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_count_under_secret_names_and_by_their_look() {
        for line in [
            "SECRET_KEY = '192b9bdd22ab9ed4d12e236c78afcb9a'",
            "app.secret_key = b'9fK2xQpL7vRtB3mN8sWd'",
            "\"apiKey\": \"9fK2xQpL7vRtB3mN8sWd\",",
            "std::env::set_var(\"STRIPE_SECRET\", \"9fK2xQpL7vRtB3mN8sWd\");",
            "const TOKEN_SECRET: &str = \"9fK2xQpL7vRtB3mN8sWd\";",
        ] {
            assert_eq!(find(line, Strictness::Code).len(), 1, "{line}");
        }
        for line in [
            "password = \"test123\"",
            "key = \"ArrowLeft\"",
            "let token = \"abc\";",
            "token: \"{{ token }}\"",
            "password: process.env.DB_PASSWORD",
            "secret: 'keyboard cat'",
            "\"integrity\": \"sha512-9fK2xQpL7vRtB3mN8sWd\"",
            "id_key = \"550e8400-e29b-41d4-a716-446655440000\"",
            "api_key = \"your-api-key-1234567890\"",
            "cache_key = \"users/list/v2/page-1-of-many\"",
            "auth_url = \"https://a.io/9fK2xQpL7vRtB3mN8sWd\"",
            "assert_eq!(key, \"ctrl-shift-alt-f12\");",
        ] {
            assert_eq!(find(line, Strictness::Code), [], "{line}");
        }
        assert_eq!(find("api_key: 9fK2xQpL7vRt", Strictness::Settings).len(), 1);
        assert_eq!(find("DB_PASSWORD=hunter22", Strictness::Secrets).len(), 1);
        for line in ["DB_PASSWORD=", "DB_PASSWORD=changeme", "TOKEN=${TOKEN}", "# SECRET_KEY=abc", "PORT=8080"] {
            assert_eq!(find(line, Strictness::Secrets), [], "{line}");
        }
    }
}
