//! Checkboxes of a Markdown text, in one pass.

use std::collections::HashSet;
use std::ops::Range;

use super::task_list::TaskMark;
use crate::model::read::text::heading::Heading;
use crate::model::read::text::source::{lines, trim};

/// What stands between the brackets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BoxState {
    Open,
    Done,
    /// `[-]`, `[~]` and `[/]`: begun.
    Begun,
}

/// A list item with a checkbox, and the boxes below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CheckBox {
    pub(super) state: BoxState,
    /// `- [ ]* …`, by which Kiro says that it may be left out.
    pub(super) starred: bool,
    /// Column of the bullet, tabs as four.
    pub(super) column: usize,
    /// The one character between the brackets.
    pub(super) inside: Range<usize>,
    /// The text on the line of the box.
    pub(super) text: Range<usize>,
    /// Everything that belongs to it below its line, boxes included.
    pub(super) body: Range<usize>,
    pub(super) children: Vec<Self>,
}

impl CheckBox {
    pub(super) fn mark(&self) -> TaskMark {
        TaskMark { path: None, span: self.inside.clone(), done: "x".to_owned() }
    }

    pub(super) fn is_done(&self) -> bool {
        self.state == BoxState::Done
    }
}

/// Reads the boxes of a range of a masked text as a forest. A heading, or text that is indented no deeper than a box,
/// ends it.
pub(super) fn boxes(masked: &str, range: Range<usize>, headings: &[Heading]) -> Vec<CheckBox> {
    let from = headings.partition_point(|heading| heading.span.start < range.start);
    let mut headings = headings[from..].iter().peekable();
    let mut roots: Vec<CheckBox> = Vec::new();
    // The boxes around the current line, outermost first.
    let mut stack: Vec<CheckBox> = Vec::new();
    // Where the last line with words ended.
    let mut end = range.start;
    for line in lines(masked, range.clone()) {
        let heading = headings.next_if(|heading| heading.span.start < line.end.max(line.start + 1)).is_some();
        let content = &masked[line.clone()];
        if content.trim().is_empty() {
            continue;
        }
        let column = column(content);
        let found = if heading { None } else { one(masked, &line, column) };
        let depth = if heading { 0 } else { column };
        // Text at the depth of the bullet, or before it, is not part of the item.
        while let Some(closed) = stack.pop_if(|open| heading || depth <= open.column) {
            close(closed, end, &mut stack, &mut roots);
        }
        if let Some(found) = found {
            // Nobody nests deeper; a hostile text must not make a tree that cannot be walked.
            if stack.len() >= DEEPEST
                && let Some(closed) = stack.pop()
            {
                close(closed, end, &mut stack, &mut roots);
            }
            stack.push(found);
        }
        end = line.end;
    }
    while let Some(closed) = stack.pop() {
        close(closed, end, &mut stack, &mut roots);
    }
    roots
}

/// How deep boxes may be nested.
const DEEPEST: usize = 12;

fn close(mut closed: CheckBox, end: usize, stack: &mut [CheckBox], roots: &mut Vec<CheckBox>) {
    closed.body.end = end.max(closed.body.start);
    match stack.last_mut() {
        Some(parent) => parent.children.push(closed),
        None => roots.push(closed),
    }
}

fn column(content: &str) -> usize {
    let mut column = 0;
    for byte in content.bytes() {
        match byte {
            b' ' => column += 1,
            b'\t' => column += 4 - column % 4,
            _ => break,
        }
    }
    column
}

