//! Assertions that hold whatever the code does.

use super::language::Language;
use super::token::{Token, brackets, is, split};

/// Words that are values.
const VALUES: [&str; 8] = ["true", "True", "false", "False", "None", "null", "nil", "undefined"];
/// Words between values.
const BETWEEN: [&str; 7] = ["not", "and", "or", "is", "in", "Some", "Ok"];
/// Names, in lower case, that take one value and say how it has to be.
const ONE_TRUE: [&str; 16] = [
    "assert",
    "debug_assert",
    "prop_assert",
    "asserttrue",
    "assert_true",
    "ok",
    "istrue",
    "is_true",
    "true",
    "truthy",
    "isok",
    "assertisnotnone",
    "assertnotnull",
    "notnull",
    "notnil",
    "isnotnull",
];
const ONE_FALSE: [&str; 12] = [
    "assertfalse",
    "assert_false",
    "isfalse",
    "false",
    "falsy",
    "notok",
    "refute",
    "assertisnone",
    "assertnull",
    "isnull",
    "assert_nil",
    "nil",
];
/// Names that begin what is said about a value.
const ABOUT: [&str; 5] = ["expect", "assertthat", "assert_that", "expectthat", "that"];
/// Words of Ruby behind `expect(…)`, beside those that begin with `be_`.
const RUBY: [&str; 10] = ["to", "not_to", "to_not", "be", "eq", "eql", "equal", "match", "include", "an"];

