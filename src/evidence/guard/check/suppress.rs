//! Comments that switch a check off for a whole file.

use crate::evidence::guard::scene::Scene;
use crate::model::guard::Level;

/// A comment, without white space and in lower case, and the ends of the files in which it means something.
const COMMENTS: [(&str, &[&str]); 13] = [
    ("//@ts-nocheck", &["ts", "tsx", "js", "jsx", "mts", "cts", "mjs", "cjs"]),
    ("/*eslint-disable*/", &["ts", "tsx", "js", "jsx", "mts", "cts", "mjs", "cjs", "vue"]),
    ("/*biome-ignore-all", &["ts", "tsx", "js", "jsx"]),
    ("#type:ignore", &["py"]),
    ("#mypy:ignore-errors", &["py"]),
    ("#pyright:basic", &["py"]),
    ("#pyright:ignore", &["py"]),
    ("#pylint:skip-file", &["py"]),
    ("#flake8:noqa", &["py"]),
    ("#ruff:noqa", &["py"]),
    ("#![allow(warnings", &["rs"]),
    ("#![allow(clippy::all", &["rs"]),
    ("//nolint", &["go"]),
];

pub(in crate::evidence::guard) fn check(scene: &mut Scene<'_>) {
    for change in scene.changes.clone() {
        let end = change.path.rsplit_once('.').map_or("", |(_, end)| end);
        let packed = |line: &str| line.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_lowercase();
        let count = |text: &str, comment: &str| {
            // A comment behind code means that line, and a deeper one that block.
            text.lines().filter(|line| !line.starts_with([' ', '\t']) && packed(line).starts_with(comment)).count()
        };
        let head = |text: &str| text.lines().take_while(|line| !line.starts_with("package ")).count();
        for (comment, _) in COMMENTS.iter().filter(|(_, ends)| ends.contains(&end)) {
            let (old, new) = (count(change.old_text(), comment), count(change.new_text(), comment));
            let Some(line) = change.new_text().lines().position(|line| packed(line).starts_with(comment)) else {
                continue;
            };
            // In Go it means the file before its first line only.
            if new <= old || end == "go" && line > head(change.new_text()) {
                continue;
            }
            // Nothing checked a new file before.
            let most = if change.old.is_none() { Level::Note } else { Level::Refuse };
            let shown = change.new_text().lines().nth(line).unwrap_or_default().trim().to_owned();
            let reason = format!("`{shown}` switches a check off for the whole file");
            scene.find_at("gate_configuration", most, &change.path, Some(line + 1), reason, None);
        }
    }
}
