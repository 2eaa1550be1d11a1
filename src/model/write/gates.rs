//! The gates of a new PRP: those of the plan, and those that follow from its declared files.

use super::draft::DraftGate;
use super::gone::is_gone;
use crate::model::gate::Gate;

/// Gates with a command that a PRP should have.
const WANTED: usize = 5;

/// Returns the gates of the plan, completed by checks of the declared files until there are enough with a command. `text`
/// is that of the phase: it may say that a file goes.
pub fn gates(planned: &[Gate], files: &[String], text: &str) -> Vec<DraftGate> {
    let from_plan = planned.iter().map(|gate| DraftGate {
        level: gate.level.clamp(1, 4),
        text: gate.text.split_whitespace().collect::<Vec<_>>().join(" "),
        command: gate.command.clone(),
    });
    let mut gates: Vec<DraftGate> = from_plan.collect();
    for (level, text, command) in derived(files, text) {
        let enough = gates.iter().filter(|gate| gate.command.is_some()).count() >= WANTED;
        if !enough && gates.iter().all(|gate| gate.command.as_ref() != Some(&command)) {
            gates.push(DraftGate { level, text, command: Some(command) });
        }
    }
    gates.sort_by_key(|gate| gate.level);
    gates
}

/// Returns checks that hold for any work, the most telling first.
fn derived(files: &[String], text: &str) -> Vec<(u8, String, String)> {
    let plain = |file: &&String| !file.contains(['*', '?', '[', '{', '\'', '`', '\n']);
    let (gone, stay): (Vec<&String>, Vec<&String>) = files.iter().filter(plain).partition(|file| is_gone(text, file));
    let files: Vec<&String> = stay.into_iter().filter(|file| !file.ends_with('/')).collect();
    let gone = gone.into_iter().map(|file| (1, format!("{file} is gone"), format!("test ! -e '{file}'")));
    let there = files.iter().map(|file| (1, format!("{file} has content"), format!("test -s '{file}'")));
    let tracked =
        files.iter().map(|file| (4, format!("{file} is committed"), format!("git ls-files --error-unmatch '{file}'")));
    let always = [
        (2, "no conflict markers are left", "! git grep -nE '^(<<<<<<<|>>>>>>>) '"),
        (4, "no tracked file is left uncommitted", "git diff --quiet HEAD"),
        (2, "the last commit has no white space errors", "git diff-tree --check HEAD"),
    ];
    let always = always.map(|(level, text, command)| (level, text.to_owned(), command.to_owned()));
    let mut checks: Vec<_> = gone.take(3).chain(there.take(3)).collect();
    checks.extend(always[..2].to_vec());
    checks.extend(tracked.take(3));
    checks.extend(always[2..].to_vec());
    checks
}
