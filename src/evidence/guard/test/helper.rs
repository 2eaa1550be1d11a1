//! Functions of a test file that assert something for its tests, and macros that make tests.

use std::collections::BTreeSet;

use super::assertion;
use super::body::body;
use super::language::Language;
use super::line::{Line, name};

/// Returns the names of functions whose bodies assert something.
pub(super) fn asserting<'a>(language: Language, lines: &[Line<'a>]) -> BTreeSet<&'a str> {
    let defined = lines.iter().enumerate().filter_map(|(at, line)| Some((at, defines(language, line.code)?)));
    defined.filter(|(at, _)| assertion::count(language, body(language, lines, *at)) > 0).map(|(_, name)| name).collect()
}

/// Returns the macros of a Rust file that make a test of each call.
pub(super) fn making_tests<'a>(language: Language, lines: &[Line<'a>]) -> BTreeSet<&'a str> {
    if language != Language::Rust {
        return BTreeSet::new();
    }
    let defined =
        lines.iter().enumerate().filter_map(|(at, line)| Some((at, line.code.strip_prefix("macro_rules! ")?)));
    let makes = |at: usize| {
        let inside = lines[at + 1..].iter().take_while(|line| line.indent > lines[at].indent);
        inside.into_iter().any(|line| line.code.starts_with("#[test]") || line.code.contains("::test]"))
    };
    defined.filter(|(at, _)| makes(*at)).map(|(_, rest)| name(rest)).collect()
}

/// Tells whether a line calls one of these functions.
pub(super) fn calls(code: &str, helpers: &BTreeSet<&str>) -> bool {
    !helpers.is_empty() && code.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| helpers.contains(word))
}

fn defines(language: Language, code: &str) -> Option<&str> {
    let words: &[&str] = match language {
        Language::Rust => &["fn ", "macro_rules! "],
        Language::Python | Language::Ruby => &["def "],
        Language::JavaScript => &["function ", "const ", "let ", "var "],
        Language::Go => &["func "],
        Language::Java => &["void ", "fun ", "static "],
        Language::Shell => &["function ", ""],
    };
    let rest = words.iter().find_map(|word| {
        if word.is_empty() {
            Some(code).filter(|code| code.contains("()"))
        } else {
            code.split_once(word).map(|(_, rest)| rest)
        }
    })?;
    let found = name(rest.trim_start_matches("self."));
    let behind = rest[found.len()..].trim_start();
    let function = behind.starts_with(['(', '<', '{'])
        || behind.starts_with('=') && (rest.contains("=>") || rest.contains("function"));
    (found.len() > 2 && (function || language == Language::Ruby)).then_some(found)
}
