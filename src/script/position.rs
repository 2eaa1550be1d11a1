//! Turns the engine's positions (line and character column, both from 1) into byte ranges of a text.

use std::ops::Range;

/// Returns the byte range of the word at a position; an empty range at the end when the position is outside.
pub fn span(text: &str, position: rhai::Position) -> Option<Range<usize>> {
    let start = offset(text, position)?;
    let word =
        text[start..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').map(char::len_utf8).sum::<usize>();
    let one = text[start..].chars().next().filter(|c| *c != '\n').map_or(0, char::len_utf8);
    Some(start..start + word.max(one))
}

/// Returns the byte offset of a position; `None` when the position is unknown.
pub fn offset(text: &str, position: rhai::Position) -> Option<usize> {
    let line = position.line()?;
    let start = match line {
        1 => 0,
        _ => text.match_indices('\n').nth(line - 2).map_or(text.len(), |(index, _)| index + 1),
    };
    let row = text[start..].split('\n').next().unwrap_or_default();
    let column = position.position().unwrap_or(1).saturating_sub(1);
    Some(start + row.char_indices().nth(column).map_or(row.len(), |(index, _)| index))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tabs_and_accents_count_as_one_column_each() {
        let text = "let a = 1;\n\té = wrong + 1;\n";
        let range = span(text, rhai::Position::new(2, 6)).unwrap();
        assert_eq!(&text[range], "wrong");
    }

    #[test]
    fn positions_outside_of_the_text_are_clamped() {
        assert_eq!(span("ab", rhai::Position::new(9, 9)), Some(2..2));
        assert_eq!(span("ab", rhai::Position::NONE), None);
    }
}
