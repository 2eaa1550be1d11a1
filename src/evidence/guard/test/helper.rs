//! Functions of a test file that assert something for its tests, and macros that make tests.

use std::collections::BTreeSet;

use super::assertion;
use super::body::body;
use super::language::Language;
use super::line::{Line, name};

/// Returns the names of functions whose bodies assert something, by themselves or through others, also those that are
/// known.
pub(super) fn asserting<'a>(language: Language, lines: &[Line<'a>], known: &BTreeSet<&'a str>) -> BTreeSet<&'a str> {
    let defined = lines.iter().enumerate().filter_map(|(at, line)| Some((at, defines(language, line.code)?)));
    let defined: Vec<(usize, &'a str)> = defined.collect();
    let mut found = known.clone();
    loop {
        let before = found.len();
        for (at, name) in &defined {
            let inside = body(language, lines, *at);
            // A body on the line of its head.
            let own = std::slice::from_ref(&lines[*at]);
            let asserts = assertion::count(language, inside).real > 0
                || is_inline(language, lines[*at].code) && assertion::count(language, own).real > 0
                || inside.iter().any(|line| calls(line.code, &found));
            if asserts && !found.contains(name) {
                found.insert(*name);
            }
        }
        if found.len() == before {
            return found;
        }
    }
}

/// `let same = |a, b| assert_eq!(a, b);`, `const same = (a, b) => expect(a).toBe(b);`
fn is_inline(language: Language, code: &str) -> bool {
    match language {
        Language::Rust => code.contains('|'),
        Language::JavaScript => code.contains("=>"),
        Language::Python | Language::Ruby | Language::Go | Language::Java | Language::Shell => {
            code.contains('{') && code.ends_with('}')
        }
    }
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
        Language::Rust => &["fn ", "macro_rules! ", "let "],
        Language::Python | Language::Ruby => &["def "],
        Language::JavaScript => &["function ", "const ", "let ", "var ", "async ", ""],
        Language::Go => &["func "],
        Language::Java => &["void ", "fun ", "static ", "private ", "protected "],
        Language::Shell => &["function ", ""],
    };
    let rest = words.iter().find_map(|word| match (*word, language) {
        ("", Language::Shell) => Some(code).filter(|code| code.contains("()")),
        // A method: `same(a, b) {`.
        ("", _) => Some(code).filter(|code| is_method(code)),
        (word, _) => code.split_once(word).map(|(_, rest)| rest),
    })?;
    // `func (s *Suite) same(…)`.
    let rest = match language {
        Language::Go if rest.starts_with('(') => rest.split_once(") ").map_or(rest, |(_, rest)| rest),
        Language::Java => before_arguments(rest),
        _ => rest,
    };
    let found = name(rest.trim_start_matches("self."));
    let behind = rest.trim_start_matches("self.")[found.len()..].trim_start();
    let function = behind.starts_with(['(', '<', '{'])
        || behind.starts_with('=') && (rest.contains("=>") || rest.contains("function") || behind.contains('|'));
    (found.len() > 2 && (function || language == Language::Ruby)).then_some(found)
}

/// Words that are followed by brackets and a block, and name nothing.
const STATEMENTS: [&str; 6] = ["if", "for", "while", "switch", "catch", "with"];

fn is_method(code: &str) -> bool {
    let head = name(code);
    !head.is_empty() && !STATEMENTS.contains(&head) && code[head.len()..].starts_with('(') && code.ends_with(") {")
}

/// `List<String> same(…)` names what stands before the brackets.
fn before_arguments(text: &str) -> &str {
    let head = text.split('(').next().unwrap_or_default();
    let start = head.trim_end().rfind(' ').map_or(0, |at| at + 1);
    &text[start..]
}
