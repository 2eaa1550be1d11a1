//! Keys of known kinds that are written in base 64.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use super::known::{self, Found};
use super::private_key::private_key;

/// What is shorter holds no key.
const LEAST: usize = 24;
/// A line of a longer text in base 64 has so many signs at least.
const WRAPPED: usize = 40;

/// Finds encoded keys in a line.
pub(super) fn find(line: &str) -> Vec<Found> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = line[at..].find(is_sign).map(|start| at + start) {
        let length = line[start..].find(|c| !is_sign(c)).unwrap_or(line.len() - start);
        at = start + length;
        if length >= LEAST {
            found.extend(key(&line[start..at]).map(|found| Found {
                what: format!("{}, in base 64,", found.what),
                range: start..at,
                ..found
            }));
        }
    }
    found
}

/// Joins lines that are nothing but base 64: the numbers of their first ones, from 0, and what they are together.
pub(super) fn blocks(lines: &[&str]) -> Vec<(usize, String)> {
    let mut found: Vec<(usize, String)> = Vec::new();
    let mut goes_on = false;
    for (at, line) in lines.iter().map(|line| line.trim()).enumerate() {
        let whole = !line.is_empty() && line.chars().all(|c| is_sign(c) || c == '=');
        match found.last_mut().filter(|_| goes_on) {
            Some((_, block)) if whole => *block += line,
            _ if whole && line.len() >= WRAPPED => found.push((at, line.to_owned())),
            _ => {}
        }
        goes_on = whole && (goes_on || line.len() >= WRAPPED);
    }
    found.retain(|(at, block)| block.len() > lines[*at].trim().len());
    found
}

/// Returns the key that a text in base 64 holds.
pub(super) fn key(text: &str) -> Option<Found> {
    let decoded = decode(text)?;
    let lines: Vec<&str> = decoded.lines().collect();
    lines
        .iter()
        .enumerate()
        .find_map(|(at, line)| known::find(line).into_iter().next().or_else(|| private_key(line, &lines[at + 1..])))
}

/// Decodes what is text.
pub(super) fn decode(text: &str) -> Option<String> {
    let text = text.trim_end_matches('=');
    // What is left at the end may belong to something else.
    let text = &text[..text.len() - usize::from(text.len() % 4 == 1)];
    let bytes = STANDARD_NO_PAD.decode(text).or_else(|_| URL_SAFE_NO_PAD.decode(text)).ok()?;
    let decoded = String::from_utf8(bytes).ok()?;
    let readable = |c: char| !c.is_control() || c.is_whitespace();
    decoded.chars().all(readable).then_some(decoded)
}

fn is_sign(c: char) -> bool {
    c.is_ascii_alphanumeric() || "+/-_".contains(c)
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    #[test]
    fn keys_are_found_through_their_code() {
        let key = "ghp_9fK2xQpL7vRtB3mN8sWdA1cE5gH6jK0qZxYv";
        let line = format!("  token: {}", STANDARD.encode(key));
        assert_eq!(find(&line).len(), 1, "{line}");
        assert_eq!(find(&format!("token = '{}'", URL_SAFE_NO_PAD.encode(format!("a\nkey={key}\n")))).len(), 1);
        let wrapped = STANDARD.encode(format!("{}\nkey={key}\n{}", "a line of text\n".repeat(9), "more\n".repeat(9)));
        let lines: Vec<&str> =
            wrapped.as_bytes().chunks(76).map(|line| std::str::from_utf8(line).unwrap_or_default()).collect();
        let found = blocks(&lines);
        assert!(found.len() == 1 && super::key(&found[0].1).is_some(), "{found:?}");
        for line in [
            "sha512-9fK2xQpL7vRtB3mN8sWdA1cE5gH6jK0qZxYv9fK2xQpL7vRtB3mN8sWd==",
            "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk",
            "da39a3ee5e6b4b0d3255bfef95601890afd80709",
            "aVeryLongNameOfAFunctionThatDoesNothingAtAll",
        ] {
            assert_eq!(find(line), [], "{line}");
        }
    }
}
