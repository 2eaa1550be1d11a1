//! Text that is laid out: joined, broken at a width, in columns.

use rhai::plugin::*;
use rhai::{Array, INT};
use unicode_width::UnicodeWidthStr;

use crate::script::api::native::{Thrown, invalid, native};

/// Breaks one line at its words; a word that is wider than a line has one of its own.
fn broken(line: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in line.split_whitespace() {
        let last = lines.len() - 1;
        if lines[last].is_empty() {
            lines[last].push_str(word);
        } else if lines[last].width() + 1 + word.width() > width {
            lines.push(word.to_owned());
        } else {
            lines[last].push(' ');
            lines[last].push_str(word);
        }
    }
    lines
}

/// Puts cells below each other; nothing stands behind the last one of a row.
fn laid_out(rows: &[Vec<String>]) -> String {
    let count = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width = |at: usize| rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.width()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..count).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            line.push_str(cell);
            line.extend(std::iter::repeat_n(' ', width - cell.width() + 2));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

#[export_module]
pub(crate) mod module {
    /// Returns the elements of an array as one text, with another text between them.
    ///
    /// ```rhai
    /// print(text::join([1, "b"], ", ")); // → 1, b
    /// ```
    pub fn join(elements: Array, between: &str) -> String {
        elements.iter().map(Dynamic::to_string).collect::<Vec<_>>().join(between)
    }

    /// Breaks the lines of a text at words, so that they take at most so many columns.
    ///
    /// ```rhai
    /// print(text::wrap("what an agent said", 10));
    /// // → what an
    /// // → agent said
    /// ```
    #[rhai_fn(name = "wrap")]
    pub fn wrapped(text: &str, width: INT) -> String {
        let width = usize::try_from(width).unwrap_or(0);
        text.lines().flat_map(|line| broken(line, width)).collect::<Vec<_>>().join("\n")
    }

    /// Lays out rows of cells as columns, one line for each row.
    ///
    /// ```rhai
    /// print(text::table([["PRP", "hours"], ["PRP-1.1.1", 2]]));
    /// // → PRP        hours
    /// // → PRP-1.1.1  2
    /// ```
    #[rhai_fn(return_raw)]
    pub fn table(context: NativeCallContext, rows: Array) -> Thrown<String> {
        native(&context, |_| {
            let row = |row: Dynamic| row.into_array().map(|cells| cells.iter().map(Dynamic::to_string).collect());
            let rows: Result<Vec<Vec<String>>, _> = rows.into_iter().map(row).collect();
            let rows = rows.map_err(|kind| invalid(format!("a row is an array of cells, not {kind}")))?;
            Ok(laid_out(&rows).trim_end().to_owned())
        })
    }
}
