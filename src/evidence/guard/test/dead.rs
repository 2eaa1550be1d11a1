//! Lines of a test that are never reached, or whose failure nobody sees.

use super::language::Language;
use super::line::Line;
use super::token::{Token, brackets, is, statement, tokens};
use super::vacuous::{is_always_true, is_false};

/// Returns the lines of a body that are reached and whose failure makes the test fail.
pub(super) fn alive<'a>(language: Language, body: &[Line<'a>]) -> Vec<Line<'a>> {
    let level = body.first().map_or(0, |line| line.indent);
    let mut found = Vec::new();
    // Deeper lines than this are in a block that does not count.
    let mut block: Option<usize> = None;
    // Behind this line the body is left.
    let mut end: Option<usize> = None;
    let mut quotes = 0;
    for (at, line) in body.iter().enumerate() {
        let in_text = quotes % 2 == 1;
        quotes += marks(language, line.code);
        if end.is_some_and(|end| at >= end && line.indent >= level) && !in_text {
            continue;
        }
        match block {
            Some(indent) if line.indent > indent => continue,
            _ => block = None,
        }
        if in_text {
            found.push(*line);
            continue;
        }
        if is_never_entered(language, line.code) || is_swallowed(language, body, at) {
            block = Some(line.indent);
            continue;
        }
        if line.indent == level && end.is_none() && leaves(language, line.code) {
            end = statement(language, body, at).map(|(_, lines)| at + lines);
        }
        found.push(*line);
    }
    found
}

/// How often a line begins or ends a text of several lines.
fn marks(language: Language, code: &str) -> usize {
    match language {
        Language::Python => code.matches("\"\"\"").count() + code.matches("'''").count(),
        Language::JavaScript | Language::Go => code.matches('`').count(),
        Language::Java => code.matches("\"\"\"").count(),
        Language::Rust | Language::Shell => code.replace("\\\"", "").replace("'\"'", "").matches('"').count(),
        Language::Ruby => 0,
    }
}

/// Tells whether nothing behind a line is done any more, without a failure.
pub(super) fn leaves(language: Language, code: &str) -> bool {
    let code = code.trim_end_matches(';');
    let word = code.split([' ', '(']).next().unwrap_or_default();
    match language {
        // `return if …` is under a condition, and `exit 1` fails.
        Language::Ruby => matches!(word, "return" | "exit") && !code.contains(" if ") && !code.contains(" unless "),
        Language::Shell => matches!(code, "return" | "return 0" | "exit" | "exit 0"),
        Language::Python => {
            word == "return"
                || ["sys.exit", "os._exit", "exit", "quit"].contains(&word)
                || code.starts_with("raise SystemExit")
        }
        Language::JavaScript => word == "return" || word == "process.exit",
        Language::Rust => word == "return" || word.ends_with("process::exit"),
        Language::Go => matches!(word, "return" | "os.Exit" | "runtime.Goexit"),
        Language::Java => word == "return" || matches!(word, "System.exit" | "exitProcess"),
    }
}

/// Tells whether a line begins a block that is never entered: `if False:`, `while (false) {`, `for _ in []:`.
pub(super) fn is_never_entered(language: Language, code: &str) -> bool {
    let pieces = tokens(language, code);
    let Some(Token::Word(first)) = pieces.first() else { return false };
    let rest = &pieces[1..];
    let rest = if *first == "else" && is(rest.first(), "if") { &rest[1..] } else { rest };
    match *first {
        "if" | "while" | "elif" | "elsif" | "else" => is_false(condition(language, rest)),
        "for" if language == Language::Go => is_false(condition(language, rest)),
        "for" if language == Language::Python => {
            let over = rest.iter().position(|piece| is(Some(piece), "in")).map_or(&[][..], |at| &rest[at + 1..]);
            let text: Vec<&Token<'_>> = over.iter().collect();
            matches!(
                text[..],
                [Token::Sign("["), Token::Sign("]"), ..]
                    | [Token::Sign("("), Token::Sign(")"), ..]
                    | [Token::Word("range"), Token::Sign("("), Token::Number("0"), Token::Sign(")"), ..]
            )
        }
        "unless" | "until" => is_always_true(condition(language, rest)),
        // `false && expect(…)`.
        "false" | "False" => matches!(rest.first(), Some(Token::Sign("&&") | Token::Word("and"))),
        _ if language == Language::Ruby => {
            matches!(
                pieces[..],
                [.., Token::Word("if"), Token::Word("false")] | [.., Token::Word("unless"), Token::Word("true")]
            )
        }
        _ => false,
    }
}

/// Tells whether a line begins a block that is always entered: `if True:`.
pub(super) fn is_always_entered(language: Language, code: &str) -> bool {
    let pieces = tokens(language, code);
    is(pieces.first(), "if") && is_always_true(condition(language, &pieces[1..]))
}

/// Returns the condition that follows `if`.
fn condition<'a, 'b>(language: Language, rest: &'b [Token<'a>]) -> &'b [Token<'a>] {
    if matches!(language, Language::JavaScript | Language::Java) {
        return brackets(rest).filter(|_| is(rest.first(), "(")).map_or(&[], |(inside, _)| inside);
    }
    let ends: &[&str] = match language {
        Language::Python => &[":"],
        Language::Shell => &[";"],
        Language::Ruby => &["then", ";"],
        Language::Rust | Language::Go | Language::JavaScript | Language::Java => &["{"],
    };
    let end = rest.iter().position(|piece| ends.iter().any(|end| is(Some(piece), end)));
    &rest[..end.unwrap_or(rest.len())]
}

