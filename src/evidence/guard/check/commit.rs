//! Commits that are not the item's own.

use crate::evidence::guard::input::Commit;
use crate::evidence::guard::scene::Scene;
use crate::model::checkpoint::{Checkpoint, TRAILER_PRP, trailer};
use crate::model::guard::Level;
use crate::model::id::PrpId;

pub(in crate::evidence::guard) fn check(scene: &mut Scene<'_>) {
    for commit in scene.input.commits.iter().filter(|commit| !commit.recorded) {
        let subject = commit.message.lines().next().unwrap_or_default();
        let name = format!("{} `{subject}` by {}", commit.id.get(..7).unwrap_or(&commit.id), commit.author);
        if let Some(item) = pretended(commit) {
            // Who imitates the history on its own branch is careless; what names others is not for a person to wave through.
            let most = if item.as_str() == scene.input.item { Level::Approve } else { Level::Refuse };
            let reason = format!("{name} looks like batchprp's own commit for {item}, and batchprp did not make it");
            scene.find_at("forged_commit", most, "", None, reason, None);
        }
        if !commit.elsewhere.is_empty() {
            scene.find("foreign_commit", "", None, format!("{name} is on {}", named(&commit.elsewhere)));
        } else if commit.parents.len() > 1 {
            scene.find("foreign_commit", "", None, format!("{name} merges another history"));
        }
    }
}

/// Returns the item for which a commit pretends to be ours.
fn pretended(commit: &Commit) -> Option<PrpId> {
    if let Some(checkpoint) = Checkpoint::read(&commit.message) {
        return Some(checkpoint.prp);
    }
    if let Some(id) = trailer(&commit.message, TRAILER_PRP) {
        return id.parse().ok();
    }
    // The form of `merge_subject`.
    let subject = commit.message.lines().next()?;
    let (id, _) = subject.strip_prefix("Merge ")?.split_once(": ")?;
    id.parse().ok()
}

fn named(branches: &[String]) -> String {
    branches.iter().map(|branch| format!("`{branch}`")).collect::<Vec<_>>().join(", ")
}
