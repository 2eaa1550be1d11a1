//! Which declared files a plan takes away.

/// Verbs that are followed by what they take away.
const VERBS: [&str; 12] = [
    "delete", "deletes", "deleted", "remove", "removes", "removed", "drop", "drops", "rm", "rename", "renames", "move",
];
/// Words behind a file that say that it goes.
const MARKS: [&str; 9] = ["delete", "deleted", "deletion", "remove", "removed", "removal", "drop", "dropped", "gone"];
/// Words between a verb and what it is about.
const FILLERS: [&str; 15] = [
    "the", "old", "obsolete", "unused", "legacy", "dead", "now", "whole", "entire", "file", "files", "module",
    "script", "-r", "-rf",
];

/// Tells whether the text of a phase says that a file is deleted or gets another name: `Delete a.rs`, `git rm a.rs`,
/// `a.rs (deleted)`, `a.rs - removed`.
pub(super) fn is_gone(text: &str, file: &str) -> bool {
    let bare = file.trim_end_matches('/');
    text.lines().any(|line| follows_a_verb(line, bare) || is_marked(line, bare))
}

fn follows_a_verb(line: &str, file: &str) -> bool {
    let mut taken = false;
    for word in line.split_whitespace() {
        let plain = plain(word);
        let lower = plain.to_lowercase();
        if taken && plain.trim_end_matches('/') == file {
            return true;
        }
        let goes_on = FILLERS.contains(&lower.as_str()) || matches!(lower.as_str(), "and" | "") || is_path(plain);
        taken = VERBS.contains(&lower.as_str()) || taken && goes_on;
    }
    false
}

fn is_marked(line: &str, file: &str) -> bool {
    line.match_indices(file).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let is_whole = before.is_none_or(|c| !c.is_alphanumeric() && !"/._-".contains(c));
        let rest = line[at + file.len()..].trim_start_matches(['`', '/']);
        // What belongs to the next entry of a list says nothing about this one.
        let own = rest.split([',', ';']).next().unwrap_or_default().trim_start();
        let opens = own.starts_with(['(', '-', '–', '—', ':']);
        let first = own.trim_start_matches(['(', '-', '–', '—', ':', ' ']).split(|c: char| !c.is_alphabetic()).next();
        is_whole && opens && first.is_some_and(|word| MARKS.contains(&word.to_lowercase().as_str()))
    })
}

fn plain(word: &str) -> &str {
    word.trim_matches(['`', '"', '\'', ',', ';', ':', '(', ')', '*', '.'])
}

fn is_path(word: &str) -> bool {
    word.contains(['/', '.'])
}

#[cfg(test)]
mod tests {
    use super::is_gone;

    #[test]
    fn what_goes_is_told_from_what_loses_a_part() {
        for (text, wanted) in [
            ("- Delete `src/old.py`", true),
            ("1. Remove the old file src/old.py.", true),
            ("Run `git rm src/old.py`", true),
            ("- Delete `src/a.py` and `src/old.py`", true),
            ("- Rename `src/old.py` to `src/new.py`", true),
            ("**Files Modified**: src/a.py, src/old.py (deleted)", true),
            ("- `src/old.py` - removed, nobody needs it", true),
            ("- src/old.py: delete", true),
            ("- Remove the import of x from `src/old.py`", false),
            ("- Delete the second test in `src/old.py`", false),
            ("- `src/old.py` (new), `src/b.py` (deleted)", false),
            ("- Delete `lib/src/old.py`", false),
            ("- `src/old.py` (modified: the deleted rows)", false),
            ("- Rename `src/new.py` to `src/old.py`", false),
            ("- Move `src/a.py` to `src/old.py`", false),
        ] {
            assert_eq!(is_gone(text, "src/old.py"), wanted, "{text}");
        }
    }
}
