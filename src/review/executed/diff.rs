//! The added lines of a unified diff, with file and line, and the markers left in them.

/// A line that a diff adds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Added<'a> {
    pub(super) file: String,
    /// Line in the new file, from 1.
    pub(super) line: usize,
    pub(super) text: &'a str,
}

/// Lists the added lines of a unified diff in order. A diff that is cut off gives what is there.
pub(super) fn added(diff: &str) -> Vec<Added<'_>> {
    let mut found = Vec::new();
    let mut file = String::new();
    let (mut old, mut new, mut line) = (0_usize, 0_usize, 0_usize);
    for text in diff.lines() {
        // Inside a hunk only the counts of its head say what a line is: an added `++ x` looks like a file head.
        if old > 0 || new > 0 {
            match text.as_bytes().first() {
                Some(b'+') => {
                    found.push(Added { file: file.clone(), line, text: &text[1..] });
                    new = new.saturating_sub(1);
                    line += 1;
                }
                Some(b'-') => old = old.saturating_sub(1),
                Some(b'\\') => {}
                _ => {
                    old = old.saturating_sub(1);
                    new = new.saturating_sub(1);
                    line += 1;
                }
            }
        } else if let Some(path) = text.strip_prefix("+++ ") {
            file = name(path);
        } else if let Some((first, lines_old, lines_new)) = hunk(text) {
            (line, old, new) = (first, lines_old, lines_new);
        }
    }
    found
}

/// Reads `@@ -1,2 +3,4 @@`: first new line, number of old lines, number of new lines.
fn hunk(text: &str) -> Option<(usize, usize, usize)> {
    let (ranges, _) = text.strip_prefix("@@ -")?.split_once(" @@")?;
    let (old, new) = ranges.split_once(" +")?;
    let count = |range: &str| range.split_once(',').map_or(Some(1), |(_, count)| count.parse().ok());
    let first = new.split(',').next()?.parse().ok()?;
    Some((first, count(old)?, count(new)?))
}

/// Reads a path of a file head, which git quotes when it holds unusual bytes.
fn name(text: &str) -> String {
    let text = text.split('\t').next().unwrap_or_default();
    let plain = match text.strip_prefix('"').and_then(|inner| inner.strip_suffix('"')) {
        Some(quoted) => unquote(quoted),
        None => text.to_owned(),
    };
    plain.strip_prefix("b/").unwrap_or(&plain).to_owned()
}

fn unquote(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        match rest.next() {
            Some(digit @ b'0'..=b'7') => {
                let mut octal = || u32::from(rest.next().unwrap_or(b'0').saturating_sub(b'0'));
                let value = u32::from(digit - b'0') * 64 + octal() * 8 + octal();
                bytes.push(u8::try_from(value).unwrap_or(b'?'));
            }
            Some(b't') => bytes.push(b'\t'),
            Some(b'n') => bytes.push(b'\n'),
            Some(other) => bytes.push(other),
            None => {}
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// What was left behind in a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Leftover {
    Conflict,
    /// `TODO`, `FIXME` or `XXX`.
    Word(&'static str),
}

/// Finds a marker that finished work does not have.
pub(super) fn leftover(text: &str) -> Option<Leftover> {
    let conflict = ["<<<<<<<", ">>>>>>>", "|||||||"]
        .iter()
        .any(|mark| text.strip_prefix(mark).is_some_and(|rest| rest.is_empty() || rest.starts_with(' ')));
    if conflict {
        return Some(Leftover::Conflict);
    }
    let word = |word: &&&str| text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|part| part == **word);
    ["TODO", "FIXME", "XXX"].iter().find(word).map(|word| Leftover::Word(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIFF: &str = "diff --git a/a.md b/a.md\n--- a/a.md\n+++ b/a.md\n@@ -1,2 +1,3 @@\n one\n--- gone\n+++ b/no\n+two\n\
                        diff --git \"a/\\303\\251\" \"b/\\303\\251\"\n--- /dev/null\n+++ \"b/\\303\\251\"\n@@ -0,0 +1 @@\n+TODO\n\\ No newline at end of file\n";

    #[test]
    fn added_lines_have_file_and_line_whatever_they_look_like() {
        let found = added(DIFF).into_iter().map(|a| (a.file, a.line, a.text)).collect::<Vec<_>>();
        let expected = [("a.md", 2, "++ b/no"), ("a.md", 3, "two"), ("é", 1, "TODO")];
        assert_eq!(found, expected.map(|(file, line, text)| (file.to_owned(), line, text)));
    }

    #[test]
    fn markers_are_whole_words_and_conflicts_start_the_line() {
        assert_eq!(leftover("// TODO: x"), Some(Leftover::Word("TODO")));
        assert_eq!(leftover("<<<<<<< HEAD"), Some(Leftover::Conflict));
        for text in ["let todo = 1;", "mktemp aXXXXXX", "=======", "a <<<<<<< b", "TODO_LIST", "<<<<<<<<<<"] {
            assert_eq!(leftover(text), None, "{text}");
        }
    }
}
