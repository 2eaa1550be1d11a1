//! What was found in a workspace when it was prepared, as events.

use crate::event::EventKind;
use crate::host::git::workspace::{Prepared, Rescue};
use crate::run::work::tell::Tell;

/// Tells what was found in the workspace and what became of it.
pub(super) fn told(made: &Prepared, tell: &Tell) {
    let item = &made.item;
    for deviation in &made.deviations {
        tell.event(EventKind::Disagreement { item: item.clone(), what: deviation.to_string() });
    }
    if made.adopted > 0 {
        let commits = if made.adopted == 1 { "a commit".to_owned() } else { format!("{} commits", made.adopted) };
        tell.note(Some(item), format!("{commits} made in `{}` became part of its branch", made.path.display()));
    }
    for Rescue { reference, files, .. } in made.rescued.clone() {
        tell.event(EventKind::Rescue { item: item.clone(), reference, files });
    }
}
