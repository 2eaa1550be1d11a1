//! The rule about secrets.

use std::collections::BTreeSet;

use super::assignment;
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
    let is_rust = change.path.ends_with(".rs");
    let tests = text.iter().position(|line| is_rust && *line == "#[cfg(test)]").unwrap_or(usize::MAX);
    let mut count = 0;
    for (at, line) in text.iter().enumerate().filter(|(_, line)| !old.contains(*line) && line.len() <= LONGEST) {
        let below = text.get(at + 1).copied().unwrap_or_default();
        let mut sure = known::find(line);
        if is_private_key(line, below) {
            sure.push(Found::new("a private key", 0..line.len()));
        }
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

fn is_private_key(line: &str, below: &str) -> bool {
    let Some((_, rest)) = line.split_once("-----BEGIN ") else { return false };
    let Some((kind, rest)) = rest.split_once("-----") else { return false };
    let key = if rest.trim().len() > KEY_LINE { rest } else { below };
    let base64 = key.bytes().filter(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(byte)).count();
    kind.contains("PRIVATE KEY") && (base64 >= KEY_LINE || below.contains("ENCRYPTED"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_private_key_has_a_key_in_it() {
        let key = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7";
        assert!(is_private_key("-----BEGIN PRIVATE KEY-----", key));
        assert!(is_private_key(&format!("k = \"-----BEGIN RSA PRIVATE KEY-----\\n{key}\""), ""));
        assert!(!is_private_key("if text.contains(\"-----BEGIN PRIVATE KEY-----\") {", "return true;"));
        assert!(!is_private_key("-----BEGIN CERTIFICATE-----", key));
    }
}
