//! Tests in whose place another one of their name is run: the last definition counts.

use std::collections::BTreeMap;

use super::language::Language;
use super::line::{Line, name};

/// A definition: where it stands, its class and its name.
struct Definition<'a> {
    line: usize,
    class: &'a str,
    /// Line of its class; 0 when there is none.
    class_line: usize,
    name: &'a str,
}

/// Returns the lines of tests that are hidden, each with the line that hides it.
pub(super) fn hidden(language: Language, lines: &[Line<'_>]) -> BTreeMap<usize, usize> {
    if !matches!(language, Language::Python | Language::Ruby | Language::Shell) {
        return BTreeMap::new();
    }
    let definitions = definitions(language, lines);
    let mut found = BTreeMap::new();
    for definition in &definitions {
        let hides = |other: &&Definition<'_>| {
            let again = other.name == definition.name && other.class_line == definition.class_line;
            // A class of that name replaces the whole one in Python; in Ruby it goes on with it.
            let replaced = language == Language::Python
                && !definition.class.is_empty()
                && other.class == definition.class
                && other.class_line > definition.class_line;
            other.line > definition.line && (again || replaced)
        };
        let assigned = lines
            .iter()
            .find(|line| language == Language::Python && line.number > definition.line && takes_away(line, definition));
        let by = definitions.iter().find(hides).map(|other| other.line).or(assigned.map(|line| line.number));
        found.extend(by.map(|by| (definition.line, by)));
    }
    found
}

fn definitions<'a>(language: Language, lines: &[Line<'a>]) -> Vec<Definition<'a>> {
    let mut found = Vec::new();
    let (mut class, mut class_line, mut inside) = ("", 0, None);
    for line in lines {
        let begins = |word: &str| line.code.strip_prefix(word).map(name).filter(|name| !name.is_empty());
        if language != Language::Shell && line.indent == 0 {
            (class, class_line, inside) = ("", 0, None);
        }
        if let Some(found) = begins("class ").filter(|_| language == Language::Ruby || line.indent == 0) {
            (class, class_line, inside) = (found, line.number, None);
            continue;
        }
        let function = match language {
            Language::Shell => {
                Some(name(begins("function ").unwrap_or(line.code))).filter(|_| line.code.contains("()"))
            }
            _ => begins("def ").or_else(|| begins("async def ")),
        };
        let Some(name) = function else { continue };
        // Under a condition one of several may be meant.
        let level = *inside.get_or_insert(line.indent);
        if line.indent == level && (class_line > 0 || line.indent == 0) && name.starts_with("test") {
            found.push(Definition { line: line.number, class, class_line, name });
        }
    }
    found
}

/// `del test_a`, `test_a = None`, `TestAll.test_a = None`, `TestAll = None`.
fn takes_away(line: &Line<'_>, definition: &Definition<'_>) -> bool {
    if line.indent > 0 {
        return false;
    }
    let code = line.code.strip_prefix("del ").map_or_else(|| line.code.to_owned(), |rest| [rest, " ="].concat());
    let Some((target, _)) = code.split_once('=').filter(|(_, rest)| !rest.starts_with('=')) else { return false };
    let target = target.trim();
    match (definition.class, target.split_once('.')) {
        ("", None) => target == definition.name,
        ("", Some(_)) => false,
        (class, None) => target == class,
        (class, Some((before, name))) => before == class && name == definition.name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::guard::test::line::lines;

    #[test]
    fn the_last_definition_of_a_name_is_the_one_that_counts() {
        fn found(language: Language, text: &str) -> Vec<(usize, usize)> {
            hidden(language, &lines(language, text)).into_iter().collect()
        }
        let two = "def test_a():\n    assert a\n\n\ndef test_a():\n    pass\n";
        assert_eq!(found(Language::Python, two), [(1, 5)]);
        assert_eq!(found(Language::Python, "def test_a():\n    assert a\n\ntest_a = None\n"), [(1, 4)]);
        assert_eq!(found(Language::Python, "def test_a():\n    assert a\n\ndel test_a\n"), [(1, 4)]);
        let class = "class TestA:\n    def test_a(self):\n        pass\n";
        assert_eq!(found(Language::Python, &[class, class].concat()), [(2, 5)]);
        assert_eq!(found(Language::Python, &[class, "TestA.test_a = None\n"].concat()), [(2, 4)]);
        assert_eq!(found(Language::Python, &[class, &class.replace("TestA", "TestB")].concat()), []);
        let either = "if new:\n    def test_a():\n        pass\nelse:\n    def test_a():\n        pass\n";
        assert_eq!(found(Language::Python, either), []);
        assert_eq!(found(Language::Ruby, "class A\n  def test_a\n  end\n  def test_a\n  end\nend\n"), [(2, 4)]);
        assert_eq!(found(Language::Shell, "test_a() {\n  true\n}\ntest_a() {\n  :\n}\n"), [(1, 4)]);
        assert_eq!(found(Language::Go, "func TestA() {\n}\n"), []);
    }
}
