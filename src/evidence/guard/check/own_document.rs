//! The item's own document, which its agent may tick and annotate, but in which it does not say what is checked.

use std::path::Path;

use super::ownership::moved_to;
use crate::evidence::guard::scene::Scene;
use crate::model::read::{self, ReadDocument};

pub(in crate::evidence::guard) fn check(scene: &mut Scene<'_>) {
    let Some(change) = scene.document else { return };
    let path = change.path.as_str();
    if change.is_deletion() {
        let reason = "the item deleted its own document".to_owned();
        match moved_to(change, &scene.changes) {
            Some(_) => scene.note("document", path, None, reason),
            None => scene.find("document", path, None, reason),
        }
        return;
    }
    let now = gates(path, change.new_text());
    for gate in gates(path, change.old_text()).into_iter().filter(|gate| !now.contains(gate)) {
        let reason = format!("the item took the gate `{gate}` out of its own document, or changed it");
        scene.find("document", path, None, reason);
    }
}

/// Returns the command lines of a document; none where it is no PRP.
fn gates(path: &str, text: &str) -> Vec<String> {
    match read::document(Path::new(path), text.as_bytes()) {
        ReadDocument::Prp(prp, _) => prp.gates.into_iter().filter_map(|gate| gate.command).collect(),
        ReadDocument::Plan(..) | ReadDocument::Tasks(..) => Vec::new(),
    }
}
