//! A block of lines at the end of the output that is redrawn in place, while other text scrolls by above it.

use unicode_width::UnicodeWidthChar;

/// The terminal shows what stands between these at once, where it can.
const BEGIN: &str = "\x1b[?2026h";
const END: &str = "\x1b[?2026l";

/// The lines of a block, and the terminal that they were made for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    pub lines: Vec<String>,
    pub columns: usize,
    pub rows: usize,
}

/// Knows what stands on the terminal, and says what changes it.
///
/// Only lines that were drawn are touched, each by itself: a screen that is cleared as a whole goes into the history
/// of some terminals, frame by frame.
#[derive(Debug, Default)]
pub struct Block {
    /// Columns of each line that stands there.
    drawn: Vec<usize>,
    frame: Frame,
}

impl Block {
    /// Returns the text that makes `above` scroll by and leaves the frame below it. Without a new frame the last one
    /// is drawn again; nothing is returned when nothing changes.
    pub fn update(&mut self, above: &str, frame: Option<Frame>) -> String {
        let is_same = frame.as_ref().is_none_or(|frame| *frame == self.frame);
        if let Some(frame) = frame {
            self.frame = frame;
        }
        if above.is_empty() && is_same {
            return String::new();
        }
        if self.drawn.is_empty() && self.frame.lines.is_empty() {
            return above.to_owned();
        }
        let mut text = String::from(BEGIN);
        let old = self.height();
        if old > 0 {
            text += &up(old);
        }
        if !above.is_empty() {
            clear(old, &mut text);
            text.push_str(above);
        }
        // One column stays free: a line that fills its row leaves it open what the next character does.
        let room = self.frame.columns.saturating_sub(1).max(1);
        self.drawn.clear();
        for line in &self.frame.lines {
            let (shown, width) = cut(line, room);
            self.drawn.push(width);
            text.push_str(&shown);
            text.push_str("\x1b[K\n");
        }
        if above.is_empty() {
            clear(old.saturating_sub(self.drawn.len()), &mut text);
        }
        text.push_str(END);
        text
    }

    /// Returns the rows that the block takes now: a terminal that became narrower has broken its lines.
    fn height(&self) -> usize {
        let columns = self.frame.columns.max(1);
        let rows: usize = self.drawn.iter().map(|width| width.div_ceil(columns).max(1)).sum();
        rows.min(self.frame.rows.saturating_sub(1).max(self.drawn.len()))
    }
}

/// Moves the cursor to the beginning of a row above.
fn up(rows: usize) -> String {
    format!("\x1b[{rows}F")
}

/// Clears rows from the cursor on and comes back.
fn clear(rows: usize, text: &mut String) {
    if rows > 0 {
        text.push_str(&"\x1b[2K\n".repeat(rows));
        text.push_str(&up(rows));
    }
}

/// Cuts a line to a number of columns and says how many it takes; colours take none, and are ended.
fn cut(line: &str, columns: usize) -> (String, usize) {
    let (mut shown, mut width, mut in_escape) = (String::new(), 0, false);
    for c in line.chars() {
        if c == '\x1b' {
            in_escape = true;
        } else if in_escape {
            in_escape = !c.is_ascii_alphabetic();
        } else {
            let next = width + c.width().unwrap_or(0);
            if next > columns {
                shown.push_str("\x1b[0m");
                break;
            }
            width = next;
        }
        shown.push(c);
    }
    (shown, width)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(lines: &[&str]) -> Frame {
        Frame { lines: lines.iter().map(|line| (*line).to_owned()).collect(), columns: 10, rows: 5 }
    }

    #[test]
    fn a_frame_replaces_the_one_before_and_the_same_one_is_not_drawn_again() {
        let mut block = Block::default();
        block.update("", Some(frame(&["one", "two"])));
        assert_eq!(block.update("", Some(frame(&["one", "two"]))), "");
        let text = block.update("", Some(frame(&["three"])));
        assert_eq!(text, format!("{BEGIN}\x1b[2Fthree\x1b[K\n\x1b[2K\n\x1b[1F{END}"));
    }

    #[test]
    fn wide_characters_take_two_columns_and_colours_none() {
        assert_eq!(cut("\x1b[31m日本語\x1b[0m", 5), ("\x1b[31m日本\x1b[0m".to_owned(), 4));
    }

    #[test]
    fn without_a_block_text_is_left_alone() {
        assert_eq!(Block::default().update("a line\n", None), "a line\n");
    }
}