fn one(masked: &str, line: &Range<usize>, column: usize) -> Option<CheckBox> {
    let bytes = masked[line.clone()].as_bytes();
    let indent = bytes.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let digits = bytes[indent..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mark = match bytes.get(indent + digits)? {
        b'-' | b'*' | b'+' if digits == 0 => indent + 1,
        b'.' | b')' if (1..=9).contains(&digits) => indent + digits + 1,
        _ => return None,
    };
    let blanks = bytes[mark..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let open = mark + blanks;
    if blanks == 0 || bytes.get(open) != Some(&b'[') || bytes.get(open + 2) != Some(&b']') {
        return None;
    }
    let state = match bytes[open + 1] {
        b' ' => BoxState::Open,
        b'x' | b'X' => BoxState::Done,
        b'-' | b'~' | b'/' => BoxState::Begun,
        _ => return None,
    };
    let starred = bytes.get(open + 3) == Some(&b'*') && bytes.get(open + 4) != Some(&b'*');
    let after = open + 3 + usize::from(starred);
    if bytes.get(after).is_some_and(|byte| !matches!(byte, b' ' | b'\t')) {
        return None;
    }
    let inside = line.start + open + 1..line.start + open + 2;
    let text = trim(masked, line.start + after..line.end);
    Some(CheckBox { state, starred, column, inside, text, body: line.end..line.end, children: Vec::new() })
}

/// Splits a number such as `2`, `2.1` or `T012` off the start of a text; `1.` and `1)` lose their last mark.
pub(super) fn label(text: &str) -> Option<(&str, &str)> {
    let letter = text.bytes().next().filter(u8::is_ascii_uppercase).map_or(0, |_| 1);
    let bytes = text.as_bytes();
    let mut end = letter;
    loop {
        let digits = bytes[end..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits == 0 {
            break;
        }
        end += digits;
        if bytes.get(end) == Some(&b'.') && bytes.get(end + 1).is_some_and(u8::is_ascii_digit) {
            end += 1;
        } else {
            break;
        }
    }
    if end == letter || end > 24 {
        return None;
    }
    let after = bytes.get(end + usize::from(bytes.get(end).is_some_and(u8::is_ascii_lowercase)));
    let end = end + usize::from(bytes.get(end).is_some_and(u8::is_ascii_lowercase));
    if after.is_some_and(u8::is_ascii_alphanumeric) {
        return None;
    }
    let rest = text[end..].trim_start_matches(['.', ')', ':', '*']);
    Some((&text[..end], rest.trim_start_matches([' ', '\t', '-', '–', '—'])))
}

/// Returns a text without the white space that all its lines share at their start.
pub(super) fn dedented(text: &str) -> String {
    let text = text.trim_matches(['\n', '\r']).trim_end();
    let blank = |line: &&str| !line.trim().is_empty();
    let indent = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let least = text.lines().filter(blank).map(indent).min().unwrap_or(0);
    let lines = text.lines().map(|line| if line.trim().is_empty() { "" } else { &line[least..] });
    lines.collect::<Vec<_>>().join("\n")
}

/// Returns the paths that a text names: in back-ticks, or with a folder and an ending.
pub(super) fn paths(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    // Most texts name none, which is seen before any word is looked at.
    if memchr::memchr2(b'/', b'`', text.as_bytes()).is_none() {
        return found;
    }
    let mut seen = HashSet::new();
    let mut add = |word: &str, quoted: bool| {
        let word = without_signs(word).trim_end_matches('.');
        if let Ok(path) = crate::model::read::path::clean_path(word)
            && is_path(&path, quoted)
            && seen.insert(path.clone())
        {
            found.push(path);
        }
    };
    for (at, part) in text.split('`').enumerate() {
        if at % 2 == 1 {
            add(part, true);
        } else {
            let words = part.split_whitespace();
            words.filter(|word| word.contains('/')).for_each(|word| add(word, false));
        }
    }
    found
}

/// Cuts off the signs that stand around a word in a sentence.
fn without_signs(word: &str) -> &str {
    let is_sign = |byte: &u8| matches!(byte, b'(' | b')' | b',' | b';' | b':' | b'"' | b'\'' | b'*' | b'[' | b']');
    let bytes = word.as_bytes();
    let start = bytes.iter().position(|byte| !is_sign(byte)).unwrap_or(bytes.len());
    let end = bytes.iter().rposition(|byte| !is_sign(byte)).map_or(start, |last| last + 1);
    &word[start..end]
}

fn is_path(word: &str, quoted: bool) -> bool {
    if word.contains("://") || word.contains(['{', '}', '<', '>', '=', '(', ')', ' ', '|', ',', '"']) {
        return false;
    }
    let (folder, name) = word.rsplit_once('/').map_or((None, word), |(folder, name)| (Some(folder), name));
    if folder.is_some_and(|folder| !folder.is_empty()) && name.is_empty() {
        return quoted
            || word.matches('/').count() > 1
            || word.starts_with(|c: char| c.is_ascii_lowercase() || c == '.');
    }
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    let ending = ending.is_some_and(|ending| {
        (1..=8).contains(&ending.len())
            && ending.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && ending.bytes().any(|byte| byte.is_ascii_alphabetic())
    });
    match folder {
        Some(folder) => !folder.is_empty() && (ending || quoted && name.starts_with('.')),
        // `user.name` in back-ticks is as likely as `main.rs`; names in capitals and endings of files decide.
        None => quoted && ending && KNOWN.iter().any(|known| name.ends_with(known)),
    }
}

/// Endings by which a name alone in back-ticks is known for a file.
const KNOWN: [&str; 32] = [
    ".rs", ".py", ".ts", ".tsx", ".js", ".jsx", ".go", ".java", ".kt", ".rb", ".php", ".cs", ".c", ".h", ".cpp", ".md",
    ".json", ".toml", ".yaml", ".yml", ".html", ".css", ".scss", ".sql", ".sh", ".swift", ".vue", ".svelte", ".txt",
    ".lock", ".xml", ".proto",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(all: &[CheckBox], text: &str) -> String {
        let one = |found: &CheckBox| {
            let mark = &text[found.inside.clone()];
            let below = shown(&found.children, text);
            let below = if below.is_empty() { below } else { format!("({below})") };
            format!("{mark}{}:{}{below}", if found.starred { "*" } else { "" }, &text[found.text.clone()])
        };
        all.iter().map(one).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn boxes_nest_by_their_columns() {
        let text = "- [ ] a\n  more\n\t- [x] b\n  - [-]* c\n* [X] d\n1. [ ] e\n\ntext\n  - [ ] f\n- [y] no\n-[ ] no\n- [ ]no\n";
        let found = boxes(text, 0..text.len(), &[]);
        assert_eq!(shown(&found, text), " :a(x:b -*:c) X:d  :e  :f");
        assert_eq!(text[found[0].body.clone()].trim(), "more\n\t- [x] b\n  - [-]* c");
        assert_eq!(dedented("\n  a\n\n    b\n  c\n"), "a\n\n  b\nc");
    }

    #[test]
    fn a_hostile_depth_is_cut_off() {
        let text: String = (0..5000).flat_map(|at| [" ".repeat(at), "- [ ] x\n".to_owned()]).collect();
        let found = boxes(&text, 0..text.len(), &[]);
        let depth = std::iter::successors(found.first(), |found| found.children.first()).count();
        assert_eq!(depth, DEEPEST);
    }

    #[test]
    fn labels_of_every_kind() {
        for (text, label_, rest) in [
            ("1. Set up", "1", "Set up"),
            ("2.1 Models", "2.1", "Models"),
            ("T012 [P] x", "T012", "[P] x"),
            ("3) y", "3", "y"),
            ("2.1a z", "2.1a", "z"),
        ] {
            assert_eq!(label(text), Some((label_, rest)), "{text}");
        }
        for text in ["Set up", "2FA", "", "T", "v1", "1st"] {
            assert_eq!(label(text), None, "{text}");
        }
    }

    #[test]
    fn paths_are_told_from_words() {
        assert_eq!(
            paths(
                "Add `src/a.rs`, tests/b_test.py: and/or `main.go` at https://x.y/z.md (docs/c.md) for `user.name`, v1.2/3"
            ),
            ["src/a.rs", "tests/b_test.py", "main.go", "docs/c.md"]
        );
        assert_eq!(
            paths("`npm run build` and `--flag/x.y` by @me/x.js in src/models/ and `/etc/x.md`"),
            ["src/models/"]
        );
    }
}