/// Tells whether an assertion holds by itself: `assert True`, `assert_eq!(1, 1)`, `expect(a).toBe(a)`, `… or True`.
pub(super) fn is_vacuous(language: Language, tokens: &[Token<'_>]) -> bool {
    if language == Language::Shell {
        return in_shell(tokens);
    }
    let tokens = tokens.strip_suffix(&[Token::Sign(";")]).unwrap_or(tokens);
    let tokens = if is(tokens.first(), "await") { &tokens[1..] } else { tokens };
    let mut rest = tokens;
    let mut name = "";
    while let [Token::Word(word), behind @ ..] = rest {
        (name, rest) = (word, behind);
        match rest {
            [Token::Sign("." | "::"), Token::Word(_), ..] => rest = &rest[1..],
            _ => break,
        }
    }
    let name = name.to_lowercase();
    if name.is_empty() {
        return false;
    }
    let rest = if is(rest.first(), "!") && language == Language::Rust { &rest[1..] } else { rest };
    let python = language == Language::Python && name == "assert";
    if python {
        return split(rest, &[","]).first().is_some_and(|operand| is_always_true(operand));
    }
    match rest.first() {
        Some(Token::Sign("(" | "[" | "{")) => {
            let Some((inside, behind)) = brackets(rest) else { return false };
            if ABOUT.contains(&name.as_str()) {
                let alone = language == Language::JavaScript && name == "expect" && tokens.len() == inside.len() + 3;
                return alone || about(inside, behind);
            }
            behind.is_empty() && said(language, &name, &split(inside, &[","]))
        }
        // `assert_equal 1, 1`.
        Some(_) => said(language, &name, &split(rest, &[","])),
        None => false,
    }
}

/// What a call says about its arguments.
fn said(language: Language, name: &str, arguments: &[&[Token<'_>]]) -> bool {
    // `assert.Equal(t, 1, 1)`.
    let arguments = match arguments {
        [[Token::Word("t" | "b" | "tb")], rest @ ..] if language == Language::Go => rest,
        all => all,
    };
    let Some(first) = arguments.first() else { return false };
    // JUnit has the message first.
    let told = arguments.len() > 1 && matches!(first, [Token::Text(_)]);
    if ONE_TRUE.contains(&name) {
        return is_always_true(if told { arguments[1] } else { first });
    }
    if ONE_FALSE.contains(&name) {
        return is_false(if told { arguments[1] } else { first });
    }
    let negated = name.contains("not") || name.ends_with("ne");
    let equal = name.contains("equal") || name.contains("same") || name == "eq" || name.ends_with("_eq");
    let twice = arguments.len() > 1 && !first.is_empty() && arguments[0] == arguments[1];
    if equal && !negated {
        twice
    } else {
        arguments.len() > 1 && arguments.iter().all(|argument| is_constant(argument))
    }
}

/// `expect(…)` and what follows it.
fn about(actual: &[Token<'_>], behind: &[Token<'_>]) -> bool {
    // Nothing at all swallows what goes wrong.
    let mut before = None;
    let mut words = String::new();
    let mut arguments: Option<&[Token<'_>]> = None;
    let mut rest = behind;
    while let Some((token, next)) = rest.split_first() {
        match token {
            Token::Sign("(") => {
                let Some((inside, after)) = brackets(rest) else { return false };
                (arguments, rest, before) = (Some(inside).filter(|inside| !inside.is_empty()), after, None);
                continue;
            }
            Token::Word(word) if is(before, ".") || RUBY.contains(word) || word.starts_with("be_") => {
                words += &[&word.to_lowercase(), " "].concat();
            }
            Token::Sign(".") => {}
            // `eq two`.
            _ => {
                arguments = Some(rest);
                break;
            }
        }
        (before, rest) = (Some(token), next);
    }
    if words.contains("not") || ["fals", "null", "nil", "undef"].iter().any(|word| words.contains(word)) {
        return false;
    }
    let Some(arguments) = arguments else {
        return is_constant(actual) && !is_false(actual) && !words.is_empty();
    };
    let last = words.split_whitespace().last().unwrap_or_default();
    let equal = ["be", "tobe", "is", "eq", "eql", "equals"].contains(&last) || last.contains("equal");
    let twice = !actual.is_empty() && actual == arguments;
    if equal { twice } else { is_constant(actual) && is_constant(arguments) }
}

/// Tells whether an expression is true by itself.
pub(super) fn is_always_true(tokens: &[Token<'_>]) -> bool {
    // `(a == b, "message")` is a tuple of Python, and no empty one.
    if let Some((inside, [])) = brackets(tokens).filter(|_| is(tokens.first(), "(")) {
        let parts = split(inside, &[","]);
        return if parts.len() > 1 { !parts[1].is_empty() } else { is_always_true(inside) };
    }
    let parts = split(tokens, &["or", "||"]);
    if parts.len() > 1 {
        return parts.iter().any(|part| is_always_true(part));
    }
    let sides = split(tokens, &["==", "===", "is", "<=", ">="]);
    if let [left, right] = sides[..] {
        return !left.is_empty() && left == right;
    }
    is_constant(tokens) && !is_false(tokens)
}

/// Tells whether an expression is false by itself.
pub(super) fn is_false(tokens: &[Token<'_>]) -> bool {
    if let Some((inside, [])) = brackets(tokens).filter(|_| is(tokens.first(), "(")) {
        return is_false(inside);
    }
    let parts = split(tokens, &["and", "&&"]);
    if parts.len() > 1 {
        return parts.iter().any(|part| is_false(part));
    }
    match tokens {
        [Token::Word("false" | "False" | "None" | "null" | "nil" | "undefined") | Token::Number("0")] => true,
        [Token::Text(text)] => text.len() == 2,
        [Token::Sign("!") | Token::Word("not"), rest @ ..] => is_constant(rest) && !is_false(rest),
        // `1 == 2`, and `cfg!(any())`, which no build fulfils.
        [Token::Number(left), Token::Sign("==" | "==="), Token::Number(right)] => left != right,
        [Token::Number(left), Token::Sign("!=" | "!=="), Token::Number(right)] => left == right,
        [Token::Word("cfg"), Token::Sign("!"), Token::Sign("("), rest @ ..] => {
            matches!(rest, [Token::Word("any"), Token::Sign("("), Token::Sign(")"), Token::Sign(")")])
        }
        _ => false,
    }
}

/// Tells whether nothing in an expression depends on what the code does.
fn is_constant(tokens: &[Token<'_>]) -> bool {
    let fixed = |token: &Token<'_>| match token {
        Token::Text(_) | Token::Number(_) | Token::Sign(_) => true,
        Token::Word(word) => VALUES.contains(word) || BETWEEN.contains(word),
        Token::Filled(_) => false,
    };
    tokens.iter().all(fixed) && tokens.iter().any(|token| !matches!(token, Token::Sign(_)))
}

/// `[ 1 = 1 ]`, `assertEquals 1 1`, `… || true`.
fn in_shell(tokens: &[Token<'_>]) -> bool {
    if let [.., Token::Sign("||"), Token::Word("true") | Token::Sign(":")] = tokens {
        return true;
    }
    let depends = |token: &Token<'_>| matches!(token, Token::Filled(_) | Token::Sign("$" | "`"));
    if tokens.iter().any(depends) {
        return false;
    }
    match tokens {
        [Token::Sign("["), inside @ .., Token::Sign("]")] => {
            let inside = if is(inside.first(), "[") { &inside[1..inside.len().saturating_sub(1)] } else { inside };
            matches!(inside, [left, Token::Sign("=" | "=="), right] if left == right)
        }
        [Token::Word("test"), left, Token::Sign("=" | "=="), right] => left == right,
        [Token::Word(name), left, right] => name.to_lowercase().contains("equal") && left == right,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::guard::test::token::tokens;

    fn vacuous(language: Language, code: &str) -> bool {
        is_vacuous(language, &tokens(language, code))
    }

    #[test]
    fn what_holds_by_itself_is_told_from_what_asserts() {
        use Language::{Go, Java, JavaScript, Python, Ruby, Rust, Shell};
        for (language, code) in [
            (Python, "assert True"),
            (Python, "assert True, f\"always {x}\""),
            (Python, "assert 1 == 1"),
            (Python, "assert not False"),
            (Python, "assert x == x"),
            (Python, "assert two() == 2 or True"),
            (Python, "assert (two() == 2, \"two\")"),
            (Python, "assert \"a text\""),
            (Python, "self.assertTrue(True)"),
            (Python, "self.assertEqual(1, 1)"),
            (Rust, "assert!(true);"),
            (Rust, "assert!(true, \"{}\", x);"),
            (Rust, "assert_eq!(1, 1);"),
            (Rust, "assert_eq!(two(), two());"),
            (Rust, "assert!(two() == 2 || true);"),
            (JavaScript, "expect(true).toBe(true)"),
            (JavaScript, "await expect(1).toEqual(1);"),
            (JavaScript, "expect(true).toBeTruthy()"),
            (JavaScript, "expect(true).to.be.true;"),
            (JavaScript, "expect(1).to.equal(1)"),
            (JavaScript, "expect(two()).toBe(two())"),
            (JavaScript, "expect(two())"),
            (JavaScript, "expect('a').toContain('a')"),
            (JavaScript, "assert.ok(true)"),
            (JavaScript, "assert.strictEqual(1, 1)"),
            (JavaScript, "t.equal(1, 1)"),
            (Go, "assert.Equal(t, 1, 1)"),
            (Go, "require.True(t, true)"),
            (Java, "assertTrue(true);"),
            (Java, "assertTrue(\"it holds\", true);"),
            (Java, "Assertions.assertEquals(1, 1);"),
            (Java, "assertThat(true).isTrue();"),
            (Java, "assertThat(1).isEqualTo(1);"),
            (Ruby, "assert true"),
            (Ruby, "assert_equal 1, 1"),
            (Ruby, "expect(true).to be true"),
            (Ruby, "expect(1).to eq 1"),
            (Ruby, "expect(1).to eq(1)"),
            (Shell, "[ 1 = 1 ]"),
            (Shell, "[[ a == a ]]"),
            (Shell, "assertEquals 1 1"),
            (Shell, "[ \"$(two)\" = 2 ] || true"),
        ] {
            assert!(vacuous(language, code), "{code}");
        }
        for (language, code) in [
            (Python, "assert two()"),
            (Python, "assert ok"),
            (Python, "assert (two() == 2), \"two\""),
            (Python, "assert f\"{two()}\" == \"2\""),
            (Python, "assert False, \"it must not come here\""),
            (Python, "self.assertEqual(two(), 2)"),
            (Python, "assert d[\"a\"] == d[\"b\"]"),
            (Python, "assert x in (1, 2)"),
            (Rust, "assert!(false);"),
            (Rust, "assert!(ok);"),
            (Rust, "assert_eq!(1, one());"),
            (Rust, "assert_ne!(a, a2);"),
            (Rust, "dir.expect(1);"),
            (Rust, "assert!(matches!(x, Some(1)));"),
            (JavaScript, "expect(1).toBe(one())"),
            (JavaScript, "expect(x.ok).toBe(true)"),
            (JavaScript, "expect(true).toBe(false)"),
            (JavaScript, "expect(one).toHaveBeenCalled()"),
            (JavaScript, "expect(() => f()).toThrow()"),
            (JavaScript, "expect(a).not.toBe(a)"),
            (JavaScript, "request(app).get('/').expect(200)"),
            (JavaScript, "expect.assertions(2)"),
            (Go, "assert.Equal(t, 1, one())"),
            (Go, "t.Fatal(\"no\")"),
            (Java, "assertEquals(\"it is two\", 2, two());"),
            (Java, "assertThat(one()).isEqualTo(1);"),
            (Java, "fail(\"not reached\");"),
            (Ruby, "expect(two).to eq 2"),
            (Ruby, "expect(2).to eq two"),
            (Ruby, "assert_equal 2, two"),
            (Shell, "[ -f out ]"),
            (Shell, "[ \"$out\" = 2 ]"),
            (Shell, "assertEquals 2 \"$out\""),
        ] {
            assert!(!vacuous(language, code), "{code}");
        }
    }
}
