//! A document shortened to what decides about its headings.

use std::ops::Range;

/// A text with all its lines, but without the words that decide nothing about headings. That saves the parser their
/// emphasis, links and code.
pub(crate) struct Outline {
    pub(crate) text: String,
    lines: Vec<Line>,
    /// Length of the document.
    end: usize,
}

struct Line {
    /// Where it starts in the outline.
    here: usize,
    /// Where it starts in the document.
    there: usize,
    /// Its first bytes that are the same in both.
    same: usize,
}

impl Outline {
    /// Shortens every line that does not start like a block and cannot end one of HTML.
    pub(crate) fn new(document: &str) -> Self {
        let text = String::with_capacity(document.len() / 2);
        let mut outline = Self { text, lines: Vec::with_capacity(document.len() / 32), end: document.len() };
        let mut there = 0;
        while there < document.len() {
            let end = memchr::memchr(b'\n', &document.as_bytes()[there..]).map_or(document.len(), |at| there + at + 1);
            let line = &document[there..end];
            let (same, rest) = shortened(line);
            outline.lines.push(Line { here: outline.text.len(), there, same });
            outline.text.push_str(&line[..same]);
            outline.text.push_str(rest);
            there = end;
        }
        outline
    }

    /// Returns the range of the document for one of the outline.
    pub(crate) fn place(&self, span: &Range<usize>) -> Range<usize> {
        self.offset(span.start)..self.offset(span.end)
    }

    fn offset(&self, at: usize) -> usize {
        let next = self.lines.partition_point(|line| line.here <= at);
        let Some(line) = next.checked_sub(1).map(|at| &self.lines[at]) else { return 0 };
        let within = at - line.here;
        // Words that were left out are one with the rest of their line.
        if within <= line.same { line.there + within } else { self.lines.get(next).map_or(self.end, |next| next.there) }
    }
}

/// Returns how much of a line is kept, and what stands for the rest: all is kept of a line that may be a block or end
/// one, of others what precedes the words.
fn shortened(line: &str) -> (usize, &'static str) {
    let bytes = line.as_bytes();
    let blank = |byte: &&u8| matches!(byte, b' ' | b'\t');
    let indent = bytes.iter().take_while(blank).count();
    let mark = match bytes.get(indent) {
        Some(b'-' | b'*' | b'+') => 1,
        Some(b'0'..=b'9') => {
            let digits = bytes[indent..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            digits + usize::from(matches!(bytes.get(indent + digits), Some(b'.' | b')')))
        }
        _ => 0,
    };
    let after = indent + mark;
    let words = after + bytes[after..].iter().take_while(blank).count();
    // A mark without white space behind it is none.
    let separate = mark == 0 || words > after;
    let plain = match bytes.get(words) {
        None | Some(b'\n') if mark == 0 => return (0, "\n"),
        None | Some(b'\n' | b'\r') => false,
        Some(b'[') if mark > 0 => is_box(&bytes[words..]),
        Some(byte) if mark > 0 => byte.is_ascii_alphabetic(),
        Some(byte) => !byte.is_ascii_control() && !b"#<>=_`~|[&\\".contains(byte),
    };
    let content = line[words..].trim_end_matches(['\n', '\r']).as_bytes();
    let decides = !plain || !separate || memchr::memchr3(b'<', b'>', b'\r', content).is_some();
    if decides { (line.len(), "") } else { (words, "x\n") }
}

/// Tells whether an item is a box with words behind it: whatever they start with, the item is a paragraph.
fn is_box(content: &[u8]) -> bool {
    matches!(content, [b'[', b' ' | b'x' | b'X', b']', b' ', rest @ ..] if rest.first().is_some_and(|byte| !byte.is_ascii_whitespace()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_words_are_left_out() {
        let text = "Some words, *loud*.\n  more\n\n- [ ] a\n  - [x]\n1. [x] 2. b\n- [x]: c\n- item `x`\n1. one\n10 apples\n# H é\n-x\n<!--\nend -->\nlast";
        let outline = Outline::new(text);
        let expected = "x\n  x\n\n- x\n  - [x]\n1. x\n- [x]: c\n- x\n1. x\n10 x\n# H é\n-x\n<!--\nend -->\nx\n";
        assert_eq!(outline.text, expected);
    }

    #[test]
    fn places_are_those_of_the_document() {
        let text = "Ünder\n=====\nwords and words\n# H\nlast";
        let outline = Outline::new(text);
        let place = |part: &str| {
            let at = outline.text.find(part).unwrap();
            &text[outline.place(&(at..at + part.len()))]
        };
        assert_eq!(place("x\n====="), "Ünder\n=====");
        assert_eq!(place("# H\n"), "# H\n");
        assert_eq!(outline.place(&(outline.text.len()..outline.text.len())), text.len()..text.len());
    }
}
