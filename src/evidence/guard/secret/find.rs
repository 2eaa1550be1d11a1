//! The rule about secrets.

use std::collections::BTreeSet;

use super::assignment;
use super::checksum::is_cut_off;
use super::file::{Kind, is_store, kind};
use super::known::{self, Found};
use crate::evidence::guard::change::{Change, File};
use crate::evidence::guard::scene::Scene;
use crate::model::guard::Level;

/// Longer lines are data.
const LONGEST: usize = 2000;
/// A line of a private key has so many signs at least.
const KEY_LINE: usize = 40;

pub(in crate::evidence::guard) fn check(scene: &mut Scene<'_>) {
    let before: Vec<&str> =
        scene.changes.iter().map(|change| change.old_text()).filter(|text| !text.is_empty()).collect();
    for change in scene.changes.clone() {
        let kind = kind(change);
        let found = lines(scene, change, kind, &before);
        let is_new = change.old.is_none() && change.new.is_some();
        let binary = matches!(change.new, Some(File::Binary { .. }));
        if is_new && found == 0 && (kind.holds_secrets || binary && is_store(&change.path)) {
            let most = if scene.declares(&change.path) { Level::Note } else { Level::Refuse };
            let reason = "its name says that it holds keys or passwords".to_owned();
            scene.find_at("secret", most, &change.path, None, reason, None);
        }
    }
}

/// Looks at the lines that were added; returns how many hold a secret.
fn lines(scene: &mut Scene<'_>, change: &Change, kind: Kind, before: &[&str]) -> usize {
    let old: BTreeSet<&str> = change.old_text().lines().collect();
    let text: Vec<&str> = change.new_text().lines().collect();
    // Tests at the end of a source file.
    let is_rust = change.path.rsplit_once('.').is_some_and(|(_, kind)| kind == "rs");
    let tests = text.iter().position(|line| is_rust && *line == "#[cfg(test)]").unwrap_or(usize::MAX);
    let mut count = 0;
    for (at, line) in text.iter().enumerate().filter(|(_, line)| !old.contains(*line) && line.len() <= LONGEST) {
        let mut sure = known::find(line);
        sure.extend(private_key(line, &text[at + 1..]));
        let unsure = if kind.data { Vec::new() } else { assignment::find(line, kind.strictness) };
        let examples = kind.examples || at >= tests;
        let most = |harmless: bool| if examples && harmless { Level::Note } else { Level::Refuse };
        let all = sure.into_iter().map(|found| (most(found.made_up), found));
        let all = all.chain(unsure.into_iter().map(|found| (most(true), found)));
        for (most, found) in all {
            let value = line.get(found.range.clone()).unwrap_or_default();
            // What stood somewhere in these files before is nothing new.
            if before.iter().any(|text| text.contains(value)) {
                continue;
            }
            count += 1;
            let reason = format!("{} was added", found.what);
            scene.find_at("secret", most, &change.path, Some(at + 1), reason, Some((*line).to_owned()));
        }
    }
    count
}

/// Finds a private key that begins on a line.
fn private_key(line: &str, below: &[&str]) -> Option<Found> {
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
