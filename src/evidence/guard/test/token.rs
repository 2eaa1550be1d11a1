//! Pieces of a line of code: words, texts, numbers and signs.

use super::language::Language;
use super::line::Line;

/// One piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    Word(&'a str),
    /// A text in quotes, with them.
    Text(&'a str),
    /// A text into which values are put: `f"{a}"`, `${a}`.
    Filled(&'a str),
    Number(&'a str),
    Sign(&'a str),
}

/// Signs of more than one letter, the longest first.
const SIGNS: [&str; 12] = ["===", "!==", "==", "!=", "<=", ">=", "||", "&&", "::", "=>", "->", ":="];

/// So many lines a statement has at most.
const LONGEST: usize = 40;

/// Splits code into its pieces.
pub(super) fn tokens(language: Language, code: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let mut rest = code;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            ' ' | '\t' => {
                rest = &rest[1..];
                continue;
            }
            '"' | '\'' | '`' => text_length(language, rest),
            _ if is_part(first) => rest.find(|c| !is_part(c)).unwrap_or(rest.len()),
            _ => SIGNS.iter().find(|sign| rest.starts_with(**sign)).map_or(first.len_utf8(), |sign| sign.len()),
        };
        let (piece, behind) = rest.split_at(length);
        found.push(if matches!(first, '"' | '\'' | '`') && length > 1 {
            let before = match found.last() {
                Some(Token::Word(word)) if language == Language::Python && code_touches(code, word, rest) => word,
                _ => "",
            };
            if is_filled(language, before, piece) { Token::Filled(piece) } else { Token::Text(piece) }
        } else if first.is_ascii_digit() {
            Token::Number(piece)
        } else if is_part(first) {
            Token::Word(piece)
        } else {
            Token::Sign(piece)
        });
        rest = behind;
    }
    found
}

/// Returns the pieces of the statement that begins at a line, and how many lines it has; `None` when it does not end.
pub(super) fn statement<'a>(language: Language, lines: &[Line<'a>], at: usize) -> Option<(Vec<Token<'a>>, usize)> {
    let mut found: Vec<Token<'a>> = Vec::new();
    for (count, line) in lines[at..].iter().take(LONGEST).enumerate() {
        found.extend(tokens(language, line.code));
        let goes_on = lines.get(at + count + 1).is_some_and(|next| next.code.starts_with('.'));
        if depth(&found) <= 0 && !goes_on {
            return Some((found, count + 1));
        }
    }
    None
}

/// Splits pieces at a sign or a word that stands in no brackets.
pub(super) fn split<'a, 'b>(tokens: &'b [Token<'a>], at: &[&str]) -> Vec<&'b [Token<'a>]> {
    let mut depth = 0;
    let is_end = |token: &Token<'_>| {
        depth += step(token);
        depth == 0 && matches!(token, Token::Sign(text) | Token::Word(text) if at.contains(text))
    };
    tokens.split(is_end).collect()
}

/// Splits what begins with a bracket into what is inside of it and what comes after.
pub(super) fn brackets<'a, 'b>(tokens: &'b [Token<'a>]) -> Option<(&'b [Token<'a>], &'b [Token<'a>])> {
    let mut depth = 0;
    let end = tokens.iter().position(|token| {
        depth += step(token);
        depth == 0
    })?;
    (end > 0).then(|| (&tokens[1..end], &tokens[end + 1..]))
}

/// Tells whether a piece is this sign or word.
pub(super) fn is(token: Option<&Token<'_>>, text: &str) -> bool {
    matches!(token, Some(Token::Sign(found) | Token::Word(found)) if *found == text)
}

fn depth(tokens: &[Token<'_>]) -> i32 {
    tokens.iter().map(step).sum()
}

fn step(token: &Token<'_>) -> i32 {
    match token {
        Token::Sign("(" | "[" | "{") => 1,
        Token::Sign(")" | "]" | "}") => -1,
        _ => 0,
    }
}

fn is_part(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Returns the length of a text with its quotes; 1 when it does not end.
fn text_length(language: Language, rest: &str) -> usize {
    let triple = ["\"\"\"", "'''"].into_iter().find(|quotes| rest.starts_with(*quotes));
    if let Some(quotes) = triple.filter(|_| language == Language::Python) {
        return rest[3..].find(quotes).map_or(1, |end| end + 6);
    }
    let quote = rest.as_bytes()[0];
    let mut escaped = false;
    let end = rest.bytes().skip(1).position(|byte| {
        let ends = byte == quote && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    });
    let length = end.map_or(1, |end| end + 2);
    // `'a` is a lifetime.
    if language == Language::Rust && quote == b'\'' && rest[..length].chars().count() > 4 && !rest.starts_with("'\\") {
        return 1;
    }
    length
}

/// Tells whether a word stands directly before what is left of a line: the prefix of a text.
fn code_touches(code: &str, word: &str, rest: &str) -> bool {
    code[..code.len() - rest.len()].ends_with(word)
}

fn is_filled(language: Language, before: &str, text: &str) -> bool {
    match language {
        Language::Python => before.to_lowercase().contains('f') && before.len() <= 2 && text.contains('{'),
        Language::Shell => !text.starts_with('\'') && text.contains(['$', '`']),
        Language::Ruby => text.contains("#{"),
        Language::JavaScript | Language::Java => text.contains('$'),
        // `"{a}"` of a message, which is no operand.
        Language::Rust | Language::Go => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_falls_into_its_pieces() {
        use Token::{Filled, Number, Sign, Text, Word};
        let found = tokens(Language::Python, "assert f(x) == f\"{y}\" or 'it\\'s' >= 1.5");
        let wanted = [
            Word("assert"),
            Word("f"),
            Sign("("),
            Word("x"),
            Sign(")"),
            Sign("=="),
            Word("f"),
            Filled("f\"{y}\"".trim_start_matches('f')),
            Word("or"),
            Text("'it\\'s'"),
            Sign(">="),
            Number("1"),
            Sign("."),
            Number("5"),
        ];
        assert_eq!(found, wanted);
        assert_eq!(
            tokens(Language::Rust, "&'a x, 'b'"),
            [Sign("&"), Sign("'"), Word("a"), Word("x"), Sign(","), Text("'b'")]
        );
    }
}
