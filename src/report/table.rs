//! A table in plain text: columns as wide as their widest cell, empty columns left out.

use unicode_width::UnicodeWidthStr;

use super::style::{Style, Tone};

/// A cell and the tone in which it is shown.
#[derive(Clone, Debug, Default)]
pub struct Cell {
    pub text: String,
    pub tone: Option<Tone>,
}

impl Cell {
    /// Makes a cell in no tone.
    pub fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), tone: None }
    }
}

/// Returns the rows below their head. A column in which no row has anything is left out.
pub fn lines(head: &[&str], rows: &[Vec<Cell>], style: Style) -> Vec<String> {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.text.width());
        cells.max().filter(|width| *width > 0).map(|width| width.max(head[column].width()))
    };
    let widths: Vec<Option<usize>> = (0..head.len()).map(width).collect();
    let line = |cells: Vec<Cell>| {
        let mut text = String::new();
        for (cell, width) in cells.iter().zip(&widths) {
            let Some(width) = width else { continue };
            let blank = " ".repeat(width.saturating_sub(cell.text.width()) + 2);
            text.push_str(&cell.tone.map_or_else(|| cell.text.clone(), |tone| style.paint(tone, &cell.text)));
            text.push_str(&blank);
        }
        text.trim_end().to_owned()
    };
    let head = head.iter().map(|text| Cell { text: (*text).to_owned(), tone: Some(Tone::Dim) }).collect();
    std::iter::once(line(head)).chain(rows.iter().map(|row| line(row.clone()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_cells_and_empty_ones_are_left_out() {
        let row = |cells: [&str; 3]| cells.map(Cell::plain).to_vec();
        let rows = [row(["日本", "", "1"]), row(["a", "", "22"])];
        assert_eq!(lines(&["item", "none", "n"], &rows, Style::PLAIN), ["item  n", "日本  1", "a     22"]);
    }
}
