//! Reads the tests of a file.

use std::collections::BTreeSet;

use super::dead::{alive, is_never_entered, leaves};
use super::head::head;
use super::hidden::hidden;
use super::language::Language;
use super::line::{Line, lines, name};
use super::skip::{Skip, of_body, of_build, of_file, of_head, of_mark};
use super::{assertion, body, helper};

/// A test as its source says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Test {
    pub(super) name: String,
    /// Line of its head, from 1.
    pub(super) line: usize,
    pub(super) skip: Skip,
    /// Lines that assert something.
    pub(super) assertions: usize,
    /// Lines that would assert something, and cannot fail or are never reached.
    pub(super) idle: usize,
    /// It passes when it fails.
    pub(super) inverted: bool,
    /// Line of another test of its name that is run in its place.
    pub(super) hidden: Option<usize>,
    /// What it does, one line each, without what only opens and closes.
    pub(super) steps: Vec<String>,
}

/// What the tests of a file are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Tests {
    pub(super) tests: Vec<Test>,
    /// Tests that are run alone: `it.only`.
    pub(super) only: usize,
}

/// Reads the tests of a text. `known` are functions of other files that assert something.
pub(super) fn read(language: Language, text: &str, known: &BTreeSet<&str>) -> Tests {
    let lines = lines(language, text);
    let helpers = helper::asserting(language, &lines, known);
    let macros = helper::making_tests(language, &lines);
    let hidden = hidden(language, &lines);
    let mut found = Tests::default();
    // Attributes, decorators or annotations before the line.
    let mut marks: Vec<Line<'_>> = Vec::new();
    // Groups around the line, with their level.
    let mut groups: Vec<(usize, Skip)> = Vec::new();
    // What holds for the whole file.
    let mut everywhere = of_build(language, text);
    for (at, line) in lines.iter().enumerate() {
        if is_mark(language, line, &marks) {
            marks.push(*line);
            continue;
        }
        groups.retain(|(indent, _)| line.indent > *indent);
        let before = std::mem::take(&mut marks);
        let marked = before.iter().map(|mark| of_mark(language, mark.code)).max().unwrap_or_default();
        if language == Language::Python && line.indent == 0 && line.code.starts_with("pytestmark") {
            everywhere = of_mark(language, &format!("@{}", line.code));
            continue;
        }
        if let Some(skip) = of_file(language, line) {
            // In a class it holds for that class.
            match groups.last_mut().filter(|_| line.indent > 0) {
                Some((_, group)) => *group = skip,
                None => everywhere = skip,
            }
            continue;
        }
        if is_never_entered(language, line.code) || is_not_imported(language, line.code) {
            groups.push((line.indent, Skip::Always));
            continue;
        }
        // Behind `return` nothing of a group is registered any more.
        let left = language == Language::JavaScript && leaves(language, line.code);
        if let Some((_, group)) = groups.last_mut().filter(|_| left && is_first_level(&lines, at)) {
            *group = Skip::Always;
            continue;
        }
        if is_group(language, line.code) {
            let collected = if is_collected(language, text, line.code) { Skip::No } else { Skip::Always };
            groups.push((line.indent, marked.max(of_head(language, line.code)).max(collected)));
            found.only += usize::from(is_only(language, line.code));
            continue;
        }
        let Some(name) = head(language, &lines, at, &before, &macros) else { continue };
        if is_inner(language, &lines, at) {
            continue;
        }
        found.only += usize::from(is_only(language, line.code));
        let body = body::body(language, &lines, at);
        let around = groups.iter().map(|(_, skip)| *skip).max().unwrap_or_default().max(everywhere);
        let skip = marked.max(around).max(of_head(language, line.code)).max(of_body(language, body));
        let panics =
            before.iter().filter(|mark| mark.code.contains("should_panic") || mark.code.contains("expected")).count();
        // A body on the line of the head.
        let inline =
            std::slice::from_ref(line).iter().filter(|line| line.code.contains('{') && line.code.ends_with('}'));
        let inline: Vec<Line<'_>> = inline.copied().collect();
        let (own, short) = (assertion::count(language, body), assertion::count(language, &inline));
        let reached = alive(language, body);
        let calls = |lines: &[Line<'_>]| lines.iter().filter(|line| helper::calls(line.code, &helpers)).count();
        let called = calls(&reached);
        found.tests.push(Test {
            name,
            line: line.number,
            skip,
            assertions: own.real + short.real + panics + called + calls(&inline),
            idle: own.idle + short.idle + (calls(body) - called),
            inverted: before.iter().any(|mark| mark.code.contains("should_panic")),
            hidden: hidden.get(&line.number).copied(),
            steps: steps(language, body),
        });
    }
    found
}

/// Lines that only open or close, and a text that says what the test is for.
fn steps(language: Language, body: &[Line<'_>]) -> Vec<String> {
    let says = |line: &&Line<'_>| {
        let word = line.code.trim_matches([';', '{', '}', '(', ')', ']', '[', ',', ' ']);
        let docstring =
            language == Language::Python && (line.code.starts_with("\"\"\"") || line.code.starts_with("'''"));
        !word.is_empty()
            && !docstring
            && !["pass", "end", "return", "...", "todo", "done", "true", ":"].contains(&word.trim_end_matches('!'))
    };
    body.iter().filter(says).map(|line| line.code.to_owned()).collect()
}

/// Tells whether a line stands directly inside of the group above it.
fn is_first_level(lines: &[Line<'_>], at: usize) -> bool {
    let above = lines[..at].iter().rev().find(|line| line.indent < lines[at].indent);
    above.is_some_and(|line| is_group(Language::JavaScript, line.code))
}

/// `if __name__ == "__main__":`, `if TYPE_CHECKING:`: no runner gets there.
fn is_not_imported(language: Language, code: &str) -> bool {
    let begins = ["if __name__", "if TYPE_CHECKING", "if typing.TYPE_CHECKING"];
    language == Language::Python && begins.iter().any(|begin| code.starts_with(begin))
}

/// Tells whether pytest looks into a class: by its name, or because of what it inherits; what another class of the file
/// inherits counts there.
fn is_collected(language: Language, text: &str, code: &str) -> bool {
    let Some(rest) = code.strip_prefix("class ").filter(|_| language == Language::Python) else { return true };
    let class = name(rest);
    let bare = matches!(rest[class.len()..].trim_start().trim_start_matches("()"), ":" | "(object):");
    let is_base = ["base", "mixin", "abstract", "case"].iter().any(|part| class.to_lowercase().contains(part));
    !bare || class.starts_with("Test") || is_base || text.matches(class).count() > 1
}

/// A function inside of a function is nobody's test.
fn is_inner(language: Language, lines: &[Line<'_>], at: usize) -> bool {
    let above = lines[..at].iter().rev().find(|line| line.indent < lines[at].indent);
    language == Language::Python
        && above.is_some_and(|line| line.code.starts_with("def ") || line.code.starts_with("async def "))
}

fn is_mark(language: Language, line: &Line<'_>, marks: &[Line<'_>]) -> bool {
    match language {
        Language::Rust => line.code.starts_with("#["),
        // A decorator may go over several lines.
        Language::Python => {
            let goes_on = marks.first().is_some_and(|first| {
                line.indent > first.indent || line.indent == first.indent && line.code.starts_with([')', ']', '}'])
            });
            line.code.starts_with('@') || goes_on
        }
        Language::Java => line.code.starts_with('@') && !line.code.starts_with("@interface") && !has_method(line.code),
        Language::JavaScript | Language::Go | Language::Ruby | Language::Shell => false,
    }
}

/// `@Test public void a() {`, or `@Test fun a() = …`.
fn has_method(code: &str) -> bool {
    code.contains(" void ") || code.contains(" fun ")
}

fn is_group(language: Language, code: &str) -> bool {
    let head = code.split(['(', ' ', '.']).next().unwrap_or_default();
    match language {
        Language::Python => code.starts_with("class "),
        Language::JavaScript => {
            ["describe", "xdescribe", "fdescribe", "context", "suite"].contains(&head) && code.contains('(')
        }
        Language::Java => code.split_whitespace().any(|word| word == "class" || word == "object"),
        Language::Ruby => ["describe", "xdescribe", "context", "xcontext", "class", "module", "RSpec"].contains(&head),
        Language::Rust => code.starts_with("mod ") || code.starts_with("pub mod "),
        Language::Go | Language::Shell => false,
    }
}

fn is_only(language: Language, code: &str) -> bool {
    let head = code.split('(').next().unwrap_or_default();
    let words = ["fit", "fdescribe", "ftest", "fcontext"];
    match language {
        Language::JavaScript => head.split('.').skip(1).any(|part| part == "only") || words.contains(&head),
        Language::Ruby => words.contains(&head.split(' ').next().unwrap_or_default()) || code.contains("focus: true"),
        Language::Rust | Language::Python | Language::Go | Language::Java | Language::Shell => false,
    }
}
