//! A table in plain text: columns as wide as their widest cell, empty columns left out.

use unicode_width::UnicodeWidthStr;

use super::style::{Style, Tone};
use super::text::line;

/// A cell and the tone in which it is shown.
#[derive(Clone, Debug, Default)]
pub struct Cell {
    pub text: String,
    pub tone: Option<Tone>,
    /// A part of it says something too; ids and figures are shown whole or not at all.
    pub cuts: bool,
}

impl Cell {
    /// Makes a cell in no tone.
    pub fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), tone: None, cuts: false }
    }

    /// Makes a cell of prose in no tone, which is cut where there is no room for all of it.
    pub fn long(text: impl Into<String>) -> Self {
        Self { cuts: true, ..Self::plain(text) }
    }

    /// Makes a cell in a tone.
    pub fn toned(text: impl Into<String>, tone: Tone) -> Self {
        Self { tone: Some(tone), ..Self::plain(text) }
    }
}

/// Columns before a row, and between two columns.
const GAP: usize = 2;

/// A text is not cut shorter than this.
const SHORTEST: usize = 12;

/// Returns the rows below their head. A column in which no row has anything is left out. On a terminal long texts are cut
/// so that a row, with the margin before it, fits; where that is not enough the last columns are left out.
pub fn lines(head: &[&str], rows: &[Vec<Cell>], style: Style) -> Vec<String> {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.text.width());
        cells.max().filter(|width| *width > 0).map(|width| width.max(head[column].width()))
    };
    let mut widths: Vec<Option<usize>> = (0..head.len()).map(width).collect();
    if style.breaks {
        let cuts: Vec<bool> =
            (0..head.len()).map(|at| rows.iter().any(|row| row.get(at).is_some_and(|cell| cell.cuts))).collect();
        fit(&mut widths, &cuts, style.width);
    }
    let row = |cells: &[Cell]| {
        let mut text = String::new();
        for (cell, width) in cells.iter().zip(&widths) {
            let Some(width) = *width else { continue };
            let shown = if cell.text.width() > width { line(&cell.text, width) } else { cell.text.clone() };
            let blank = " ".repeat(width.saturating_sub(shown.width()) + GAP);
            text.push_str(&cell.tone.map_or_else(|| shown.clone(), |tone| style.paint(tone, &shown)));
            text.push_str(&blank);
        }
        text.trim_end().to_owned()
    };
    let head: Vec<Cell> = head.iter().map(|text| Cell::toned(*text, Tone::Dim)).collect();
    std::iter::once(row(&head)).chain(rows.iter().map(|cells| row(cells))).collect()
}

/// Makes columns fit: of those that may be cut the widest ones are, then the last ones are left out, but never the first
/// two.
fn fit(widths: &mut [Option<usize>], cuts: &[bool], room: usize) {
    loop {
        let all: usize = widths.iter().flatten().map(|width| width + GAP).sum();
        let Some(over) = all.checked_sub(room).filter(|over| *over > 0) else { return };
        let elastic = || {
            widths
                .iter()
                .zip(cuts)
                .enumerate()
                .filter_map(|(at, (width, cuts))| width.filter(|_| *cuts).map(|width| (width, at)))
        };
        if let Some((widest, at)) = elastic().max().filter(|(widest, _)| *widest > SHORTEST) {
            let next = elastic().map(|(width, _)| width).filter(|width| *width < widest).max().unwrap_or(SHORTEST);
            widths[at] = Some(widest.saturating_sub(over).max(next.max(SHORTEST)).min(widest - 1));
            continue;
        }
        match widths.iter().rposition(Option::is_some) {
            Some(last) if last > 1 => widths[last] = None,
            Some(_) | None => return,
        }
    }
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

    #[test]
    fn on_a_terminal_long_texts_are_cut_and_then_the_last_columns_left_out() {
        let name = Cell::long("PRP-1.2.1-authentication-with-tokens");
        let rows = [vec![name, Cell::plain("completed"), Cell::plain("4.6s"), Cell::plain("2,400")]];
        let fitted =
            |width| lines(&["item", "status", "time", "tokens"], &rows, Style { width, breaks: true, ..Style::PLAIN });
        assert!(fitted(80)[1].starts_with("PRP-1.2.1-authentication-with-tokens  completed"));
        assert_eq!(fitted(50)[1], "PRP-1.2.1-authentica...  completed  4.6s  2,400");
        assert_eq!(fitted(40)[1], "PRP-1.2.1-...  completed  4.6s  2,400");
        assert_eq!(fitted(36)[1], "PRP-1.2.1...  completed  4.6s");
        assert_eq!(fitted(10)[1], "PRP-1.2.1...  completed", "who and how is said in any case");
        for width in [40, 50, 60, 80] {
            assert!(fitted(width).iter().all(|line| line.width() + GAP <= width), "{:?}", fitted(width));
        }
        assert_eq!(
            lines(&["item", "status", "time", "tokens"], &rows, Style { width: 40, ..Style::PLAIN })[1].len(),
            60
        );
    }
}
