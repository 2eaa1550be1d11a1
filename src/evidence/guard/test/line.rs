//! Lines of source code, without comments.

use super::language::Language;

/// One line that is no comment and not empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line<'a> {
    /// From 1.
    pub(super) number: usize,
    /// Columns before the first sign.
    pub(super) indent: usize,
    /// Without white space at both ends and without a comment behind.
    pub(super) code: &'a str,
}

/// Returns the lines of a text that hold code.
pub(super) fn lines(language: Language, text: &str) -> Vec<Line<'_>> {
    let mut found = Vec::new();
    let mut inside = false;
    for (at, raw) in text.lines().enumerate() {
        let trimmed = raw.trim();
        if inside {
            inside = !trimmed.contains("*/");
            continue;
        }
        let blocks = language.comment() == "//";
        if blocks && trimmed.starts_with("/*") {
            inside = !trimmed.contains("*/");
            continue;
        }
        let code = without_comment(language, trimmed);
        if !code.is_empty() {
            found.push(Line { number: at + 1, indent: indent(raw), code });
        }
    }
    found
}

fn indent(raw: &str) -> usize {
    let white = raw.chars().take_while(|c| c.is_whitespace());
    white.map(|c| if c == '\t' { 4 } else { 1 }).sum()
}

/// A comment begins the line, or has white space before it: anything else may be inside of a text or an address.
fn without_comment(language: Language, code: &str) -> &str {
    let mark = language.comment();
    if code.starts_with(mark) && !(language == Language::Rust && code.starts_with("#[")) {
        return "";
    }
    let behind =
        code.match_indices(mark).find(|(at, _)| code[..*at].ends_with([' ', '\t']) && is_outside(&code[..*at]));
    behind.map_or(code, |(at, _)| code[..at].trim_end())
}

/// Tells whether what stands before is not inside of a text in quotes.
fn is_outside(before: &str) -> bool {
    ['"', '\'', '`'].iter().all(|quote| before.matches(*quote).count() % 2 == 0)
}

/// Returns the text in the first quotes of a line.
pub(super) fn quoted(code: &str) -> Option<&str> {
    let start = code.find(['"', '\'', '`'])?;
    let quote = &code[start..=start];
    let rest = &code[start + 1..];
    Some(&rest[..rest.find(quote)?])
}

/// Returns the name that a text begins with.
pub(super) fn name(code: &str) -> &str {
    let end = code.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(code.len());
    &code[..end]
}
