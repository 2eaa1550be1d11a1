//! The rule about secrets.

use std::collections::BTreeSet;

use super::content::{Part, parts};
use super::encoded;
use super::file::{Kind, is_store, kind};
use super::known::Found;
use super::line::{sure, unsure};
use super::private_key::private_key;
use crate::evidence::guard::change::{Change, File};
use crate::evidence::guard::scene::Scene;
use crate::model::guard::Level;

/// Longer lines are data.
const LONGEST: usize = 2000;

pub(in crate::evidence::guard) fn check(scene: &mut Scene<'_>) {
    let changes: Vec<&Change> = scene.changes.iter().copied().chain(scene.document).collect();
    let before: Vec<Part<'_>> = changes.iter().flat_map(|change| parts(change.old.as_ref())).collect();
    for change in &changes {
        let found = of_change(scene, change, &before, None);
        let (kind, is_new) = (kind(&change.path), change.old.is_none() && change.new.is_some());
        let binary = matches!(change.new, Some(File::Binary { .. }));
        if is_new && found == 0 && (kind.holds_secrets || binary && is_store(&change.path)) {
            let most = if scene.declares(&change.path) { Level::Note } else { Level::Refuse };
            let reason = "its name says that it holds keys or passwords".to_owned();
            scene.find_at("secret", most, &change.path, None, reason, None);
        }
        if is_new && let Some(found) = in_name(&change.path) {
            scene.find("secret", &change.path, None, format!("{} stands in its name", found.what));
        }
    }
    for passing in scene.passing.clone() {
        of_change(scene, &passing.change, &before, Some(&passing.commit));
    }
    // Ours name items and files.
    for commit in scene.input.commits.iter().filter(|commit| !commit.recorded) {
        let lines: Vec<&str> = commit.message.lines().collect();
        let all = lines
            .iter()
            .enumerate()
            .flat_map(|(at, line)| sure(line).into_iter().chain(private_key(line, &lines[at + 1..])));
        let short = commit.id.get(..7).unwrap_or(&commit.id);
        let reasons: Vec<String> =
            all.map(|found| format!("{} stands in the message of {short}", found.what)).collect();
        for reason in reasons {
            scene.find("secret", "", None, reason);
        }
    }
}

/// Finds a key in the name of a file or folder, where it may follow a word.
fn in_name(path: &str) -> Option<Found> {
    let begins = path.match_indices(['-', '_', '.']).map(|(at, _)| &path[at + 1..]);
    std::iter::once(path).chain(begins).find_map(|text| sure(text).into_iter().next())
}

/// Looks at what a change added; returns how many secrets that are. `commit` brought it, and it is gone again.
fn of_change(scene: &mut Scene<'_>, change: &Change, before: &[Part<'_>], commit: Option<&str>) -> usize {
    let old: Vec<Part<'_>> = parts(change.old.as_ref());
    let known: BTreeSet<&str> = old.iter().flat_map(|part| part.text.lines()).collect();
    let stood = |value: &str| before.iter().chain(&old).any(|part| part.text.contains(value));
    let mut count = 0;
    for part in parts(change.new.as_ref()) {
        // A member of an archive is what its own name says, in the place of the archive.
        let mut kind = kind(part.member.as_deref().unwrap_or(&change.path));
        kind.examples |= self::kind(&change.path).examples;
        kind.data |= part.is_binary;
        let place = part.member.as_ref().map(|member| format!(" in `{member}`")).unwrap_or_default();
        let is_whole = part.member.is_none() && !part.is_binary;
        for (at, found, most, line) in of_text(&part.text, &change.path, kind, &known) {
            // What stood somewhere in these files before is nothing new.
            if stood(found.value) {
                continue;
            }
            count += 1;
            let (number, excerpt) = (is_whole.then_some(at + 1), is_whole.then(|| line.to_owned()));
            let reason = match commit {
                None => format!("{}{place} was added", found.what),
                Some(commit) => format!(
                    "{}{place} was added in commit {} and taken away later: the history is merged, too",
                    found.what,
                    commit.get(..7).unwrap_or(commit)
                ),
            };
            // The line is one of that commit.
            let number = number.filter(|_| commit.is_none());
            scene.find_at("secret", most, &change.path, number, reason, excerpt);
        }
    }
    count
}

/// A secret in a text.
struct Secret<'a> {
    what: String,
    value: &'a str,
}

/// Looks at the lines of a text that are not known: each secret with its line, from 0, and what it leads to at most.
fn of_text<'a>(
    text: &'a str,
    path: &str,
    kind: Kind,
    known: &BTreeSet<&str>,
) -> Vec<(usize, Secret<'a>, Level, &'a str)> {
    let lines: Vec<&str> = text.lines().collect();
    // Tests at the end of a source file.
    let is_rust = path.rsplit_once('.').is_some_and(|(_, kind)| kind == "rs");
    let tests = lines.iter().position(|line| is_rust && *line == "#[cfg(test)]").unwrap_or(usize::MAX);
    let mut all = Vec::new();
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| !known.contains(*line) && line.len() <= LONGEST) {
        let most =
            |harmless: bool| if (kind.examples || at >= tests) && harmless { Level::Note } else { Level::Refuse };
        let mut certain = sure(line);
        certain.extend(private_key(line, &lines[at + 1..]));
        let likely = if kind.data { Vec::new() } else { unsure(line, kind.strictness) };
        let certain = certain.into_iter().map(|found| (most(found.made_up), found));
        for (most, Found { what, range, .. }) in certain.chain(likely.into_iter().map(|found| (most(true), found))) {
            // What is sure of a place is said once.
            let value = line.get(range).unwrap_or_default();
            let is_told = all.iter().any(|(told, secret, ..): &(usize, Secret<'_>, Level, &str)| {
                *told == at && (secret.value.contains(value) || value.contains(secret.value))
            });
            if !is_told {
                all.push((at, Secret { what, value }, most, *line));
            }
        }
    }
    for (at, block) in encoded::blocks(&lines) {
        let is_told = all.iter().any(|(told, ..)| *told >= at);
        if let Some(found) = encoded::key(&block).filter(|_| !is_told && !known.contains(lines[at])) {
            let most = if kind.examples && found.made_up { Level::Note } else { Level::Refuse };
            all.push((at, Secret { what: format!("{}, in base 64,", found.what), value: lines[at] }, most, ""));
        }
    }
    all
}
