//! How the validation of an item went, in a few words.

use crate::event::ItemView;
use crate::event::kind::ItemStatus;
use crate::model::validation::LevelVerdict;

/// Says how the checks of an item went in the few characters of a cell: `3 passed`, `L3 failed`, `1 passed, L2 by hand`.
pub fn short(item: &ItemView) -> String {
    let of = |wanted: LevelVerdict| item.validations.iter().filter(move |(_, (verdict, _))| *verdict == wanted);
    if let Some(((_, level), _)) = of(LevelVerdict::Failed).next() {
        return format!("L{level} failed");
    }
    if let Some(level) = item.red_merge {
        return if level == 0 { "not merged".to_owned() } else { format!("merged L{level} failed") };
    }
    let is_complete = item.status() == Some(ItemStatus::Completed);
    let mut said = Vec::new();
    match of(LevelVerdict::Passed).chain(of(LevelVerdict::Flaky)).count() {
        0 if item.validations.is_empty() && (item.phase.is_none() || is_complete) => {}
        0 => said.push("none run".to_owned()),
        passed => said.push(format!("{passed} passed")),
    }
    let flaky = levels(item, LevelVerdict::Flaky);
    if !flaky.is_empty() {
        said.push(format!("{} flaky", flaky.join(" ")));
    }
    let by_hand = names(item.by_hand.keys().map(|(_, level)| *level));
    if !by_hand.is_empty() {
        said.push(format!("{} by hand", by_hand.join(" ")));
    }
    said.join(", ")
}

/// Tells whether a gate of the item has no command: a person has to look.
pub fn is_by_hand(item: &ItemView) -> bool {
    !item.by_hand.is_empty()
}

/// Returns the names of the levels with a verdict.
fn levels(item: &ItemView, wanted: LevelVerdict) -> Vec<String> {
    let with = item.validations.iter().filter(|(_, (verdict, _))| *verdict == wanted);
    names(with.map(|((_, level), _)| *level))
}

fn names(levels: impl Iterator<Item = u8>) -> Vec<String> {
    let mut levels: Vec<u8> = levels.collect();
    levels.sort_unstable();
    levels.dedup();
    levels.iter().map(|level| format!("L{level}")).collect()
}
