//! A table in plain text: columns as wide as their widest cell, empty columns left out.

use unicode_width::UnicodeWidthStr;

use super::style::{Style, Tone};
use super::text::{line, wrap};

/// A cell and the tone in which it is shown.
#[derive(Clone, Debug, Default)]
pub struct Cell {
    pub text: String,
    pub tone: Option<Tone>,
    /// A part of it says something too; ids and figures are shown whole or not at all.
    pub cuts: bool,
    /// What stands for it where there is no room for more than that.
    pub least: Option<String>,
}

impl Cell {
    /// Makes a cell in no tone.
    pub fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// Makes a cell of prose in no tone, which is cut where there is no room for all of it.
    pub fn long(text: impl Into<String>) -> Self {
        Self { cuts: true, ..Self::plain(text) }
    }

    /// Makes a cell of a name that is cut, but not so far that it is taken for another one: the id in it stays whole.
    pub fn named(name: impl Into<String>, id: impl Into<String>) -> Self {
        Self { least: Some(id.into()), ..Self::long(name) }
    }

    /// Makes a cell in a tone.
    pub fn toned(text: impl Into<String>, tone: Tone) -> Self {
        Self { tone: Some(tone), ..Self::plain(text) }
    }
}

impl Cell {
    fn shown(&self, width: usize) -> String {
        match &self.least {
            _ if self.text.width() <= width => self.text.clone(),
            Some(least) if width < least.width() + 4 => least.clone(),
            Some(_) | None => line(&self.text, width),
        }
    }
}

/// How far a column may be cut.
#[derive(Clone, Copy, Debug)]
struct Column {
    cuts: bool,
    least: usize,
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
    let mut missing = Vec::new();
    if style.breaks {
        let cuts: Vec<bool> =
            (0..head.len()).map(|at| rows.iter().any(|row| row.get(at).is_some_and(|cell| cell.cuts))).collect();
        let least = |at: usize| rows.iter().filter_map(|row| row.get(at)?.least.as_ref()).map(|id| id.width()).max();
        let columns: Vec<Column> =
            (0..head.len()).map(|at| Column { cuts: cuts[at], least: least(at).unwrap_or(SHORTEST) }).collect();
        let whole = widths.clone();
        fit(&mut widths, &columns, style.width);
        grow(&mut widths, &whole, style.width);
        missing =
            (0..head.len()).filter(|at| whole[*at].is_some() && widths[*at].is_none()).map(|at| head[at]).collect();
    }
    let row = |cells: &[Cell]| {
        let mut text = String::new();
        for (cell, width) in cells.iter().zip(&widths) {
            let Some(width) = *width else { continue };
            let shown = cell.shown(width);
            let blank = " ".repeat(width.saturating_sub(shown.width()) + GAP);
            text.push_str(&cell.tone.map_or_else(|| shown.clone(), |tone| style.paint(tone, &shown)));
            text.push_str(&blank);
        }
        text.trim_end().to_owned()
    };
    let head: Vec<Cell> = head.iter().map(|text| Cell::toned(*text, Tone::Dim)).collect();
    let shown = std::iter::once(row(&head)).chain(rows.iter().map(|cells| row(cells)));
    shown.chain(without(&missing, style)).collect()
}

/// Names the columns for which there is no room.
fn without(missing: &[&str], style: Style) -> Vec<String> {
    if missing.is_empty() {
        return Vec::new();
    }
    let told = format!("[no room here for: {}]", missing.join(", "));
    let lines = wrap(&told, style.width.saturating_sub(GAP), 1);
    lines.iter().map(|line| style.paint(Tone::Dim, line)).collect()
}

/// Makes columns fit: of those that may be cut the widest ones are, then the last ones are left out, but never the first
/// two.
fn fit(widths: &mut [Option<usize>], columns: &[Column], room: usize) {
    loop {
        let Some(over) = taken(widths).checked_sub(room).filter(|over| *over > 0) else { return };
        let elastic = || {
            let all = widths.iter().zip(columns).enumerate();
            all.filter_map(|(at, (width, column))| {
                width.filter(|width| column.cuts && *width > column.least).map(|width| (width, at))
            })
        };
        if let Some((widest, at)) = elastic().max() {
            let next = elastic().map(|(width, _)| width).filter(|width| *width < widest).max().unwrap_or(0);
            let least = columns[at].least.max(next);
            widths[at] = Some(widest.saturating_sub(over).max(least).min(widest - 1));
            continue;
        }
        match widths.iter().rposition(Option::is_some) {
            Some(last) if last > 1 => widths[last] = None,
            Some(_) | None => return,
        }
    }
}

/// Gives what became free when columns were left out to those that were cut.
fn grow(widths: &mut [Option<usize>], whole: &[Option<usize>], room: usize) {
    for at in 0..widths.len() {
        let free = room.saturating_sub(taken(widths));
        if let (Some(width), Some(wanted)) = (&mut widths[at], whole[at]) {
            *width += free.min(wanted.saturating_sub(*width));
        }
    }
}

fn taken(widths: &[Option<usize>]) -> usize {
    widths.iter().flatten().map(|width| width + GAP).sum()
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
    fn names_stay_apart_and_free_room_is_used() {
        let row = |n: u32| {
            let (id, status) = (format!("PRP-1.2.{n}"), Cell::plain("completed"));
            vec![Cell::named(format!("{id}-a-rather-long-title"), id), status, Cell::plain("0".repeat(20))]
        };
        let style = Style { width: 40, breaks: true, ..Style::PLAIN };
        let shown = lines(&["item", "status", "tokens"], &[row(10), row(11)], style);
        assert_eq!(shown[1..3], ["PRP-1.2.10-a-rather-long...  completed", "PRP-1.2.11-a-rather-long...  completed"]);
        assert_eq!(shown[3], "[no room here for: tokens]");
        let shown = lines(&["item", "status", "tokens"], &[row(10), row(11)], Style { width: 23, ..style });
        assert_eq!(shown[1..3], ["PRP-1.2.10  completed", "PRP-1.2.11  completed"]);
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
        assert_eq!(fitted(36)[1], "PRP-1.2.1-auth...  completed  4.6s");
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
