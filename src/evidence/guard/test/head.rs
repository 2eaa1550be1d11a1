//! Which lines begin a test, and what it is called.

use std::collections::BTreeSet;

use super::language::Language;
use super::line::{Line, name, quoted};

/// Returns the name of the test that a line begins. `marks` are the attributes before it, `macros` make tests.
pub(super) fn head(
    language: Language,
    lines: &[Line<'_>],
    at: usize,
    marks: &[Line<'_>],
    macros: &BTreeSet<&str>,
) -> Option<String> {
    let code = lines[at].code;
    let after = |begin: &str| code.strip_prefix(begin).map(name).filter(|name| !name.is_empty());
    let found = match language {
        Language::Rust => rust(lines, at, marks, macros)?,
        Language::Python => after("def ").or_else(|| after("async def ")).filter(|name| name.starts_with("test"))?,
        Language::JavaScript => return javascript(lines, at),
        Language::Go => go(code)?,
        Language::Java => java(code, marks)?,
        Language::Ruby => ruby(code)?,
        Language::Shell => shell(code)?,
    };
    Some(found.to_owned())
}

/// A function with an attribute, or the call of a macro that makes one: `rgtest!(name, |dir| {`.
fn rust<'a>(lines: &[Line<'a>], at: usize, marks: &[Line<'_>], macros: &BTreeSet<&str>) -> Option<&'a str> {
    let code = lines[at].code;
    let is_test = |mark: &Line<'_>| {
        let path = mark.code.trim_start_matches("#[").split(['(', ']', ' ', '=']).next().unwrap_or_default();
        let last = path.rsplit("::").next().unwrap_or_default();
        last == "test"
            || last.ends_with("_test")
            || ["rstest", "test_case", "quickcheck", "gtest", "case"].contains(&last)
    };
    if let Some((_, rest)) = code.split_once("fn ").filter(|_| marks.iter().any(is_test)) {
        return Some(name(rest)).filter(|name| !name.is_empty());
    }
    let (called, rest) = code.split_once('!')?;
    let is_name = called.chars().all(|c| c.is_alphanumeric() || c == '_' || c == ':');
    if !is_name || !(called.to_lowercase().contains("test") || macros.contains(called)) {
        return None;
    }
    let mut rest = rest.trim_start().strip_prefix(['(', '{', '['])?.trim_start();
    if rest.is_empty() {
        rest = lines.get(at + 1)?.code;
    }
    let first = name(rest);
    let goes_on = rest[first.len()..].trim_start().starts_with([',', '{', '=']);
    (goes_on && first.starts_with(|c: char| c.is_lowercase() || c == '_')).then_some(first)
}

fn javascript(lines: &[Line<'_>], at: usize) -> Option<String> {
    let code = lines[at].code;
    let head: &str = code.split(['(', '`']).next().unwrap_or_default();
    let called = head.split('.').next().unwrap_or_default();
    let known = ["it", "test", "specify", "xit", "xtest", "xspecify", "fit", "ftest"].contains(&called);
    let hook = head.split('.').skip(1).any(|part| {
        [
            "describe",
            "before",
            "beforeEach",
            "beforeAll",
            "after",
            "afterEach",
            "afterAll",
            "use",
            "step",
            "extend",
            "setTimeout",
            "configure",
        ]
        .contains(&part)
    });
    if !known || hook || head.len() == code.len() {
        return None;
    }
    // `it.each([…])('name', …)` names it behind the table, maybe some lines below.
    let table = head.rsplit_once('.').is_some_and(|(_, last)| last == "each" || last == "for");
    let own = if table { code.rsplit_once(")(").map(|(_, rest)| rest) } else { Some(&code[head.len()..]) };
    let below = lines[at + 1..].iter().take(30).map(|line| line.code);
    let below =
        below.take_while(|_| own.and_then(quoted).is_none()).find_map(|code| match (table, code.rsplit_once(")(")) {
            (true, Some((_, rest))) => quoted(rest),
            (true, None) => code.strip_prefix("](").and_then(quoted),
            (false, _) => quoted(code),
        });
    // One whose name is computed is known by its line.
    Some(own.and_then(quoted).or(below).unwrap_or(code).to_owned())
}

fn go(code: &str) -> Option<&str> {
    if let Some(rest) = code.strip_prefix("func ") {
        let found = name(rest);
        // `Testing` is none: no small letter follows.
        let is_one = |begin: &str| found.strip_prefix(begin).is_some_and(|rest| !rest.starts_with(char::is_lowercase));
        return ["Test", "Benchmark", "Fuzz", "Example"].into_iter().any(is_one).then_some(found);
    }
    let (_, rest) = code.split_once(".Run(").filter(|(before, _)| before.len() <= 2)?;
    rest.starts_with(['"', '`']).then(|| quoted(rest)).flatten()
}

fn java<'a>(code: &'a str, marks: &[Line<'_>]) -> Option<&'a str> {
    const TESTS: [&str; 6] = ["Test", "ParameterizedTest", "RepeatedTest", "TestFactory", "TestTemplate", "Property"];
    let annotates = |word: &str| {
        let name = word.strip_prefix('@').map(|name| name.rsplit('.').next().unwrap_or_default());
        name.is_some_and(|name| TESTS.contains(&name))
    };
    let marked = marks.iter().map(|mark| mark.code).chain([code]).any(|code| code.split([' ', '(']).any(annotates));
    // The name stands behind `void`, or behind `fun`, where back-ticks may hold a whole sentence.
    let rest = code.split_once("void ").or_else(|| code.split_once("fun "))?.1.trim_start();
    let found = match rest.strip_prefix('`') {
        Some(sentence) => sentence.split('`').next()?,
        None => name(rest),
    };
    (!found.is_empty() && rest.contains('(') && (marked || found.starts_with("test"))).then_some(found)
}

fn ruby(code: &str) -> Option<&str> {
    if let Some(rest) = code.strip_prefix("def ") {
        return Some(name(rest)).filter(|name| name.starts_with("test_"));
    }
    let (head, rest) = code.split_once(' ').or_else(|| code.split_once('('))?;
    let known = ["it", "specify", "test", "scenario", "xit", "fit", "xspecify", "xscenario", "should"].contains(&head);
    if known && rest.starts_with('{') {
        return Some(rest);
    }
    // Projects have words of their own: `deprecated "does it still" do`.
    let own = code.ends_with(" do") && head.chars().all(|c| c.is_alphanumeric() || c == '_');
    (known || own).then(|| quoted(rest)).flatten()
}

fn shell(code: &str) -> Option<&str> {
    if let Some(rest) = code.strip_prefix("@test ") {
        return quoted(rest);
    }
    if code.starts_with("test_expect_success") || code.starts_with("It '") || code.starts_with("it '") {
        return quoted(code);
    }
    let found = name(code.strip_prefix("function ").unwrap_or(code));
    let is_function = code.starts_with("function ") || code[found.len()..].trim_start().starts_with("()");
    (is_function && found.starts_with("test")).then_some(found)
}
