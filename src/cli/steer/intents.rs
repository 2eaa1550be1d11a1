//! What clashes with what, and why: the intents of the items on both sides, and the places in the files.

use std::io::{self, Write};
use std::path::Path;

use crate::host::git::merge::clash::Clash;
use crate::model::id::PrpId;
use crate::model::prp::Prp;
use crate::report::text::{block, line, numbered};

/// Sections that say what an item is for, the best first.
const WHY: [&str; 5] = ["goal", "problem", "overview", "summary", "solution"];
/// Lines of such a section, and of a phase.
const WHY_LINES: usize = 4;
const PHASE_LINES: usize = 2;
/// Phases that are shown of each item.
const PHASES: usize = 6;
/// Places in one file, lines of each, and lines in all.
const HUNKS: usize = 3;
const HUNK_LINES: usize = 24;
const LINES: usize = 120;
/// Largest file that is looked into.
const MAX_BYTES: u64 = 4 << 20;

/// Writes what an item is for: its title, its goal, and the beginning of each phase.
pub(super) fn intent(prp: &Prp, out: &mut dyn Write) -> io::Result<()> {
    let id = prp.id.as_ref().map(PrpId::to_string).unwrap_or_default();
    writeln!(out, "{id}: {}", line(prp.title.as_deref().unwrap_or("without a title"), 200))?;
    let why = WHY.iter().find_map(|words| prp.section(words)).map(|section| section.span.clone());
    let why = why.and_then(|span| prp.text.get(span)).unwrap_or_default();
    for text in beginning(why, WHY_LINES) {
        writeln!(out, "    {text}")?;
    }
    for phase in prp.phases.iter().take(PHASES) {
        writeln!(out, "  phase {}: {}", line(&phase.label, 20), line(&phase.title, 160))?;
        for text in beginning(prp.phase_text(phase), PHASE_LINES) {
            writeln!(out, "    {text}")?;
        }
    }
    if prp.phases.len() > PHASES {
        writeln!(out, "  and {}", numbered(prp.phases.len() - PHASES, "further phase"))?;
    }
    Ok(())
}

/// Returns the first lines of a section without its heading, each made harmless.
fn beginning(text: &str, lines: usize) -> Vec<String> {
    let body = text.lines().skip(1).map(str::trim).filter(|text| !text.is_empty());
    body.take(lines).map(|text| line(text, 200)).collect()
}

/// Writes the places of the files that clash, as git left them in a workspace.
pub(super) fn places(workspace: &Path, clashes: &[Clash], out: &mut dyn Write) -> io::Result<()> {
    let mut left = LINES;
    for Clash { file, .. } in clashes {
        if left == 0 {
            return writeln!(out, "\nand more, in the files themselves");
        }
        let name = line(file, 200);
        let Some(text) = read(&workspace.join(file)) else {
            writeln!(out, "\n{name}: no text, or only one side has it")?;
            continue;
        };
        let found = hunks(&text);
        if found.is_empty() {
            writeln!(out, "\n{name}: without conflict markers; one side deleted, renamed or replaced it")?;
        }
        for hunk in found.iter().take(HUNKS) {
            writeln!(out, "\n{name}:{}", hunk.line)?;
            let shown = hunk.lines.len().min(HUNK_LINES).min(left);
            for text in &hunk.lines[..shown] {
                writeln!(out, "    {}", line(&block(text), 200))?;
            }
            if shown < hunk.lines.len() {
                writeln!(out, "    … {} more", numbered(hunk.lines.len() - shown, "line"))?;
            }
            left -= shown;
        }
        if found.len() > HUNKS {
            writeln!(out, "\n{name}: {} more", numbered(found.len() - HUNKS, "place"))?;
        }
    }
    Ok(())
}

/// A place with conflict markers.
struct Hunk<'a> {
    /// Line of the first marker, from 1.
    line: usize,
    lines: Vec<&'a str>,
}

fn hunks(text: &str) -> Vec<Hunk<'_>> {
    let mut found: Vec<Hunk<'_>> = Vec::new();
    let mut is_inside = false;
    for (at, text) in text.lines().enumerate() {
        if text.starts_with("<<<<<<< ") {
            is_inside = true;
            found.push(Hunk { line: at + 1, lines: Vec::new() });
        }
        if is_inside && let Some(hunk) = found.last_mut() {
            hunk.lines.push(text);
        }
        is_inside = is_inside && !text.starts_with(">>>>>>> ");
    }
    found
}

/// Reads a file of the workspace that is text; never through a link.
fn read(path: &Path) -> Option<String> {
    let about = path.symlink_metadata().ok()?;
    if !about.is_file() || about.len() > MAX_BYTES {
        return None;
    }
    String::from_utf8(std::fs::read(path).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_with_markers_is_found_with_its_line_and_nothing_between_them() {
        let text = "a\n<<<<<<< HEAD\none\n=======\ntwo\n>>>>>>> b\nb\n<<<<<<< HEAD\n=======\nx\n>>>>>>> b\n";
        let found = hunks(text);
        assert_eq!(found.iter().map(|hunk| hunk.line).collect::<Vec<_>>(), [2, 8]);
        assert_eq!(found[0].lines, ["<<<<<<< HEAD", "one", "=======", "two", ">>>>>>> b"]);
    }
}
