//! Which lines assert something.

use super::dead::alive;
use super::language::Language;
use super::line::Line;
use super::token::{Token, statement};
use super::vacuous::is_vacuous;

/// Parts of names that assert, verify or fail, in lower case. Helpers of a project are named like that too.
const STEMS: [&str; 20] = [
    "assert", "expect", "should", "verif", "ensure", "check", "raises", "throws", "panic", "snapshot", "refute",
    "fail", "compare", "equal", "rejects", "resolves", "validate", "must", "error", "golden",
];

/// The assertions of a test.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Assertions {
    /// Lines that assert something.
    pub(super) real: usize,
    /// Lines that hold whatever the code does, or that are never reached.
    pub(super) idle: usize,
}

/// Counts the lines that assert something.
pub(super) fn count(language: Language, body: &[Line<'_>]) -> Assertions {
    let alive = alive(language, body);
    let all = body.iter().filter(|line| asserts(language, line.code)).count();
    let mut real = 0;
    let mut at = 0;
    while let Some(line) = alive.get(at) {
        at += if !asserts(language, line.code) {
            1
        } else if let Some((_, lines)) =
            statement(language, &alive, at).filter(|(pieces, _)| is_vacuous(language, pieces) || is_forgotten(pieces))
        {
            lines
        } else {
            real += 1;
            1
        };
    }
    Assertions { real, idle: all.saturating_sub(real) }
}

/// `expect(…).resolves.toBe(1).catch(() => {})`.
fn is_forgotten(pieces: &[Token<'_>]) -> bool {
    let pieces = pieces.strip_suffix(&[Token::Sign(";")]).unwrap_or(pieces);
    pieces.ends_with(&[Token::Sign("=>"), Token::Sign("{"), Token::Sign("}"), Token::Sign(")")])
        && pieces.contains(&Token::Word("catch"))
}

fn asserts(language: Language, code: &str) -> bool {
    if language == Language::Shell && is_test_command(code) {
        return true;
    }
    names(code).any(|word| {
        let word = word.to_lowercase();
        STEMS.iter().any(|stem| word.contains(stem))
            || word == "eq"
            || word == "ne"
            || word.starts_with("eq")
            || word.ends_with("_eq")
            || language == Language::Go && word == "require"
            || language == Language::Go && word == "t" && (code.contains("t.Error") || code.contains("t.Fatal"))
    })
}

fn names(code: &str) -> impl Iterator<Item = &str> {
    code.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

fn is_test_command(code: &str) -> bool {
    const COMMANDS: [&str; 10] = ["[", "[[", "test", "run", "grep", "diff", "cmp", "exit", "false", "test_cmp"];
    code.split(['|', '&', ';'])
        .filter_map(|part| part.split_whitespace().find(|word| *word != "!" && *word != "if"))
        .any(|word| COMMANDS.contains(&word))
}
