//! What is no text: large files, core dumps, links, submodules.

use crate::evidence::guard::change::{Change, File};
use crate::evidence::guard::scene::Scene;

/// Folders that tools make and that no repository holds.
const MADE_BY_TOOLS: [&str; 7] = ["node_modules", ".venv", "venv", "target", "__pycache__", ".tox", ".gradle"];

pub(in crate::evidence::guard) fn check(scene: &mut Scene<'_>) {
    for change in scene.changes.clone() {
        if change.old == change.new {
            continue;
        }
        match &change.new {
            Some(File::Binary { bytes, head }) => binary(scene, change, *bytes, head),
            Some(File::Text(text)) => large(scene, change, text.len() as u64),
            Some(File::Link { target, ignored }) => link(scene, &change.path, target, *ignored),
            Some(File::Module { commit, there }) => module(scene, change, commit, *there),
            None => {}
        }
    }
    for passing in scene.passing.clone() {
        let bytes = match &passing.change.new {
            Some(File::Binary { bytes, .. }) => *bytes,
            Some(File::Text(text)) => text.len() as u64,
            Some(File::Link { .. } | File::Module { .. }) | None => 0,
        };
        let path = &passing.change.path;
        if bytes > scene.policy.max_file_bytes && !scene.declares(path) {
            let short = passing.commit.get(..7).unwrap_or(&passing.commit);
            let reason = format!("commit {short} has it with {}, and the history is merged, too", size(bytes));
            scene.find("large_file", path, None, reason);
        }
    }
}

fn binary(scene: &mut Scene<'_>, change: &Change, bytes: u64, head: &[u8]) {
    let number = change.name().strip_prefix("core.");
    let named = change.name() == "core"
        || number.is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit()));
    // An ELF file of the type "core", in either byte order.
    let dumped = head.starts_with(b"\x7fELF") && matches!(head.get(16..18), Some([4, 0] | [0, 4]));
    if named || dumped {
        scene.find("core_dump", &change.path, None, format!("it is the memory of a crashed program, {}", size(bytes)));
    } else {
        large(scene, change, bytes);
    }
}

fn large(scene: &mut Scene<'_>, change: &Change, bytes: u64) {
    let before = match &change.old {
        Some(File::Binary { bytes, .. }) => *bytes,
        Some(File::Text(text)) => text.len() as u64,
        Some(File::Link { .. } | File::Module { .. }) | None => 0,
    };
    let most = scene.policy.max_file_bytes;
    if bytes <= most || before > most {
        return;
    }
    let reason = format!("it has {}, and more than {} is not merged without a word", size(bytes), size(most));
    if scene.declares(&change.path) {
        scene.note("large_file", &change.path, None, reason);
    } else {
        scene.find("large_file", &change.path, None, reason);
    }
}

fn link(scene: &mut Scene<'_>, path: &str, target: &str, ignored: bool) {
    match inside(path, target) {
        None => {
            scene.find("link_outside", path, None, format!("it is a link to `{target}`, outside of the repository"));
        }
        Some(inside) => {
            let made = inside.split('/').any(|part| MADE_BY_TOOLS.contains(&part));
            if ignored || made {
                scene.find("link_ignored", path, None, format!("it is a link to `{target}`, which no clone has"));
            }
        }
    }
}

/// Returns where a link leads, relative to the repository; `None` when it leaves it.
fn inside(path: &str, target: &str) -> Option<String> {
    if target.starts_with('/') {
        return None;
    }
    let mut parts: Vec<&str> = path.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

fn module(scene: &mut Scene<'_>, change: &Change, commit: &str, there: bool) {
    let short = commit.get(..7).unwrap_or(commit);
    if !there {
        let reason =
            format!("it is at {short}, a commit that nobody else has: push it to the submodule's own repository first");
        scene.find("submodule", &change.path, None, reason);
    } else if !scene.declares(&change.path) {
        scene.note("submodule", &change.path, None, format!("it moved to {short} without being declared"));
    }
}

/// `1.4 MB`.
fn size(bytes: u64) -> String {
    if bytes < 1_000_000 {
        return format!("{} KB", bytes.div_ceil(1000));
    }
    format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_followed_by_their_words() {
        for (path, target, wanted) in [
            ("a/b", "../c", Some("c")),
            ("a/b", "c/./d", Some("a/c/d")),
            ("b", "..", None),
            ("a/b", "../../c", None),
            ("b", "/etc", None),
        ] {
            assert_eq!(inside(path, target).as_deref(), wanted, "{path} -> {target}");
        }
    }
}
