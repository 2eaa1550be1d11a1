//! What a failure says, without what differs each time that the same thing fails: numbers, times, ids, the places of
//! workspaces and temporary files, and the order of its lines.

use std::collections::BTreeSet;

/// So many hexadecimal digits, a number among them, are an id.
const ID: usize = 4;
/// Folders whose entries get a new name each time.
const TEMPORARY: [&str; 3] = ["/var/tmp/", "/tmp/", "/dev/shm/"];

/// The words of a failure. Two are equal when the same thing failed in the same way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailureWords(BTreeSet<String>);

impl FailureWords {
    /// Reads what a check said that ran in a workspace.
    pub fn of(text: &str, workspace: &str) -> Self {
        let text = if workspace.is_empty() { text.to_owned() } else { text.replace(workspace, "~") };
        let lines = text.lines().map(|line| without_figures(&without_temporary(line)));
        Self(lines.map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect())
    }
}

/// Puts one sign in the place of each entry of a temporary folder.
fn without_temporary(line: &str) -> String {
    let mut rest = line;
    let mut kept = String::new();
    while let Some((at, folder)) = TEMPORARY.iter().filter_map(|folder| Some((rest.find(folder)?, *folder))).min() {
        let (before, behind) = rest.split_at(at);
        let name = &behind[folder.len()..];
        let end = name.find(|c: char| !(c.is_alphanumeric() || "._-".contains(c))).unwrap_or(name.len());
        kept.push_str(before);
        kept.push('#');
        rest = &name[end..];
    }
    kept + rest
}

/// Puts one sign in the place of each number, time and id.
fn without_figures(line: &str) -> String {
    let mut kept = String::new();
    let mut word = String::new();
    for c in line.chars().chain(std::iter::once('\n')) {
        if c.is_alphanumeric() || c == '_' {
            word.push(c);
            continue;
        }
        if is_figure(&word) {
            // The parts of a time or a version are one figure.
            let joined = kept.strip_suffix(['.', ':', ',', '-', '+']).is_some_and(|before| before.ends_with('#'));
            if joined {
                kept.pop();
            } else {
                kept.push('#');
            }
        } else {
            kept.push_str(&word);
        }
        word.clear();
        kept.push(c);
    }
    kept
}

/// Tells whether a word is a number with or without its unit, or an id.
fn is_figure(word: &str) -> bool {
    let is_hex = word.chars().all(|c| c.is_ascii_hexdigit()) && word.chars().any(|c| c.is_ascii_digit());
    word.starts_with(|c: char| c.is_ascii_digit()) || (is_hex && word.len() >= ID)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_same(one: &str, other: &str) -> bool {
        FailureWords::of(one, "/w/repo-worktrees/prp-1-1-1") == FailureWords::of(other, "/w/repo-worktrees/prp-1-1-1")
    }

    #[test]
    fn numbers_times_ids_and_places_apart_the_same_words_are_the_same() {
        let same = [
            ("3 failed in 0.52s", "3 failed in 12.3s"),
            ("2026-11-30T16:42:00.123Z test_a FAILED", "2026-12-01T09:01:59Z test_a FAILED"),
            ("at 0x7ffde31c, request 550e8400-e29b-41d4", "at 0x55aa0010, request 6fa459ea-ee8a-3ca4"),
            ("/w/repo-worktrees/prp-1-1-1/a.py:12: error", "/w/repo-worktrees/prp-1-1-1/a.py:14: error"),
            ("cannot read /tmp/tmp.Xa8Qw1/out", "cannot read /tmp/tmp.b77Zqa/out"),
            ("a failed\nb failed", "b failed\na failed\n\n"),
        ];
        for (one, other) in same {
            assert!(is_same(one, other), "{one:?} and {other:?}");
        }
    }

    #[test]
    fn other_words_are_another_failure() {
        let different = [
            ("test_a FAILED", "test_b FAILED"),
            ("test_12 failed", "test_13 failed"),
            ("a failed\nb failed", "a failed"),
            ("cannot find `face`", "cannot find `feed`"),
            ("src/a.py:12: error", "src/b.py:12: error"),
        ];
        for (one, other) in different {
            assert!(!is_same(one, other), "{one:?} and {other:?}");
        }
    }
}
