//! Which lines assert something.

use super::language::Language;
use super::line::Line;

/// Parts of names that assert, verify or fail, in lower case. Helpers of a project are named like that too.
const STEMS: [&str; 20] = [
    "assert", "expect", "should", "verif", "ensure", "check", "raises", "throws", "panic", "snapshot", "refute",
    "fail", "compare", "equal", "rejects", "resolves", "validate", "must", "error", "golden",
];

/// What asserts nothing, without white space, in lower case.
const TRIVIAL: [&str; 16] = [
    "asserttrue",
    "assert!(true)",
    "assert!(true,",
    "assert_eq!(1,1)",
    "assert_eq!(true,true)",
    "self.asserttrue(true)",
    "expect(true).tobe(true)",
    "expect(true).tobetruthy()",
    "expect(1).tobe(1)",
    "expect(true).toequal(true)",
    "assert(true)",
    "assert.ok(true)",
    "assert.istrue(true)",
    "assert.equal(1,1)",
    "assert1",
    "asserttrue(true)",
];

/// Counts the lines that assert something.
pub(super) fn count(language: Language, body: &[Line<'_>]) -> usize {
    body.iter().filter(|line| asserts(language, line.code)).count()
}

fn asserts(language: Language, code: &str) -> bool {
    let packed: String = code.to_lowercase().chars().filter(|c| !c.is_whitespace()).collect();
    let packed = packed.trim_end_matches(';');
    if TRIVIAL.iter().any(|trivial| packed == *trivial || trivial.ends_with(',') && packed.starts_with(trivial)) {
        return false;
    }
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
