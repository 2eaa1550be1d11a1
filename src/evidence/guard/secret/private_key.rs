//! Private keys in their own form.

use super::checksum::is_cut_off;
use super::known::Found;

/// A line of a private key has so many signs at least.
const KEY_LINE: usize = 40;

/// Finds a private key that begins on a line.
pub(super) fn private_key(line: &str, below: &[&str]) -> Option<Found> {
    let (_, rest) = line.split_once("-----BEGIN ")?;
    let (kind, rest) = rest.split_once("-----")?;
    let next = below.first().copied().unwrap_or_default();
    let first = if rest.trim().len() > KEY_LINE { rest } else { next };
    let signs = |text: &str| -> Vec<u8> {
        text.bytes().filter(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(byte)).collect()
    };
    let is_encrypted = next.contains("ENCRYPTED");
    if !kind.contains("PRIVATE KEY") || signs(first).len() < KEY_LINE && !is_encrypted {
        return None;
    }
    // In a literal the lines of a key stand behind each other.
    let whole: Vec<&str> = rest.split("\\n").chain(below.iter().copied()).collect();
    let body = whole.iter().take_while(|line| !line.contains("-----")).flat_map(|line| signs(line)).collect::<Vec<_>>();
    let made_up = !is_encrypted && is_cut_off(&body);
    Some(Found { made_up, ..Found::new("a private key", 0..line.len()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_private_key_has_a_key_in_it() {
        let key = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7";
        let found = |line: &str, below: &[&str]| private_key(line, below).map(|found| found.made_up);
        let ed25519 = "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC";
        assert_eq!(found("-----BEGIN PRIVATE KEY-----", &[ed25519, "-----END PRIVATE KEY-----"]), Some(false));
        assert_eq!(found("-----BEGIN PRIVATE KEY-----", &[key, "-----END PRIVATE KEY-----"]), Some(true));
        let literal = format!("k = \"-----BEGIN RSA PRIVATE KEY-----\\n{key}\"");
        assert_eq!(found(&literal, &[]), Some(true), "it is cut off");
        assert_eq!(found("if text.contains(\"-----BEGIN PRIVATE KEY-----\") {", &["return true;"]), None);
        assert_eq!(found("-----BEGIN CERTIFICATE-----", &[key]), None);
    }
}