/// Tells whether a line begins a block in which a failed assertion is forgotten.
fn is_swallowed(language: Language, body: &[Line<'_>], at: usize) -> bool {
    let line = &body[at];
    let packed: String = line.code.chars().filter(|c| !c.is_whitespace()).collect();
    match language {
        Language::Python => {
            line.code.starts_with("with ") && packed.contains("suppress(") && catches_all(line.code)
                || packed == "try:"
                    && forgets(
                        body,
                        at,
                        |code| code.starts_with("except"),
                        catches_all,
                        |code| {
                            ["pass", "...", "return", "continue"].contains(&code)
                                || ["print(", "log", "warnings.warn("].iter().any(|begin| code.starts_with(begin))
                        },
                    )
        }
        Language::JavaScript => {
            packed == "try{"
                && forgets(body, at, |code| code.contains("catch"), |_| true, |code| code.starts_with("console."))
        }
        Language::Java => {
            packed == "try{"
                && forgets(
                    body,
                    at,
                    |code| code.contains("catch"),
                    |code| ["Throwable", "AssertionError", " Error"].iter().any(|name| code.contains(name)),
                    |code| code.starts_with("System.") || code.contains("printStackTrace"),
                )
        }
        Language::Rust => {
            packed.contains("catch_unwind(")
                && ["let_=", "_=", "drop(", "let_result="].iter().any(|begin| packed.starts_with(begin))
        }
        Language::Go | Language::Ruby | Language::Shell => false,
    }
}

/// Tells whether what catches the failures of a block is there for all of them, and does nothing with them.
fn forgets(
    body: &[Line<'_>],
    at: usize,
    is_handler: impl Fn(&str) -> bool,
    catches: impl Fn(&str) -> bool,
    is_idle: impl Fn(&str) -> bool,
) -> bool {
    let indent = body[at].indent;
    let Some(handler) = body[at + 1..].iter().position(|line| line.indent <= indent).map(|behind| at + 1 + behind)
    else {
        return false;
    };
    let head = &body[handler];
    let inside = body[handler + 1..].iter().take_while(|line| line.indent > indent);
    head.indent == indent
        && is_handler(head.code)
        && catches(head.code)
        && inside.into_iter().all(|line| is_idle(line.code))
}

/// `except:`, `except Exception as error:`, `suppress(AssertionError)`.
fn catches_all(code: &str) -> bool {
    code.starts_with("except:")
        || code
            .split(|c: char| !c.is_alphanumeric() && c != '_')
            .any(|name| ["AssertionError", "Exception", "BaseException"].contains(&name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::guard::test::line::lines;

    fn left(language: Language, text: &str) -> usize {
        let lines = lines(language, text);
        alive(language, &lines).iter().filter(|line| line.code.contains("assert")).count()
    }

    #[test]
    fn what_is_never_reached_does_not_count() {
        use Language::{Go, JavaScript, Python, Ruby, Rust, Shell};
        for (language, text, wanted) in [
            (Python, "assert a\nassert b\n", 2),
            (Python, "assert a\nreturn\nassert b\n", 1),
            (Python, "if x:\n    return\nassert b\n", 1),
            (Python, "return check(\n    assert_a,\n)\nassert b\n", 1),
            (Python, "text = \"\"\"\nreturn\n\"\"\"\nassert b\n", 1),
            (Python, "if False:\n    assert a\nassert b\n", 1),
            (Python, "if 0 and x:\n    assert a\nelse:\n    assert b\n", 1),
            (Python, "for _ in []:\n    assert a\n", 0),
            (Python, "for _ in range(0):\n    assert a\n", 0),
            (Python, "for x in []:\n    assert a\nfor x in xs:\n    assert a\n", 1),
            (Python, "try:\n    assert a\nexcept Exception:\n    pass\n", 0),
            (Python, "try:\n    assert a\nexcept AssertionError as e:\n    print(e)\n", 0),
            (Python, "try:\n    assert a\nexcept:\n    pass\n", 0),
            (Python, "try:\n    f()\n    assert a\nexcept ValueError:\n    pass\n", 1),
            (Python, "try:\n    f()\n    assert a\nexcept Exception as e:\n    assert e\n", 2),
            (Python, "with suppress(Exception):\n    assert a\n", 0),
            (Python, "with suppress(KeyError):\n    assert a\n", 1),
            (Rust, "return;\nassert!(a);\n", 0),
            (Rust, "if false {\n    assert!(a);\n}\nassert!(b);\n", 1),
            (Rust, "if cfg!(any()) {\n    assert!(a);\n}\n", 0),
            (Rust, "let _ = catch_unwind(|| {\n    assert!(a);\n});\n", 0),
            (Rust, "let a = \"\nreturn\n\";\nassert!(b);\n", 1),
            (JavaScript, "if (false) {\n  assert(a)\n}\n", 0),
            (JavaScript, "if (false) assert(a)\nassert(b)\n", 1),
            (JavaScript, "return f().then((a) => {\n  assert(a)\n})\n", 1),
            (JavaScript, "try {\n  assert(a)\n} catch (e) {\n  console.log(e)\n}\n", 0),
            (JavaScript, "try {\n  assert(a)\n} catch {\n}\nassert(b)\n", 1),
            (JavaScript, "try {\n  f()\n} catch (e) {\n  assert(e)\n}\n", 1),
            (JavaScript, "false && assert(a)\n", 0),
            (Go, "if false {\n\tassert.Equal(t, 1, a)\n}\n", 0),
            (Go, "return\nassert.Equal(t, 1, a)\n", 0),
            (Ruby, "assert a if false\nassert b if c\nreturn if d\nassert e\n", 2),
            (Shell, "exit 0\nassertEquals 1 \"$a\"\n", 0),
            (Shell, "if false; then\n  assertEquals 1 \"$a\"\nfi\n", 0),
        ] {
            assert_eq!(left(language, text), wanted, "{text}");
        }
    }
}
