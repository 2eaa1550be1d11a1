//! Secrets inside of values: passwords of addresses, `password=` in options, lines of a private key, texts of a JSON key.

use super::name::says_secret;
use super::value::{is_opaque, is_place, is_word, words};

/// From this length on what a machine made is a key, also in the path of an address.
const KEY: usize = 20;
/// Longest JSON text that is looked into.
const MAX_JSON: usize = 64 * 1024;

/// Returns the secrets that a value holds, whatever its name is.
pub(super) fn credentials(value: &str) -> Vec<String> {
    let mut found = Vec::new();
    if value.contains("-----BEGIN") && value.contains("PRIVATE KEY") {
        found.extend(lines(value));
        return found;
    }
    let json = Some(value).filter(|value| value.starts_with('{') && value.len() <= MAX_JSON);
    if let Some(json) = json.and_then(|json| serde_json::from_str(json).ok()) {
        leaves(&json, "", &mut found);
        return found;
    }
    for word in value.split([' ', '\t', '\n', ',']) {
        address(word, &mut found);
    }
    options(value, &mut found);
    found
}

/// Returns the lines of a text that are long enough to be shown alone.
pub(super) fn lines(value: &str) -> impl Iterator<Item = String> {
    // Some hold the line ends as two letters.
    let lines = value.split(['\n', '\r']).flat_map(|line| line.split("\\n")).map(str::trim);
    lines
        .filter(|line| line.len() >= KEY && !line.starts_with("-----"))
        .map(str::to_owned)
        .collect::<Vec<_>>()
        .into_iter()
}

/// `https://user:password@host/?token=…`, `https://hooks.example/services/T0/B0/…`.
fn address(word: &str, found: &mut Vec<String>) {
    let Some((_, rest)) = word.split_once("://") else { return };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    if let Some((user, _)) = rest[..end].rsplit_once('@') {
        // A single word before the host is a token more often than a name.
        let password = user.split_once(':').map_or(user, |(_, password)| password);
        found.push(password.to_owned());
    }
    let path = rest[end..].split(['?', '#']).next().unwrap_or_default();
    found.extend(path.split('/').filter(|part| part.len() >= KEY && words(part).any(is_opaque)).map(str::to_owned));
}

/// `Server=a;Password=b`, `-Ddb.password=b`, `?access_token=b&x=1`.
fn options(value: &str, found: &mut Vec<String>) {
    for part in value.split([';', '&', '?', ' ', '\t', '\n', ',']) {
        let Some((name, secret)) = part.split_once('=') else { continue };
        let secret = secret.trim_matches(['"', '\'']);
        if says_secret(name.trim()) && !is_word(secret) && !is_place(secret) {
            found.push(secret.to_owned());
        }
    }
}

/// Texts of a JSON value under names that say that they are secret.
fn leaves(json: &serde_json::Value, name: &str, found: &mut Vec<String>) {
    use serde_json::Value;
    match json {
        Value::Object(map) => map.iter().for_each(|(name, value)| leaves(value, name, found)),
        Value::Array(list) => list.iter().for_each(|value| leaves(value, name, found)),
        Value::String(text) if text.contains('\n') => found.extend(lines(text)),
        Value::String(text) => {
            let opaque = text.len() >= KEY && words(text).any(|word| word.len() >= KEY && is_opaque(word));
            if (says_secret(name) || opaque) && !is_word(text) && !is_place(text) {
                found.push(text.clone());
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_inside_of_values_are_found_and_the_rest_is_left() {
        for (value, wanted) in [
            ("http://me:p4ss@proxy:8080/x", vec!["p4ss"]),
            ("https://token-of-mine@host", vec!["token-of-mine"]),
            ("http://host/a@b", vec![]),
            ("postgres://u:pw-of-db@h/db?sslmode=require&sslpassword=other", vec!["pw-of-db", "other"]),
            ("Server=db;User Id=me;Password=p-4d;Timeout=30", vec!["p-4d"]),
            ("-Xmx2g -Djavax.net.ssl.keyStorePassword=changeit1", vec!["changeit1"]),
            ("https://hooks.slack.com/services/T0000/B0000/aB3dE5fG7hI9jK1lM2nO", vec!["aB3dE5fG7hI9jK1lM2nO"]),
            ("https://index.crates.io/some-long-and-plain-path-of-words/", vec![]),
            ("token=true", vec![]),
            ("/usr/bin:/bin", vec![]),
            ("-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEAt0\nshort\n-----END RSA PRIVATE KEY-----", vec![]),
            (
                "-----BEGIN PRIVATE KEY-----\\nMIIEowIBAAKCAQEAt0yr\\nAAAABBBBCCCCDDDDEEEE\\n-----END PRIVATE KEY-----",
                vec!["MIIEowIBAAKCAQEAt0yr", "AAAABBBBCCCCDDDDEEEE"],
            ),
            (
                r#"{"type":"service_account","private_key_id":"ab12cd34ef56ab12cd34","client_secret":"s3cr","port":"80"}"#,
                vec!["s3cr", "ab12cd34ef56ab12cd34"],
            ),
        ] {
            let mut found = credentials(value);
            let mut wanted = wanted;
            found.sort_unstable();
            wanted.sort_unstable();
            assert_eq!(found, wanted, "{value}");
        }
    }
}
