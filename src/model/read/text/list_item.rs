//! List items, line by line.

use std::ops::Range;

use super::source::{lines, trim};

/// A list item that starts on a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ListItem {
    /// Bytes of white space before the mark.
    pub(crate) indent: usize,
    /// It has a number and not a bullet.
    pub(crate) numbered: bool,
    /// Whether its checkbox is ticked; `None` when it has none.
    pub(crate) ticked: Option<bool>,
    /// The text behind mark and checkbox, on this line.
    pub(crate) text: Range<usize>,
}

/// Reads a line as a list item.
pub(crate) fn item(text: &str, line: &Range<usize>) -> Option<ListItem> {
    let content = &text[line.clone()];
    let bytes = content.as_bytes();
    let indent = bytes.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let digits = bytes[indent..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mark = match bytes.get(indent + digits) {
        Some(b'-' | b'*' | b'+') if digits == 0 => indent + 1,
        Some(b'.' | b')') if (1..=9).contains(&digits) => indent + digits + 1,
        _ => return None,
    };
    if bytes.get(mark).is_some_and(|byte| !matches!(byte, b' ' | b'\t')) {
        return None;
    }
    let mut body = trim(text, line.start + mark..line.end);
    let mut ticked = None;
    for checkbox in ["[ ]", "[x]", "[X]"] {
        if text[body.clone()].starts_with(checkbox) {
            body = trim(text, body.start + checkbox.len()..body.end);
            ticked = Some(checkbox != "[ ]");
        }
    }
    Some(ListItem { indent, numbered: digits > 0, ticked, text: body })
}

/// Reads all items of a range.
pub(crate) fn items(text: &str, range: Range<usize>) -> Vec<ListItem> {
    lines(text, range).filter_map(|line| item(text, &line)).collect()
}

/// Reads the items of a range that are not inside another item.
pub(crate) fn top_items(text: &str, range: Range<usize>) -> Vec<ListItem> {
    let mut items = items(text, range);
    let least = items.iter().map(|item| item.indent).min().unwrap_or(0);
    items.retain(|item| item.indent <= least + 1);
    items
}

/// Returns the first back-ticked token of a range, without the ticks.
pub(crate) fn first_code(text: &str, range: &Range<usize>) -> Option<Range<usize>> {
    let part = &text[range.clone()];
    let open = part.find('`')?;
    let run = part[open..].bytes().take_while(|byte| *byte == b'`').count();
    let start = open + run;
    let length = part[start..].find(&part[open..start])?;
    let code = trim(text, range.start + start..range.start + start + length);
    (!code.is_empty()).then_some(code)
}

/// Splits a range at commas, and whatever else `also` accepts, outside of brackets and back-ticks.
pub(crate) fn split(text: &str, range: &Range<usize>, also: impl Fn(char) -> bool) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let mut depth = 0usize;
    let mut code = false;
    let mut start = range.start;
    for (at, c) in text[range.clone()].char_indices() {
        let at = range.start + at;
        match c {
            '`' => code = !code,
            _ if code => {}
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ if depth == 0 && (c == ',' || also(c)) => {
                parts.push(trim(text, start..at));
                start = at + c.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(trim(text, start..range.end));
    parts.retain(|part| !part.is_empty());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<(&str, bool)> {
        items(text, 0..text.len()).into_iter().map(|item| (&text[item.text], item.numbered)).collect()
    }

    #[test]
    fn bullets_numbers_and_checkboxes() {
        let text = "- [ ] a\n* b\n1. c\n   - d\n12) e\n-f\n1.5 g\n**h**\n---\n";
        assert_eq!(texts(text), [("a", false), ("b", false), ("c", true), ("d", false), ("e", true)]);
        assert_eq!(top_items(text, 0..text.len()).len(), 4);
    }

    #[test]
    fn splitting_respects_brackets() {
        let text = "a (x, y), b, `c, d`";
        let parts = split(text, &(0..text.len()), |_| false);
        assert_eq!(parts.into_iter().map(|part| &text[part]).collect::<Vec<_>>(), ["a (x, y)", "b", "`c, d`"]);
    }
}
